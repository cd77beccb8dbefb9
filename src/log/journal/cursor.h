#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "io/file_system.h"
#include "log/journal/segment_list.h"
#include "log/journal/segment_reader.h"
#include "log/log.h"

namespace eyed::log::journal {

/// Reads from the files, up to what is durable, and never holds up the writer. Keeps a lease on
/// the file it reads, so that compression and removal wait for it. The journal outlives it.
class JournalCursor final : public Cursor {
  public:
    struct Source {
        io::FileSystem& files;
        const SegmentList& segments;
        const std::atomic<std::uint64_t>& durable;
    };
    JournalCursor(Source source, Position after) : source_(source), wanted_{after.value + 1} {}

    /// kCorrupt and kIo repeat at each call.
    Result<std::optional<Entry>> next() override;

  private:
    enum class Advance : std::uint8_t {
        kReady,    ///< limit_ is at least wanted_
        kEnd,      ///< of what is durable
        kRemoved,  ///< wanted_ is before the oldest record there is
    };
    Result<Advance> advance();
    /// What stands for the records from wanted_ to before `position`; goes on there.
    Entry gap_before(Position position);
    std::unexpected<Error> damaged() const;

    const Source source_;
    Position wanted_;  ///< the next record's
    Position limit_;   ///< up to here the reader may go
    Segment segment_;
    std::unique_ptr<SegmentReader> reader_;
};

}  // namespace eyed::log::journal
