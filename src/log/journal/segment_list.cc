#include "log/journal/segment_list.h"

#include <algorithm>

namespace eyed::log::journal {

void SegmentList::add(Segment segment, Micros now) {
    if (!segment.lease) segment.lease = std::make_shared<int>(0);
    const std::lock_guard lock(mutex_);
    // One that was given up before its first record was durable: its successor has its name.
    if (!segments_.empty() && segments_.back().first == segment.first) segments_.pop_back();
    if (!segments_.empty()) {
        segments_.back().last = Position{segment.first.value - 1};
        segments_.back().ended_at = now;
    }
    segments_.push_back(std::move(segment));
}

void SegmentList::remove_oldest() {
    const std::lock_guard lock(mutex_);
    segments_.pop_front();
}

std::optional<Segment> SegmentList::find(Position position) const {
    const std::lock_guard lock(mutex_);
    const auto after =
        std::upper_bound(segments_.begin(), segments_.end(), position,
                         [](Position p, const Segment& segment) { return p < segment.first; });
    if (after == segments_.begin()) return std::nullopt;
    return *std::prev(after);
}

Position SegmentList::oldest() const {
    const std::lock_guard lock(mutex_);
    return segments_.empty() ? Position{1} : segments_.front().first;
}

std::vector<Segment> SegmentList::all() const {
    const std::lock_guard lock(mutex_);
    return {segments_.begin(), segments_.end()};
}

SegmentList::Totals SegmentList::totals() const {
    const std::lock_guard lock(mutex_);
    Totals totals;
    totals.segments = segments_.size();
    for (const Segment& segment : segments_)
        totals.bytes += segment.bytes;
    return totals;
}

}  // namespace eyed::log::journal
