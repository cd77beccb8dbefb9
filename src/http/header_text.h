#pragma once

#include <cstddef>
#include <string_view>

namespace eyed::http {

/// Takes the part before `separator`, and that itself, off the front of `rest`.
constexpr std::string_view take_until(std::string_view& rest, char separator) {
    const std::size_t at = rest.find(separator);
    const std::string_view part = rest.substr(0, at);
    rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
    return part;
}

}  // namespace eyed::http
