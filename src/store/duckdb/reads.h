#pragma once

#include <string>
#include <vector>

#include "store/duckdb/connection.h"
#include "store/event_store.h"

namespace eyed::store {

/// The queries of the port, each on one connection. `highest` is the highest id there may be.
/// None of them sorts a table of payloads: pages first find their ids in a few narrow columns, in
/// windows of ids that widen from the page's end of the table, then fetch those rows alone.
[[nodiscard]] Result<Rows<model::Event>> read_events(Connection& connection, EventId highest,
                                                     const EventFilter& filter,
                                                     const EventPage& page);
[[nodiscard]] Result<model::Event> read_event(Connection& connection, EventId id,
                                              const std::vector<ApplicationId>& applications);
[[nodiscard]] Result<Rows<model::Rejection>> read_rejections(Connection& connection,
                                                             const RejectionFilter& filter,
                                                             const RejectionPage& page);
[[nodiscard]] Result<RejectionSummary> read_rejection_summary(Connection& connection,
                                                              const RejectionSummaryQuery& query);
[[nodiscard]] Result<std::vector<EventTrace>> read_trace(
    Connection& connection, const std::string& event_id,
    const std::vector<ApplicationId>& applications, std::uint32_t limit);
[[nodiscard]] Result<Rows<SessionRow>> read_sessions(Connection& connection,
                                                     const SessionFilter& filter,
                                                     const SessionPage& page);
[[nodiscard]] Result<SessionRow> read_session(Connection& connection, const Uuid& id,
                                              const std::vector<ApplicationId>& applications);
[[nodiscard]] Result<std::vector<TimeCount>> read_counts(Connection& connection,
                                                         const CountByTime& count);

/// `id IN (…)`, with the range that lets zone maps skip. Not empty; any order, none twice.
std::string id_list(const std::vector<std::uint64_t>& ids);

/// How many of `ids`, in their order, a page may hold: until their bytes in `size` of `table` are
/// over the limit; at least one.
[[nodiscard]] Result<std::size_t> fit_bytes(Connection& connection, std::string_view table,
                                            std::string_view size,
                                            const std::vector<std::uint64_t>& ids,
                                            std::uint64_t byte_limit);

}  // namespace eyed::store
