#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "log/log.h"
#include "store/event_store.h"

namespace eyed::store {

struct VerifyReport {
    Position compared;             ///< the log's records up to here, the store's position
    std::uint64_t log_events = 0;  ///< that should be in the store: accepted and not erased
    std::uint64_t store_events = 0;
    std::uint64_t log_rejections = 0;
    std::uint64_t store_rejections = 0;
    std::uint64_t log_open_rejections = 0;  ///< of those, not replayed and not discarded
    std::uint64_t store_open_rejections = 0;
    std::uint64_t missing = 0;    ///< in the log, not in the store
    std::uint64_t extra = 0;      ///< in the store, not in the log
    std::uint64_t different = 0;  ///< in both, and not the same
    std::uint64_t lost = 0;       ///< records up to there that the log no longer has
    Position last_lost;           ///< the last of these
    /// Events that are not in the store as the log has them, because of what it lost, perhaps: the
    /// event itself, a change of it, its erasure.
    std::uint64_t unproven = 0;
    std::vector<EventId> missing_ids;  ///< the first list_limit of each
    std::vector<EventId> extra_ids;
    std::vector<EventId> different_ids;
    bool good() const {
        if (missing != 0 || extra != 0 || different != 0) return false;
        // The log may have lost refusals, and what settled those that it still has.
        if (lost > 0) return log_rejections <= store_rejections;
        return log_rejections == store_rejections && log_open_rejections == store_open_rejections;
    }
};

struct VerifyOptions {
    std::size_t list_limit = 100;
    /// Records of the log read so far, of how many, in both passes together; about every 100 000.
    std::function<void(std::uint64_t, std::uint64_t)> on_progress;
};

/// Compares the store with what the log says up to the store's position: every live event with
/// its amendments applied, and the counts of rejections, all and open. What the log lost to a
/// repair or to retention the store may still have. Memory grows with the amendments, and
/// by a bit for each rejection. For
/// `eyed verify`: exact when nothing is applied meanwhile. Errors are of reading; differences are
/// the report.
[[nodiscard]] Result<VerifyReport> verify_store(log::Log& log, EventStore& store,
                                                const VerifyOptions& options);

}  // namespace eyed::store
