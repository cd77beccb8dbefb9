#pragma once

#include <string>
#include <string_view>

namespace eyed::store {

/// Whether the bytes are UTF-8 (RFC 3629: no surrogates, nothing over U+10FFFF, shortest form).
bool is_utf8(std::string_view bytes);

/// The bytes with each that is not part of valid UTF-8 replaced by U+FFFD.
std::string to_utf8(std::string_view bytes);

}  // namespace eyed::store
