#pragma once

#include <cstdint>
#include <string>

#include "base/ids.h"

namespace eyed::model {

/// What a route asks for and a key may grant. A set: bits.
enum class Scope : std::uint8_t {
    kOpen = 0,    ///< nobody is asked
    kIngest = 1,  ///< send events
    kRead = 2,    ///< read events, sessions, rejections
    kManage = 4,  ///< change event types; change or erase events
};

struct Scopes {
    std::uint8_t bits = 0;
    bool has(Scope scope) const {
        const auto bit = static_cast<std::uint8_t>(scope);
        return (bits & bit) == bit;
    }
    Scopes with(Scope scope) const {
        return {static_cast<std::uint8_t>(bits | static_cast<std::uint8_t>(scope))};
    }
    friend bool operator==(Scopes, Scopes) = default;
};
inline constexpr Scopes kAllScopes{7};

/// Who a request comes from, decided in one place (auth) and carried by value.
struct Principal {
    UserId user;                ///< none when a key belongs to the installation
    ApplicationId application;  ///< whose events it sends; every principal that may ingest has one
    KeyId key;                  ///< the key shown, none for a browser session
    Scopes scopes;
    bool superuser = false;
    /// May read every application's events, sessions, rejections and event types; else those of
    /// `application` alone. A superuser's, but for a key made for another application.
    bool reads_all = false;
};

}  // namespace eyed::model
