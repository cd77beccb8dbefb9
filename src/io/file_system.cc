#include "io/file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

namespace eyed::io {
namespace {

std::unexpected<Error> os_failure(const char* call, const std::string& path, int error) {
    const Code code = error == ENOSPC || error == EDQUOT ? Code::kDiskFull : Code::kIo;
    return failure(code,
                   fmt::format("{} {}: {}", call, path, std::generic_category().message(error)));
}

/// Calls again while a signal interrupts.
template <class Call>
auto retried(Call call) {
    auto result = call();
    while (result < 0 && errno == EINTR)
        result = call();
    return result;
}

std::string parent_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

class PosixFile final : public File {
  public:
    PosixFile(int descriptor, std::string path) : fd_(descriptor), path_(std::move(path)) {}
    ~PosixFile() override { ::close(fd_); }
    PosixFile(const PosixFile&) = delete;
    PosixFile& operator=(const PosixFile&) = delete;

    Result<std::size_t> read_at(std::uint64_t offset, char* into, std::size_t bytes) override {
        std::size_t done = 0;
        while (done < bytes) {
            const ssize_t got = retried([&] {
                return ::pread(fd_, into + done, bytes - done, static_cast<off_t>(offset + done));
            });
            if (got < 0) return os_failure("pread", path_, errno);
            if (got == 0) break;
            done += static_cast<std::size_t>(got);
        }
        return done;
    }

    Status write_at(std::uint64_t offset, std::string_view bytes) override {
        while (!bytes.empty()) {
            const ssize_t put = retried([&] {
                return ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
            });
            if (put < 0) return os_failure("pwrite", path_, errno);
            if (put == 0) return os_failure("pwrite", path_, EIO);
            offset += static_cast<std::uint64_t>(put);
            bytes.remove_prefix(static_cast<std::size_t>(put));
        }
        return {};
    }

    Status sync_data() override {
        // An interrupted fdatasync has reported nothing yet: calling again is safe.
        if (retried([&] { return ::fdatasync(fd_); }) < 0)
            return os_failure("fdatasync", path_, errno);
        return {};
    }

    Status allocate(std::uint64_t bytes) override {
        int error = EINTR;
        while (error == EINTR)
            error = ::posix_fallocate(fd_, 0, static_cast<off_t>(bytes));
        if (error != 0) return os_failure("posix_fallocate", path_, error);
        return {};
    }

    Status truncate(std::uint64_t bytes) override {
        if (retried([&] { return ::ftruncate(fd_, static_cast<off_t>(bytes)); }) < 0)
            return os_failure("ftruncate", path_, errno);
        return {};
    }

    Result<std::uint64_t> size() override {
        struct stat info = {};
        if (::fstat(fd_, &info) < 0) return os_failure("fstat", path_, errno);
        return static_cast<std::uint64_t>(info.st_size);
    }

  private:
    const int fd_;
    const std::string path_;
};

class PosixFileSystem final : public FileSystem {
  public:
    Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
        int flags = O_CLOEXEC;
        if (mode == OpenMode::kRead) flags |= O_RDONLY;
        if (mode == OpenMode::kReadWrite) flags |= O_RDWR;
        if (mode == OpenMode::kCreateNew) flags |= O_RDWR | O_CREAT | O_EXCL;
        const int fd = retried([&] { return ::open(path.c_str(), flags, 0640); });
        if (fd >= 0) return std::make_unique<PosixFile>(fd, path);
        if (errno == ENOENT && mode != OpenMode::kCreateNew)
            return failure(Code::kNotFound, fmt::format("{} does not exist", path));
        if (errno == EEXIST) return failure(Code::kConflict, fmt::format("{} exists", path));
        return os_failure("open", path, errno);
    }

    Result<std::vector<std::string>> list(const std::string& directory) override {
        DIR* const dir = ::opendir(directory.c_str());
        if (dir == nullptr) {
            if (errno == ENOENT)
                return failure(Code::kNotFound, fmt::format("{} does not exist", directory));
            return os_failure("opendir", directory, errno);
        }
        std::vector<std::string> names;
        errno = 0;
        while (const dirent* const entry = ::readdir(dir)) {
            const std::string_view name = entry->d_name;
            if (name != "." && name != "..") names.emplace_back(name);
        }
        const int error = errno;
        ::closedir(dir);
        if (error != 0) return os_failure("readdir", directory, error);
        std::sort(names.begin(), names.end());
        return names;
    }

