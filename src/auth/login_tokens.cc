#include "auth/login_tokens.h"

#include <cmath>

#include "auth/tokens.h"
#include "catalog/refresh_tokens.h"

namespace eyed::auth {
namespace {

using catalog::RefreshToken;
using catalog::RefreshTokens;

constexpr std::size_t kIdBytes = 16;

std::unexpected<Error> does_not_count() {
    return failure(Code::kUnauthenticated, "Token is invalid or expired");
}

Micros instant(double seconds) {
    return Micros{std::llround(seconds * 1e6)};
}

RefreshToken record_of(const JwtClaims& claims) {
    return {.digest = token_digest(claims.id),
            .family = random_hex(kIdBytes),
            .user = UserId{claims.user_id},
            .issued_at = instant(*claims.issued_at),
            .expires_at = instant(*claims.expires_at)};
}

}  // namespace

JwtClaims LoginTokens::claims_of(const MemoryAuthenticator::KnownUser& known,
                                 std::string_view type) const {
    const auto lifetime = type == "access" ? parts_.access_lifetime : parts_.refresh_lifetime;
    JwtClaims claims;
    const double now = std::floor(static_cast<double>(parts_.clock.now().value) / 1e6);
    claims.issued_at = now;
    claims.expires_at = now + std::ceil(static_cast<double>(lifetime.count()) / 1e6);
    claims.token_type = type;
    claims.id = random_hex(kIdBytes);
    claims.user_id = known.user.id.value;
    claims.session = parts_.authenticator.trust().session_mark(known.user.id, known.session_nonce);
    return claims;
}

LoginTokens::Pair LoginTokens::sign_pair(const MemoryAuthenticator::KnownUser& known,
                                         const JwtClaims& refresh) const {
    const JwtTrust& trust = parts_.authenticator.trust();
    return {trust.sign(claims_of(known, "access")), trust.sign(refresh)};
}

Result<LoginTokens::Pair> LoginTokens::issue(const VerifiedUser& verified) {
    auto known = parts_.authenticator.user(verified.user.id);
    if (!known) return failure(Code::kNotFound, "there is no such user");
    known->session_nonce = verified.session_nonce;
    const JwtClaims refresh = claims_of(*known, "refresh");
    EYED_TRY(parts_.catalog.refresh_tokens().add(record_of(refresh)));
    return sign_pair(*known, refresh);
}

bool LoginTokens::is_ours(std::string_view token) const {
    const auto taken = parts_.authenticator.trust().take(token, parts_.clock.now());
    return taken && taken->origin == JwtTrust::Taken::Origin::kOwn;
}

Result<LoginTokens::Owned> LoginTokens::refresh_owner(std::string_view token) const {
    const auto taken = parts_.authenticator.trust().take(token, parts_.clock.now());
    if (!taken || taken->origin != JwtTrust::Taken::Origin::kOwn) return does_not_count();
    auto known = parts_.authenticator.jwt_user(taken->claims, "refresh");
    if (!known) return does_not_count();
    return Owned{*std::move(known), token_digest(taken->claims.id)};
}

Result<LoginTokens::Pair> LoginTokens::refresh(std::string_view token) {
    EYED_ASSIGN(const auto owned, refresh_owner(token));
    const JwtClaims next = claims_of(owned.user, "refresh");
    const model::Actor by{.user = owned.user.user.id};
    EYED_ASSIGN(const auto use,
                parts_.catalog.refresh_tokens().rotate(owned.digest, record_of(next), by));
    if (use == RefreshTokens::Use::kUsed) return sign_pair(owned.user, next);
    if (use == RefreshTokens::Use::kUsedTwice) warn_of_reuse(owned.user.user);
    return does_not_count();
}

void LoginTokens::warn_of_reuse(const model::User& user) const {
    parts_.logger.warning("a refresh token came a second time: its login is ended",
                          {{"user", std::string_view(user.name)}});
}

Status LoginTokens::revoke(std::string_view token) {
    EYED_ASSIGN(const auto owned, refresh_owner(token));
    const model::Actor by{.user = owned.user.user.id};
    EYED_ASSIGN(const auto use, parts_.catalog.refresh_tokens().revoke_family(
                                    owned.digest, {by, parts_.clock.now()}));
    if (use == RefreshTokens::Use::kInvalid) return does_not_count();
    if (use == RefreshTokens::Use::kUsedTwice) warn_of_reuse(owned.user.user);
    return {};
}

Status LoginTokens::verify(std::string_view token) {
    const auto taken = parts_.authenticator.trust().take(token, parts_.clock.now());
    if (!taken || taken->origin != JwtTrust::Taken::Origin::kOwn) return does_not_count();
    if (parts_.authenticator.jwt_user(taken->claims, "access")) return {};
    EYED_ASSIGN(const auto owned, refresh_owner(token));
    EYED_ASSIGN(const bool counts,
                parts_.catalog.refresh_tokens().counts(owned.digest, parts_.clock.now()));
    if (!counts) return does_not_count();
    return {};
}

Status LoginTokens::purge() {
    return parts_.catalog.refresh_tokens().purge(parts_.clock.now());
}

}  // namespace eyed::auth
