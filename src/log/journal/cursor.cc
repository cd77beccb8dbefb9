#include "log/journal/cursor.h"

#include <fmt/format.h>

#include <algorithm>

namespace eyed::log::journal {

static_assert(static_cast<std::uint8_t>(Kind::kGap) == kGap);

Result<std::optional<Entry>> JournalCursor::next() {
    while (true) {
        if (wanted_ > limit_) {
            EYED_ASSIGN(const Advance found, advance());
            if (found == Advance::kEnd) return std::nullopt;
            if (found == Advance::kRemoved) return gap_before(source_.segments.oldest());
        }
        Result<std::optional<Frame>> read = reader_->next();
        if (!read || !*read) {
            limit_ = {};  // look again at the next call: the same error, or an operator was here
            reader_.reset();
            if (!read) return std::unexpected(std::move(read).error());
            return damaged();
        }
        const FrameHeader& header = (*read)->header;
        if (header.kind == kGap && header.position <= wanted_) {
            const Position after{header.position.value + header.id};
            if (after > wanted_) return gap_before(after);
            continue;
        }
        if (header.kind == kMark || header.position < wanted_) continue;
        if (header.position > wanted_) {
            limit_ = {};
            reader_.reset();
            return damaged();
        }
        ++wanted_.value;
        return Entry{.position = header.position,
                     .kind = static_cast<Kind>(header.kind),
                     .id = header.id,
                     .body = (*read)->body};
    }
}

Entry JournalCursor::gap_before(Position position) {
    const std::uint64_t records = position.value - wanted_.value;
    wanted_ = position;
    return {.position = {position.value - 1}, .kind = Kind::kGap, .id = records, .body = {}};
}

Result<JournalCursor::Advance> JournalCursor::advance() {
    // In this order: a record that is durable by now lies in a segment that is listed by now.
    const Position durable{source_.durable.load(std::memory_order_acquire)};
    if (wanted_ > durable) return Advance::kEnd;
    std::optional<Segment> found = source_.segments.find(wanted_);
    if (!found) return Advance::kRemoved;
    const bool same = reader_ && found->path == segment_.path;
    if (same) {
        reader_->seek_offset(reader_->offset());  // what was read ahead may have been written since
    } else {
        reader_.reset();
        // The lease in `found` keeps the file where it is.
        EYED_ASSIGN(reader_, SegmentReader::open(source_.files, found->path));
        EYED_TRY(reader_->skip_towards(wanted_));
    }
    segment_ = *std::move(found);
    limit_ = segment_.last ? std::min(durable, *segment_.last) : durable;
    return Advance::kReady;
}

std::unexpected<Error> JournalCursor::damaged() const {
    return failure(Code::kCorrupt,
                   fmt::format("record {} of the log, in {}, is damaged: see `eyed verify`",
                               wanted_.value, segment_.path));
}

}  // namespace eyed::log::journal
