#pragma once

#include <chrono>
#include <expected>
#include <string_view>

#include "api/flow.h"
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
/// Checks name and password on the hashing lane, throttled before that by user and address.
/// kUnauthenticated: they do not belong together; kOverloaded: too many are being checked.
Task<Login> log_in(Api& api, const http::Request& request, Credentials credentials);

/// The same with the `username` and `password` of the request's body, JSON or a form. Else the
/// answer that refuses it: `wrong(request)` for credentials that do not belong together.
Task<std::expected<auth::VerifiedUser, http::Response>> log_in_by_body(
    Api& api, const http::Request& request, http::Response (*wrong)(const http::Request&));

/// 429 in DRF's words.
http::Response throttled(const http::Request& request, std::chrono::seconds wait);

/// Sets Retry-After, in whole seconds.
void set_retry_after(std::chrono::seconds wait, http::Response& response);

}  // namespace eyed::api
