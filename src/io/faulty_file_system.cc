#include "io/faulty_file_system.h"

#include <fmt/format.h>

#include <utility>

namespace eyed::io {

/// A file whose every call asks the file system first whether it is to fail.
class FaultyFileSystem::FaultyFile final : public File {
  public:
    FaultyFile(FaultyFileSystem& system, std::unique_ptr<File> inner,
               std::shared_ptr<std::string> path)
        : system_(system), inner_(std::move(inner)), path_(std::move(path)) {}

    Result<std::size_t> read_at(std::uint64_t offset, char* into, std::size_t bytes) override {
        EYED_TRY(system_.check(Operation::kRead, path()));
        return inner_->read_at(offset, into, bytes);
    }
    Status write_at(std::uint64_t offset, std::string_view bytes) override {
        const Strike strike = system_.strike(Operation::kWrite, path());
        if (!strike.fails) return put(offset, bytes);
        EYED_TRY(put(offset, bytes.substr(0, strike.fault.written_first)));
        return failure(strike.fault.code, fmt::format("pwrite {}: armed fault", path()));
    }
    Status sync_data() override {
        EYED_TRY(system_.check(Operation::kSync, path()));
        EYED_TRY(inner_->sync_data());
        const std::lock_guard lock(system_.mutex_);
        system_.unsynced_.erase(*path_);
        return {};
    }
    Status allocate(std::uint64_t bytes) override {
        EYED_TRY(system_.check(Operation::kAllocate, path()));
        return inner_->allocate(bytes);
    }
    Status truncate(std::uint64_t bytes) override {
        EYED_TRY(system_.check(Operation::kTruncate, path()));
        return inner_->truncate(bytes);
    }
    Result<std::uint64_t> size() override { return inner_->size(); }

  private:
    std::string path() const {
        const std::lock_guard lock(system_.mutex_);
        return *path_;
    }
    Status put(std::uint64_t offset, std::string_view bytes) {
        if (bytes.empty()) return {};
        const std::lock_guard lock(system_.mutex_);
        if (system_.remembers_) {
            Overwritten old{offset, std::string(bytes.size(), '\0')};
            EYED_ASSIGN(const std::size_t got,
                        inner_->read_at(offset, old.bytes.data(), old.bytes.size()));
            static_cast<void>(got);  // past the end it reads back as zeros, which is what it was
            system_.unsynced_[*path_].push_back(std::move(old));
        }
        return inner_->write_at(offset, bytes);
    }

    FaultyFileSystem& system_;
    const std::unique_ptr<File> inner_;
    const std::shared_ptr<std::string> path_;  ///< follows renames; guarded by system_.mutex_
};

FaultyFileSystem::FaultyFileSystem(FileSystem& inner) : inner_(inner) {
}
FaultyFileSystem::~FaultyFileSystem() = default;

void FaultyFileSystem::arm(Fault fault) {
    const std::lock_guard lock(mutex_);
    faults_.push_back(std::move(fault));
}

void FaultyFileSystem::clear() {
    const std::lock_guard lock(mutex_);
    faults_.clear();
}

std::uint64_t FaultyFileSystem::calls(Operation operation) const {
    const std::lock_guard lock(mutex_);
    return calls_[static_cast<std::size_t>(operation)];
}

std::uint64_t FaultyFileSystem::struck() const {
    const std::lock_guard lock(mutex_);
    return struck_;
}

void FaultyFileSystem::remember_unsynced() {
    const std::lock_guard lock(mutex_);
    remembers_ = true;
}

Status FaultyFileSystem::crash() {
    const std::lock_guard lock(mutex_);
    for (const auto& [path, writes] : unsynced_) {
        Result<std::unique_ptr<File>> file = inner_.open(path, OpenMode::kReadWrite);
        if (!file) continue;  // gone with its directory entry
        for (auto it = writes.rbegin(); it != writes.rend(); ++it)
            EYED_TRY((*file)->write_at(it->offset, it->bytes));
    }
    unsynced_.clear();
    return {};
}

FaultyFileSystem::Strike FaultyFileSystem::strike(Operation operation, const std::string& path) {
    const std::lock_guard lock(mutex_);
    ++calls_[static_cast<std::size_t>(operation)];
    for (Fault& fault : faults_) {
        if (fault.operation != operation || fault.times == 0) continue;
        if (path.find(fault.path_contains) == std::string::npos) continue;
        if (fault.after > 0) {
            --fault.after;
            continue;
        }
        if (fault.times != Fault::kForever) --fault.times;
        ++struck_;
        return {true, fault};
    }
    return {};
}

Status FaultyFileSystem::check(Operation operation, const std::string& path) {
    const Strike strike = this->strike(operation, path);
    if (!strike.fails) return {};
    return failure(strike.fault.code, fmt::format("{}: armed fault", path));
}

Result<std::unique_ptr<File>> FaultyFileSystem::open(const std::string& path, OpenMode mode) {
    EYED_TRY(check(Operation::kOpen, path));
    EYED_ASSIGN(std::unique_ptr<File> file, inner_.open(path, mode));
    auto name = std::make_shared<std::string>(path);
    const std::lock_guard lock(mutex_);
    std::erase_if(names_, [](const auto& entry) { return entry.expired(); });
    names_.push_back(name);
    return std::make_unique<FaultyFile>(*this, std::move(file), std::move(name));
}

Result<std::vector<std::string>> FaultyFileSystem::list(const std::string& directory) {
    return inner_.list(directory);
}

Result<bool> FaultyFileSystem::make_directory(const std::string& path) {
    EYED_TRY(check(Operation::kMakeDirectory, path));
    return inner_.make_directory(path);
}

Status FaultyFileSystem::link(const std::string& from, const std::string& to) {
    EYED_TRY(check(Operation::kLink, from));
    return inner_.link(from, to);
}

Status FaultyFileSystem::rename(const std::string& from, const std::string& to) {
    EYED_TRY(check(Operation::kRename, from));
    EYED_TRY(inner_.rename(from, to));
    const std::lock_guard lock(mutex_);
    for (const std::weak_ptr<std::string>& entry : names_)
        if (const auto name = entry.lock(); name && *name == from) *name = to;
    unsynced_.erase(to);
    if (auto moved = unsynced_.extract(from)) {
        moved.key() = to;
        unsynced_.insert(std::move(moved));
    }
    return {};
}

Status FaultyFileSystem::remove(const std::string& path) {
    EYED_TRY(check(Operation::kRemove, path));
    EYED_TRY(inner_.remove(path));
    const std::lock_guard lock(mutex_);
    unsynced_.erase(path);
    return {};
}

Status FaultyFileSystem::sync_directory(const std::string& path) {
    EYED_TRY(check(Operation::kSyncDirectory, path));
    return inner_.sync_directory(path);
}

bool FaultyFileSystem::exists(const std::string& path) {
    return inner_.exists(path);
}

Result<std::uint64_t> FaultyFileSystem::free_bytes(const std::string& path) {
    return inner_.free_bytes(path);
}

}  // namespace eyed::io
