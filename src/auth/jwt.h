#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

struct evp_pkey_st;

namespace eyed::auth {

/// JSON Web Tokens (RFC 7519) in their compact form: checked, and signed with a shared secret.
/// Everything here is pure; any thread. OpenSSL does the cryptography. What RFC 8725 asks for: a
/// key is good for one algorithm alone, and what a token says of itself chooses nothing but which
/// of the configured keys is tried.

/// RFC 7518 §3.1, RFC 8037 §3.1. `none` is not among them.
enum class JwtAlgorithm : std::uint8_t {
    kHs256,
    kHs384,
    kHs512,
    kRs256,
    kRs384,
    kRs512,
    kPs256,
    kEs256,
    kEs384,
    kEdDsa,  ///< with Ed25519
};
/// `HS256` … `EdDSA`.
std::string_view algorithm_name(JwtAlgorithm algorithm);
bool is_hmac(JwtAlgorithm algorithm);

/// A key with the one algorithm that it is used with. A plain value.
class JwtKey {
  public:
    /// kInvalidArgument: no HMAC algorithm; the secret is empty, or it looks like a key file:
    /// whoever has the public key could then sign.
    [[nodiscard]] static Result<JwtKey> shared_secret(JwtAlgorithm algorithm,
                                                      std::string_view secret);
    /// kInvalidArgument: no PEM `PUBLIC KEY`; or one that does not fit the algorithm: its kind, its
    /// curve, RSA of fewer than 2048 bits (RFC 7518 §3.3).
    [[nodiscard]] static Result<JwtKey> public_key(JwtAlgorithm algorithm, std::string_view pem);

    JwtAlgorithm algorithm() const { return algorithm_; }
    /// Whether `signature`, as bytes, is this key's of `text`. MACs compare in constant time.
    bool verifies(std::string_view text, std::string_view signature) const;
    /// The MAC of `text`; the key must be a shared secret.
    std::string mac(std::string_view text) const;

  private:
    explicit JwtKey(JwtAlgorithm algorithm) : algorithm_(algorithm) {}

    JwtAlgorithm algorithm_;
    std::string secret_;
    std::shared_ptr<evp_pkey_st> public_key_;
};

/// A token's claims, as far as anybody here asks for them.
struct JwtClaims {
    std::optional<double> expires_at;  ///< `exp`, `nbf`, `iat`: seconds since 1970 (NumericDate)
    std::optional<double> not_before;
    std::optional<double> issued_at;
    std::optional<std::string> issuer;                  ///< `iss`
    std::optional<std::vector<std::string>> audiences;  ///< `aud`

    // Of our own tokens:
    std::string token_type;  ///< `access` or `refresh`
    std::string id;          ///< `jti`
    std::int64_t user_id = 0;
    std::string session;  ///< what a new password changes
};

/// Tokens over this are not looked at.
inline constexpr std::size_t kLongestJwt = 8192;

struct VerifiedJwt {
    std::size_t key = 0;  ///< index of the key that signed it
    JwtClaims claims;
};
/// The claims of a token that one of the keys signed; they are not checked yet. kUnauthenticated
/// says why not, in pyjwt's words.
[[nodiscard]] Result<VerifiedJwt> verify_jwt(std::string_view token, std::span<const JwtKey> keys);

/// What claims must be. An empty issuer is not asked for, and for an empty audience the claim may
/// not be there (RFC 7519 §4.1.3); else the claim must be there.
struct JwtRules {
    std::string issuer;
    std::string audience;
    std::chrono::microseconds leeway{0};
};
/// kUnauthenticated says what is wrong, in pyjwt's words.
[[nodiscard]] Status check_claims(const JwtClaims& claims, const JwtRules& rules, Micros now);

/// A token of ours: the times and what JwtClaims has of our own. The key must be a shared secret.
std::string sign_jwt(const JwtKey& key, const JwtClaims& claims);

}  // namespace eyed::auth
