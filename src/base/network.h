#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace eyed {

/// An IP network in CIDR notation (RFC 4632, RFC 4291 §2.3): `10.0.0.0/8`, `fd00::/8`, or one
/// address. IPv4-mapped IPv6 addresses count as the IPv4 ones that they stand for.
class Network {
  public:
    /// nullopt: none, or bits are set behind the prefix.
    static std::optional<Network> parse(std::string_view text);
    /// `address` is an IP address as text; anything else is in no network.
    bool contains(std::string_view address) const;

  private:
    using Bytes = std::array<std::uint8_t, 16>;
    static std::optional<Bytes> bytes_of(std::string_view address);

    Bytes bytes_{};  ///< IPv4 as ::ffff:a.b.c.d
    unsigned prefix_ = 128;
};

/// Whether `address` is in one of them.
bool contains(std::span<const Network> networks, std::string_view address);

}  // namespace eyed
