// /events_api/v1/updates: what was changed of events, and what was before.
#include "api/calendar_flow.h"
#include "api/handlers.h"
#include "catalog/calendar_history.h"
#include "catalog/catalog.h"

namespace eyed::api {

namespace {

/// The history of what was deleted is for administrators.
bool sees_deleted(const http::Request& request) {
    return request.principal.role >= model::Role::kStaff &&
           request.principal.scopes.has(model::Scope::kRead);
}

}  // namespace

Task<http::Response> list_calendar_updates(Api& api, http::Request& request) {
    return answer_calendar(api, request, [&api, &request]() -> Result<http::Response> {
        auto query = read_calendar_query(api, request, ListOf::kUpdates);
        if (!query) return std::move(query).error();
        EYED_ASSIGN(const auto found, api.services.catalog.calendar_history().list(
                                          {.event = query->event,
                                           .user = {},
                                           .from = query->filter.from,
                                           .to = query->filter.to,
                                           .existing_only = !sees_deleted(request)},
                                          query->page));
        const CalendarJson json(request);
        return numbered_page(request, query->page, found.count, found.rows,
                             [&](const model::CalendarUpdate& update, std::string& out) {
                                 json.update(update, out);
                             });
    });
}

Task<http::Response> get_calendar_update(Api& api, http::Request& request) {
    return answer_calendar(api, request, [&api, &request]() -> Result<http::Response> {
        const auto id = path_id<CalendarUpdateId>(request);
        if (!id) return error(request, Code::kNotFound);
        auto& history = api.services.catalog.calendar_history();
        EYED_ASSIGN(const auto update, history.by_id(*id));
        EYED_ASSIGN(const bool exists, history.event_exists(update.event));
        if (!exists && !sees_deleted(request)) return error(request, Code::kNotFound);
        std::string body;
        CalendarJson(request).update(update, body);
        return http::json(200, std::move(body));
    });
}

}  // namespace eyed::api
