#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "io/file_system.h"
#include "log/journal/format.h"

namespace eyed::log::journal {

/// A preallocated file that is not a segment yet.
struct SpareFile {
    std::unique_ptr<io::File> file;
    std::string path;
    std::uint64_t bytes = 0;
};
/// Makes one of `bytes`, under a temporary name. kDiskFull and kIo leave nothing behind.
[[nodiscard]] Result<SpareFile> make_spare(io::FileSystem& files, const std::string& directory,
                                           std::uint64_t bytes);

/// The segment that is written. One thread: the writer.
class ActiveSegment {
  public:
    /// Turns a spare into the segment `header` describes: its name and header are durable when
    /// this returns well. After an error the spare is lost.
    [[nodiscard]] static Result<ActiveSegment> begin(io::FileSystem& files,
                                                     const std::string& directory, SpareFile spare,
                                                     const SegmentHeader& header);
    /// Goes on with a recovered one.
    struct Resume {
        std::unique_ptr<io::File> file;
        std::string path;
        std::uint64_t offset = 0;
        std::uint64_t bytes = 0;
        std::uint64_t salt = 0;
    };
    explicit ActiveSegment(Resume from) : at_(std::move(from)) {}

    bool fits(std::uint64_t bytes) const { return at_.offset + bytes <= at_.bytes; }
    std::uint64_t salt() const { return at_.salt; }
    std::uint64_t bytes() const { return at_.bytes; }
    const std::string& path() const { return at_.path; }

    /// One write, one fdatasync. After an error the segment must be given up: what of `group` is
    /// on disk is not known, and the same descriptor must not be synced again.
    [[nodiscard]] Status append(std::string_view group);

  private:
    Resume at_;
};

}  // namespace eyed::log::journal
