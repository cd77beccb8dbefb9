#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "model/account.h"
#include "model/principal.h"

namespace eyed::auth {

/// Turns a request's credentials into a principal, from memory: no disk, no waiting, from any
/// thread. Holds a snapshot of users and keys that reload() swaps whole; see Accounts, which calls
/// it.
class MemoryAuthenticator {
  public:
    explicit MemoryAuthenticator(const Clock& clock);
    ~MemoryAuthenticator();

    /// Takes the value of an Authorization header (empty: there is none). `Token` and `Bearer` mean
    /// the same, in any case. kUnauthenticated, with the detail "missing": no header, or another
    /// scheme; with "invalid": unknown, expired or revoked, or its user is inactive.
    [[nodiscard]] Result<model::Principal> authenticate(std::string_view authorization) const;

    /// A user as far as browser sessions need them.
    struct KnownUser {
        model::User user;
        std::string session_nonce;
    };
    /// nullopt: there is none, or they are inactive.
    std::optional<KnownUser> user(UserId id) const;
    /// Whether anybody can log in: false until the first user is made.
    bool has_users() const;
    /// The name of an application, and its id by name; empty, or nullopt, when unknown.
    std::string application_name(ApplicationId id) const;
    std::optional<ApplicationId> application_by_name(std::string_view name) const;

    /// Reads users, applications and keys anew. Blocks on the catalog. After an error the old
    /// snapshot holds.
    [[nodiscard]] Status reload(catalog::Catalog& catalog);
    /// When each key was last used, as far as not told yet.
    std::vector<std::pair<KeyId, Micros>> take_uses();

  private:
    struct Snapshot;
    static void collect_uses(const Snapshot& from, std::vector<std::pair<KeyId, Micros>>& into);
    std::shared_ptr<const Snapshot> snapshot() const;

    const Clock& clock_;
    std::mutex reload_mutex_;   ///< one reload at a time, so that an older one never wins
    mutable std::mutex mutex_;  ///< guards the pointer snapshot_, and past_uses_
    std::shared_ptr<const Snapshot> snapshot_;
    std::vector<std::pair<KeyId, Micros>> past_uses_;  ///< of snapshots that were swapped out
};

}  // namespace eyed::auth
