#pragma once

#include <span>
#include <vector>

#include "api/calendar_flow.h"
#include "api/calendar_json.h"
#include "calendar/service.h"
#include "model/calendar.h"

namespace eyed::api {

/// The newest updates of each of `events`, by event: what of_event() picks from. At most 10 each,
/// and 4 MiB together; all are at updates/?event=.
Result<std::vector<model::CalendarUpdate>> updates_of(Api& api,
                                                      std::span<const model::CalendarEvent> events);
/// Of an event that is shown alone: at most 100, and 1 MiB.
Result<std::vector<model::CalendarUpdate>> updates_of(Api& api, const model::CalendarEvent& event);
std::span<const model::CalendarUpdate> of_event(const std::vector<model::CalendarUpdate>& updates,
                                                CalendarEventId id);

/// 409: the location is taken.
http::Response clash_refusal(const CalendarJson& json, const calendar::Service::Saved& saved);

/// What came of a change of an event, as its answer: 200 or 201 with the event, 400, 409. Tells
/// the log.
Result<http::Response> outcome_response(Api& api, const http::Request& request,
                                        const calendar::Service::Outcome& outcome, int status);

}  // namespace eyed::api
