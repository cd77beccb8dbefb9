#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "io/file_system.h"
#include "log/journal/format.h"

namespace eyed::log::journal {

/// Reads the frames of one segment, raw or compressed, one after another. Knows nothing of what
/// ought to be there: a place without a whole frame is "none here", and its caller judges whether
/// that is the end, a torn tail or damage. One thread.
class SegmentReader {
  public:
    /// kCorrupt when the header page is not whole; else as the file system says.
    [[nodiscard]] static Result<std::unique_ptr<SegmentReader>> open(io::FileSystem& files,
                                                                     const std::string& path);
    virtual ~SegmentReader() = default;

    const SegmentHeader& header() const { return header_; }
    const std::string& path() const { return path_; }

    /// The next frame, its views valid until the next call; nullopt: no whole frame is here, and
    /// the reader stays. kIo when reading fails.
    [[nodiscard]] virtual Result<std::optional<Frame>> next() = 0;
    /// Searches on from here (at least one step on) for a whole frame and gives it; nullopt at
    /// the end of the file.
    [[nodiscard]] virtual Result<std::optional<Frame>> resynchronise() = 0;
    /// Where the frame that next() would give begins: an offset in the file (compressed: of its
    /// block).
    virtual std::uint64_t offset() const = 0;
    /// Where the frame given last began (compressed: its block).
    virtual std::uint64_t frame_offset() const = 0;
    /// Goes back to what offset() once said. Drops what was read ahead: it is read anew.
    virtual void seek_offset(std::uint64_t offset) = 0;
    /// Skips what certainly lies before `position`, cheaply; next() may still give earlier ones.
    [[nodiscard]] virtual Status skip_towards(Position position) = 0;
    /// How many bytes from here to the last one that is not zero.
    [[nodiscard]] virtual Result<std::uint64_t> bytes_left() = 0;

  protected:
    SegmentReader(std::unique_ptr<io::File> file, std::string path, const SegmentHeader& header)
        : file_(std::move(file)), path_(std::move(path)), header_(header) {}

    const std::unique_ptr<io::File> file_;
    const std::string path_;
    const SegmentHeader header_;
};

}  // namespace eyed::log::journal
