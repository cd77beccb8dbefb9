#pragma once

#include <re2/re2.h>

#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "schema/violation.h"

namespace eyed::schema {

/// A JSON Schema as its check walks it: included by the sources of JsonSchema alone.

enum class Format : std::uint8_t { kNone, kDateTime, kDate, kUuid };

/// One subschema; others are named by their index.
struct SchemaNode {
    static constexpr std::uint32_t kAbsent = ~std::uint32_t{0};
    using Link = std::uint32_t;

    bool never = false;  ///< the schema `false`
    Link reference = kAbsent;

    TypeSet types = 0;          ///< 0: any
    bool integer_only = false;  ///< a number must be whole
    std::optional<boost::json::value> constant;
    std::optional<std::vector<boost::json::value>> choices;

    /// long double holds every int64, uint64 and double exactly.
    std::optional<long double> minimum, maximum, above, below, multiple_of;
    std::optional<std::uint64_t> min_length, max_length;
    std::unique_ptr<RE2> pattern;
    Format format = Format::kNone;

    std::optional<std::uint64_t> min_items, max_items;
    bool unique_items = false;
    Link items = kAbsent;
    std::optional<std::vector<Link>> tuple;  ///< `items` as an array
    Link more_items = kAbsent;
    Link contains = kAbsent;

    std::optional<std::uint64_t> min_properties, max_properties;
    std::vector<std::string> required;
    std::unordered_map<std::string, Link, StringHash, std::equal_to<>> properties;
    std::vector<std::pair<std::unique_ptr<RE2>, Link>> pattern_properties;
    Link more_properties = kAbsent;
    Link property_names = kAbsent;
    std::vector<std::pair<std::string, std::vector<std::string>>> required_with;
    std::vector<std::pair<std::string, Link>> schema_with;

    std::vector<Link> all_of, any_of, one_of;
    Link not_ = kAbsent;
    Link if_ = kAbsent;
    Link then_ = kAbsent;
    Link else_ = kAbsent;
};

struct SchemaProgram {
    std::deque<SchemaNode> nodes;  ///< [0] is the whole; a deque: they refer to none that moves
};

/// The type that a value has.
JsonType type_of(const boost::json::value& value);
/// A number's value, exactly.
long double number_of(const boost::json::value& value);
/// Equal as draft 7 has it (section 4.2.3 of the core): numbers by value, objects without order.
/// `work` grows by the values looked at, and by one for every 64 bytes of text.
bool equal(const boost::json::value& a, const boost::json::value& b, std::size_t& work);
/// Equal values have equal hashes. `work` as of equal().
std::uint64_t hash_of(const boost::json::value& value, std::size_t& work);

inline std::string_view view(const boost::json::string& text) {
    return {text.data(), text.size()};
}
inline std::string_view view(boost::json::string_view text) {
    return {text.data(), text.size()};
}

}  // namespace eyed::schema
