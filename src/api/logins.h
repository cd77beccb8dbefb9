#pragma once

#include <chrono>
#include <expected>
#include <string_view>

#include "api/flow.h"
#include "auth/browser_sessions.h"
#include "auth/memory_authenticator.h"

namespace eyed::api {

/// What became of a try to log in.
struct Login {
    std::chrono::seconds wait{0};  ///< over zero: too many tries; `user` says nothing
    Result<auth::VerifiedUser> user = failure(Code::kUnauthenticated, "");
};
struct Credentials {
    std::string_view name;  ///< both views must live until the task has ended
    std::string_view password;
};
/// Checks name, without the spaces around it, and password on the hashing lane, throttled before
/// that by user and address.
/// kUnauthenticated: they do not belong together; kOverloaded: too many are being checked.
Task<Login> log_in(Api& api, const http::Request& request, Credentials credentials);

/// The same with the `username` and `password` of the request's body, JSON or a form. Else the
/// answer that refuses it: `wrong(request)` for credentials that do not belong together.
Task<std::expected<auth::VerifiedUser, http::Response>> log_in_by_body(
    Api& api, const http::Request& request, http::Response (*wrong)(const http::Request&));

/// A login of a browser: the value of its session's cookie.
struct SignIn {
    std::chrono::seconds wait{0};  ///< over zero: too many tries; `cookie` says nothing
    Result<std::string> cookie = failure(Code::kUnauthenticated, "");
};
/// log_in() that begins a session; its errors, and those of BrowserSessions::start.
Task<SignIn> sign_in(Api& api, const http::Request& request, Credentials credentials);
/// Ends a session, whose CSRF token has been seen; gives the `Set-Cookie` that says so.
Task<Result<http::Header>> sign_out(Api& api, const http::Request& request,
                                    auth::BrowserSessions::Session session);

/// 429 in DRF's words.
http::Response throttled(const http::Request& request, std::chrono::seconds wait);

/// Sets Retry-After, in whole seconds.
void set_retry_after(std::chrono::seconds wait, http::Response& response);

}  // namespace eyed::api
