#pragma once

#include <cstdint>
#include <functional>

#include "log/log.h"
#include "store/duckdb/duckdb_store.h"

namespace eyed::store {

struct RebuildProgress {
    Position applied;
    Position end;
    std::uint64_t events = 0;
};
/// What to do when the log no longer has all its records (retention, a repair): a rebuilt store is
/// without what they said, and the old one may have it.
enum class Loss : std::uint8_t { kRefuse, kAccept };
/// Called about twice a second on the rebuilding thread.
using OnRebuildProgress = std::function<void(const RebuildProgress&)>;

/// Recreates the store of `options` from the whole log in `<path>.rebuild`, beside the old one,
/// and swaps them at the end; the old one is removed then, and is untouched after any error. For
/// `eyed rebuild`: nobody may have the store open. kConflict: the log no longer has all its records
/// and `loss` is kRefuse; kCorrupt: the log is damaged, the detail says where.
[[nodiscard]] Result<RebuildProgress> rebuild_store(const DuckDbOptions& options, log::Log& log,
                                                    io::FileSystem& files, Logger& logger,
                                                    Loss loss,
                                                    const OnRebuildProgress& on_progress);

}  // namespace eyed::store
