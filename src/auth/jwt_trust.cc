#include "auth/jwt_trust.h"

#include <fmt/format.h>

#include "auth/tokens.h"
#include "base/check.h"

namespace eyed::auth {
namespace {

constexpr std::uint64_t kLongestKeyFile = std::uint64_t{64} << 10U;

JwtKey own_key(const ServerSecret& secret) {
    auto key = JwtKey::shared_secret(JwtAlgorithm::kHs256, to_hex(secret.sign("jwt", "HS256")));
    EYED_CHECK(key.has_value());
    return *std::move(key);
}

JwtAlgorithm algorithm_of(config::JwtHmac algorithm) {
    switch (algorithm) {
        case config::JwtHmac::kHs384:
            return JwtAlgorithm::kHs384;
        case config::JwtHmac::kHs512:
            return JwtAlgorithm::kHs512;
        case config::JwtHmac::kHs256:
            break;
    }
    return JwtAlgorithm::kHs256;
}

JwtAlgorithm algorithm_of(config::JwtSignature algorithm) {
    using enum config::JwtSignature;
    switch (algorithm) {
        case kRs384:
            return JwtAlgorithm::kRs384;
        case kRs512:
            return JwtAlgorithm::kRs512;
        case kPs256:
            return JwtAlgorithm::kPs256;
        case kEs256:
            return JwtAlgorithm::kEs256;
        case kEs384:
            return JwtAlgorithm::kEs384;
        case kEdDsa:
            return JwtAlgorithm::kEdDsa;
        case kRs256:
            break;
    }
    return JwtAlgorithm::kRs256;
}

model::Scopes scopes_of(const std::vector<std::string>& names) {
    model::Scopes scopes;
    for (const auto& name : names)
        if (const auto scope = model::scope_named(name)) scopes = scopes.with(*scope);
    return scopes;
}

std::unexpected<Error> about(std::string_view setting, const Error& error) {
    return failure(error.code, fmt::format("{}: {}", setting, error.detail));
}

}  // namespace

JwtTrust::JwtTrust(const ServerSecret& secret, Elsewhere elsewhere)
    : secret_(secret), keys_{own_key(secret)}, elsewhere_(std::move(elsewhere)) {
    keys_.insert(keys_.end(), elsewhere_.keys.begin(), elsewhere_.keys.end());
}

Result<JwtTrust::Taken> JwtTrust::take(std::string_view token, Micros now) const {
    EYED_ASSIGN(auto verified, verify_jwt(token, keys_));
    Taken taken;
    taken.origin = verified.key == 0 ? Taken::Origin::kOwn : Taken::Origin::kElsewhere;
    taken.claims = std::move(verified.claims);
    const bool own = taken.origin == Taken::Origin::kOwn;
    EYED_TRY(check_claims(taken.claims, own ? JwtRules{} : elsewhere_.rules, now));
    return taken;
}

std::string JwtTrust::sign(const JwtClaims& claims) const {
    EYED_CHECK(secret_.has_value());
    return sign_jwt(keys_.front(), claims);
}

std::string JwtTrust::session_mark(UserId user, std::string_view session_nonce) const {
    EYED_CHECK(secret_.has_value());
    constexpr std::size_t kMarkDigits = 32;
    const auto code = secret_->sign("jwt session", fmt::format("{}.{}", user.value, session_nonce));
    return to_hex(code).substr(0, kMarkDigits);
}

Result<JwtTrust::Elsewhere> trust_elsewhere(const config::Settings& settings,
                                            io::FileSystem& files) {
    const auto& auth = settings.auth;
    JwtTrust::Elsewhere trust;
    trust.rules = {auth.jwt_issuer, auth.jwt_audience, auth.jwt_leeway};
    trust.application = auth.jwt_application;
    trust.scopes = scopes_of(auth.jwt_scopes);
    if (!auth.jwt_secret.empty()) {
        auto key = JwtKey::shared_secret(algorithm_of(auth.jwt_algorithm), auth.jwt_secret);
        if (!key) return about("auth.jwt_secret", key.error());
        trust.keys.push_back(*std::move(key));
    }
    if (!auth.jwt_public_key.empty()) {
        const auto pem = io::read_file(files, auth.jwt_public_key, kLongestKeyFile);
        if (!pem) return about("auth.jwt_public_key", pem.error());
        auto key = JwtKey::public_key(algorithm_of(auth.jwt_public_key_algorithm), *pem);
        if (!key) return about("auth.jwt_public_key", key.error());
        trust.keys.push_back(*std::move(key));
    }
    return trust;
}

}  // namespace eyed::auth
