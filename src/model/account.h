#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/ids.h"
#include "base/time.h"
#include "model/principal.h"

namespace eyed::model {

/// Somebody who logs in. Names are unique, told apart by case.
struct User {
    UserId id;
    std::string name;
    ApplicationId application;  ///< their own, made with them, of the same name
    Role role = Role::kMember;  ///< never kApplication
    bool active = true;
    Micros created_at;
};

/// Whoever sends events: every event belongs to one.
struct Application {
    ApplicationId id;
    std::string name;  ///< unique
    UserId owner;      ///< none: the installation's
    Micros created_at;
    bool reads_all = false;  ///< its keys with the scope read all applications
};

/// A key as it is shown in lists; its secret is nowhere.
struct Key {
    KeyId id;
    std::string name;
    std::string hint;  ///< how its secret begins, to tell keys apart; empty: not kept
    UserId user;       ///< who it was made by
    ApplicationId application;
    Scopes scopes;
    /// It stands for `user`, with their role; else for the application alone.
    bool personal = false;
    bool is_default = false;  ///< the one that `POST /api-token-auth/` gives to its user
    Micros created_at;
    std::optional<Micros> last_used_at;
    std::optional<Micros> expires_at;
    std::optional<Micros> revoked_at;
    bool dormant = false;  ///< whom it stands for is inactive: its user, or its application's owner
};

/// What comes of a key that is shown. Refused, expired and revoked ones are not taken.
enum class KeyState : std::uint8_t {
    kValid,
    kRefused,  ///< dormant, and nothing else: counts again once whom it stands for is active
    kExpired,
    kRevoked,
};
inline constexpr std::array kKeyStates{KeyState::kValid, KeyState::kRefused, KeyState::kExpired,
                                       KeyState::kRevoked};
KeyState state_of(const Key& key, Micros now);
/// `valid`, `refused`, `expired`, `revoked`.
std::string_view key_state_name(KeyState state);

}  // namespace eyed::model
