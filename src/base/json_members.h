#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace eyed {

/// Members of the JSON object that `out` is in the middle of: with a comma before them, unless the
/// object has just been opened. Names are of ours and need no escapes. Any thread.

/// `,"name":`, for a value that follows.
void append_key(std::string_view name, std::string& out);
void append_text_member(std::string_view name, std::string_view text, std::string& out);
/// Nothing for an empty text.
void append_member_if_any(std::string_view name, std::string_view text, std::string& out);
/// null for an empty text.
void append_or_null(std::string_view name, std::string_view text, std::string& out);
void append_number_member(std::string_view name, std::uint64_t number, std::string& out);
/// null for 0, which names nothing.
void append_id_member(std::string_view name, std::uint64_t id, std::string& out);
void append_flag_member(std::string_view name, bool flag, std::string& out);
/// ISO 8601, or null.
void append_instant_member(std::string_view name, std::optional<Micros> at, std::string& out);
/// JSON text as it is, or null.
void append_json_member(std::string_view name, const std::optional<std::string>& json,
                        std::string& out);

/// A number in decimal.
void append_number(std::uint64_t number, std::string& out);

}  // namespace eyed
