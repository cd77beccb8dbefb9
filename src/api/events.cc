// Reading and changing events, in both families of routes: what each adds to acts.h.
#include "api/acts.h"
#include "api/handlers.h"
#include "api/lists.h"

namespace eyed::api {

Task<http::Response> list_events_seed(Api& api, http::Request& request) {
    query::ParameterErrors errors;
    query::EventsQuery query = query::seed_events(request.query, errors);
    if (!errors.empty()) co_return parameter_errors(request, errors);
    http::Response response = co_await answer_events(api, request, std::move(query));
    co_return response;
}

Task<http::Response> list_events(Api& api, http::Request& request) {
    query::ParameterErrors errors;
    query::EventsQuery query = query::native_events(request.query, errors);
    if (!errors.empty()) co_return parameter_errors(request, errors);
    http::Response response = co_await answer_events(api, request, std::move(query));
    co_return response;
}

Task<http::Response> get_event_seed(Api& api, http::Request& request) {
    return answer_event(api, request);
}

Task<http::Response> get_event(Api& api, http::Request& request) {
    return answer_event(api, request);
}

Task<http::Response> replace_event_seed(Api& api, http::Request& request) {
    return edit_event(api, request, Change::kReplace);
}

Task<http::Response> change_event(Api& api, http::Request& request) {
    return edit_event(api, request, Change::kPatch);
}

}  // namespace eyed::api
