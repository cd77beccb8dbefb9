#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/network.h"
#include "base/result.h"

namespace eyed::delivery {

/// Whether an address is of the public Internet: not one of the special-purpose ones of IANA's
/// registries (RFC 6890): loopback, private, link-local, shared (CGNAT), unique local, multicast,
/// documentation, benchmarking, reserved, unspecified; nor IPv6 that stands for such an IPv4
/// (mapped, NAT64 64:ff9b::/96, 6to4 2002::/16, Teredo). Text that is no address is not.
bool is_public(std::string_view address);

/// Which addresses requests may go to. A plain value; any thread.
class AddressPolicy {
  public:
    /// `allowed`: networks beside the public ones (`delivery.allow_networks`).
    explicit AddressPolicy(std::vector<Network> allowed) : allowed_(std::move(allowed)) {}
    bool allows(std::string_view address) const;
    /// kForbidden, naming the first that is not allowed: one bad address refuses all, for who
    /// answers with a public and a private one means no good. kUnavailable: there is none.
    [[nodiscard]] Status check(std::span<const std::string> addresses) const;

  private:
    std::vector<Network> allowed_;
};

/// A URL that requests may be sent to, taken apart.
struct Target {
    std::string url;     ///< normalised
    std::string scheme;  ///< http, https
    std::string host;    ///< without brackets
    std::uint16_t port = 0;
    std::string origin;       ///< `https://example.org:8443`: for people and for the ledger
    bool is_literal = false;  ///< the host is an IP address, in whatever spelling
};
/// kInvalidArgument, in a sentence for its author: not http or https, user or password in it, no
/// host, control characters, over 2000 bytes, a fragment.
[[nodiscard]] Result<Target> parse_target(std::string_view url);

}  // namespace eyed::delivery
