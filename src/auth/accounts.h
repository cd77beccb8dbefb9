#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/memory_authenticator.h"
#include "auth/password_hasher.h"
#include "auth/server_secret.h"
#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "catalog/users.h"
#include "model/account.h"

namespace eyed::auth {

/// All that is done with accounts: on the catalog, and then in the authenticator, so that a change
/// holds from the moment its call returns. Blocks (disk, argon2id): never from an io thread.
/// Thread-safe. What it refers to must outlive it.
class Accounts {
  public:
    struct Parts {
        catalog::Catalog& catalog;
        MemoryAuthenticator& authenticator;
        const PasswordHasher& hasher;
        const ServerSecret& secret;
        const Clock& clock;
    };
    explicit Accounts(const Parts& parts) : parts_(parts) {}

    struct NewUser {
        std::string name;      ///< 1..150 of A-Z a-z 0-9 @ . + - _
        std::string password;  ///< 8..1024 bytes, and not the name
        model::Role role = model::Role::kMember;
    };
    /// Makes a user and an application of the same name. kInvalidArgument: a sentence on the name
    /// or the password; kConflict: the name is taken, or see Users::When.
    [[nodiscard]] Result<model::User> create_user(
        const NewUser& user, catalog::Users::When when = catalog::Users::When::kAlways);
    /// What create_user would say of the password: empty when nothing.
    static std::string password_problem(std::string_view name, std::string_view password);
    static std::string name_problem(std::string_view name);

    struct Credentials {
        std::string_view name;
        std::string_view password;
    };
    /// kUnauthenticated: no such user, inactive, or another password; all take the same time.
    [[nodiscard]] Result<model::User> login(const Credentials& credentials);
    /// The user's default token, 40 hex digits, the same each time; with all scopes, sending as the
    /// user's own application. kNotFound.
    [[nodiscard]] Result<std::string> user_token(UserId user);
    /// From now on user_token gives another one, and the old is refused. kNotFound.
    [[nodiscard]] Status renew_user_token(UserId user);
    /// Ends the user's browser sessions too; tokens stay. kInvalidArgument, kNotFound.
    [[nodiscard]] Status set_password(UserId user, std::string_view password);
    /// While inactive, a user's logins, tokens, keys and browser sessions are refused; once active
    /// again they count as before. Gives the user as they are now. kNotFound.
    [[nodiscard]] Result<model::User> set_state(UserId user, catalog::Users::State state);
    [[nodiscard]] Result<std::vector<model::User>> users();
    /// kNotFound.
    [[nodiscard]] Result<model::User> user_by_name(std::string_view name);

    struct NewKey {
        UserId user;
        std::string name;         ///< for lists; at most 150 bytes
        std::string application;  ///< made if there is none; empty: the user's own
        model::Scopes scopes = model::kAllScopes;
        std::optional<Micros> expires_at;
    };
    struct CreatedKey {
        model::Key key;
        std::string secret;  ///< 40 hex digits: shown now and never again
    };
    /// kNotFound: no such user; kInvalidArgument: no scope, a bad application name, expired
    /// already.
    [[nodiscard]] Result<CreatedKey> create_key(const NewKey& key);
    /// All keys, revoked ones included, by id.
    [[nodiscard]] Result<std::vector<model::Key>> keys();
    /// After a default key, user_token gives another one. kNotFound: there is none, or it is
    /// revoked already.
    [[nodiscard]] Status revoke_key(KeyId key);

    /// Reads everything into the authenticator: at start.
    [[nodiscard]] Status load();
    /// Every second: sees what other processes changed; once a minute writes down last uses.
    [[nodiscard]] Status upkeep();
    /// Writes the last uses of keys: before a stop.
    [[nodiscard]] Status flush_uses();

  private:
    /// Brings a change into the authenticator; upkeep() tries again when that fails.
    Status take_effect();

    Parts parts_;
    std::atomic<std::uint64_t> catalog_version_{0};
    std::atomic<std::int64_t> uses_flushed_at_{0};  ///< Micros
};

}  // namespace eyed::auth
