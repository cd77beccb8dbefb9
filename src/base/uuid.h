#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace eyed {

/// A UUID (RFC 9562) as its 16 bytes, most significant first. All zero means "none" where one is
/// optional.
struct Uuid {
    std::array<std::uint8_t, 16> bytes{};
    friend auto operator<=>(const Uuid&, const Uuid&) = default;
    bool is_nil() const { return *this == Uuid{}; }

    std::uint64_t high() const;
    std::uint64_t low() const;
    static Uuid from_halves(std::uint64_t high, std::uint64_t low);
};

/// Reads what Python's `uuid.UUID(text)` reads: 32 hex digits, hyphens anywhere between them,
/// optional braces and `urn:uuid:`. nullopt otherwise. Any thread.
std::optional<Uuid> parse_uuid(std::string_view text);

/// Appends `e2085be5-9137-4e4e-80b5-f1ffddc25423`.
void append_uuid(const Uuid& uuid, std::string& out);
std::string to_string(const Uuid& uuid);

/// A random (version 4) UUID from the system's generator. Thread-safe.
Uuid random_uuid();

}  // namespace eyed
