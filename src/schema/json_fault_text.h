#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "schema/json_reader.h"

namespace eyed::schema {

/// Where a fault is in its text, as Python's json counts: characters from 0, the others from 1.
struct FaultPlace {
    std::size_t character = 0;
    std::size_t line = 1;
    std::size_t column = 1;
};
FaultPlace place_of(const JsonFault& fault, std::string_view text);
/// `Expecting value: line 1 column 1 (char 0)`, as Python's json says it; lines, columns and
/// characters are of `text`.
std::string fault_text(const JsonFault& fault, std::string_view text);

}  // namespace eyed::schema
