#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace eyed::http {

/// What `+` stands for: a space in form bodies and queries, itself in paths.
enum class Plus { kIsSpace, kIsPlus };

/// Decodes `%XX` (RFC 3986 §2.1). nullopt when an escape is cut short or not hexadecimal. The
/// result may be any bytes.
std::optional<std::string> percent_decode(std::string_view text, Plus plus);

/// Encodes all but the unreserved characters (RFC 3986 §2.3): fit for one path segment, one query
/// key or value.
std::string percent_encode(std::string_view text);

}  // namespace eyed::http
