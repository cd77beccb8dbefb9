#include "auth/server_secret.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "auth/tokens.h"
#include "base/check.h"

namespace eyed::auth {
namespace {

constexpr std::size_t kHexDigits = 64;

/// Makes the file with its rights before anything is in it; the content follows atomically, under a
/// name that is linked only when it is whole: of two processes that start at once, one wins.
Status create(io::FileSystem& files, const std::string& directory, const std::string& path) {
    const std::string temporary = fmt::format("{}.{}", path, random_hex(8));
    const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        return failure(errno == ENOSPC ? Code::kDiskFull : Code::kIo,
                       fmt::format("{}: {}", temporary, std::strerror(errno)));
    const std::string text = random_hex(kHexDigits / 2) + "\n";
    const bool written =
        ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
        ::fsync(file) == 0;
    const int write_error = errno;
    ::close(file);
    const bool linked =
        written && (::link(temporary.c_str(), path.c_str()) == 0 || errno == EEXIST);
    const int error = written ? errno : write_error;
    ::unlink(temporary.c_str());
    if (!linked)
        return failure(error == ENOSPC ? Code::kDiskFull : Code::kIo,
                       fmt::format("{}: {}", path, std::strerror(error)));
    return files.sync_directory(directory);
}

Status refuse_if_others_read(const std::string& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0)
        return failure(Code::kIo, fmt::format("{}: {}", path, std::strerror(errno)));
    if ((status.st_mode & 077U) != 0)
        return failure(Code::kInvalidArgument,
                       fmt::format("{} may be read by others: chmod 600 {}", path, path));
    return {};
}

}  // namespace

Result<ServerSecret> ServerSecret::open_or_create(io::FileSystem& files,
                                                  const std::string& data_directory) {
    const std::string path = data_directory + "/secret";
    if (!files.exists(path)) EYED_TRY(create(files, data_directory, path));
    EYED_TRY(refuse_if_others_read(path));
    EYED_ASSIGN(const std::string text, io::read_file(files, path, 1024));
    std::array<std::uint8_t, kHexDigits / 2> bytes{};
    std::size_t read = 0;
    const auto digits = std::min(kHexDigits, text.size());
    const bool whole = text.size() == kHexDigits + 1 && text.back() == '\n' &&
                       sodium_hex2bin(bytes.data(), bytes.size(), text.data(), digits, nullptr,
                                      &read, nullptr) == 0 &&
                       read == bytes.size();
    if (!whole)
        return failure(Code::kCorrupt,
                       fmt::format("{} does not hold a secret of {} hex digits", path, kHexDigits));
    return ServerSecret(bytes);
}

std::array<std::uint8_t, 32> ServerSecret::sign(std::string_view purpose,
                                                std::string_view message) const {
    EYED_CHECK(purpose.find('|') == std::string_view::npos);  // parts purpose from message
    const std::string input = fmt::format("{}|{}", purpose, message);
    std::array<std::uint8_t, 32> code{};
    static_assert(crypto_auth_hmacsha256_BYTES == 32 && crypto_auth_hmacsha256_KEYBYTES == 32);
    crypto_auth_hmacsha256(code.data(), reinterpret_cast<const unsigned char*>(input.data()),
                           input.size(), bytes_.data());
    return code;
}

}  // namespace eyed::auth
