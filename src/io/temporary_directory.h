#pragma once

#include <string>

namespace eyed::io {

/// A fresh directory of its own under TMPDIR (else /tmp), removed with all in it by the
/// destructor. For tests and for work that is thrown away.
class TemporaryDirectory {
  public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    const std::string& path() const { return path_; }
    /// PATH/name
    std::string file(const std::string& name) const { return path_ + "/" + name; }

  private:
    std::string path_;
};

}  // namespace eyed::io
