#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/event_type.h"
#include "query/application_names.h"
#include "query/cursor.h"
#include "store/event_store.h"

namespace eyed::query {

/// What is wrong with one query parameter: native: a problem's `errors`; seeds: {"name":["…"]}.
struct ParameterError {
    std::string parameter;
    std::string message;
};
using ParameterErrors = std::vector<ParameterError>;

/// One `name=value` of a query string, decoded (percent, and + for a space).
struct Parameter {
    std::string name;
    std::string value;
};
/// Splits what follows the `?`. A parameter without `=` has an empty value; a broken percent escape
/// stands for itself.
std::vector<Parameter> parse_query_string(std::string_view query);

inline constexpr std::uint32_t kDefaultLimit = 100;
inline constexpr std::uint32_t kMaxLimit = 1000;
inline constexpr std::uint32_t kDefaultSettled = 1000;  ///< refusals of one order
inline constexpr std::uint32_t kMaxSettled = 10'000;

/// A list's filter and page. The application that was asked for by name stands apart: whether the
/// caller may see it is the API's to say; `filter.applications` is left empty.
struct EventsQuery {
    store::EventFilter filter;
    store::EventPage page;
    std::optional<std::string> application;  ///< by name
    std::string format;                      ///< export: ndjson, csv or parquet
};
struct SessionsQuery {
    store::SessionFilter filter;
    store::SessionPage page;
    std::optional<std::string> application;
};
struct RejectionsQuery {
    store::RejectionFilter filter;
    store::RejectionPage page;
    std::optional<std::string> application;
};
enum class TypeOrder { kCategory, kName, kFirstSeen, kUpdatedAt };
struct SummaryQuery {
    store::RejectionSummaryQuery summary;
    std::optional<std::string> application;
};
struct TypesQuery {
    std::optional<std::string> category;
    std::optional<std::string> name;
    std::optional<model::CheckMode> mode;
    std::string search;                      ///< `q`
    std::optional<std::string> application;  ///< by name: that sends it
    TypeOrder order = TypeOrder::kCategory;
    store::Direction direction = store::Direction::kAscending;
    std::uint32_t limit = kDefaultLimit;
    std::uint64_t offset = 0;
};
/// `/api/v1/validate`.
struct DialectQuery {
    std::string dialect = "native";
};
/// Of lists that have a page and no filter.
struct PageQuery {
    std::uint32_t limit = kDefaultLimit;
    std::uint64_t cursor = 0;  ///< 0: the first page
};

/// Each reads a raw query string, and leaves in `errors` all that is wrong with it: then the result
/// is not to be used. Native lists refuse unknown parameters but `format=json`, and ones given
/// twice; the seeds' take the last and ignore the unknown. Native `limit` is 1 to 1000; the seeds'
/// is cut to 1000.
EventsQuery native_events(std::string_view query, ParameterErrors& errors);
/// `/api/v1/sessions/{id}/events`: by timestamp, oldest first; limit and cursor alone.
EventsQuery session_events(const Uuid& session, std::string_view query, ParameterErrors& errors);
/// `/api/v1/export`: the filters of native_events and `format` (ndjson unless said).
EventsQuery export_events(std::string_view query, ParameterErrors& errors);
SessionsQuery native_sessions(std::string_view query, ParameterErrors& errors);
RejectionsQuery native_rejections(std::string_view query, ParameterErrors& errors);
/// `/api/v1/rejections/summary`: the filters of native_rejections, `bucket`, and `limit` of groups.
SummaryQuery rejection_summary(std::string_view query, ParameterErrors& errors);
/// Members of a body that settles refusals, as texts: the filters of native_rejections but `state`,
/// `limit` and `cursor`; oldest first.
RejectionsQuery settled_rejections(const std::vector<Parameter>& members, ParameterErrors& errors);
/// `/api/v1/receipts/{event_id}`: an application's name, if one was given.
std::optional<std::string> receipt_application(std::string_view query, ParameterErrors& errors);
TypesQuery native_types(std::string_view query, ParameterErrors& errors);
PageQuery native_page(ListKind kind, std::string_view query, ParameterErrors& errors);
DialectQuery native_dialect(std::string_view query, ParameterErrors& errors);

/// `GET /events`: category, session_id, name, timestamp (at or after); newest first by timestamp.
EventsQuery seed_events(std::string_view query, ParameterErrors& errors);
/// `GET /sessions` and `GET /errors`.
SessionsQuery seed_sessions(std::string_view query, ParameterErrors& errors);
RejectionsQuery seed_rejections(std::string_view query, ParameterErrors& errors);

/// The same query string with its cursor replaced: for `Link: <…>; rel="next"`.
std::string with_cursor(std::string_view query, std::string_view cursor);

/// `?from=…` of everyone's: an ISO 8601 instant, or a date (midnight UTC).
std::optional<Micros> parse_instant(std::string_view text);

}  // namespace eyed::query