    Result<bool> make_directory(const std::string& path) override {
        if (::mkdir(path.c_str(), 0750) == 0) return true;
        if (errno != EEXIST) return os_failure("mkdir", path, errno);
        struct stat info = {};
        if (::stat(path.c_str(), &info) < 0) return os_failure("stat", path, errno);
        if (!S_ISDIR(info.st_mode)) return os_failure("mkdir", path, ENOTDIR);
        return false;
    }

    Status link(const std::string& from, const std::string& to) override {
        if (::link(from.c_str(), to.c_str()) == 0) return {};
        if (errno == EEXIST) return failure(Code::kConflict, fmt::format("{} exists", to));
        return os_failure("link", from + " to " + to, errno);
    }

    Status rename(const std::string& from, const std::string& to) override {
        if (std::rename(from.c_str(), to.c_str()) == 0) return {};
        if (errno == ENOENT)
            return failure(Code::kNotFound, fmt::format("{} does not exist", from));
        return os_failure("rename", from + " to " + to, errno);
    }

    Status remove(const std::string& path) override {
        if (::unlink(path.c_str()) == 0) return {};
        if (errno == ENOENT)
            return failure(Code::kNotFound, fmt::format("{} does not exist", path));
        return os_failure("unlink", path, errno);
    }

    Status sync_directory(const std::string& path) override {
        const int fd =
            retried([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
        if (fd < 0) return os_failure("open", path, errno);
        const int result = retried([&] { return ::fsync(fd); });
        const int error = errno;
        ::close(fd);
        if (result < 0) return os_failure("fsync", path, error);
        return {};
    }

    bool exists(const std::string& path) override { return ::access(path.c_str(), F_OK) == 0; }

    Result<std::uint64_t> free_bytes(const std::string& path) override {
        struct statvfs info = {};
        if (retried([&] { return ::statvfs(path.c_str(), &info); }) < 0)
            return os_failure("statvfs", path, errno);
        return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
    }
};

}  // namespace

Status FileSystem::create_directories(const std::string& path) {
    bool made = false;
    for (std::size_t at = 1; at <= path.size(); ++at) {
        if (at < path.size() && path[at] != '/') continue;
        const std::string part = path.substr(0, at);
        EYED_ASSIGN(made, make_directory(part));
        if (made) EYED_TRY(sync_directory(parent_of(part)));
    }
    // Whoever made it may have been killed before the sync. Where its parent cannot be opened for
    // reading it was not we who did.
    if (!made) static_cast<void>(sync_directory(parent_of(path)));
    return {};
}

std::unique_ptr<FileSystem> make_file_system() {
    return std::make_unique<PosixFileSystem>();
}

Result<std::string> read_file(FileSystem& files, const std::string& path, std::uint64_t limit) {
    EYED_ASSIGN(const std::unique_ptr<File> file, files.open(path, OpenMode::kRead));
    EYED_ASSIGN(const std::uint64_t size, file->size());
    if (size > limit)
        return failure(Code::kTooLarge,
                       fmt::format("{} has {} bytes, over the limit of {}", path, size, limit));
    std::string content(size, '\0');
    EYED_ASSIGN(const std::size_t got, file->read_at(0, content.data(), content.size()));
    content.resize(got);
    return content;
}

Status write_file_atomically(FileSystem& files, const std::string& path, std::string_view content) {
    // The name is ours alone, so that two writers of one path cannot mix their bytes.
    static std::atomic<std::uint64_t> counter{0};
    const std::string temporary = fmt::format("{}.{}-{}.tmp", path, ::getpid(), ++counter);
    const auto write = [&]() -> Status {
        EYED_ASSIGN(const std::unique_ptr<File> file, files.open(temporary, OpenMode::kCreateNew));
        EYED_TRY(file->write_at(0, content));
        EYED_TRY(file->sync_data());
        return files.rename(temporary, path);
    };
    if (Status written = write(); !written) {
        static_cast<void>(files.remove(temporary));
        return written;
    }
    return files.sync_directory(parent_of(path));
}

}  // namespace eyed::io
