// Boost.JSON's values as JSON Schema compares them.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <cmath>
#include <cstring>

#include "schema/schema_program.h"

namespace eyed::schema {

JsonType type_of(const boost::json::value& value) {
    switch (value.kind()) {
        case boost::json::kind::null:
            return JsonType::kNull;
        case boost::json::kind::bool_:
            return JsonType::kBoolean;
        case boost::json::kind::int64:
        case boost::json::kind::uint64:
        case boost::json::kind::double_:
            return JsonType::kNumber;
        case boost::json::kind::string:
            return JsonType::kString;
        case boost::json::kind::object:
            return JsonType::kObject;
        case boost::json::kind::array:
            break;
    }
    return JsonType::kArray;
}

long double number_of(const boost::json::value& value) {
    if (value.is_int64()) return static_cast<long double>(value.get_int64());
    if (value.is_uint64()) return static_cast<long double>(value.get_uint64());
    return value.get_double();
}

bool equal(const boost::json::value& a, const boost::json::value& b, std::size_t& work) {
    ++work;
    const JsonType type = type_of(a);
    if (type != type_of(b)) return false;
    switch (type) {
        case JsonType::kNull:
            return true;
        case JsonType::kBoolean:
            return a.get_bool() == b.get_bool();
        case JsonType::kNumber:
            return number_of(a) == number_of(b);
        case JsonType::kString:
            if (a.get_string().size() != b.get_string().size()) return false;
            work += a.get_string().size() / 64;
            return a.get_string() == b.get_string();
        case JsonType::kArray: {
            const auto& left = a.get_array();
            const auto& right = b.get_array();
            if (left.size() != right.size()) return false;
            for (std::size_t i = 0; i < left.size(); ++i)
                if (!equal(left[i], right[i], work)) return false;
            return true;
        }
        case JsonType::kObject:
            break;
    }
    const auto& left = a.get_object();
    const auto& right = b.get_object();
    if (left.size() != right.size()) return false;
    for (const auto& member : left) {
        work += member.key().size() / 64;
        const auto* other = right.if_contains(member.key());
        if (!other || !equal(member.value(), *other, work)) return false;
    }
    return true;
}

std::uint64_t hash_of(const boost::json::value& value, std::size_t& work) {
    ++work;
    const auto type = static_cast<std::uint64_t>(type_of(value));
    const auto hashed = [&work](std::string_view text, std::uint64_t seed) {
        work += text.size() / 64;
        return hash64(text, seed);
    };
    switch (type_of(value)) {
        case JsonType::kNull:
            return type;
        case JsonType::kBoolean:
            return type + 16 * std::uint64_t{value.get_bool()};
        case JsonType::kNumber: {
            const double number = static_cast<double>(number_of(value)) + 0.0;  // -0.0 is 0
            char bytes[sizeof number];
            std::memcpy(bytes, &number, sizeof number);
            return hash64({bytes, sizeof bytes}, type);
        }
        case JsonType::kString:
            return hashed(view(value.get_string()), type);
        case JsonType::kArray: {
            std::uint64_t hash = type;
            for (const auto& element : value.get_array())
                hash = hash * 0x9E3779B97F4A7C15ULL + hash_of(element, work);
            return hash;
        }
        case JsonType::kObject:
            break;
    }
    std::uint64_t hash = type;
    for (const auto& member : value.get_object())  // in any order
        hash += hashed(view(member.key()), hash_of(member.value(), work));
    return hash;
}

}  // namespace eyed::schema
