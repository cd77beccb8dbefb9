#include "cli/text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json_text.h"

namespace eyed::cli {
namespace {

constexpr std::uint32_t kReplacement = 0xFFFD;

/// Of one valid sequence.
std::uint32_t code_point_of(std::string_view sequence) {
    const auto lead = static_cast<unsigned char>(sequence.front());
    std::uint32_t point = sequence.size() == 1 ? lead : lead & (0x7FU >> sequence.size());
    for (const char c : sequence.substr(1))
        point = point << 6U | (static_cast<unsigned char>(c) & 0x3FU);
    return point;
}

/// C0, DEL and C1; and Unicode's marks, embeddings, overrides and isolates of direction.
bool obeyed(std::uint32_t point) {
    return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x061C ||
           (point >= 0x200E && point <= 0x200F) || (point >= 0x202A && point <= 0x202E) ||
           (point >= 0x2066 && point <= 0x2069);
}

}  // namespace

JsonObject& JsonObject::json(std::string_view key, std::string_view value) {
    if (text_.size() > 1) text_ += ',';
    append_json_string(key, text_);
    text_ += ':';
    text_ += value;
    return *this;
}

JsonObject& JsonObject::text(std::string_view key, std::string_view value) {
    std::string quoted;
    append_json_string(value, quoted);
    return json(key, printable(quoted));
}

JsonObject& JsonObject::number(std::string_view key, std::int64_t value) {
    return json(key, std::to_string(value));
}

JsonObject& JsonObject::instant(std::string_view key, std::optional<Micros> value) {
    return value ? text(key, to_iso8601(*value)) : json(key, "null");
}

std::string printable(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t length = utf8_sequence_length(text);
        const std::uint32_t point =
            length == 0 ? kReplacement : code_point_of(text.substr(0, length));
        if (obeyed(point))
            out += fmt::format("\\u{:04x}", point);
        else
            append_utf8(point, out);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

std::string table(const std::vector<std::string>& headings,
                  const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::vector<std::string>> lines{headings};
    for (const auto& row : rows) {
        lines.emplace_back();
        for (const std::string& cell : row)
            lines.back().push_back(printable(cell));
    }
    std::vector<std::size_t> widths(headings.size());
    for (const auto& cells : lines)
        for (std::size_t i = 0; i < cells.size(); ++i)
            widths[i] = std::max(widths[i], count_code_points(cells[i]));
    std::string out;
    for (const auto& cells : lines) {
        std::string line;
        for (std::size_t i = 0; i < cells.size(); ++i)
            line += cells[i] + std::string(widths[i] - count_code_points(cells[i]) + 2, ' ');
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + "\n";
    }
    return out;
}

std::string when(std::optional<Micros> at) {
    if (!at) return "never";
    auto text = to_iso8601(*at).substr(0, 19);
    std::ranges::replace(text, 'T', ' ');
    return text;
}

std::string scopes_text(model::Scopes scopes) {
    std::string text;
    for (const std::string_view name : model::scope_names(scopes))
        text += (text.empty() ? "" : ",") + std::string(name);
    return text;
}

std::string scopes_json(model::Scopes scopes) {
    std::string text;
    for (const std::string_view name : model::scope_names(scopes)) {
        text += text.empty() ? "" : ",";
        append_json_string(name, text);
    }
    return "[" + text + "]";
}

model::Scopes parse_scopes(const std::vector<std::string>& names) {
    model::Scopes scopes;
    for (const auto& name : names)
        if (const auto scope = model::scope_named(name)) scopes = scopes.with(*scope);
    return scopes;
}

}  // namespace eyed::cli
