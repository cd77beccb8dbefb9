#include "api/guard.h"

#include <fmt/format.h>

#include "api/admin.h"
#include "api/errors.h"
#include "http/forms.h"
#include "http/router.h"

namespace eyed::api {

using auth::BrowserSessions;

namespace {

/// kForbidden: a cookie with another session's CSRF token.
Result<model::Principal> identify(const Identities& identities, const http::Request& request) {
    auto principal = identities.authenticator.authenticate(request.header("Authorization"));
    if (principal || principal.error().detail != "missing") return principal;
    const std::string_view csrf = request.header("X-CSRF-Token");
    if (csrf.empty()) return principal;
    const auto session = session_of(identities.sessions, request);
    if (!session) return principal;
    if (!BrowserSessions::csrf_matches(*session, csrf))
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

std::optional<http::Response> guard(const Identities& identities, http::Request& request) {
    if (request.route == nullptr) return std::nullopt;
    const model::Scope scope = request.route->scope;
    if (scope == model::Scope::kOpen) return guard_page(identities.sessions, request);
    auto principal = identify(identities, request);
    if (!principal) return error(request, principal.error());
    if (!principal->scopes.has(scope)) return error(request, lacks_scope(*principal, scope));
    if (principal->role < request.route->role)
        return error(request, lacks_role(request.route->role));
    if (scope == model::Scope::kIngest && !principal->application)
        return error(request, Code::kForbidden);
    request.principal = *principal;
    return std::nullopt;
}

}  // namespace eyed::api
