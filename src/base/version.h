#pragma once

#include <string_view>

namespace eyed {

/// Of the program: semantic versioning.
inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace eyed
