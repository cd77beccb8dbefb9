#include "api/sent_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "api/flow.h"
#include "base/ascii.h"
#include "http/forms.h"

namespace eyed::api {

namespace {

namespace json = boost::json;

/// More than these are not told: each is compared with the others.
constexpr std::size_t kMostErrors = 100;

/// What Python calls a JSON value's type, as DRF's sentences have it.
std::string_view python_type(const json::value& value) {
    switch (value.kind()) {
        case json::kind::bool_:
            return "bool";
        case json::kind::int64:
        case json::kind::uint64:
            return "int";
        case json::kind::double_:
            return "float";
        case json::kind::string:
            return "str";
        case json::kind::array:
            return "list";
        case json::kind::object:
            return "dict";
        case json::kind::null:
            break;
    }
    return "NoneType";
}

Result<Sent> from_json(std::string_view body) {
    Sent sent;
    boost::system::error_code fault;
    sent.value = body.empty() ? json::value(json::object()) : json::parse(body, fault);
    if (fault)
        return failure(Code::kInvalidArgument,
                       fmt::format("JSON parse error - {}", fault.message()));
    return sent;
}

Result<Sent> from_form(const Result<http::Form>& form) {
    if (!form) return std::unexpected(form.error());
    Sent sent{json::object(), Writing::kForm};
    json::object& object = sent.value.get_object();
    for (const http::Form::Item& item : form->items()) {
        json::value& value = object[item.name];
        if (value.is_null()) {
            value = item.value;
        } else if (value.is_array()) {
            value.get_array().emplace_back(item.value);
        } else {
            json::value first = std::move(value);
            value = json::array{std::move(first), json::value(item.value)};
        }
    }
    return sent;
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of(",\n"), text.size());
        const std::string_view part = trimmed(text.substr(0, end));
        if (!part.empty()) parts.emplace_back(part);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

}  // namespace

std::optional<Result<Sent>> read_sent(const http::Request& request) {
    const std::string media = http::media_type(request.content_type);
    if (media == "application/x-www-form-urlencoded")
        return from_form(http::Form::parse(request.body));
    if (media == "multipart/form-data")
        return from_form(http::Form::parse_multipart({request.content_type, request.body}));
    if (takes_json(request)) return from_json(request.body);
    return std::nullopt;
}

FieldError not_an_object(const json::value& value) {
    return {"non_field_errors",
            value.is_null() ? std::string("No data provided")
                            : fmt::format("Invalid data. Expected a dictionary, but got {}.",
                                          python_type(value)),
            {}};
}

std::string number_text(const json::value& number) {
    return number.is_double() ? fmt::format("{}", number.get_double()) : json::serialize(number);
}

std::optional<std::int64_t> linked_id(std::string_view url, std::string_view resource) {
    const std::size_t scheme = url.find("://");
    if (scheme != std::string_view::npos) {
        const std::size_t path = url.find('/', scheme + 3);
        if (path == std::string_view::npos) return std::nullopt;
        url.remove_prefix(path);
    }
    const std::string prefix = fmt::format("/events_api/v1/{}/", resource);
    if (!url.starts_with(prefix)) return std::nullopt;
    url.remove_prefix(prefix.size());
    if (url.ends_with('/')) url.remove_suffix(1);
    const auto id = number_in<std::int64_t>(url);
    return id && *id > 0 ? id : std::nullopt;
}

bool SentFields::has(std::string_view name) const {
    return object_.contains(name);
}

const json::value* SentFields::find(std::string_view name, Null null, bool& is_null) {
    known_.push_back(name);
    is_null = false;
    const json::value* value = object_.if_contains(name);
    if (value == nullptr) return nullptr;
    const bool empty = value->is_string() && trimmed(value->get_string()).empty();
    is_null = value->is_null() || (null == Null::kAllowed && writing_ == Writing::kForm && empty);
    if (!is_null) return value;
    if (null == Null::kRefused) fail(name, "This field may not be null.");
    return nullptr;
}

std::optional<std::string> SentFields::text_of(const json::value& value, std::string_view name) {
    if (value.is_string()) return std::string(value.get_string());
    if (value.is_number()) return number_text(value);
    // Of a form's name sent twice the last counts, as in Django's QueryDict.
    if (value.is_array() && writing_ == Writing::kForm)
        return std::string(value.get_array().back().get_string());
    fail(name, "Not a valid string.");
    return std::nullopt;
}

std::optional<std::string> SentFields::text(std::string_view name) {
    bool is_null = false;
    const json::value* value = find(name, Null::kRefused, is_null);
    return value == nullptr ? std::nullopt : text_of(*value, name);
}

std::optional<std::string> SentFields::text_or_null(std::string_view name) {
    bool is_null = false;
    const json::value* value = find(name, Null::kAllowed, is_null);
    if (is_null) return std::string();
    return value == nullptr ? std::nullopt : text_of(*value, name);
}

std::optional<std::string> SentFields::text_if_any(std::string_view name) {
    auto text = this->text(name);
    return text && writing_ == Writing::kForm && trimmed(*text).empty() ? std::nullopt : text;
}

std::optional<bool> SentFields::flag(std::string_view name) {
    bool is_null = false;
    const json::value* value = find(name, Null::kRefused, is_null);
    if (value == nullptr) return std::nullopt;
    const bool empty = value->is_string() && trimmed(value->get_string()).empty();
    if (empty && writing_ == Writing::kForm) return std::nullopt;
    if (value->is_bool()) return value->get_bool();
    const std::string text = value->is_string() || value->is_number()
                                 ? text_of(*value, name).value_or("")
                                 : std::string();
    for (const char* yes : {"true", "True", "TRUE", "1", "on", "yes"})
        if (text == yes) return true;
    for (const char* no : {"false", "False", "FALSE", "0", "off", "no"})
        if (text == no) return false;
    fail(name, "Must be a valid boolean.");
    return std::nullopt;
}

std::optional<std::optional<std::uint32_t>> SentFields::number_or_null(std::string_view name) {
    bool is_null = false;
    const json::value* value = find(name, Null::kAllowed, is_null);
    if (is_null) return std::optional<std::uint32_t>();
    if (value == nullptr) return std::nullopt;
    std::optional<std::uint32_t> number;
    if (value->is_string() || value->is_int64() || value->is_uint64())
        number = number_in<std::uint32_t>(text_of(*value, name).value_or(""));
    if (number) return number;
    fail(name, "A valid integer is required.");
    return std::nullopt;
}

std::optional<std::string> SentFields::decimal_or_null(std::string_view name) {
    bool is_null = false;
    const json::value* value = find(name, Null::kAllowed, is_null);
    if (is_null) return std::string();
    if (value == nullptr) return std::nullopt;
    if (!value->is_double() && !value->is_bool()) return text_of(*value, name);
    fail(name, "Send it as text, such as \"12.30\".");
    return std::nullopt;
}

std::optional<std::vector<const json::object*>> SentFields::objects(std::string_view name) {
    bool is_null = false;
    const json::value* value = find(name, Null::kAllowed, is_null);
    std::vector<const json::object*> objects;
    if (is_null) return objects;
    if (value == nullptr) return std::nullopt;
    if (const json::array* array = value->if_array()) {
        for (const json::value& element : *array)
            if (const json::object* object = element.if_object()) objects.push_back(object);
        if (objects.size() == array->size()) return objects;
    }
    fail(name, "Expected a list of objects.");
    return std::nullopt;
}

std::optional<std::vector<std::string>> SentFields::texts(std::string_view name) {
    bool is_null = false;
    const json::value* value = find(name, Null::kAllowed, is_null);
    if (is_null) return std::vector<std::string>();
    if (value == nullptr) return std::nullopt;
    if (value->is_string()) return split(value->get_string());
    std::vector<std::string> texts;
    if (const json::array* array = value->if_array()) {
        for (const json::value& element : *array) {
            if (!element.is_string()) break;
            texts.emplace_back(element.get_string());
        }
        if (texts.size() == array->size()) return texts;
    }
    fail(name, "Expected a list of strings.");
    return std::nullopt;
}

std::optional<std::int64_t> SentFields::link(std::string_view name, std::string_view resource) {
    bool is_null = false;
    const json::value* value = find(name, Null::kAllowed, is_null);
    if (is_null) return 0;
    if (value == nullptr) return std::nullopt;
    if (!value->is_string() && writing_ == Writing::kJson) {
        fail(name,
             fmt::format("Incorrect type. Expected URL string, received {}.", python_type(*value)));
        return std::nullopt;
    }
    const auto url = text_of(*value, name);
    if (!url) return std::nullopt;
    if (trimmed(*url).empty()) return 0;
    const auto id = linked_id(trimmed(*url), resource);
    if (!id) fail(name, "Invalid hyperlink - No URL match.");
    return id;
}

void SentFields::fail(std::string_view field, std::string_view message) {
    errors_.push_back({std::string(field), std::string(message), {}});
}

const std::vector<FieldError>& SentFields::finish(std::initializer_list<std::string_view> ignored) {
    for (const auto& member : object_) {
        const std::string_view name = member.key();
        const auto is_name = [name](std::string_view other) { return other == name; };
        if (std::ranges::any_of(known_, is_name) || std::ranges::any_of(ignored, is_name)) continue;
        if (name == "csrfmiddlewaretoken") continue;  // of Django's forms
        if (errors_.size() == kMostErrors) break;
        fail(name, "There is no such field.");
    }
    return errors_;
}

}  // namespace eyed::api
