#include "calendar/foreign_zones.h"

#include <unicode/ucal.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <array>
#include <utility>

namespace eyed::calendar {
namespace {

std::optional<Zone> by_name(std::string_view name) {
    auto zone = Zone::find(name);
    return zone ? std::optional(*zone) : std::nullopt;
}

/// By what is left when one part of the path after another is taken from its front.
std::optional<Zone> by_path(std::string_view path) {
    for (;;) {
        if (auto zone = by_name(path)) return zone;
        const std::size_t slash = path.find('/');
        if (slash == std::string_view::npos) return std::nullopt;
        path.remove_prefix(slash + 1);
    }
}

/// ICU knows the table of Unicode's CLDR.
std::optional<Zone> by_windows_name(const std::string& name) {
    constexpr std::size_t kMostName = 64;
    const bool is_ascii = std::ranges::all_of(name, [](char c) { return c >= 0x20 && c < 0x7F; });
    if (name.empty() || name.size() > kMostName || !is_ascii) return std::nullopt;
    std::array<UChar, kMostName> wide;
    std::array<UChar, kMostName> found;
    u_charsToUChars(name.c_str(), wide.data(), static_cast<std::int32_t>(name.size()));
    UErrorCode status = U_ZERO_ERROR;
    const std::int32_t length =
        ucal_getTimeZoneIDForWindowsID(wide.data(), static_cast<std::int32_t>(name.size()), nullptr,
                                       found.data(), kMostName, &status);
    if (U_FAILURE(status) || length <= 0 || length > static_cast<std::int32_t>(kMostName))
        return std::nullopt;
    std::string id(static_cast<std::size_t>(length), '\0');
    u_UCharsToChars(found.data(), id.data(), length);
    return by_name(id);
}

}  // namespace

void ForeignZones::add_location(std::string tzid, const std::string& location) {
    locations_.try_emplace(std::move(tzid), location);
}

std::optional<Zone> ForeignZones::find(const std::string& tzid) {
    if (const auto known = found_.find(tzid); known != found_.end()) return known->second;
    std::optional<Zone> zone = by_path(tzid);
    if (const auto location = locations_.find(tzid); !zone && location != locations_.end())
        zone = by_path(location->second);
    if (!zone) zone = by_windows_name(tzid);
    found_.emplace(tzid, zone);
    return zone;
}

}  // namespace eyed::calendar
