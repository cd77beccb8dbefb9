#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "log/journal/segment_reader.h"
#include "log/verify.h"

namespace eyed::log::journal {

/// What a walk over a whole segment found.
struct Walk {
    Position next;                 ///< after the last record
    EventId next_event;            ///< never one that was given: damage is counted as events
    RejectionId next_rejection;    ///< likewise
    std::uint64_t end_offset = 0;  ///< after the last whole frame
    std::uint64_t records = 0;     ///< whole ones
    std::uint64_t given_up = 0;    ///< in gaps that a repair left
    std::uint64_t torn_bytes = 0;  ///< after end_offset, from a write that was not finished
    std::uint32_t last_time = 0;
    std::vector<Damage> damage;
};

/// Walks all frames of a segment. `last`: the position it must reach when it is sealed; what lies
/// after that is ignored. Without it (the segment being written when the process ended) what
/// follows the last whole frame is a torn tail, unless a later frame proves that the bad one had
/// been synced: a frame says how many of its own write precede it, and a write begins only after
/// the one before was synced. `on_frame` sees records and gaps in order. Errors: reading.
[[nodiscard]] Result<Walk> walk_segment(SegmentReader& reader, std::optional<Position> last,
                                        const std::function<void(const Frame&)>& on_frame);

}  // namespace eyed::log::journal
