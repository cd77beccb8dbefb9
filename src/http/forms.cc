#include "http/forms.h"

#include <algorithm>

#include "base/ascii.h"
#include "http/header_text.h"
#include "http/message.h"
#include "http/percent.h"

namespace eyed::http {
namespace {

/// The value of a header's parameter, quotes removed: `x` of `form-data; name="x"`.
std::optional<std::string_view> parameter(std::string_view header, std::string_view name) {
    take_until(header, ';');
    while (!header.empty()) {
        const std::string_view key = trimmed(take_until(header, '='));
        std::string_view value;
        if (header.starts_with('"')) {
            header.remove_prefix(1);
            value = take_until(header, '"');
            take_until(header, ';');
        } else {
            value = trimmed(take_until(header, ';'));
        }
        if (equal_ignoring_case(key, name)) return value;
    }
    return std::nullopt;
}

/// The Content-Disposition among a part's header lines; empty: there is none.
std::string_view disposition_of(std::string_view lines) {
    while (!lines.empty()) {
        std::string_view value = take_until(lines, '\n');
        if (equal_ignoring_case(trimmed(take_until(value, ':')), "content-disposition"))
            return value.substr(0, value.find('\r'));
    }
    return {};
}

}  // namespace

Result<Form> Form::parse_multipart(const Multipart& multipart) {
    const auto malformed = [](const char* why) { return failure(Code::kInvalidArgument, why); };
    const auto boundary = parameter(multipart.content_type, "boundary");
    if (!boundary || boundary->empty() || boundary->size() > 70)  // RFC 2046 §5.1.1
        return malformed("Multipart form parse error - Invalid boundary.");
    const std::string delimiter = "\r\n--" + std::string(*boundary);
    const auto take_part = [&delimiter](std::string_view& rest) -> std::optional<std::string_view> {
        const std::size_t end = rest.find(delimiter);
        if (end == std::string_view::npos) return std::nullopt;
        const std::string_view part = rest.substr(0, end);
        rest.remove_prefix(end + delimiter.size());
        return part;
    };
    // What comes before the first delimiter is passed over; it may lack its line break.
    std::string_view body = multipart.body;
    if (body.starts_with(std::string_view(delimiter).substr(2)))
        body.remove_prefix(delimiter.size() - 2);
    else if (!take_part(body))
        return malformed("Multipart form parse error - The boundary is not in the body.");
    Form form;
    while (!body.starts_with("--")) {
        const std::optional<std::string_view> part = take_part(body);
        if (!part) return malformed("Multipart form parse error - A part does not end.");
        const std::size_t head = std::min(part->find("\r\n\r\n"), part->size());
        const std::string_view disposition = disposition_of(part->substr(0, head));
        const auto name = parameter(disposition, "name");
        if (!name || parameter(disposition, "filename")) continue;
        if (form.items_.size() == kMaxItems)
            return failure(Code::kTooLarge, "more than 1000 fields in a form");
        const std::size_t content = std::min(head + 4, part->size());
        form.items_.push_back({std::string(*name), std::string(part->substr(content))});
    }
    return form;
}

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
        if (trimmed(take_until(value, '=')) != name) continue;
        value = trimmed(value);
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
            value = value.substr(1, value.size() - 2);
        return value;
    }
    return std::nullopt;
}

std::string media_type(std::string_view content_type) {
    std::string type(trimmed(take_until(content_type, ';')));
    for (char& c : type)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    return type;
}

}  // namespace eyed::http
