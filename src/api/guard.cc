#include "api/guard.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/admin.h"
#include "api/errors.h"
#include "http/forms.h"
#include "http/router.h"

namespace eyed::api {

using auth::BrowserSessions;

namespace {

/// Whether this is a read of which the browser says that no other site caused it, but a page of
/// ours or the person themselves (Fetch Metadata; sites cannot set the header).
bool is_own_read(const http::Request& request) {
    const std::string_view site = request.header("Sec-Fetch-Site");
    return (request.method == http::Method::kGet || request.method == http::Method::kHead) &&
           (site == "same-origin" || site == "none");
}

/// kForbidden: a cookie with another session's CSRF token.
Result<model::Principal> identify(const Identities& identities, const http::Request& request) {
    auto principal = identities.authenticator.authenticate(request.header("Authorization"));
    if (principal || principal.error().detail != "missing") return principal;
    const std::string_view csrf = request.header("X-CSRF-Token");
    if (csrf.empty() && !is_own_read(request)) return principal;
    const auto session = session_of(identities.sessions, request);
    if (!session) return principal;
    if (!csrf.empty() && !BrowserSessions::csrf_matches(*session, csrf))
        return failure(Code::kForbidden, "CSRF Failed: CSRF token missing or incorrect.");
    return session->principal;
}

Error lacks_scope(const model::Principal& principal, model::Scope scope) {
    return {Code::kForbidden,
            fmt::format("This {} lacks the scope “{}”.", principal.key ? "key" : "token",
                        model::scope_name(scope))};
}

Error lacks_role(model::Role role) {
    return {Code::kForbidden, fmt::format("This needs the role “{}”.", model::role_name(role))};
}

}  // namespace

std::optional<BrowserSessions::Session> session_of(const BrowserSessions& sessions,
                                                   const http::Request& request) {
    const auto value = http::cookie(request.header("Cookie"), kSessionCookie);
    if (!value) return std::nullopt;
    auto session = sessions.find(*value);
    if (!session) return std::nullopt;
    return *std::move(session);
}

namespace {

/// Nobody in particular, where everybody is welcome: but not as the tool of another site.
std::optional<http::Response> guard_stranger(const Identities& identities,
                                             const http::Request& request) {
    if (request.method == http::Method::kGet || request.method == http::Method::kHead)
        return std::nullopt;
    const std::string_view origin = request.header("Origin");
    const auto is_origin = [origin](const std::string& known) {
        return known == "*" || known == origin;
    };
    if (origin.empty() || origin == request.base_url() ||
        std::ranges::any_of(identities.cors_origins, is_origin))
        return std::nullopt;
    return error(request, Error{Code::kForbidden,
                                "A page of another site may not change anything here without "
                                "credentials."});
}

}  // namespace

std::optional<http::Response> guard(const Identities& identities, http::Request& request) {
    if (request.route == nullptr) return std::nullopt;
    const model::Scope scope = request.route->scope;
    const bool optional = request.route->credentials == http::Credentials::kIfGiven;
    if (scope == model::Scope::kOpen && !optional) return guard_page(identities.sessions, request);
    auto principal = identify(identities, request);
    if (!principal && optional && principal.error().detail == "missing")
        return guard_stranger(identities, request);
    if (!principal) return error(request, principal.error());
    request.principal = *principal;  // the log names who was refused, too
    if (!principal->scopes.has(scope)) return error(request, lacks_scope(*principal, scope));
    if (principal->role < request.route->role)
        return error(request, lacks_role(request.route->role));
    if (scope == model::Scope::kIngest && !principal->application)
        return error(request, Code::kForbidden);
    return std::nullopt;
}

}  // namespace eyed::api
