#include "io/directory_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace eyed::io {
namespace {

std::string holder_of(int descriptor) {
    std::array<char, 32> text{};
    const ssize_t got = ::pread(descriptor, text.data(), text.size(), 0);
    std::string pid;
    for (ssize_t i = 0; i < got && text[i] >= '0' && text[i] <= '9'; ++i)
        pid.push_back(text[i]);
    return pid.empty() ? "an unknown process" : "process " + pid;
}

}  // namespace

Result<std::unique_ptr<DirectoryLock>> DirectoryLock::acquire(const std::string& directory) {
    const std::string path = directory + "/lock";
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0)
        return failure(Code::kIo,
                       fmt::format("open {}: {}", path, std::generic_category().message(errno)));
    std::unique_ptr<DirectoryLock> lock(new DirectoryLock(fd));
    int result = ::flock(fd, LOCK_EX | LOCK_NB);
    while (result < 0 && errno == EINTR)
        result = ::flock(fd, LOCK_EX | LOCK_NB);
    if (result < 0 && errno == EWOULDBLOCK)
        return failure(Code::kConflict,
                       fmt::format("{} is in use by {}", directory, holder_of(fd)));
    if (result < 0)
        return failure(Code::kIo,
                       fmt::format("flock {}: {}", path, std::generic_category().message(errno)));
    const std::string pid = fmt::format("{}\n", ::getpid());
    if (::ftruncate(fd, 0) < 0 ||
        ::pwrite(fd, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size()))
        return lock;  // the pid is for people: on a full disk the lock holds without it
    return lock;
}

DirectoryLock::~DirectoryLock() {
    ::close(descriptor_);
}

}  // namespace eyed::io
