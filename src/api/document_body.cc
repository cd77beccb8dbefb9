#include "api/document_body.h"

#include <fmt/format.h>

#include <charconv>

#include "base/json_text.h"

namespace eyed::api {

Result<DocumentBody> DocumentBody::parse(std::string_view body) {
    DocumentBody parsed;
    if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return parsed;
    const auto malformed = [](const schema::JsonFault& fault) {
        return failure(Code::kInvalidArgument, fmt::format("The body is not JSON: {} (at byte {}).",
                                                           fault.message, fault.offset));
    };
    if (const schema::JsonFault fault = parsed.index_.index(body)) return malformed(fault);
    schema::JsonReader reader(parsed.index_);
    if (reader.peek() != '{') {
        schema::JsonValue other;
        if (!reader.read(other)) return malformed(reader.fault());
        return failure(Code::kInvalidArgument, "The body must be a JSON object.");
    }
    schema::JsonString key;
    bool more = true;
    bool read = reader.enter_object();
    while (read && (read = reader.next_field(key, more)) && more) {
        std::string scratch;
        const std::string name(schema::unescaped(key, scratch));
        const auto [member, fresh] = parsed.members_.try_emplace(name);
        if (!fresh) parsed.fail(name, "This field is given twice.");
        read = reader.read(member->second.value);
    }
    if (read && !reader.at_end()) read = reader.fail("Extra data");
    if (!read) return malformed(reader.fault());
    return parsed;
}

DocumentBody::Member* DocumentBody::find(std::string_view name) {
    const auto found = members_.find(name);
    if (found == members_.end()) return nullptr;
    found->second.asked = true;
    return &found->second;
}

bool DocumentBody::has(std::string_view name) {
    return find(name) != nullptr;
}

std::optional<std::string> DocumentBody::text(std::string_view name, std::size_t limit) {
    const Member* member = find(name);
    if (!member) return std::nullopt;
    if (member->value.type != schema::JsonType::kString) {
        fail(name, "Not a valid string.");
        return std::nullopt;
    }
    std::string text;
    schema::append_unescaped(member->value.string().raw, text);
    if (text.find('\0') != std::string::npos) {
        fail(name, "Null characters are not allowed.");
        return std::nullopt;
    }
    if (count_code_points(text) <= limit) return text;
    fail(name, fmt::format("Ensure this field has no more than {} characters.", limit));
    return std::nullopt;
}

std::optional<std::uint64_t> DocumentBody::number(std::string_view name, Range range) {
    const Member* member = find(name);
    if (!member) return std::nullopt;
    const std::string_view raw = member->value.raw;
    std::uint64_t number = 0;
    const auto [end, fault] = std::from_chars(raw.data(), raw.data() + raw.size(), number);
    const bool whole = fault == std::errc() && end == raw.data() + raw.size();
    if (whole && number >= range.least && number <= range.most) return number;
    fail(name, fmt::format("This must be a whole number from {} to {}.", range.least, range.most));
    return std::nullopt;
}

std::optional<std::optional<std::string>> DocumentBody::document(std::string_view name) {
    const Member* member = find(name);
    if (!member) return std::nullopt;
    std::optional<std::string> text;
    if (member->value.type != schema::JsonType::kNull)
        schema::append_compact(index_, member->value.token, member->value.end_token,
                               text.emplace());
    return text;
}

void DocumentBody::fail(std::string_view field, std::string_view message,
                        std::string_view pointer) {
    errors_.push_back({std::string(field), std::string(message), std::string(pointer)});
}

void DocumentBody::refuse_others() {
    for (const auto& [name, member] : members_)
        if (!member.asked) fail(name, "There is no such field.");
}

}  // namespace eyed::api
