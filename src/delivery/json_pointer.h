#pragma once

#include <optional>
#include <string_view>

namespace eyed::delivery {

/// Whether it is a JSON pointer (RFC 6901 §3).
bool is_json_pointer(std::string_view text);

/// The text of the value that the pointer leads to, as it stands in `json`: numbers keep all their
/// digits. `json` must be JSON. Of a name that an object has twice, the first. nullopt: there is no
/// such value. Linear in the text, without recursion; allocates for escaped names alone.
std::optional<std::string_view> find_json(std::string_view json, std::string_view pointer);

/// Whether two JSON texts are the same value: objects without regard to order, 1 is 1.0.
bool same_json(std::string_view a, std::string_view b);

}  // namespace eyed::delivery
