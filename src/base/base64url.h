#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace eyed {

/// base64url without padding (RFC 4648 §5, RFC 7515 §2). Each value has one text: what any other
/// text would stand for is refused. Pure; any thread.

std::string to_base64url(std::string_view bytes);
/// nullopt: it is not base64url.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace eyed
