#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "catalog/row_page.h"
#include "model/account.h"
#include "model/audit.h"

namespace eyed::catalog {

class Connection;

/// A key with the digest that stands for its secret.
struct KeyRecord {
    model::Key key;
    std::string digest;  ///< SHA-256 of the secret, 64 hex digits
};

/// Keys. Threads and errors: see Catalog.
class Keys {
  public:
    explicit Keys(Connection& connection) : connection_(connection) {}

    /// All valid keys are read at each change: see MemoryAuthenticator.
    static constexpr long long kMostOfAnApplication = 1000;

    /// Stores a key (its id is ignored) and gives it an id; audited as `created`. kConflict:
    /// the application has kMostOfAnApplication valid ones; kInternal: the digest is there already.
    [[nodiscard]] Result<KeyId> create(const KeyRecord& key, const model::Actor& by);
    /// Stores `key` as its user's only default key: what was one before is revoked at
    /// key.created_at unless its digest is the same. Gives the id of the one that now holds.
    /// Audited as `revoked` and `created`.
    [[nodiscard]] Result<KeyId> put_default(const KeyRecord& key, const model::Actor& by);
    /// All, revoked ones included, by id.
    [[nodiscard]] Result<std::vector<KeyRecord>> all();
    /// Those that are neither revoked nor expired at `now`: what the authenticator knows.
    [[nodiscard]] Result<std::vector<KeyRecord>> valid(Micros now);
    /// kNotFound.
    [[nodiscard]] Result<model::Key> by_id(KeyId id);

    using State = model::KeyState;
    struct Filter {
        std::optional<ApplicationId> application;
        std::optional<UserId> user;  ///< who made it
        /// Those that this user made, and those of the applications that they own.
        std::optional<UserId> visible_to;
        std::optional<State> state;  ///< at `now`
        Micros now;
    };
    struct Found {
        std::vector<model::Key> rows;
        bool more = false;
    };
    /// By id alone: a page's order is not looked at.
    [[nodiscard]] Result<Found> list(const Filter& filter, const RowPage& page);

    struct Revocation {
        KeyId id;
        /// Becomes the user's when the key is their default one, so that its secret, which is
        /// derived from the nonce, is never given out again.
        std::string token_nonce;
        model::Change change;
    };
    /// Audited as `revoked`. kNotFound: there is none; kConflict: it is revoked already.
    [[nodiscard]] Status revoke(const Revocation& revocation);
    /// Notes last uses, in one transaction; never moves one back.
    [[nodiscard]] Status note_uses(const std::vector<std::pair<KeyId, Micros>>& uses);

  private:
    Connection& connection_;
};

}  // namespace eyed::catalog
