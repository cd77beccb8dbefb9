#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace eyed::catalog {

class Connection;

/// A browser session that was ended before its time.
struct EndedSession {
    std::string nonce;
    Micros expires_at;  ///< after this the cookie is dead anyhow, and the row may go
};

/// Logged-out browser sessions, so that a restart remembers them. Threads and errors: see Catalog.
class EndedSessions {
  public:
    explicit EndedSessions(Connection& connection) : connection_(connection) {}

    /// Twice is no error.
    [[nodiscard]] Status add(const EndedSession& session);
    [[nodiscard]] Result<std::vector<EndedSession>> all();
    /// Forgets those that expired before `now`.
    [[nodiscard]] Status purge(Micros now);

  private:
    Connection& connection_;
};

}  // namespace eyed::catalog
