#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "catalog/row_page.h"
#include "model/account.h"
#include "model/audit.h"

namespace eyed::catalog {

class Connection;

/// A user with what only auth may see.
struct UserRecord {
    model::User user;
    std::string password_hash;
    std::string token_nonce;    ///< a new one makes a new default token
    std::string session_nonce;  ///< a new one ends all browser sessions and JWTs
};

struct NewUser {
    std::string name;
    std::string password_hash;
    std::string token_nonce;
    std::string session_nonce;
    model::Role role = model::Role::kMember;
    Micros created_at;
};

/// Users, each with an application of the same name. Threads and errors: see Catalog.
class Users {
  public:
    explicit Users(Connection& connection) : connection_(connection) {}

    enum class When {
        kAlways,
        kNoUserYet,  ///< the first one: decided in the same transaction
    };
    /// Makes the user and the application of that name; each audited as `created`. kConflict: the
    /// name is taken, by a user or by an application; or there is a user already and `when` is
    /// kNoUserYet.
    [[nodiscard]] Result<model::User> create(const NewUser& user, When when,
                                             const model::Actor& by);
    /// kNotFound.
    [[nodiscard]] Result<UserRecord> by_name(std::string_view name);
    [[nodiscard]] Result<UserRecord> by_id(UserId id);
    /// By name.
    [[nodiscard]] Result<std::vector<UserRecord>> all();
    [[nodiscard]] Result<std::uint64_t> count();

    enum class State { kInactive, kActive };
    struct Filter {
        std::optional<model::Role> role;
        std::optional<State> state;
        std::string search;  ///< within the name, ASCII case ignored
    };
    struct Found {
        std::vector<model::User> rows;
        bool more = false;
    };
    [[nodiscard]] Result<Found> list(const Filter& filter, const RowPage& page);

    struct Password {
        std::string hash;
        std::string session_nonce;
    };
    struct Edit {
        std::optional<model::Role> role;
        std::optional<State> state;
        std::optional<Password> password;
    };
    /// All of `edit` or nothing; the user as they are now. Audited, as far as something changes, as
    /// `role_changed`, `activated` or `deactivated`, `password_changed`. A new password and a
    /// deactivation revoke the user's refresh tokens. kNotFound; kConflict: no active superuser
    /// would be left.
    [[nodiscard]] Result<model::User> change(UserId id, const Edit& edit,
                                             const model::Change& change);
    /// Revokes the user's default key, too, which is audited as `revoked`; this as
    /// `token_renewed`. kNotFound.
    [[nodiscard]] Status set_token_nonce(UserId id, const std::string& nonce,
                                         const model::Change& change);

  private:
    Connection& connection_;
};

}  // namespace eyed::catalog
