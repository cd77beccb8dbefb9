#include "api/json_body.h"

#include <fmt/format.h>

#include <charconv>

#include "base/json_text.h"

namespace eyed::api {

using schema::JsonFault;
using schema::JsonReader;
using schema::JsonType;
using schema::JsonValue;

namespace {

/// Nullopt: no whole number, or one that the type does not hold.
template <class Number>
std::optional<Number> whole_number(std::string_view raw) {
    Number number = 0;
    const auto [end, fault] = std::from_chars(raw.data(), raw.data() + raw.size(), number);
    const bool whole = fault == std::errc() && end == raw.data() + raw.size();
    return whole ? std::optional(number) : std::nullopt;
}

std::string text_of(const JsonValue& value) {
    std::string text;
    schema::append_unescaped(value.string().raw, text);
    return text;
}

}  // namespace

Result<JsonBody> JsonBody::parse(std::string_view body, Empty empty) {
    const auto malformed = [](const JsonFault& fault) {
        return failure(Code::kInvalidArgument, fmt::format("The body is not JSON: {} (at byte {}).",
                                                           fault.message, fault.offset));
    };
    JsonBody parsed;
    const bool nothing = body.find_first_not_of(" \t\r\n") == std::string_view::npos;
    if (nothing && empty == Empty::kIsObject) return parsed;
    if (nothing) return failure(Code::kInvalidArgument, "The body is not JSON: it is empty.");
    if (const JsonFault fault = parsed.index_.index(body)) return malformed(fault);
    JsonReader reader(parsed.index_);
    if (reader.peek() != '{') {
        JsonValue other;
        if (!reader.read(other)) return malformed(reader.fault());
        return failure(Code::kInvalidArgument, "The body must be a JSON object.");
    }
    if (const JsonFault fault = parsed.read_members()) return malformed(fault);
    return parsed;
}

JsonFault JsonBody::read_members() {
    JsonReader reader(index_);
    schema::JsonString key;
    bool more = true;
    bool read = reader.enter_object();
    while (read && (read = reader.next_field(key, more)) && more) {
        std::string scratch;
        const std::string name(schema::unescaped(key, scratch));
        const auto [member, fresh] = members_.try_emplace(name);
        if (fresh)
            order_.push_back(name);
        else
            fail(name, "This field is given twice.");
        read = reader.read(member->second.value);
    }
    if (read && !reader.at_end()) reader.fail("Extra data");
    return reader.fault();
}

JsonBody::Member* JsonBody::find(std::string_view name) {
    const auto found = members_.find(name);
    if (found == members_.end()) return nullptr;
    found->second.known = true;
    return &found->second;
}

const JsonValue* JsonBody::find_value(std::string_view name) {
    const Member* member = find(name);
    if (member == nullptr) return nullptr;
    if (member->value.type != JsonType::kNull) return &member->value;
    fail(name, "This field may not be null.");
    return nullptr;
}

template <class Take>
bool JsonBody::each_element(const JsonValue& array, Take take) const {
    if (array.type != JsonType::kArray) return false;
    JsonReader reader(index_, array.token, array.end_token);
    bool more = true;
    bool read = reader.enter_array();
    while (read && (read = reader.next_element(more)) && more) {
        JsonValue element;
        read = reader.read(element) && take(element);
    }
    return read;
}

std::string JsonBody::required_text(std::string_view name) {
    if (!has(name)) {
        fail(name, "This field is required.");
        return {};
    }
    const auto value = text(name);
    if (value && value->empty()) fail(name, "This field may not be blank.");
    return value.value_or("");
}

std::optional<std::string> JsonBody::text(std::string_view name, std::size_t limit) {
    const JsonValue* value = find_value(name);
    if (value == nullptr) return std::nullopt;
    if (value->type != JsonType::kString) {
        fail(name, "Not a valid string.");
        return std::nullopt;
    }
    std::string text = text_of(*value);
    if (text.find('\0') != std::string::npos) {
        fail(name, "Null characters are not allowed.");
        return std::nullopt;
    }
    if (count_code_points(text) <= limit) return text;
    fail(name, fmt::format("Ensure this field has no more than {} characters.", limit));
    return std::nullopt;
}

std::optional<bool> JsonBody::flag(std::string_view name) {
    const JsonValue* value = find_value(name);
    if (value == nullptr) return std::nullopt;
    if (value->type == JsonType::kBoolean) return value->raw == "true";
    fail(name, "Must be a valid boolean.");
    return std::nullopt;
}

std::optional<std::int64_t> JsonBody::integer(std::string_view name) {
    const JsonValue* value = find_value(name);
    if (value == nullptr) return std::nullopt;
    const auto number = whole_number<std::int64_t>(value->raw);
    if (!number) fail(name, "A valid integer is required.");
    return number;
}

std::optional<std::uint64_t> JsonBody::number(std::string_view name, Range range) {
    const JsonValue* value = find_value(name);
    if (value == nullptr) return std::nullopt;
    const auto number = whole_number<std::uint64_t>(value->raw);
    if (number && *number >= range.least && *number <= range.most) return number;
    fail(name, fmt::format("This must be a whole number from {} to {}.", range.least, range.most));
    return std::nullopt;
}

std::optional<std::vector<std::string>> JsonBody::texts(std::string_view name) {
    const JsonValue* value = find_value(name);
    if (value == nullptr) return std::nullopt;
    std::vector<std::string> texts;
    const bool good = each_element(*value, [&](const JsonValue& element) {
        if (element.type != JsonType::kString) return false;
        texts.push_back(text_of(element));
        return true;
    });
    if (good) return texts;
    fail(name, "Expected a list of strings.");
    return std::nullopt;
}

std::optional<std::vector<std::uint64_t>> JsonBody::ids(std::string_view name, std::size_t limit) {
    const JsonValue* value = find_value(name);
    if (value == nullptr) return std::nullopt;
    std::vector<std::uint64_t> ids;
    const bool good = each_element(*value, [&](const JsonValue& element) {
        const auto id = whole_number<std::int64_t>(element.raw);
        if (ids.size() == limit || !id || *id < 1) {
            fail(name, ids.size() == limit ? fmt::format("There are more than {} ids.", limit)
                                           : "Each id is a whole number of 1 or more.");
            return false;
        }
        ids.push_back(static_cast<std::uint64_t>(*id));
        return true;
    });
    if (good && !ids.empty()) return ids;
    if (value->type != JsonType::kArray)
        fail(name, "Expected an array of numbers.");
    else if (good)
        fail(name, "This array is empty.");
    return std::nullopt;
}

std::optional<std::optional<std::string>> JsonBody::document(std::string_view name) {
    const Member* member = find(name);
    if (member == nullptr) return std::nullopt;
    std::optional<std::string> text;
    if (member->value.type != JsonType::kNull)
        schema::append_compact(index_, member->value.token, member->value.end_token,
                               text.emplace());
    return text;
}

std::optional<std::vector<std::string>> JsonBody::objects(std::string_view name,
                                                          std::size_t limit) {
    const JsonValue* value = find_value(name);
    if (value == nullptr) return std::nullopt;
    std::vector<std::string> objects;
    const bool good = each_element(*value, [&](const JsonValue& element) {
        if (element.type != JsonType::kObject || objects.size() == limit) return false;
        schema::append_compact(index_, element.token, element.end_token, objects.emplace_back());
        return true;
    });
    if (good) return objects;
    fail(name, objects.size() == limit ? fmt::format("There are more than {}.", limit)
                                       : "Expected a list of objects.");
    return std::nullopt;
}

bool JsonBody::is_null(std::string_view name) {
    const auto found = members_.find(name);
    if (found == members_.end() || found->second.value.type != JsonType::kNull) return false;
    found->second.known = true;
    return true;
}

void JsonBody::fail(std::string_view field, std::string_view message, std::string_view pointer) {
    errors_.push_back({std::string(field), std::string(message), std::string(pointer)});
}

const std::vector<FieldError>& JsonBody::finish() {
    for (const std::string& name : order_) {
        Member& member = members_.find(name)->second;
        if (!member.known) fail(name, "There is no such field.");
        member.known = true;
    }
    return errors_;
}

}  // namespace eyed::api
