#pragma once

#include <string>
#include <string_view>

namespace eyed::ingest {

/// What Python's `str.strip()` leaves: whitespace as Unicode has it, off both ends.
std::string_view python_strip(std::string_view text);

/// Appends what `str(json.loads(number))` gives, for a number that is JSON: integers as they stand,
/// fractions as `repr` writes them (`1.50` is `1.5`, `1e3` is `1000.0`).
void append_python_number(std::string_view number, std::string& out);

}  // namespace eyed::ingest
