#pragma once

#include <functional>
#include <string>

#include "io/file_system.h"
#include "store/duckdb/connection.h"
#include "store/event_store.h"

namespace eyed::store {

struct ExportTarget {
    ExportFormat format = ExportFormat::kNdjson;
    std::string path;
    std::string scratch;  ///< directory where DuckDB may write
    /// What is written for an application. Unset: its number.
    std::function<std::string(ApplicationId)> application_name;
};

/// Writes the matching events of one snapshot to a new file, by id. A file begun is removed after
/// an error. kConflict: the file exists; kDiskFull: before the disk is.
[[nodiscard]] Result<std::uint64_t> write_export(Connection& connection, EventId highest,
                                                 const EventFilter& filter,
                                                 const ExportTarget& target, io::FileSystem& files);

/// Calls visit with each event of one snapshot, by id, in bounded memory.
[[nodiscard]] Status visit_each(Connection& connection, EventId highest, const EventFilter& filter,
                                const EventStore::Visit& visit);

}  // namespace eyed::store
