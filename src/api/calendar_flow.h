#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/calendar_json.h"
#include "api/flow.h"
#include "api/sent_fields.h"
#include "calendar/draft.h"
#include "calendar/service.h"
#include "catalog/calendar_events.h"
#include "catalog/number_page.h"

namespace eyed::api {

/// What the calendar's routes share. They run on a worker from the reading of the body to the
/// answer: bodies may be large, and all of it blocks on the catalog.

/// Runs `work`, giving Result<http::Response>, on a lane.
template <class Work>
Task<http::Response> answer_calendar_on(WorkerPool& lane, Api& api, http::Request& request,
                                        Work work) {
    auto answered = co_await on_worker(lane, request, std::move(work));
    if (!answered) co_return fail(api, request, answered.error());
    never_store(*answered);
    co_return *std::move(answered);
}

/// The same on the calendar's own lane.
template <class Work>
Task<http::Response> answer_calendar(Api& api, http::Request& request, Work work) {
    return answer_calendar_on(api.services.lanes.calendar, api, request, std::move(work));
}

/// Takes what was just changed to the log, so that a query which comes next finds it. What the log
/// refuses stays in the outbox and is taken later.
void tell_log(Api& api);

/// An object's body, read by `read(SentFields&)`, giving Result<http::Response>; or what
/// is wrong with it: 415, 400.
template <class Read>
Result<http::Response> with_object(const http::Request& request, Read read) {
    const auto sent = read_sent(request);
    if (!sent) return unsupported_media_type(request);
    if (!*sent) return error(request, sent->error());
    const boost::json::value& value = (*sent)->value;
    if (!value.is_object()) {
        const FieldError wrong = not_an_object(value);
        return field_errors(request, {&wrong, 1});
    }
    SentFields fields(value.get_object(), (*sent)->writing);
    return read(fields);
}

/// Faults of the calendar's rules as field errors; those of no field are `non_field_errors`.
std::vector<FieldError> field_errors_of(const calendar::Faults& faults);

/// The catalog's refusal of a field as 400, or the error.
Result<http::Response> field_errors_or(const http::Request& request, const Error& error);

/// An event as somebody wrote it, every field of it read. Read-only ones may be there.
calendar::Draft read_draft(SentFields& fields);
calendar::OccurrenceDraft read_occurrence_draft(SentFields& fields);

/// How this request wants its change made: `If-Match`, `?force=1`, who, when. An answer: one of
/// them is malformed.
std::expected<calendar::Service::How, http::Response> how_of(const Api& api,
                                                             const http::Request& request);
/// 412 unless `revision` is what `If-Match` asks for.
Status check_revision(const calendar::Service::How& how, std::uint64_t revision);
/// `ETag: "<revision>"`.
void add_etag(std::uint64_t revision, http::Response& response);

/// A list's query string, in one place.
struct CalendarQuery {
    catalog::NumberPage page;
    catalog::CalendarEvents::Filter filter;
    std::optional<catalog::CalendarEvents::Order> order;
    std::string text;  ///< `q`, `search_term`
    std::optional<CalendarEventId> event;
    std::optional<model::AttendeeState> state;
    bool descending = false;  ///< of lists ordered by name
};
/// Which parameters a list has.
enum class ListOf : std::uint8_t {
    kEvents,
    kSearch,
    kOccurrences,
    kLabels,
    kUpdates,
    kAttendees,
    kFeeds,
};
/// An answer: a parameter is wrong, or a window ends later than series are worked out.
std::expected<CalendarQuery, http::Response> read_calendar_query(const Api& api,
                                                                 const http::Request& request,
                                                                 ListOf list);

http::Response page_of(const http::Request& request, const catalog::NumberPage& page,
                       std::uint64_t count, std::string results);
/// `{"count":…,"next":…,"previous":…,"results":[…]}`; 404 for a page past the end, as DRF has it.
template <class Rows, class Append>
http::Response numbered_page(const http::Request& request, const catalog::NumberPage& page,
                             std::uint64_t count, const Rows& rows, Append append) {
    if (rows.empty() && page.number > 1) return detail(kind_of(Code::kNotFound), "Invalid page.");
    std::string results;
    for (const auto& row : rows) {
        if (!results.empty()) results += ',';
        append(row, results);
    }
    return page_of(request, page, count, std::move(results));
}
/// `Link: <…>; rel="next"`, of a bare array that has another page.
void add_next_link(const http::Request& request, const catalog::NumberPage& page,
                   http::Response& response);

/// A thing of the calendar by the path's `{id}`; nullopt: it names nothing.
template <class Id>
std::optional<Id> path_id(const http::Request& request, std::string_view name = "id") {
    const auto number = path_number(request, name);
    if (!number || *number > std::uint64_t{INT64_MAX}) return std::nullopt;
    return Id{static_cast<std::int64_t>(*number)};
}

}  // namespace eyed::api
