#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace eyed::io {

/// An open file. One thread at a time. Closed by its destructor.
/// Errors: kDiskFull for ENOSPC and EDQUOT, kIo for the rest; the detail names path, call and
/// errno.
class File {
  public:
    virtual ~File() = default;
    /// Bytes read at `offset`; fewer than asked only at the end of the file.
    [[nodiscard]] virtual Result<std::size_t> read_at(std::uint64_t offset, char* into,
                                                      std::size_t bytes) = 0;
    /// All or error; after an error any part may have been written.
    [[nodiscard]] virtual Status write_at(std::uint64_t offset, std::string_view bytes) = 0;
    /// fdatasync. After an error the file must not be synced again: pages may be gone (see
    /// fsyncgate).
    [[nodiscard]] virtual Status sync_data() = 0;
    /// Reserves blocks so that later writes within need no allocation (posix_fallocate).
    [[nodiscard]] virtual Status allocate(std::uint64_t bytes) = 0;
    [[nodiscard]] virtual Status truncate(std::uint64_t bytes) = 0;
    [[nodiscard]] virtual Result<std::uint64_t> size() = 0;
};

enum class OpenMode { kRead, kReadWrite, kCreateNew };

/// The file system as the program uses it. Thread-safe.
class FileSystem {
  public:
    virtual ~FileSystem() = default;
    /// kNotFound when it is not there (kRead, kReadWrite); kConflict when it is (kCreateNew).
    [[nodiscard]] virtual Result<std::unique_ptr<File>> open(const std::string& path,
                                                             OpenMode mode) = 0;
    /// Names in a directory, sorted, without `.` and `..`.
    [[nodiscard]] virtual Result<std::vector<std::string>> list(const std::string& directory) = 0;
    /// Makes what is missing of `path`; each new name is durable when this returns.
    [[nodiscard]] Status create_directories(const std::string& path);
    /// Makes one directory in another; false when it is there. Durable once the other is synced.
    [[nodiscard]] virtual Result<bool> make_directory(const std::string& path) = 0;
    /// A second name for a file; it must not be there yet (kConflict).
    [[nodiscard]] virtual Status link(const std::string& from, const std::string& to) = 0;
    /// Atomic; replaces what is there.
    [[nodiscard]] virtual Status rename(const std::string& from, const std::string& to) = 0;
    [[nodiscard]] virtual Status remove(const std::string& path) = 0;
    /// fsync of a directory: makes creates, renames and removes in it durable.
    [[nodiscard]] virtual Status sync_directory(const std::string& path) = 0;
    virtual bool exists(const std::string& path) = 0;
    /// Bytes free for us on the file system of `path`.
    [[nodiscard]] virtual Result<std::uint64_t> free_bytes(const std::string& path) = 0;
};

/// The real one (POSIX).
std::unique_ptr<FileSystem> make_file_system();

/// Whole small files. read_file: kTooLarge over `limit` bytes. write_file_atomically: temporary
/// name, sync, rename, sync of the directory; either the old or the new content is there after a
/// crash.
[[nodiscard]] Result<std::string> read_file(FileSystem& files, const std::string& path,
                                            std::uint64_t limit);
[[nodiscard]] Status write_file_atomically(FileSystem& files, const std::string& path,
                                           std::string_view content);

}  // namespace eyed::io
