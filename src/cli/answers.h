#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace eyed::cli {

/// JSON of others, such as a server's answers: read without trust. What is absent or of another
/// type reads as empty or 0. Heavy to include: for sources alone.

/// JSON as deep as the server itself takes and shows it. kInvalidArgument: a sentence on why not.
[[nodiscard]] Result<boost::json::value> parse_json(std::string_view text);

/// A value as JSON text, fractions as people write them: `1.5`, where Boost has `1.5E0`.
std::string json_text(const boost::json::value& value);

std::string text_in(const boost::json::object& object, std::string_view name);
std::uint64_t number_in(const boost::json::object& object, std::string_view name);
double fraction_in(const boost::json::object& object, std::string_view name);
bool flag_in(const boost::json::object& object, std::string_view name);
/// Any value as JSON text, empty for null.
std::string document_in(const boost::json::object& object, std::string_view name);
const boost::json::object& object_in(const boost::json::object& object, std::string_view name);
const boost::json::array& array_in(const boost::json::object& object, std::string_view name);
/// The objects of an array, which live in `object`.
std::vector<const boost::json::object*> rows_in(const boost::json::object& object,
                                                std::string_view name);

}  // namespace eyed::cli
