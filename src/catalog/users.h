#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "model/account.h"

namespace eyed::catalog {

class Connection;

/// A user with what only auth may see.
struct UserRecord {
    model::User user;
    std::string password_hash;
    std::string token_nonce;    ///< a new one makes a new default token
    std::string session_nonce;  ///< a new one ends all browser sessions
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
    /// Makes the user and the application of that name. kConflict: the name is taken, by a user or
    /// by an application; or there is a user already and `when` is kNoUserYet.
    [[nodiscard]] Result<model::User> create(const NewUser& user, When when);
    /// kNotFound.
    [[nodiscard]] Result<UserRecord> by_name(std::string_view name);
    [[nodiscard]] Result<UserRecord> by_id(UserId id);
    /// By name.
    [[nodiscard]] Result<std::vector<UserRecord>> all();
    [[nodiscard]] Result<std::uint64_t> count();

    struct Password {
        std::string hash;
        std::string session_nonce;
    };
    /// kNotFound.
    [[nodiscard]] Status set_password(UserId id, const Password& password);
    enum class State { kInactive, kActive };
    /// kNotFound.
    [[nodiscard]] Status set_state(UserId id, State state);
    /// kNotFound.
    [[nodiscard]] Status set_token_nonce(UserId id, const std::string& nonce);

  private:
    Connection& connection_;
};

}  // namespace eyed::catalog
