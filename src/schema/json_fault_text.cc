#include "schema/json_fault_text.h"

#include <fmt/format.h>

#include "base/json_text.h"

namespace eyed::schema {

FaultPlace place_of(const JsonFault& fault, std::string_view text) {
    const std::string_view before = text.substr(0, fault.offset);
    FaultPlace place;
    std::size_t line_begin = 0;
    for (std::size_t at = before.find('\n'); at != std::string_view::npos;
         at = before.find('\n', at + 1)) {
        ++place.line;
        line_begin = at + 1;
    }
    place.column = count_code_points(before.substr(line_begin)) + 1;
    place.character = count_code_points(before);
    return place;
}

std::string fault_text(const JsonFault& fault, std::string_view text) {
    const FaultPlace place = place_of(fault, text);
    return fmt::format("{}: line {} column {} (char {})", fault.message, place.line, place.column,
                       place.character);
}

}  // namespace eyed::schema
