#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "auth/memory_authenticator.h"
#include "base/logger.h"
#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "model/audit.h"

namespace eyed::auth {

/// Logins by JWT: a short-lived access token, which nothing is stored of, and a refresh token that
/// counts once and gives the next pair. A refresh token that comes a second time was stolen, or its
/// answer was lost: then all refresh tokens of the same login are revoked; access tokens that are
/// out count until they expire. A new password and a deactivation end both kinds at once.
/// Thread-safe; all but is_ours() blocks on the catalog. What it refers to must outlive it.
class LoginTokens {
  public:
    struct Parts {
        catalog::Catalog& catalog;
        const MemoryAuthenticator& authenticator;  ///< its trust has the server's secret
        const Clock& clock;
        Logger& logger;
        std::chrono::microseconds access_lifetime;
        std::chrono::microseconds refresh_lifetime;
    };
    explicit LoginTokens(const Parts& parts) : parts_(parts) {}

    struct Pair {
        std::string access;
        std::string refresh;
    };
    /// For a user who has logged in. kNotFound: the authenticator does not know them.
    [[nodiscard]] Result<Pair> issue(const VerifiedUser& verified);
    /// Whether this installation signed the token and its time is not over: then nobody guesses.
    bool is_ours(std::string_view token) const;
    /// kUnauthenticated: the token does not count (any more).
    [[nodiscard]] Result<Pair> refresh(std::string_view token);
    /// Revokes all refresh tokens of the login that the token came from; one that has been used
    /// already will do, and is told as a second use. kUnauthenticated: nothing is left to revoke.
    [[nodiscard]] Status revoke(std::string_view token);
    /// Whether an access or a refresh token of ours counts now. kUnauthenticated: it does not.
    [[nodiscard]] Status verify(std::string_view token);
    /// Forgets refresh tokens whose time is over.
    [[nodiscard]] Status purge();

  private:
    struct Owned {
        MemoryAuthenticator::KnownUser user;
        std::string digest;  ///< of the token's id
    };
    Result<Owned> refresh_owner(std::string_view token) const;
    void warn_of_reuse(const model::User& user) const;
    JwtClaims claims_of(const MemoryAuthenticator::KnownUser& known, std::string_view type) const;
    Pair sign_pair(const MemoryAuthenticator::KnownUser& known, const JwtClaims& refresh) const;

    Parts parts_;
};

}  // namespace eyed::auth
