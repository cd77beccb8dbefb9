#pragma once

#include <memory>
#include <string>

#include "base/time.h"
#include "store/duckdb/duckdb_store.h"

namespace eyed::store {

struct Opened {
    std::unique_ptr<EventStore> store;
    /// Where the file that would not open now lies; empty when it opened. The store is then new
    /// and empty: the projector fills it from position 0.
    std::string put_aside;
};

/// Opens the store; a file that will not open (kCorrupt) is renamed to
/// `<path>.broken-<YYYYMMDDTHHMMSSZ>` with its WAL, never removed, and a new one is begun; the
/// logger is told. Other errors are given back: the file may be fine.
[[nodiscard]] Result<Opened> open_store(const DuckDbOptions& options, io::FileSystem& files,
                                        Logger& logger, const Clock& clock);

}  // namespace eyed::store
