#include "delivery/address.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>

#include "base/check.h"

namespace eyed::delivery {
namespace {

constexpr std::size_t kMostUrlBytes = 2000;

/// https://www.iana.org/assignments/iana-ipv4-special-registry, and multicast and class E.
constexpr std::array<std::string_view, 15> kSpecialV4{
    "0.0.0.0/8",     "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",   "192.88.99.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4"};
/// https://www.iana.org/assignments/iana-ipv6-special-registry, as far as they lie in 2000::/3,
/// which is all that is given out: protocol assignments (Teredo among them), documentation, 6to4,
/// documentation.
constexpr std::array<std::string_view, 4> kSpecialV6{"2001::/23", "2001:db8::/32", "2002::/16",
                                                     "3fff::/20"};
constexpr std::string_view kGlobalV6 = "2000::/3";
constexpr std::string_view kNat64 = "64:ff9b::/96";
constexpr std::string_view kMapped = "::ffff:0.0.0.0/96";

Network network(std::string_view text) {
    const auto parsed = Network::parse(text);
    EYED_CHECK(parsed.has_value());
    return *parsed;
}

template <std::size_t size>
std::vector<Network> networks(const std::array<std::string_view, size>& texts) {
    std::vector<Network> all;
    for (const std::string_view text : texts)
        all.push_back(network(text));
    return all;
}

/// The IPv4 address in the last four bytes of an IPv6 one.
std::string embedded_v4(std::string_view address) {
    std::array<std::uint8_t, 16> bytes{};
    if (::inet_pton(AF_INET6, std::string(address).c_str(), bytes.data()) != 1) return {};
    return fmt::format("{}.{}.{}.{}", bytes[12], bytes[13], bytes[14], bytes[15]);
}

bool is_public_v4(std::string_view address) {
    static const std::vector<Network> special = networks(kSpecialV4);
    static const Network v4 = network(kMapped);
    return v4.contains(address) && !contains(special, address);
}

struct FreeUrl {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, FreeUrl>;

std::optional<std::string> part(const Url& url, CURLUPart which, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(url.get(), which, &text, flags) != CURLUE_OK) return std::nullopt;
    std::string copy(text);
    curl_free(text);
    return copy;
}

/// RFC 3986 §2: what may stand in a URL as it is.
bool is_url_character(char c) {
    if (c <= ' ' || c > '~') return false;
    return std::strchr("\"<>\\^`{|}", c) == nullptr;
}

bool is_host_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

bool is_address(const std::string& host) {
    std::array<std::uint8_t, 16> bytes{};
    return ::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
           ::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

std::unexpected<Error> refused(std::string sentence) {
    return failure(Code::kInvalidArgument, std::move(sentence));
}

/// The host without brackets, in small letters; an IPv4 address in any spelling that inet_aton
/// knows (`127.1`, `0x7f000001`, `2130706433`) in the usual one.
Result<std::string> host_of(const Url& url) {
    if (part(url, CURLUPART_ZONEID)) return refused("The host must not name a zone.");
    std::string host = part(url, CURLUPART_HOST).value_or("");
    std::ranges::transform(host, host.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
        if (!is_address(host)) return refused("The host is no IPv6 address.");
        return host;
    }
    if (host.empty()) return refused("There is no host.");
    if (host.size() > 253) return refused("The host is too long.");
    if (!std::ranges::all_of(host, is_host_character))
        return refused("The host holds characters that no host name has.");
    in_addr address{};
    if (::inet_aton(host.c_str(), &address) != 0) {
        std::array<char, INET_ADDRSTRLEN> text{};
        ::inet_ntop(AF_INET, &address, text.data(), text.size());
        return std::string(text.data());
    }
    return host;
}

}  // namespace

bool is_public(std::string_view address) {
    static const std::vector<Network> special = networks(kSpecialV6);
    static const Network global = network(kGlobalV6);
    static const Network nat64 = network(kNat64);
    if (is_public_v4(address)) return true;  // mapped ones, too
    if (nat64.contains(address)) return is_public_v4(embedded_v4(address));
    return global.contains(address) && !contains(special, address);
}

bool AddressPolicy::allows(std::string_view address) const {
    return is_public(address) || contains(allowed_, address);
}

Status AddressPolicy::check(std::span<const std::string> addresses) const {
    if (addresses.empty()) return failure(Code::kUnavailable, "the host has no address");
    for (const std::string& address : addresses)
        if (!allows(address))
            return failure(Code::kForbidden,
                           fmt::format("{} is not an address of the public Internet, and not in "
                                       "delivery.allow_networks",
                                       address));
    return {};
}

Result<Target> parse_target(std::string_view text) {
    if (text.empty()) return refused("There is no URL.");
    if (text.size() > kMostUrlBytes)
        return refused(fmt::format("The URL is longer than {} bytes.", kMostUrlBytes));
    if (!std::ranges::all_of(text, is_url_character))
        return refused("The URL holds characters that must be percent-encoded.");
    if (text.find('#') != std::string_view::npos) return refused("The URL has a fragment.");
    const std::size_t colon = text.find("://");
    if (colon == std::string_view::npos)
        return refused("The URL must begin with https:// or http://.");

    if (text.substr(colon + 3).starts_with('/')) return refused("There is no host.");

    const Url url(curl_url());
    if (!url) return failure(Code::kInternal, "no memory for a URL");
    const CURLUcode code =
        curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(), CURLU_NON_SUPPORT_SCHEME);
    if (code != CURLUE_OK)
        return refused(fmt::format("This is no URL: {}.", curl_url_strerror(code)));
    Target target;
    target.scheme = part(url, CURLUPART_SCHEME).value_or("");
    if (target.scheme != "http" && target.scheme != "https")
        return refused("The URL must begin with https:// or http://.");
    if (part(url, CURLUPART_USER) || part(url, CURLUPART_PASSWORD))
        return refused("The URL must not hold a user or password: use header fields.");
    EYED_ASSIGN(target.host, host_of(url));
    target.is_literal = is_address(target.host);
    const std::string port = part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT).value_or("");
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), target.port);
    if (error != std::errc() || end != port.data() + port.size() || target.port == 0)
        return refused("The port must be 1 to 65535.");

    const bool is_v6 = target.host.find(':') != std::string::npos;
    target.origin =
        fmt::format("{}://{}{}{}", target.scheme, is_v6 ? "[" : "", target.host, is_v6 ? "]" : "");
    if (target.port != (target.scheme == "https" ? 443 : 80))
        target.origin += fmt::format(":{}", target.port);
    target.url = target.origin + part(url, CURLUPART_PATH).value_or("/");
    if (const auto query = part(url, CURLUPART_QUERY); query && !query->empty())
        target.url += "?" + *query;
    return target;
}

}  // namespace eyed::delivery
