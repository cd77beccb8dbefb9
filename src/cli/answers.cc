#include "cli/answers.h"

#include <fmt/format.h>

#include "base/json_text.h"
#include "schema/json_reader.h"

namespace eyed::cli {

namespace json = boost::json;

namespace {

/// What lies around a payload that is nested as deep as any may be.
constexpr std::size_t kEnvelope = 16;

template <class Number>
Number read_number(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    if (value == nullptr || !value->is_number()) return 0;
    boost::system::error_code fault;
    const auto number = value->to_number<Number>(fault);
    return fault ? 0 : number;
}

void append_value(const json::value& value, std::string& out) {
    if (const auto* object = value.if_object()) {
        out += '{';
        for (const auto& member : *object) {
            if (out.back() != '{') out += ',';
            append_json_string(member.key(), out);
            out += ':';
            append_value(member.value(), out);
        }
        out += '}';
    } else if (const auto* array = value.if_array()) {
        out += '[';
        for (const json::value& element : *array) {
            if (&element != array->data()) out += ',';
            append_value(element, out);
        }
        out += ']';
    } else if (const double* number = value.if_double()) {
        const std::string text = fmt::format("{}", *number);
        const bool whole = text.find_first_not_of("-0123456789") == std::string::npos;
        out += text + (whole ? ".0" : "");
    } else {
        out += json::serialize(value);
    }
}

}  // namespace

std::string json_text(const json::value& value) {
    std::string out;
    append_value(value, out);
    return out;
}

Result<json::value> parse_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = schema::kMaxNesting + kEnvelope;
    boost::system::error_code fault;
    json::value value =
        json::parse(json::string_view(text.data(), text.size()), fault, {}, options);
    if (fault) return failure(Code::kInvalidArgument, "not JSON: " + fault.message());
    return value;
}

std::string text_in(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

std::uint64_t number_in(const json::object& object, std::string_view name) {
    return read_number<std::uint64_t>(object, name);
}

double fraction_in(const json::object& object, std::string_view name) {
    return read_number<double>(object, name);
}

bool flag_in(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_bool() && value->get_bool();
}

std::string document_in(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value == nullptr || value->is_null() ? std::string() : json_text(*value);
}

const json::object& object_in(const json::object& object, std::string_view name) {
    static const json::object kNone;
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_object() ? value->get_object() : kNone;
}

const json::array& array_in(const json::object& object, std::string_view name) {
    static const json::array kNone;
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_array() ? value->get_array() : kNone;
}

std::vector<const json::object*> rows_in(const json::object& object, std::string_view name) {
    std::vector<const json::object*> rows;
    for (const json::value& row : array_in(object, name))
        if (row.is_object()) rows.push_back(&row.get_object());
    return rows;
}

}  // namespace eyed::cli
