#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "io/file_system.h"

namespace eyed::io {

/// What a call does to the disk; faults are armed per operation.
enum class Operation : std::uint8_t {
    kOpen,
    kRead,
    kWrite,
    kSync,
    kAllocate,
    kTruncate,
    kLink,
    kRename,
    kRemove,
    kSyncDirectory,
    kMakeDirectory,
};
inline constexpr std::size_t kOperations = 11;

/// How an operation fails, once armed.
struct Fault {
    Operation operation = Operation::kWrite;
    std::uint64_t after = 0;          ///< how many calls still succeed
    std::uint64_t times = 1;          ///< how many fail then; kForever: until cleared
    Code code = Code::kIo;            ///< kIo (EIO) or kDiskFull (ENOSPC)
    std::uint64_t written_first = 0;  ///< a failing write still puts down that many of its bytes
    std::string path_contains;        ///< only on such paths; empty: on all
    static constexpr std::uint64_t kForever = ~0ULL;
};

/// Another file system with a disk that a test breaks on purpose. Thread-safe. With crashes in
/// mind it remembers what each file held at its last sync: crash() puts that back.
class FaultyFileSystem final : public FileSystem {
  public:
    explicit FaultyFileSystem(FileSystem& inner);
    ~FaultyFileSystem() override;

    void arm(Fault fault);
    void clear();
    /// Calls seen of an operation, failed ones included.
    std::uint64_t calls(Operation operation) const;
    /// How many armed faults have struck.
    std::uint64_t struck() const;

    /// From now on every write keeps the old bytes until the file's next sync.
    void remember_unsynced();
    /// The power fails: what was written and not synced is put back as it was. The files must not
    /// be open any more.
    [[nodiscard]] Status crash();

    Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
    Result<std::vector<std::string>> list(const std::string& directory) override;
    Result<bool> make_directory(const std::string& path) override;
    Status link(const std::string& from, const std::string& to) override;
    Status rename(const std::string& from, const std::string& to) override;
    Status remove(const std::string& path) override;
    Status sync_directory(const std::string& path) override;
    bool exists(const std::string& path) override;
    Result<std::uint64_t> free_bytes(const std::string& path) override;

  private:
    class FaultyFile;
    struct Overwritten {
        std::uint64_t offset = 0;
        std::string bytes;
    };
    struct Strike {
        bool fails = false;
        Fault fault;
    };
    Strike strike(Operation operation, const std::string& path);
    Status check(Operation operation, const std::string& path);

    FileSystem& inner_;
    mutable std::mutex mutex_;  ///< guards all below
    std::vector<Fault> faults_;
    std::uint64_t calls_[kOperations] = {};
    std::uint64_t struck_ = 0;
    bool remembers_ = false;
    std::vector<std::weak_ptr<std::string>> names_;  ///< of the open files: renames change them
    std::map<std::string, std::vector<Overwritten>> unsynced_;  ///< by path, oldest first
};

}  // namespace eyed::io
