#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace eyed {

/// Appends `text` as a JSON string, quotes included (RFC 8259). Bytes that are not UTF-8 become
/// U+FFFD, so that the result is always valid. Any thread.
void append_json_string(std::string_view text, std::string& out);

/// Whether all of `text` is UTF-8 (RFC 3629: no overlong forms, no surrogates).
bool is_utf8(std::string_view text);

/// Whether `text`, which must be UTF-8, has a control character (U+0000–001F, U+007F–009F).
bool has_control_character(std::string_view text);

/// Code points in `text`, which must be UTF-8.
std::size_t count_code_points(std::string_view text);

/// The front of `text`, at most `bytes` of it and not cut inside a character of UTF-8.
std::string_view utf8_prefix(std::string_view text, std::size_t bytes);

/// The front of `text`, which must be UTF-8: that many code points, or all there are.
std::string_view first_code_points(std::string_view text, std::size_t count);

/// `text`, or its front of at most `bytes` and `…` behind it.
std::string shortened(std::string_view text, std::size_t bytes);

/// Appends the code point as UTF-8; it must be one (at most U+10FFFF, no surrogate).
void append_utf8(std::uint32_t code_point, std::string& out);

/// The length in bytes of the valid sequence at the front of `text`; 0 when there is none.
std::size_t utf8_sequence_length(std::string_view text);

}  // namespace eyed
