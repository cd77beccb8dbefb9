// /api/v1/session: signing in and out by script, for pages that ask the API. The session is the one
// of the administration.
#include "api/account_answers.h"
#include "api/guard.h"
#include "api/handlers.h"
#include "api/logins.h"
#include "api/pages.h"
#include "base/json_members.h"

namespace eyed::api {

using auth::BrowserSessions;

namespace {

/// `{"username":…,"role":…,"csrf_token":…}`, all null when nobody is signed in.
http::Response session_json(const std::optional<BrowserSessions::Session>& session) {
    std::string body = "{";
    if (session) {
        append_text_member("username", session->user.name, body);
        append_text_member("role", model::role_name(session->user.role), body);
        append_text_member("csrf_token", session->csrf, body);
    } else {
        for (const char* name : {"username", "role", "csrf_token"})
            append_json_member(name, {}, body);
    }
    body += '}';
    http::Response response = http::json(200, std::move(body));
    never_store(response);
    return response;
}

/// No form of another site's sends this type, and no script of one may.
bool is_json(const http::Request& request) {
    return http::media_type(request.content_type) == "application/json";
}

}  // namespace

Task<http::Response> get_browser_session(Api& api, http::Request& request) {
    co_return session_json(session_of(api.services.sessions, request));
}

Task<http::Response> start_browser_session(Api& api, http::Request& request) {
    if (!is_json(request)) co_return unsupported_media_type(request);
    auto body = json_body_of(request);
    if (!body) co_return std::move(body).error();
    const std::string name = body->required_text("username");
    const std::string password = body->required_text("password");
    if (const auto& faults = body->finish(); !faults.empty())
        co_return field_errors(request, faults);

    const SignIn signed_in = co_await sign_in(api, request, {name, password});
    if (signed_in.wait.count() > 0) co_return throttled(request, signed_in.wait);
    const Result<std::string>& cookie = signed_in.cookie;
    if (!cookie && cookie.error().code == Code::kUnauthenticated)
        co_return error_status(request, 401, "Name and password do not belong together.");
    if (!cookie) co_return fail(api, request, cookie.error());
    const Result<BrowserSessions::Session> session = api.services.sessions.find(*cookie);
    if (!session) co_return fail(api, request, session.error());
    http::Response response = session_json(*session);
    response.headers.push_back(session_cookie(request, api.services.settings, *cookie));
    co_return response;
}

Task<http::Response> end_browser_session(Api& api, http::Request& request) {
    const auto session = session_of(api.services.sessions, request);
    const std::string_view csrf = request.header("X-CSRF-Token");
    if (!session || !BrowserSessions::csrf_matches(*session, csrf))
        co_return error(request, Code::kNotFound);
    Result<http::Header> cleared = co_await sign_out(api, request, *session);
    if (!cleared) co_return fail(api, request, cleared.error());
    http::Response response = http::empty(204);
    response.headers.push_back(*std::move(cleared));
    never_store(response);
    co_return response;
}

}  // namespace eyed::api
