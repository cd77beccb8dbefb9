#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace eyed::config {

/// Readers of what one writes as a setting's value. Each gives nullopt for anything else, overflow
/// included. Pure; any thread.

/// Decimal digits alone.
std::optional<std::uint64_t> parse_integer(std::string_view text);
/// `true` or `false`.
std::optional<bool> parse_switch(std::string_view text);
/// Digits and B, KiB, MiB, GiB or TiB; digits alone are bytes.
std::optional<std::uint64_t> parse_bytes(std::string_view text);
/// Digits and us, ms, s, m, h or d; `0` needs no unit.
std::optional<std::chrono::microseconds> parse_duration(std::string_view text);

struct Endpoint {
    std::string host;  ///< without brackets
    std::uint16_t port = 0;
};
/// `HOST:PORT`, `[IPV6]:PORT`.
std::optional<Endpoint> parse_endpoint(std::string_view text);

/// The shortest that parse_bytes and parse_duration read back: `16MiB`, `7d`.
std::string format_bytes(std::uint64_t bytes);
std::string format_duration(std::chrono::microseconds duration);

/// Whether a secret is the text of a key file, which nobody may share as a secret: with a public
/// key everybody could then sign.
bool is_key_file_text(std::string_view secret);

}  // namespace eyed::config
