#pragma once

#include <cstdint>

#include "api/flow.h"
#include "query/cursor.h"
#include "query/parameters.h"

namespace eyed::api {

/// What both families of routes do with events, written once. How events are shown and refused
/// follows from the request's path (style_of).

/// A page of events. `query` is without errors. 403: another's application; 404: no such session.
Task<http::Response> answer_events(Api& api, http::Request& request, query::EventsQuery query,
                                   query::ListKind kind = query::ListKind::kEvents);

/// One event: 404 when there is none that the caller may read.
Task<http::Response> answer_event(Api& api, http::Request& request);

/// Erases an event, in one step as edit_event(): 204; 404 when there is none that the caller may
/// change.
Task<http::Response> erase_event(Api& api, http::Request& request);

enum class Change : std::uint8_t {
    kReplace,  ///< PUT: a whole event, checked as on POST /events
    kPatch,    ///< PATCH: some fields
};
/// Changes an event in one step that no other change comes between: 200 with the event as it is
/// now; 400 recorded as a rejection; 404. 503 when the store is too far behind to tell what the
/// event says now.
Task<http::Response> edit_event(Api& api, http::Request& request, Change change);

}  // namespace eyed::api
