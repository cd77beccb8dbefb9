#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/jwt_trust.h"
#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "model/account.h"
#include "model/principal.h"

namespace eyed::auth {

/// Somebody who has given the right password.
struct VerifiedUser {
    model::User user;
    /// As it was when they gave it. What is made of the login bears this one and not today's: a
    /// password that is new since ends it, too.
    std::string session_nonce;
};

/// Turns a request's credentials into a principal, from memory: no disk, no waiting, from any
/// thread. Holds a snapshot of users and keys that reload() swaps whole; see Accounts, which calls
/// it. What is neither a key nor a user's default token may be a JWT: see JwtTrust.
class MemoryAuthenticator {
  public:
    explicit MemoryAuthenticator(const Clock& clock, JwtTrust trust = {});
    ~MemoryAuthenticator();

    /// Takes the value of an Authorization header (empty: there is none). `Token` and `Bearer` mean
    /// the same, in any case. kUnauthenticated, with the detail "missing": no header, or another
    /// scheme; with "invalid", or "invalid: <why>" (a sentence in pyjwt's words, of a JWT or of
    /// whatever else came as `Bearer`): unknown, expired or revoked, or whom it stands for is
    /// inactive: its user, or its application's owner.
    [[nodiscard]] Result<model::Principal> authenticate(std::string_view authorization) const;

    /// A user as far as browser sessions need them.
    struct KnownUser {
        model::User user;
        std::string session_nonce;
        bool reads_all = false;  ///< by their role, or granted to their application
        /// As a principal: all scopes, the user's own application.
        model::Principal principal() const;
    };
    /// nullopt: there is none, or they are inactive.
    std::optional<KnownUser> user(UserId id) const;
    /// Whose token of ours these claims are, if it is of that type (`access`, `refresh`).
    /// kUnauthenticated, with a sentence: another type, the user is inactive or has a new password.
    [[nodiscard]] Result<KnownUser> jwt_user(const JwtClaims& claims, std::string_view type) const;
    const JwtTrust& trust() const { return trust_; }
    /// Whether anybody can log in: false until the first user is made.
    bool has_users() const;
    /// The name of an application, and its id by name; empty, or nullopt, when unknown.
    std::string application_name(ApplicationId id) const;
    std::optional<ApplicationId> application_by_name(std::string_view name) const;
    /// The applications that a user owns, their own one among them.
    std::vector<ApplicationId> applications_of(UserId owner) const;

    /// Reads users, applications and keys anew. Blocks on the catalog. After an error the old
    /// snapshot holds.
    [[nodiscard]] Status reload(catalog::Catalog& catalog);
    /// When each key was last used, as far as not told yet.
    std::vector<std::pair<KeyId, Micros>> take_uses();

  private:
    struct Snapshot;
    static void collect_uses(const Snapshot& from, std::vector<std::pair<KeyId, Micros>>& into);
    std::shared_ptr<const Snapshot> snapshot() const;
    Result<model::Principal> by_key(std::string_view secret) const;
    Result<model::Principal> by_jwt(std::string_view token) const;

    const Clock& clock_;
    const JwtTrust trust_;
    std::mutex reload_mutex_;   ///< one reload at a time, so that an older one never wins
    mutable std::mutex mutex_;  ///< guards the pointer snapshot_, and past_uses_
    std::shared_ptr<const Snapshot> snapshot_;
    std::vector<std::pair<KeyId, Micros>> past_uses_;  ///< of snapshots that were swapped out
};

}  // namespace eyed::auth
