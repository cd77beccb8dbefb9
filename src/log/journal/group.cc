#include "log/journal/group.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace eyed::log::journal {

void Group::begin(const Start& start) {
    const std::uint64_t needed = start.bound + kFrameHeaderBytes;
    constexpr std::uint64_t kKept = 32ULL << 20;  // a rare giant does not keep its memory
    if (needed > room_ || (room_ > kKept && needed <= kKept)) {
        room_ = std::max<std::uint64_t>(needed, 1ULL << 20);
        buffer_.reset();
        buffer_.reset(new char[room_]);
    }
    used_ = 0;
    next_ = start.counters;
    salt_ = start.salt;
    time_ = start.time;
    in_group_ = 0;
    duplicates_ = keys_ = 0;
}

void Group::add(Append& append, DedupWindow& dedup) {
    const Batch& batch = append.batch;
    append.verdicts.clear();
    append.verdicts.reserve(batch.size());
    for (const Batch::Entry& entry : batch.entries()) {
        Verdict verdict;
        if (entry.kind == Kind::kEvent) {
            if (entry.deduplicated) {
                if (const std::optional<EventId> first = dedup.find(entry.key)) {
                    append.verdicts.push_back({Verdict::Outcome::kDuplicate, first->value});
                    ++duplicates_;
                    continue;
                }
                dedup.insert(entry.key, next_.event, time_);
                ++keys_;
            }
            verdict.id = next_.event.value++;
        } else if (entry.kind == Kind::kRejection) {
            verdict.id = next_.rejection.value++;
        }
        put_record(batch, entry, verdict.id);
        append.verdicts.push_back(verdict);
    }
    append.last = Position{next_.position.value - 1};
}

void Group::put_record(const Batch& batch, const Batch::Entry& entry, std::uint64_t id) {
    const FrameHeader header{.kind = static_cast<std::uint8_t>(entry.kind),
                             .keyed = entry.kind == Kind::kEvent && entry.deduplicated,
                             .length = entry.length,
                             .position = next_.position,
                             .id = id,
                             .body_hash = entry.body_hash,
                             .time = time_,
                             .in_group = in_group_};
    const std::size_t frame = header.frame_bytes();
    EYED_CHECK(used_ + frame <= room_);
    char* const at = buffer_.get() + used_;
    std::memset(at + frame - kFrameAlignment, 0, kFrameAlignment);  // the padding, before the body
    char* const body = put_frame_prefix(at, header, entry.key, salt_);
    std::memcpy(body, batch.body(entry).data(), entry.length);
    used_ += frame;
    ++next_.position.value;
    ++in_group_;
}

void Group::add_mark() {
    const FrameHeader header{.kind = kMark,
                             .keyed = false,
                             .length = 0,
                             .position = next_.position,
                             .id = 0,
                             .body_hash = hash64({}),
                             .time = time_,
                             .in_group = 0};
    put_frame_prefix(buffer_.get() + used_, header, {}, salt_);
    used_ += header.frame_bytes();
}

}  // namespace eyed::log::journal
