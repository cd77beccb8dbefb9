#include "base/network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace eyed {
namespace {

constexpr unsigned kMappedPrefix = 96;

/// The bits of `byte` (the index) that lie behind the prefix.
std::uint8_t host_bits(unsigned prefix, unsigned byte) {
    if (prefix >= (byte + 1) * 8) return 0;
    if (prefix <= byte * 8) return 0xff;
    return static_cast<std::uint8_t>(0xffU >> (prefix - byte * 8));
}

}  // namespace

std::optional<Network::Bytes> Network::bytes_of(std::string_view address) {
    if (address.size() >= INET6_ADDRSTRLEN) return std::nullopt;
    const std::string text(address);
    Bytes bytes{};
    if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return bytes;
    bytes = {};
    bytes[10] = bytes[11] = 0xff;
    if (::inet_pton(AF_INET, text.c_str(), bytes.data() + 12) == 1) return bytes;
    return std::nullopt;
}

std::optional<Network> Network::parse(std::string_view text) {
    const std::size_t slash = text.find('/');
    const std::string_view address = text.substr(0, slash);
    const auto bytes = bytes_of(address);
    if (!bytes) return std::nullopt;
    const bool v4 = address.find(':') == std::string_view::npos;
    const unsigned longest = v4 ? 32 : 128;
    unsigned prefix = longest;
    if (slash != std::string_view::npos) {
        const std::string_view digits = text.substr(slash + 1);
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
        if (error != std::errc() || end != digits.data() + digits.size() || prefix > longest)
            return std::nullopt;
    }
    Network network;
    network.bytes_ = *bytes;
    network.prefix_ = v4 ? kMappedPrefix + prefix : prefix;
    for (unsigned i = 0; i < network.bytes_.size(); ++i)
        if ((network.bytes_[i] & host_bits(network.prefix_, i)) != 0) return std::nullopt;
    return network;
}

bool Network::contains(std::string_view address) const {
    const auto bytes = bytes_of(address);
    if (!bytes) return false;
    for (unsigned i = 0; i < bytes_.size(); ++i)
        if ((((*bytes)[i] ^ bytes_[i]) & ~host_bits(prefix_, i) & 0xff) != 0) return false;
    return true;
}

bool contains(std::span<const Network> networks, std::string_view address) {
    return std::ranges::any_of(
        networks, [address](const Network& network) { return network.contains(address); });
}

}  // namespace eyed
