#pragma once

#include <string>
#include <string_view>

namespace eyed {

/// Appends one field of a CSV record (RFC 4180 §2), in quotes where it needs them. A text that a
/// spreadsheet would take for a formula gets an apostrophe in front: it came from a stranger.
void append_csv(std::string_view text, std::string& out);

}  // namespace eyed
