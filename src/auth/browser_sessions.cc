#include "auth/browser_sessions.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "auth/tokens.h"
#include "catalog/ended_sessions.h"

namespace eyed::auth {
namespace {

constexpr std::size_t kNonceBytes = 16;

/// A cookie's parts: `USER.EXPIRES.NONCE.SIGNATURE`, numbers decimal, the rest hex.
struct Cookie {
    std::int64_t user = 0;
    std::int64_t expires_at = 0;
    std::string_view nonce;
    std::string_view signature;
};

std::optional<std::string_view> take_part(std::string_view& text) {
    const auto dot = text.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    const auto part = text.substr(0, dot);
    text.remove_prefix(dot + 1);
    return part;
}

bool read_number(std::string_view text, std::int64_t& into) {
    const auto* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, into);
    return error == std::errc{} && stopped == end;
}

std::optional<Cookie> parse(std::string_view text) {
    Cookie cookie;
    const auto user = take_part(text);
    const auto expires_at = take_part(text);
    const auto nonce = take_part(text);
    if (!user || !expires_at || !nonce || !read_number(*user, cookie.user) ||
        !read_number(*expires_at, cookie.expires_at))
        return std::nullopt;
    cookie.nonce = *nonce;
    cookie.signature = text;
    return cookie;
}

std::string signature_of(const ServerSecret& secret, const Cookie& cookie,
                         std::string_view session_nonce) {
    return to_hex(secret.sign("session", fmt::format("{}.{}.{}.{}", cookie.user, cookie.expires_at,
                                                     cookie.nonce, session_nonce)));
}

std::unexpected<Error> no_session() {
    return failure(Code::kUnauthenticated, "no session");
}

}  // namespace

Result<std::string> BrowserSessions::start(const VerifiedUser& verified) const {
    const UserId user = verified.user.id;
    if (!parts_.authenticator.user(user)) return failure(Code::kNotFound, "there is no such user");
    const auto nonce = random_hex(kNonceBytes);
    const Cookie cookie{user.value, (parts_.clock.now() + parts_.lifetime).value, nonce, {}};
    return fmt::format("{}.{}.{}.{}", cookie.user, cookie.expires_at, nonce,
                       signature_of(parts_.secret, cookie, verified.session_nonce));
}

Result<BrowserSessions::Session> BrowserSessions::find(std::string_view text) const {
    const auto cookie = parse(text);
    if (!cookie) return no_session();
    const auto known = parts_.authenticator.user(UserId{cookie->user});
    if (!known) return no_session();
    const auto expected = signature_of(parts_.secret, *cookie, known->session_nonce);
    if (!equal_in_constant_time(expected, cookie->signature)) return no_session();
    if (Micros{cookie->expires_at} <= parts_.clock.now()) return no_session();
    {
        const std::lock_guard lock(mutex_);
        if (ended_.find(cookie->nonce) != ended_.end()) return no_session();
    }
    return Session{known->user, std::string(cookie->nonce), Micros{cookie->expires_at},
                   to_hex(parts_.secret.sign("csrf", expected)), known->principal()};
}

bool BrowserSessions::csrf_matches(const Session& session, std::string_view sent) {
    return equal_in_constant_time(session.csrf, sent);
}

Status BrowserSessions::end(const Session& session) {
    {
        const std::lock_guard lock(mutex_);
        ended_.emplace(session.nonce, session.expires_at);
    }
    return parts_.catalog.ended_sessions().add({session.nonce, session.expires_at});
}

Status BrowserSessions::load() {
    EYED_ASSIGN(const auto sessions, parts_.catalog.ended_sessions().all());
    const std::lock_guard lock(mutex_);
    for (const auto& session : sessions)
        ended_.emplace(session.nonce, session.expires_at);
    return {};
}

Status BrowserSessions::purge() {
    const auto now = parts_.clock.now();
    {
        const std::lock_guard lock(mutex_);
        std::erase_if(ended_, [&](const auto& entry) { return entry.second < now; });
    }
    return parts_.catalog.ended_sessions().purge(now);
}

}  // namespace eyed::auth
