#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "auth/memory_authenticator.h"
#include "auth/server_secret.h"
#include "base/hash.h"
#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "model/account.h"

namespace eyed::auth {

/// Logins of browsers: a cookie that carries user, end and a nonce, signed with the server's
/// secret, so that nothing is stored but the sessions that were ended early. A new password ends
/// all of a user's. Thread-safe. What it refers to must outlive it.
class BrowserSessions {
  public:
    struct Parts {
        catalog::Catalog& catalog;
        const MemoryAuthenticator& authenticator;
        const ServerSecret& secret;
        const Clock& clock;
        std::chrono::microseconds lifetime;
    };
    explicit BrowserSessions(const Parts& parts) : parts_(parts) {}

    struct Session {
        model::User user;
        std::string nonce;
        Micros expires_at;
        std::string csrf;            ///< what every form of this session must send along
        model::Principal principal;  ///< all scopes, the user's own application
    };
    /// The cookie's value (visible ASCII without `;` and `,`) for a user who has logged in.
    /// kNotFound: the authenticator does not know the user. Does not block.
    [[nodiscard]] Result<std::string> start(const VerifiedUser& verified) const;
    /// Whose session a cookie's value is. kUnauthenticated: not ours, expired, ended, or the user
    /// is gone or has a new password. Does not block.
    [[nodiscard]] Result<Session> find(std::string_view cookie) const;
    /// Whether `sent` is the session's CSRF token; in constant time.
    static bool csrf_matches(const Session& session, std::string_view sent);
    /// Ends a session, in the catalog too. Blocks.
    [[nodiscard]] Status end(const Session& session);

    /// Reads the ended ones: at start. Blocks.
    [[nodiscard]] Status load();
    /// Forgets ended sessions whose time is over. Blocks.
    [[nodiscard]] Status purge();

  private:
    Parts parts_;
    mutable std::mutex mutex_;  ///< guards ended_
    std::unordered_map<std::string, Micros, StringHash, std::equal_to<>> ended_;
};

}  // namespace eyed::auth
