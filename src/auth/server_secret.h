#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "io/file_system.h"

namespace eyed::auth {

/// 32 random bytes of this installation: default tokens, browser cookies and our own JWTs are made
/// from them. In
/// the file `secret` of the data directory (mode 0600), not in the database, so that a copy of the
/// catalog alone forges nothing. A plain value; any thread.
class ServerSecret {
  public:
    /// Reads the file, or makes it. kCorrupt: the file is there and holds something else;
    /// kInvalidArgument: others may read it.
    [[nodiscard]] static Result<ServerSecret> open_or_create(io::FileSystem& files,
                                                             const std::string& data_directory);
    explicit ServerSecret(const std::array<std::uint8_t, 32>& bytes) : bytes_(bytes) {}

    /// HMAC-SHA256 of `message` for one `purpose`: two purposes never give the same.
    std::array<std::uint8_t, 32> sign(std::string_view purpose, std::string_view message) const;

  private:
    std::array<std::uint8_t, 32> bytes_{};
};

}  // namespace eyed::auth
