#pragma once

#include <memory>
#include <string>

#include "base/result.h"

namespace eyed::io {

/// Keeps a directory to one process: an flock on DIR/lock, held until the destructor. The file
/// stays and names the last holder's pid. The kernel frees the lock of a process that died.
class DirectoryLock {
  public:
    /// kConflict when another process (or another lock of this one) holds it: the detail names its
    /// pid. kIo when the file cannot be made.
    [[nodiscard]] static Result<std::unique_ptr<DirectoryLock>> acquire(
        const std::string& directory);
    ~DirectoryLock();
    DirectoryLock(const DirectoryLock&) = delete;
    DirectoryLock& operator=(const DirectoryLock&) = delete;

  private:
    explicit DirectoryLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

}  // namespace eyed::io
