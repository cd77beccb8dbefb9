#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "model/account.h"

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

    /// Stores a key (its id is ignored) and gives it an id. kConflict: the digest is there already.
    [[nodiscard]] Result<KeyId> create(const KeyRecord& key);
    /// Stores `key` as its user's only default key: what was one before is revoked at
    /// key.created_at unless its digest is the same. Gives the id of the one that now holds.
    [[nodiscard]] Result<KeyId> put_default(const KeyRecord& key);
    /// All, revoked ones included, by id.
    [[nodiscard]] Result<std::vector<KeyRecord>> all();
    /// Those that are not revoked: what the authenticator knows.
    [[nodiscard]] Result<std::vector<KeyRecord>> valid();
    struct Revocation {
        KeyId id;
        Micros at;
        /// Becomes the user's when the key is their default one, so that its secret, which is
        /// derived from the nonce, is never given out again.
        std::string token_nonce;
    };
    /// kNotFound: there is none, or it is revoked already.
    [[nodiscard]] Status revoke(const Revocation& revocation);
    /// Notes last uses, in one transaction; never moves one back.
    [[nodiscard]] Status note_uses(const std::vector<std::pair<KeyId, Micros>>& uses);

  private:
    Connection& connection_;
};

}  // namespace eyed::catalog
