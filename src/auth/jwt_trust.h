#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/jwt.h"
#include "auth/server_secret.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "config/settings.h"
#include "io/file_system.h"
#include "model/principal.h"

namespace eyed::auth {

/// Which JWTs count: those that this installation signs, and those made elsewhere with a key that
/// the settings name. Immutable; any thread; asks neither disk nor network.
class JwtTrust {
  public:
    /// What is made elsewhere.
    struct Elsewhere {
        std::vector<JwtKey> keys;  ///< none: such tokens are refused
        JwtRules rules;
        std::string application;  ///< whose events they send and read
        model::Scopes scopes;
    };

    /// Takes none.
    JwtTrust() = default;
    JwtTrust(const ServerSecret& secret, Elsewhere elsewhere);

    struct Taken {
        enum class Origin { kOwn, kElsewhere };
        Origin origin = Origin::kOwn;
        JwtClaims claims;
    };
    /// A token whose signature, times, issuer and audience are right. kUnauthenticated says why
    /// not.
    [[nodiscard]] Result<Taken> take(std::string_view token, Micros now) const;

    /// A token of ours; only with a server's secret.
    std::string sign(const JwtClaims& claims) const;
    /// What a token of ours says as `session`: another one after a new password.
    std::string session_mark(UserId user, std::string_view session_nonce) const;
    const Elsewhere& elsewhere() const { return elsewhere_; }

  private:
    std::optional<ServerSecret> secret_;
    std::vector<JwtKey> keys_;  ///< our own first
    Elsewhere elsewhere_;
};

/// What the settings say of tokens made elsewhere; reads the file of the public key.
/// kInvalidArgument, kNotFound, kIo name the setting.
[[nodiscard]] Result<JwtTrust::Elsewhere> trust_elsewhere(const config::Settings& settings,
                                                          io::FileSystem& files);

}  // namespace eyed::auth
