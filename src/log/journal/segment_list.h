#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace eyed::log::journal {

/// One segment as the list knows it.
struct Segment {
    Position first;
    std::optional<Position> last;  ///< set when it is sealed: a later segment exists
    Micros ended_at;               ///< sealed: when the next one was made
    std::string path;
    std::uint64_t bytes = 0;  ///< on disk
    bool compressed = false;
    bool damaged = false;   ///< left as it is, for a repair
    bool has_keys = false;  ///< its dedup keys are in a file of their own
    /// Whoever reads the file holds this: it is not shortened meanwhile.
    std::shared_ptr<const void> lease;
};

/// The segments there are, oldest first. Shared by the writer (adds), the housekeeper (replaces,
/// removes) and the cursors (find). Thread-safe; nothing here touches the disk.
class SegmentList {
  public:
    /// Adds the newest; seals the one before.
    void add(Segment segment, Micros now);
    /// Changes what is known of the segment that begins at `first`.
    template <class Change>
    void update(Position first, Change change) {
        const std::lock_guard lock(mutex_);
        for (Segment& segment : segments_)
            if (segment.first == first) change(segment);
    }
    void remove_oldest();

    /// The segment that holds, or will hold, `position`; nullopt when it was removed.
    std::optional<Segment> find(Position position) const;
    /// The first position that can still be read.
    Position oldest() const;
    std::vector<Segment> all() const;

    struct Totals {
        std::uint64_t segments = 0;
        std::uint64_t bytes = 0;
    };
    Totals totals() const;

  private:
    mutable std::mutex mutex_;  ///< guards segments_
    std::deque<Segment> segments_;
};

}  // namespace eyed::log::journal
