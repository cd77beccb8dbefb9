#include "log/journal/segment_walk.h"

#include <fmt/format.h>

#include <algorithm>

#include "log/record.h"

namespace eyed::log::journal {
namespace {

class Walker {
  public:
    Walker(SegmentReader& reader, std::optional<Position> last,
           const std::function<void(const Frame&)>& on_frame)
        : reader_(reader), last_(last), on_frame_(on_frame) {
        const SegmentHeader& header = reader.header();
        walk_.next = header.first;
        walk_.next_event = header.first_event;
        walk_.next_rejection = header.first_rejection;
        walk_.end_offset = reader.offset();
    }

    Result<Walk> run() {
        while (!last_ || walk_.next <= *last_) {
            EYED_ASSIGN(const std::optional<Frame> frame, reader_.next());
            if (frame && frame->header.position == walk_.next) {
                take(*frame);
                walk_.end_offset = reader_.offset();
                continue;
            }
            EYED_ASSIGN(const bool more, step_over_fault());
            if (!more) break;
        }
        return std::move(walk_);
    }

  private:
    void take(const Frame& frame) {
        const FrameHeader& header = frame.header;
        if (header.kind == kMark) return;
        if (header.kind == kGap) {
            walk_.given_up += header.id;
            lose(header.id);
            on_frame_(frame);
            return;
        }
        ++walk_.next.value;
        ++walk_.records;
        walk_.last_time = std::max(walk_.last_time, header.time);
        if (header.kind == static_cast<std::uint8_t>(Kind::kEvent))
            walk_.next_event.value = header.id + 1;
        if (header.kind == static_cast<std::uint8_t>(Kind::kRejection))
            walk_.next_rejection.value = header.id + 1;
        on_frame_(frame);
    }

    /// Records that nobody can read may all have been events, or rejections.
    void lose(std::uint64_t records) {
        walk_.next.value += records;
        walk_.next_event.value += records;
        walk_.next_rejection.value += records;
    }

    /// At walk_.end_offset there is no frame that belongs there. True when the walk goes on.
    Result<bool> step_over_fault() {
        const std::uint64_t at = walk_.end_offset;
        reader_.seek_offset(at);
        if (!last_) {
            EYED_ASSIGN(walk_.torn_bytes, reader_.bytes_left());
            if (walk_.torn_bytes == 0) return false;
        }
        EYED_ASSIGN(const std::optional<Found> found, find_later_frame());
        if (!found) {
            if (last_) {
                note_damage(at, *last_);
                lose(last_->value + 1 - walk_.next.value);
            }
            return false;
        }
        walk_.torn_bytes = 0;
        note_damage(at, Position{found->position.value - 1});
        lose(found->position.value - walk_.next.value);
        walk_.end_offset = found->offset;
        reader_.seek_offset(found->offset);
        return true;
    }

    struct Found {
        std::uint64_t offset = 0;
        Position position;
    };

    /// The first whole frame after the fault that a walk can go on with.
    Result<std::optional<Found>> find_later_frame() {
        std::optional<Found> first;
        while (true) {
            std::optional<Frame> frame;
            if (first) {
                EYED_ASSIGN(frame, reader_.next());
            }
            if (!frame) {
                EYED_ASSIGN(frame, reader_.resynchronise());
            }
            if (!frame) return std::nullopt;
            const FrameHeader& header = frame->header;
            if (header.position < walk_.next) continue;  // one from before cannot follow
            if (!first) first = Found{reader_.frame_offset(), header.position};
            if (last_ || header.position == walk_.next) return first;
            const std::uint64_t write_began = header.position.value - header.in_group;
            if (write_began > walk_.next.value) return first;
        }
    }

    void note_damage(std::uint64_t offset, Position to) {
        walk_.damage.push_back(
            {.file = reader_.path(),
             .offset = offset,
             .first = walk_.next,
             .last = to,
             .what = fmt::format("records {} to {} cannot be read", walk_.next.value, to.value)});
    }

    SegmentReader& reader_;
    const std::optional<Position> last_;
    const std::function<void(const Frame&)>& on_frame_;
    Walk walk_;
};

}  // namespace

Result<Walk> walk_segment(SegmentReader& reader, std::optional<Position> last,
                          const std::function<void(const Frame&)>& on_frame) {
    return Walker(reader, last, on_frame).run();
}

}  // namespace eyed::log::journal
