#include "base/json_members.h"

#include <charconv>

#include "base/json_text.h"

namespace eyed {

void append_key(std::string_view name, std::string& out) {
    if (!out.ends_with('{')) out += ',';
    out += '"';
    out += name;
    out += "\":";
}

void append_text_member(std::string_view name, std::string_view text, std::string& out) {
    append_key(name, out);
    append_json_string(text, out);
}

void append_member_if_any(std::string_view name, std::string_view text, std::string& out) {
    if (!text.empty()) append_text_member(name, text, out);
}

void append_or_null(std::string_view name, std::string_view text, std::string& out) {
    append_key(name, out);
    if (text.empty())
        out += "null";
    else
        append_json_string(text, out);
}

void append_number_member(std::string_view name, std::uint64_t number, std::string& out) {
    append_key(name, out);
    append_number(number, out);
}

void append_id_member(std::string_view name, std::uint64_t id, std::string& out) {
    append_key(name, out);
    if (id == 0)
        out += "null";
    else
        append_number(id, out);
}

void append_flag_member(std::string_view name, bool flag, std::string& out) {
    append_key(name, out);
    out += flag ? "true" : "false";
}

void append_instant_member(std::string_view name, std::optional<Micros> at, std::string& out) {
    append_key(name, out);
    if (!at) {
        out += "null";
        return;
    }
    out += '"';
    append_iso8601(*at, out);
    out += '"';
}

void append_json_member(std::string_view name, const std::optional<std::string>& json,
                        std::string& out) {
    append_key(name, out);
    out += json ? std::string_view(*json) : std::string_view("null");
}

void append_number(std::uint64_t number, std::string& out) {
    char digits[20];
    const auto [end, fault] = std::to_chars(digits, digits + sizeof digits, number);
    out.append(digits, end);
}

}  // namespace eyed
