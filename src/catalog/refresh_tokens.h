#pragma once

#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "model/audit.h"

namespace eyed::catalog {

class Connection;

/// A refresh token as it is kept: its secret is nowhere.
struct RefreshToken {
    std::string digest;  ///< SHA-256 of its `jti`, 64 hex digits
    std::string family;  ///< all that came from one login share it
    UserId user;
    Micros issued_at;
    Micros expires_at;
};

/// Refresh tokens of JWT logins: each counts once, and gives another of its family. Threads and
/// errors: see Catalog.
class RefreshTokens {
  public:
    explicit RefreshTokens(Connection& connection) : connection_(connection) {}

    /// The first of a family, or the only one.
    [[nodiscard]] Status add(const RefreshToken& token);

    enum class Use {
        kUsed,      ///< it counted; it does no longer
        kInvalid,   ///< unknown, expired, or revoked
        kUsedTwice  ///< it had been used before: its whole family is revoked now, and audited
    };
    /// Uses up the token of `digest` and then stores `next` (whose family is ignored) in its
    /// family, in one transaction: of two that bring the same token one alone gets kUsed.
    [[nodiscard]] Result<Use> rotate(const std::string& digest, const RefreshToken& next,
                                     const model::Actor& by);
    /// Whether the token would still count at `now`.
    [[nodiscard]] Result<bool> counts(const std::string& digest, Micros now);
    /// Revokes the token's whole family, and stores no next one. Of a token that had been used
    /// before too (kUsedTwice): whoever holds what followed it may be a thief.
    [[nodiscard]] Result<Use> revoke_family(const std::string& digest, const model::Change& change);
    /// Forgets those that expired before `now`.
    [[nodiscard]] Status purge(Micros now);

  private:
    Connection& connection_;
};

}  // namespace eyed::catalog
