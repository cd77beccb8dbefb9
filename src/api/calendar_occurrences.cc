// When events take place: /events_api/v1/occurrences and /events_api/v1/events/{id}/occurrences.
#include <algorithm>

#include "api/calendar_outcome.h"
#include "api/handlers.h"
#include "catalog/catalog.h"

namespace eyed::api {

namespace {

using calendar::Service;
using catalog::CalendarEvents;

/// A window that nobody gave begins now and is as long as this.
constexpr std::chrono::microseconds kWindow = std::chrono::hours(24 * 31);

std::optional<Micros> path_start(const http::Request& request) {
    return occurrence_named(request.parameter("start"));
}

/// Those of one event, or of all.
Result<http::Response> list(Api& api, const http::Request& request,
                            std::optional<CalendarEventId> event) {
    auto query = read_calendar_query(api, request, ListOf::kOccurrences);
    if (!query) return std::move(query).error();
    CalendarEvents::Filter& filter = query->filter;
    filter.search = catalog::parse_search(query->text);
    if (!filter.from) filter.from = filter.to ? *filter.to - kWindow : api.services.clock.now();
    if (!filter.to) filter.to = *filter.from + kWindow;
    CalendarEvents& events = api.services.catalog.calendar_events();
    EYED_ASSIGN(const auto found, event ? events.occurrences_of(*event, filter, query->page)
                                        : events.occurrences(filter, query->page));
    const CalendarJson json(request);
    return numbered_page(request, query->page, found.count, found.rows,
                         [&](const CalendarEvents::FoundOccurrence& row, std::string& out) {
                             json.occurrence(row, out);
                         });
}

/// Calls `change(event, start, how)` for the occurrence of the path.
template <class Change>
Task<http::Response> at_occurrence(Api& api, http::Request& request, Change change) {
    return answer_calendar(api, request, [&api, &request, change]() -> Result<http::Response> {
        const auto id = path_id<CalendarEventId>(request);
        const auto start = path_start(request);
        if (!id || !start) return error(request, Code::kNotFound);
        auto how = how_of(api, request);
        if (!how) return std::move(how).error();
        return change(*id, *start, *how);
    });
}

}  // namespace

Task<http::Response> list_occurrences(Api& api, http::Request& request) {
    return answer_calendar(api, request, [&api, &request] { return list(api, request, {}); });
}

Task<http::Response> list_event_occurrences(Api& api, http::Request& request) {
    return answer_calendar(api, request, [&api, &request]() -> Result<http::Response> {
        const auto id = path_id<CalendarEventId>(request);
        if (!id) return error(request, Code::kNotFound);
        return list(api, request, id);
    });
}

Task<http::Response> get_occurrence(Api& api, http::Request& request) {
    return answer_calendar(api, request, [&api, &request]() -> Result<http::Response> {
        const auto id = path_id<CalendarEventId>(request);
        const auto start = path_start(request);
        if (!id || !start) return error(request, Code::kNotFound);
        EYED_ASSIGN(const auto found,
                    api.services.catalog.calendar_events().occurrence(*id, *start));
        std::string body;
        CalendarJson(request).occurrence(found, body);
        http::Response response = http::json(200, std::move(body));
        add_etag(found.event.revision, response);
        return response;
    });
}

Task<http::Response> change_occurrence(Api& api, http::Request& request) {
    return at_occurrence(
        api, request,
        [&api, &request](CalendarEventId id, Micros start,
                         const Service::How& how) -> Result<http::Response> {
            return with_object(request, [&](SentFields& fields) -> Result<http::Response> {
                const calendar::OccurrenceDraft draft = read_occurrence_draft(fields);
                if (!fields.errors().empty()) return field_errors(request, fields.errors());
                EYED_ASSIGN(const auto outcome,
                            api.services.calendar.change_occurrence(id, start, draft, how));
                return outcome_response(api, request, outcome, 200);
            });
        });
}

Task<http::Response> cancel_occurrence(Api& api, http::Request& request) {
    return at_occurrence(api, request,
                         [&api, &request](CalendarEventId id, Micros start,
                                          const Service::How& how) -> Result<http::Response> {
                             EYED_ASSIGN(const auto outcome,
                                         api.services.calendar.cancel_occurrence(id, start, how));
                             if (!outcome.faults.empty())
                                 return field_errors(request, field_errors_of(outcome.faults));
                             tell_log(api);
                             return http::empty(204);
                         });
}

}  // namespace eyed::api
