#include "cli/text.h"

#include <algorithm>

#include "base/json_text.h"

namespace eyed::cli {

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
    return json(key, quoted);
}

JsonObject& JsonObject::number(std::string_view key, std::int64_t value) {
    return json(key, std::to_string(value));
}

JsonObject& JsonObject::instant(std::string_view key, std::optional<Micros> value) {
    return value ? text(key, to_iso8601(*value)) : json(key, "null");
}

std::string table(const std::vector<std::string>& headings,
                  const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& heading : headings)
        widths.push_back(heading.size());
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], row[i].size());
    std::string out;
    const auto add = [&](const std::vector<std::string>& row) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i)
            line += row[i] + std::string(widths[i] - row[i].size() + 2, ' ');
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + "\n";
    };
    add(headings);
    for (const auto& row : rows)
        add(row);
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
