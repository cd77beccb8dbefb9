#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace eyed::auth {

/// argon2id by libsodium (RFC 9106). Takes tens of milliseconds and `memory_bytes` a call: run it
/// on a bounded pool, never on an io thread. Thread-safe.
class PasswordHasher {
  public:
    struct Cost {
        std::size_t memory_bytes = std::size_t{64} << 20U;
        unsigned passes = 2;
    };
    /// kInvalidArgument: a cost that libsodium refuses.
    [[nodiscard]] static Result<PasswordHasher> create(Cost cost);

    /// The text to store: algorithm, cost, salt and digest in one. kUnavailable: no memory.
    [[nodiscard]] Result<std::string> hash(std::string_view password) const;
    /// Whether the password is the one; false for a stored text that is no hash.
    bool verify(std::string_view password, const std::string& stored) const;
    /// Takes as long as verify() and is always false: for users that do not exist.
    bool verify_nobody(std::string_view password) const;

  private:
    PasswordHasher(Cost cost, std::string dummy) : cost_(cost), dummy_(std::move(dummy)) {}

    Cost cost_;
    std::string dummy_;  ///< a hash of nobody's password
};

}  // namespace eyed::auth
