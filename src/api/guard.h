#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "auth/browser_sessions.h"
#include "auth/memory_authenticator.h"
#include "http/message.h"

namespace eyed::api {

/// The name of the cookie that carries a browser's login.
inline constexpr std::string_view kSessionCookie = "eyed_session";

/// What tells callers apart.
struct Identities {
    const auth::MemoryAuthenticator& authenticator;
    const auth::BrowserSessions& sessions;
    std::span<const std::string> cors_origins = {};  ///< whose pages may change what is open
};

/// The one place that turns a request into a principal. By the Authorization header (`Token` or
/// `Bearer`), else by a browser's session cookie together with the session's CSRF token in
/// `X-CSRF-Token`, or, for reads, with the browser's word that no other site caused them
/// (`Sec-Fetch-Site`): a cookie alone, which any site may cause to be sent, is nobody. Refuses with
/// 401 when there is nobody, with 403 when the route's scope is not granted or its role not
/// reached, and says which. Open routes are let through, those with Credentials::kIfGiven with whom
/// they name; those of the admin pages but the login send strangers there. Does not block.
std::optional<http::Response> guard(const Identities& identities, http::Request& request);

/// The browser session that a request's cookie stands for.
std::optional<auth::BrowserSessions::Session> session_of(const auth::BrowserSessions& sessions,
                                                         const http::Request& request);

}  // namespace eyed::api
