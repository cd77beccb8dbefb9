#include "api/logins.h"

#include <fmt/format.h>

#include <array>
#include <string>

#include "api/guard.h"
#include "api/pages.h"
#include "api/seed_fields.h"
#include "auth/accounts.h"
#include "auth/login_throttle.h"
#include "base/ascii.h"
#include "http/message.h"

namespace eyed::api {

Task<Login> log_in(Api& api, const http::Request& request, Credentials credentials) {
    credentials.name = trimmed(credentials.name);
    const auth::LoginThrottle::Who who{credentials.name, request.peer};
    Login login;
    login.wait = api.services.throttle.take(who);
    if (login.wait.count() > 0) co_return login;
    auto check = [&api, credentials] {
        return api.services.accounts.login({credentials.name, credentials.password});
    };
    login.user = co_await on_worker(api.services.lanes.hashing, request, std::move(check));
    if (login.user)
        api.services.throttle.succeeded(who);
    else if (login.user.error().code != Code::kUnauthenticated)
        api.services.throttle.unchecked(who);
    co_return login;
}

Task<std::expected<auth::VerifiedUser, http::Response>> log_in_by_body(
    Api& api, const http::Request& request, http::Response (*wrong)(const http::Request&)) {
    static constexpr std::array kFields{SeedField{"username", SeedField::Kind::kName},
                                        SeedField{"password"}};
    const auto read = read_seed_fields(request, kFields);
    if (!read) co_return std::unexpected(unsupported_media_type(request));
    const Result<SeedFields>& fields = *read;
    if (!fields) co_return std::unexpected(fail(api, request, fields.error()));
    if (!fields->errors.empty()) co_return std::unexpected(field_errors(request, fields->errors));

    Task<Login> logging_in = log_in(api, request, {fields->values[0], fields->values[1]});
    Login login = co_await logging_in;
    if (login.wait.count() > 0) co_return std::unexpected(throttled(request, login.wait));
    if (login.user) co_return *std::move(login.user);
    if (login.user.error().code == Code::kUnauthenticated)
        co_return std::unexpected(wrong(request));
    co_return std::unexpected(fail(api, request, login.user.error()));
}

Task<SignIn> sign_in(Api& api, const http::Request& request, Credentials credentials) {
    const Login login = co_await log_in(api, request, credentials);
    SignIn made{.wait = login.wait};
    if (login.wait.count() > 0) co_return made;
    if (login.user)
        made.cookie = api.services.sessions.start(*login.user);
    else
        made.cookie = std::unexpected(login.user.error());
    co_return made;
}

Task<Result<http::Header>> sign_out(Api& api, const http::Request& request,
                                    auth::BrowserSessions::Session session) {
    auto end = [&api, &session] { return api.services.sessions.end(session); };
    const Status ended = co_await on_worker(api.services.lanes.catalog, request, std::move(end));
    if (!ended) co_return std::unexpected(ended.error());
    co_return cookie_header(request, kSessionCookie, "", 0);
}

http::Response throttled(const http::Request& request, std::chrono::seconds wait) {
    http::Response response =
        error_status(request, 429,
                     fmt::format("Request was throttled. Expected available in {} second{}.",
                                 wait.count(), wait.count() == 1 ? "" : "s"));
    set_retry_after(wait, response);
    return response;
}

void set_retry_after(std::chrono::seconds wait, http::Response& response) {
    std::erase_if(response.headers, [](const http::Header& h) { return h.name == "Retry-After"; });
    response.headers.push_back({"Retry-After", std::to_string(wait.count())});
}

}  // namespace eyed::api
