#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/logger.h"
#include "base/result.h"
#include "io/file_system.h"
#include "store/event_store.h"

namespace eyed::store {

struct DuckDbOptions {
    std::string path;                                 ///< the database file; its directory exists
    std::uint64_t memory_bytes = 512u << 20;          ///< DuckDB's own limit
    unsigned threads = 2;                             ///< that DuckDB runs a query on
    std::string temp_directory;                       ///< where it spills; empty: `<path>.tmp`
    std::uint64_t wal_bytes = 32u << 20;              ///< fold() folds the WAL from this size on
    std::chrono::milliseconds fold_idle{10'000};      ///< … or after this long without an apply()
    std::chrono::milliseconds query_timeout{30'000};  ///< then a query ends with kTimeout
    /// What exports write for an application; any thread. Unset: its number.
    std::function<std::string(ApplicationId)> application_name;
};

/// Opens or creates the store in one DuckDB file; see docs/internals/store.md. kCorrupt: the file
/// or its WAL does not open, or is not ours (store/open.h puts it aside); kUnsupported: written
/// by a newer format; kDiskFull, kIo, kUnavailable: the file may be fine, try again. `files` and
/// `logger` outlive the store.
[[nodiscard]] Result<std::unique_ptr<EventStore>> open_duckdb(const DuckDbOptions& options,
                                                              io::FileSystem& files,
                                                              Logger& logger);

}  // namespace eyed::store
