#include "config/values.h"

#include <array>
#include <charconv>
#include <limits>

namespace eyed::config {
namespace {

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};
/// Largest first, so that formatting finds the shortest.
constexpr std::array<Unit, 5> kSizes{{{"TiB", std::uint64_t{1} << 40U},
                                      {"GiB", std::uint64_t{1} << 30U},
                                      {"MiB", std::uint64_t{1} << 20U},
                                      {"KiB", std::uint64_t{1} << 10U},
                                      {"B", 1}}};
constexpr std::array<Unit, 6> kDurations{{{"d", 86'400'000'000},
                                          {"h", 3'600'000'000},
                                          {"m", 60'000'000},
                                          {"s", 1'000'000},
                                          {"ms", 1'000},
                                          {"us", 1}}};

/// Splits `16MiB` into number and unit, and multiplies; `bare` is the factor of no unit at all.
template <std::size_t n>
std::optional<std::uint64_t> parse_quantity(std::string_view text, const std::array<Unit, n>& units,
                                            std::optional<std::uint64_t> bare) {
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto number = parse_integer(text.substr(0, digits));
    if (!number) return std::nullopt;
    const auto unit = text.substr(digits);
    std::optional<std::uint64_t> factor;
    if (unit.empty()) factor = bare;
    for (const auto& known : units)
        if (known.name == unit) factor = known.factor;
    if (unit.empty() && *number == 0) factor = 1;
    if (!factor || *number > std::numeric_limits<std::int64_t>::max() / *factor)
        return std::nullopt;
    return *number * *factor;
}

template <std::size_t n>
std::string format_quantity(std::uint64_t value, const std::array<Unit, n>& units) {
    if (value == 0) return "0";
    for (const auto& unit : units)
        if (value % unit.factor == 0)
            return std::to_string(value / unit.factor) + std::string(unit.name);
    return std::to_string(value);
}

}  // namespace

std::optional<std::uint64_t> parse_integer(std::string_view text) {
    std::uint64_t value = 0;
    const auto* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stopped != end || text.empty()) return std::nullopt;
    return value;
}

std::optional<bool> parse_switch(std::string_view text) {
    if (text == "true") return true;
    if (text == "false") return false;
    return std::nullopt;
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
    return parse_quantity(text, kSizes, 1);
}

std::optional<std::chrono::microseconds> parse_duration(std::string_view text) {
    const auto value = parse_quantity(text, kDurations, std::nullopt);
    if (!value) return std::nullopt;
    return std::chrono::microseconds(*value);
}

std::optional<Endpoint> parse_endpoint(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto port = parse_integer(text.substr(colon + 1));
    if (!port || *port > std::numeric_limits<std::uint16_t>::max()) return std::nullopt;
    auto host = text.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    } else if (host.find_first_of(":[]") != std::string_view::npos) {
        return std::nullopt;  // an IPv6 address needs its brackets
    }
    if (host.empty() || host.find_first_of(" /") != std::string_view::npos) return std::nullopt;
    return Endpoint{std::string(host), static_cast<std::uint16_t>(*port)};
}

std::string format_bytes(std::uint64_t bytes) {
    return format_quantity(bytes, kSizes);
}

std::string format_duration(std::chrono::microseconds duration) {
    return format_quantity(static_cast<std::uint64_t>(duration.count()), kDurations);
}

bool is_key_file_text(std::string_view secret) {
    return secret.find("-----BEGIN") != std::string_view::npos || secret.starts_with("ssh-");
}

}  // namespace eyed::config
