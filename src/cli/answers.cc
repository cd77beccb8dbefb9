#include "cli/answers.h"

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

}  // namespace

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
    return value == nullptr || value->is_null() ? std::string() : json::serialize(*value);
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
