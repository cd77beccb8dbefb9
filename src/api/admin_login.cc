// Logging in and out of the administration.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "api/admin.h"
#include "api/errors.h"
#include "api/guard.h"
#include "api/handlers.h"
#include "api/logins.h"
#include "api/pages.h"
#include "base/uuid.h"
#include "http/percent.h"
#include "http/router.h"

namespace eyed::api {

using auth::BrowserSessions;

namespace {

/// Ties the login form to the browser that got it (double submit), as there is no session yet.
constexpr std::string_view kLoginCookie = "eyed_login";
constexpr std::int64_t kLoginCookie_s = 3600;

struct LoginForm {
    std::string_view username;
    std::string_view next;
    std::string_view error;
};

http::Response login_form(const http::Request& request, int status, const LoginForm& form) {
    const auto known = http::cookie(request.header("Cookie"), kLoginCookie);
    const std::string token =
        known && known->size() == 36 ? std::string(*known) : to_string(random_uuid());
    Html html;
    html.raw("<form class=\"card\" method=\"post\" action=\"/admin/login/\">");
    append_field({.name = "csrf_token", .type = "hidden", .value = token}, html);
    append_field({.name = "next", .type = "hidden", .value = form.next}, html);
    append_field(
        {.name = "username", .label = "Name", .value = form.username, .autocomplete = "username"},
        html);
    append_field({.name = "password",
                  .label = "Password",
                  .type = "password",
                  .error = form.error,
                  .autocomplete = "current-password"},
                 html);
    html.raw("<button>Log in</button></form>");
    http::Response response = page(status, {.title = "Log in"}, html.take());
    response.headers.push_back(cookie_header(request, kLoginCookie, token, kLoginCookie_s));
    return response;
}

bool login_token_matches(const http::Request& request, const http::Form& form) {
    const auto cookie = http::cookie(request.header("Cookie"), kLoginCookie);
    return cookie && !cookie->empty() && *cookie == value_of(form, "csrf_token");
}

bool needs_session(const http::Request& request) {
    return request.route != nullptr && request.route->pattern.starts_with("/admin/events");
}

}  // namespace

std::string safe_next(std::string_view next) {
    const std::string_view path = next.substr(0, next.find('?'));
    const bool plain = std::ranges::all_of(path, [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '/' || c == '-' || c == '_';
    });
    const bool visible =
        std::ranges::all_of(next, [](unsigned char c) { return c > ' ' && c < 0x7F; });
    const bool ours = path.starts_with("/admin/") && plain && visible &&
                      path.find("//") == std::string_view::npos;
    return std::string(ours ? next : kTypesPath);
}

http::Response csrf_refusal() {
    return message_page(403, {.title = "Not allowed"},
                        "This form is out of date or came from elsewhere. Open the page again, "
                        "and allow its cookies.");
}

http::Response fail_page(const Api& api, const http::Request& request, const Error& failure) {
    const http::Response told = fail(api, request, failure);
    const ErrorKind& kind = kind_of(failure.code);
    http::Response response = message_page(
        kind.status, {.title = kind.title},
        kind.detail == ErrorKind::Detail::kFixed ? kind.text : std::string_view(failure.detail));
    for (const http::Header& header : told.headers)
        response.headers.push_back(header);
    return response;
}

http::Response failure_page(const http::Request& request, const http::Failure& failure) {
    if (!http::is_within(request.path, "/admin") || !wants_page(request))
        return render_failure(request, failure);
    return message_page(failure.status, {.title = http::reason_phrase(failure.status)},
                        failure.status == 404 ? "There is no such page." : failure.detail);
}

std::optional<http::Response> guard_page(const BrowserSessions& sessions,
                                         const http::Request& request) {
    if (!needs_session(request)) return std::nullopt;
    const auto session = session_of(sessions, request);
    if (!session) {
        const bool returns = request.method == http::Method::kGet;
        const std::string next =
            returns ? fmt::format("?next={}", http::percent_encode(request.target)) : "";
        return see_other(fmt::format("{}{}", kLoginPath, next));
    }
    if (session->user.role < model::Role::kStaff)
        return message_page(403, {.title = "Not allowed", .session = &*session},
                            "The administration is for staff and superusers.");
    return std::nullopt;
}

Task<http::Response> admin_login_page(Api&, http::Request& request) {
    const auto query = http::Form::parse(request.query);
    const std::string next = safe_next(query ? value_of(*query, "next") : std::string_view());
    co_return login_form(request, 200, {.next = next});
}

Task<http::Response> admin_login(Api& api, http::Request& request) {
    const Result<http::Form> form = read_form(request);
    if (!form) co_return fail_page(api, request, form.error());
    if (!login_token_matches(request, *form)) co_return csrf_refusal();
    const std::string next = safe_next(value_of(*form, "next"));
    const Credentials credentials{value_of(*form, "username"), value_of(*form, "password")};
    const SignIn signed_in = co_await sign_in(api, request, credentials);
    LoginForm again{.username = credentials.name, .next = next};
    if (signed_in.wait.count() > 0) {
        const std::string text = fmt::format("Too many tries. Wait {} s.", signed_in.wait.count());
        again.error = text;
        http::Response response = login_form(request, 429, again);
        set_retry_after(signed_in.wait, response);
        co_return response;
    }
    const Result<std::string>& cookie = signed_in.cookie;
    if (!cookie && cookie.error().code == Code::kUnauthenticated) {
        again.error = "Name and password do not belong together.";
        co_return login_form(request, 200, again);
    }
    if (!cookie) co_return fail_page(api, request, cookie.error());
    http::Response response = logged_in(request, api.services.settings, *cookie, next);
    response.headers.push_back(cookie_header(request, kLoginCookie, "", 0));
    co_return response;
}

Task<http::Response> admin_logout(Api& api, http::Request& request) {
    const auto session = session_of(api.services.sessions, request);
    if (!session) co_return see_other(std::string(kLoginPath));
    const Result<http::Form> form = read_form(request);
    if (!form || !BrowserSessions::csrf_matches(*session, value_of(*form, "csrf_token")))
        co_return csrf_refusal();
    Result<http::Header> cleared = co_await sign_out(api, request, *session);
    if (!cleared) co_return fail_page(api, request, cleared.error());
    http::Response response = see_other(std::string(kLoginPath));
    response.headers.push_back(*std::move(cleared));
    co_return response;
}

}  // namespace eyed::api
