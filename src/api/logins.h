#pragma once

#include <array>
#include <chrono>
#include <string_view>

#include "api/flow.h"
#include "api/seed_fields.h"
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

/// What a body with credentials has.
inline constexpr std::array kCredentialFields{SeedField{"username", SeedField::Kind::kName},
                                              SeedField{"password"}};

/// 429 in DRF's words.
http::Response throttled(const http::Request& request, std::chrono::seconds wait);

/// Sets Retry-After, in whole seconds.
void set_retry_after(std::chrono::seconds wait, http::Response& response);

}  // namespace eyed::api
