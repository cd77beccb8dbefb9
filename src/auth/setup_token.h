#pragma once

#include <string>
#include <string_view>

namespace eyed::auth {

/// Opens the way to the first administrator: printed at a start with no user, kept in memory, dead
/// with the process. Whether it still counts is for the caller to ask: only while
/// MemoryAuthenticator::has_users() is false. Immutable; any thread.
class SetupToken {
  public:
    SetupToken();

    /// 40 hex digits, for the printed link.
    const std::string& text() const { return text_; }
    /// In constant time.
    bool matches(std::string_view sent) const;

  private:
    std::string text_;
};

}  // namespace eyed::auth
