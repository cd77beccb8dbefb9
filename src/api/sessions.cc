// Reading sessions, and a session's events.
#include "api/acts.h"
#include "api/handlers.h"
#include "api/lists.h"
#include "store/event_store.h"

namespace eyed::api {

namespace {

Result<Page> read_sessions(const Api& api, ErrorStyle style, const query::SessionsQuery& query) {
    EYED_ASSIGN(const auto found, api.services.store.sessions(query.filter, query.page));
    std::string next;
    if (found.more && !found.rows.empty())
        next = query::encode(store::SessionKey{found.rows.back().last, found.rows.back().session});
    const auto append = [&](const store::SessionRow& session, std::string& out) {
        if (style == ErrorStyle::kProblem)
            query::append_session(session, out);
        else
            query::append_seed_session(session, out);
    };
    return make_page(style, found.rows, std::move(next), append);
}

/// The session that the path names; nullopt: it names nothing, answer 404.
std::optional<Uuid> path_session(const http::Request& request) {
    const std::optional<Uuid> id = parse_uuid(request.parameter("id"));
    return id && !id->is_nil() ? id : std::nullopt;
}

Task<http::Response> answer_sessions(Api& api, http::Request& request, query::SessionsQuery query) {
    auto applications = readable(api.names, request.principal, query.application);
    if (!applications) co_return fail(api, request, applications.error());
    query.filter.applications = *std::move(applications);
    const ErrorStyle style = style_of(request.path);
    auto read = [&api, style, &query] { return read_sessions(api, style, query); };
    http::Response response =
        co_await answer_list(api, request, api.services.lanes.queries, std::move(read));
    co_return response;
}

}  // namespace

Task<http::Response> list_sessions_seed(Api& api, http::Request& request) {
    query::ParameterErrors errors;
    query::SessionsQuery query = query::seed_sessions(request.query, errors);
    if (!errors.empty()) co_return parameter_errors(request, errors);
    http::Response response = co_await answer_sessions(api, request, std::move(query));
    co_return response;
}

Task<http::Response> list_sessions(Api& api, http::Request& request) {
    query::ParameterErrors errors;
    query::SessionsQuery query = query::native_sessions(request.query, errors);
    if (!errors.empty()) co_return parameter_errors(request, errors);
    http::Response response = co_await answer_sessions(api, request, std::move(query));
    co_return response;
}

Task<http::Response> get_session(Api& api, http::Request& request) {
    const std::optional<Uuid> id = path_session(request);
    if (!id) co_return error(request, Code::kNotFound);
    const auto applications = readable(api.names, request.principal);
    if (!applications) co_return fail(api, request, applications.error());
    auto read = [&api, id, &applications]() -> Result<std::string> {
        EYED_ASSIGN(const auto session, api.services.store.session(*id, *applications));
        std::string body;
        query::append_session(session, body);
        return body;
    };
    http::Response response =
        co_await answer_one(api, request, api.services.lanes.queries, std::move(read));
    co_return response;
}

Task<http::Response> list_session_events(Api& api, http::Request& request) {
    const std::optional<Uuid> id = path_session(request);
    if (!id) co_return error(request, Code::kNotFound);
    query::ParameterErrors errors;
    query::EventsQuery query = query::session_events(*id, request.query, errors);
    if (!errors.empty()) co_return parameter_errors(request, errors);
    http::Response response =
        co_await answer_events(api, request, std::move(query), query::ListKind::kSessionEvents);
    co_return response;
}

}  // namespace eyed::api
