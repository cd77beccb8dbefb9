#include "api/logins.h"

#include <fmt/format.h>

#include <string>

#include "auth/accounts.h"
#include "auth/login_throttle.h"
#include "http/message.h"

namespace eyed::api {

Task<Login> log_in(Api& api, const http::Request& request, Credentials credentials) {
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
