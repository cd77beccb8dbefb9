#include "api/calendar_outcome.h"

#include <algorithm>

#include "base/json_members.h"
#include "catalog/calendar_history.h"
#include "catalog/catalog.h"

namespace eyed::api {

using calendar::Service;
using catalog::CalendarHistory;
using model::CalendarEvent;
using model::CalendarUpdate;

namespace {

constexpr std::size_t kMiB = std::size_t{1024} * 1024;
constexpr CalendarHistory::Bounds kAlone{.updates = 100, .bytes = kMiB};
constexpr std::size_t kUpdatesInList = 10;
constexpr std::size_t kBytesOfList = 4 * kMiB;  // every event has the same share of it

}  // namespace

Result<std::vector<CalendarUpdate>> updates_of(Api& api, std::span<const CalendarEvent> events) {
    std::vector<CalendarEventId> ids;
    for (const CalendarEvent& event : events)
        ids.push_back(event.id);
    const std::size_t share = std::min(kMiB, kBytesOfList / std::max<std::size_t>(1, ids.size()));
    return api.services.catalog.calendar_history().of_events(ids, {kUpdatesInList, share});
}

Result<std::vector<CalendarUpdate>> updates_of(Api& api, const CalendarEvent& event) {
    return api.services.catalog.calendar_history().of_events({event.id}, kAlone);
}

std::span<const CalendarUpdate> of_event(const std::vector<CalendarUpdate>& updates,
                                         CalendarEventId id) {
    const auto [first, last] = std::ranges::equal_range(updates, id, {}, &CalendarUpdate::event);
    return {first, last};
}

http::Response clash_refusal(const CalendarJson& json, const Service::Saved& saved) {
    std::string body = "{";
    append_text_member("detail", calendar::kLocationTaken, body);
    json.clashes(saved.clashes, body);
    body += '}';
    return http::json(409, std::move(body));
}

Result<http::Response> outcome_response(Api& api, const http::Request& request,
                                        const Service::Outcome& outcome, int status) {
    if (!outcome.faults.empty()) return field_errors(request, field_errors_of(outcome.faults));
    const CalendarJson json(request);
    if (outcome.saved.refused) return clash_refusal(json, outcome.saved);
    tell_log(api);
    const CalendarEvent& event = outcome.saved.event;
    EYED_ASSIGN(const auto updates, updates_of(api, event));
    std::string body;
    json.saved(outcome.saved, updates, body);
    http::Response response = http::json(status, std::move(body));
    add_etag(event.revision, response);
    if (status == 201)
        response.headers.push_back({"Location", json.link("events", event.id.value)});
    return response;
}

}  // namespace eyed::api
