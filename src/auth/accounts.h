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
#include "catalog/applications.h"
#include "catalog/catalog.h"
#include "catalog/users.h"
#include "model/account.h"
#include "model/audit.h"

namespace eyed::auth {

/// All that is done with accounts: on the catalog, and then in the authenticator, so that a change
/// holds from the moment its call returns. Every change is audited as `by`'s. Blocks (disk,
/// argon2id): never from an io thread. Thread-safe. What it refers to must outlive it.
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
        const NewUser& user, const model::Actor& by,
        catalog::Users::When when = catalog::Users::When::kAlways);
    /// What create_user would say of the password: empty when nothing.
    static std::string password_problem(std::string_view name, std::string_view password);
    static std::string name_problem(std::string_view name);

    struct Credentials {
        std::string_view name;
        std::string_view password;
    };
    /// kUnauthenticated: no such user, inactive, or another password; all take the same time.
    [[nodiscard]] Result<VerifiedUser> login(const Credentials& credentials);
    /// The user's default token, 40 hex digits, the same each time; with all scopes, sending as the
    /// user's own application. kNotFound.
    [[nodiscard]] Result<std::string> user_token(UserId user, const model::Actor& by);
    /// From now on user_token gives another one, and the old is refused. kNotFound.
    [[nodiscard]] Status renew_user_token(UserId user, const model::Actor& by);
    /// What of a user may be changed.
    struct UserEdit {
        std::optional<model::Role> role;
        /// While inactive, a user's logins, tokens, personal keys and browser sessions are refused,
        /// and the keys of applications that they own; once active again they count as before, but
        /// for refresh tokens. Keys that they made for other applications go on: an installation's
        /// applications outlive who looks after them.
        std::optional<catalog::Users::State> state;
        /// Ends the user's browser sessions and JWTs; tokens and keys stay.
        std::optional<std::string> password;
    };
    /// All of `edit` or nothing; the user as they are now. kInvalidArgument: a sentence on the
    /// password; kNotFound; kConflict: no active superuser would be left.
    [[nodiscard]] Result<model::User> change_user(UserId user, const UserEdit& edit,
                                                  const model::Actor& by);
    [[nodiscard]] Result<std::vector<model::User>> users();
    /// kNotFound.
    [[nodiscard]] Result<model::User> user_by_name(std::string_view name);

    struct NewApplication {
        std::string name;  ///< as of users
        UserId owner;      ///< none: the installation's
        catalog::Reads reads = catalog::Reads::kOwn;
    };
    /// kInvalidArgument: a sentence on the name; kConflict: it is taken; kNotFound: the owner.
    [[nodiscard]] Result<model::Application> create_application(const NewApplication& application,
                                                                const model::Actor& by);
    /// All of `edit` or nothing; the application as it is now. kNotFound: it, or the new owner.
    [[nodiscard]] Result<model::Application> change_application(
        ApplicationId application, const catalog::Applications::Edit& edit, const model::Actor& by);
    /// kNotFound.
    [[nodiscard]] Result<model::Application> application_by_name(std::string_view name);

    struct NewKey {
        UserId user;
        std::string name;         ///< for lists; at most 150 bytes
        std::string application;  ///< made if there is none; empty: a personal key of the user's
        model::Scopes scopes = model::kAllScopes;
        std::optional<Micros> expires_at;
    };
    struct CreatedKey {
        model::Key key;
        std::string secret;  ///< `eyed_` and 40 hex digits: shown now and never again
    };
    /// What create_key would say of the name: empty when nothing.
    static std::string key_name_problem(std::string_view name);
    /// kNotFound: no such user; kInvalidArgument: no scope, a bad name, expired already.
    [[nodiscard]] Result<CreatedKey> create_key(const NewKey& key, const model::Actor& by);
    /// All keys, revoked ones included, by id.
    [[nodiscard]] Result<std::vector<model::Key>> keys();
    /// After a default key, user_token gives another one. kNotFound: there is none; kConflict: it
    /// is revoked already.
    [[nodiscard]] Status revoke_key(KeyId key, const model::Actor& by);

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
