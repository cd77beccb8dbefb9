#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/calendar_json.h"
#include "api/flow.h"
#include "api/if_match.h"
#include "api/numbered_page.h"
#include "api/sent_fields.h"
#include "calendar/draft.h"
#include "calendar/service.h"
#include "catalog/calendar_events.h"
#include "catalog/number_page.h"

namespace eyed::api {

/// What the calendar's routes share. They run on a worker from the reading of the body to the
/// answer: bodies may be large, and all of it blocks on the catalog.

/// Runs `work`, giving Result<http::Response>, on the calendar's own lane.
template <class Work>
Task<http::Response> answer_calendar(Api& api, http::Request& request, Work work) {
    return answer_on(api.services.lanes.calendar, api, request, std::move(work));
}

/// Takes what was just changed to the log, so that a query which comes next finds it. What the log
/// refuses stays in the outbox and is taken later.
void tell_log(Api& api);

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

}  // namespace eyed::api
