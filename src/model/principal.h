#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/ids.h"

namespace eyed::model {

/// What a route asks for and a key may grant. A set: bits.
enum class Scope : std::uint8_t {
    kOpen = 0,      ///< nobody is asked
    kIngest = 1,    ///< send events
    kRead = 2,      ///< read events, sessions, rejections
    kManage = 4,    ///< change or erase events, settle rejections; by role also types and accounts
    kCashback = 8,  ///< send purchases, see and change what they earn
};

/// `open`, `ingest`, `read`, `manage`, `cashback`.
std::string_view scope_name(Scope scope);

struct Scopes {
    std::uint8_t bits = 0;
    bool has(Scope scope) const {
        const auto bit = static_cast<std::uint8_t>(scope);
        return (bits & bit) == bit;
    }
    Scopes with(Scope scope) const {
        return {static_cast<std::uint8_t>(bits | static_cast<std::uint8_t>(scope))};
    }
    bool has_all(Scopes others) const { return (bits & others.bits) == others.bits; }
    friend bool operator==(Scopes, Scopes) = default;
};
inline constexpr Scopes kAllScopes{15};
/// What an application's key gets when nobody says what it may do: people's documents are no part.
inline constexpr Scopes kEventScopes{7};
/// What a key may be given.
inline constexpr std::array kGrantableScopes{Scope::kIngest, Scope::kRead, Scope::kManage,
                                             Scope::kCashback};
/// nullopt: not the name of one that may be given.
std::optional<Scope> scope_named(std::string_view name);
/// The names of those in the set, in the order above.
std::vector<std::string_view> scope_names(Scopes scopes);

/// What a caller may do beyond their application. Each may what those before it may.
enum class Role : std::uint8_t {
    kApplication,  ///< a key of an application: no person
    kMember,       ///< a person: has applications of their own, and makes keys for them
    kStaff,        ///< reads every application; changes event types, settles rejections
    kSuperuser,    ///< makes users and applications, reads the audit log
};
/// `application`, `member`, `staff`, `superuser`. Stored, but for the first.
std::string_view role_name(Role role);
/// What a person may be.
inline constexpr std::array kPersonRoles{Role::kMember, Role::kStaff, Role::kSuperuser};
/// nullopt: not the name of a person's role.
std::optional<Role> role_named(std::string_view name);

/// Who a request comes from, decided in one place (auth) and carried by value.
struct Principal {
    /// The person; of an application's key who made it; none of a JWT that was made elsewhere.
    UserId user;
    ApplicationId application;  ///< whose events it sends; every principal that may ingest has one
    KeyId key;                  ///< the key shown, none for a browser session or a JWT
    Scopes scopes;
    Role role = Role::kApplication;
    /// May read every application's events, sessions, rejections and event types; else those of
    /// `application` alone. Staff's, and that of a key whose application was granted it.
    bool reads_all = false;
};

}  // namespace eyed::model
