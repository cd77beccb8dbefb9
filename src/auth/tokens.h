#pragma once

#include <span>
#include <string>
#include <string_view>

namespace eyed::auth {

/// Secrets and what is made of them, by libsodium. Any thread.

/// `bytes` random bytes as hex digits.
std::string random_hex(std::size_t bytes);
std::string to_hex(std::span<const unsigned char> bytes);
/// SHA-256 of a key's secret as 64 hex digits. A fast hash does: the secret has 160 random bits.
std::string token_digest(std::string_view secret);
/// In constant time for equal lengths.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace eyed::auth
