#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "log/log.h"
#include "store/duckdb/connection.h"

namespace eyed::store {

/// What a transaction did, for the counts kept in memory.
struct Written {
    Position applied;
    std::uint64_t events_added = 0;
    std::uint64_t events_removed = 0;
    std::uint64_t rejections_opened = 0;
    std::uint64_t rejections_settled = 0;  ///< of earlier batches
};

/// Writes consecutive entries and the new position in one transaction. All or nothing, but for an
/// error of the commit itself, after which only the file knows: read_applied(). kCorrupt: a body
/// does not decode, nothing was written.
[[nodiscard]] Result<Written> write_entries(Connection& connection,
                                            const std::vector<log::Entry>& entries);

}  // namespace eyed::store
