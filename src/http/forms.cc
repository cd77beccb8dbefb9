#include "http/forms.h"

#include "http/percent.h"

namespace eyed::http {
namespace {

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

/// Takes the part before `separator` off the front of `rest`.
std::string_view take_until(std::string_view& rest, char separator) {
    const std::size_t at = rest.find(separator);
    const std::string_view part = rest.substr(0, at);
    rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
    return part;
}

}  // namespace

Result<Form> Form::parse(std::string_view text) {
    Form form;
    while (!text.empty()) {
        std::string_view value = take_until(text, '&');
        if (value.empty()) continue;
        if (form.items_.size() == kMaxItems)
            return failure(Code::kTooLarge, "more than 1000 fields in a form or query");
        const std::string_view name = take_until(value, '=');
        std::optional<std::string> decoded_name = percent_decode(name, Plus::kIsSpace);
        std::optional<std::string> decoded_value = percent_decode(value, Plus::kIsSpace);
        if (!decoded_name || !decoded_value)
            return failure(Code::kInvalidArgument, "a broken percent escape in a form or query");
        form.items_.push_back({*std::move(decoded_name), *std::move(decoded_value)});
    }
    return form;
}

const std::string* Form::find(std::string_view name) const {
    for (auto item = items_.rbegin(); item != items_.rend(); ++item)
        if (item->name == name) return &item->value;
    return nullptr;
}

std::vector<std::string_view> Form::all(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const Item& item : items_)
        if (item.name == name) values.push_back(item.value);
    return values;
}

std::optional<std::string_view> cookie(std::string_view header, std::string_view name) {
    while (!header.empty()) {
        std::string_view value = take_until(header, ';');
        if (trim(take_until(value, '=')) != name) continue;
        value = trim(value);
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
            value = value.substr(1, value.size() - 2);
        return value;
    }
    return std::nullopt;
}

std::string media_type(std::string_view content_type) {
    std::string type(trim(take_until(content_type, ';')));
    for (char& c : type)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    return type;
}

}  // namespace eyed::http
