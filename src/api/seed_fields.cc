#include "api/seed_fields.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "api/flow.h"
#include "http/forms.h"

namespace eyed::api {

namespace {

constexpr std::string_view kRequired = "This field is required.";
constexpr std::string_view kNull = "This field may not be null.";
constexpr std::string_view kBlank = "This field may not be blank.";
constexpr std::string_view kNotText = "Not a valid string.";

/// What Python calls a JSON value's type, as DRF's sentence has it.
std::string_view python_type(const boost::json::value& value) {
    switch (value.kind()) {
        case boost::json::kind::bool_:
            return "bool";
        case boost::json::kind::int64:
        case boost::json::kind::uint64:
            return "int";
        case boost::json::kind::double_:
            return "float";
        case boost::json::kind::string:
            return "str";
        case boost::json::kind::array:
            return "list";
        case boost::json::kind::object:
            return "dict";
        case boost::json::kind::null:
            break;
    }
    return "NoneType";
}

std::string trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n\f\v";
    const std::size_t first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(kSpace) - first + 1));
}

std::string in_kind(const SeedField& field, std::string_view text) {
    return field.kind == SeedField::Kind::kName ? trimmed(text) : std::string(text);
}

/// DRF's CharField: numbers count as text, booleans do not.
std::string text_of(const boost::json::value* value, const SeedField& field, SeedFields& fields) {
    const auto wrong = [&](std::string_view message) {
        fields.errors.push_back({field.name, std::string(message)});
        return std::string();
    };
    if (value == nullptr) return wrong(kRequired);
    if (value->is_null()) return wrong(kNull);
    if (value->is_number()) return boost::json::serialize(*value);
    if (!value->is_string()) return wrong(kNotText);
    std::string text = in_kind(field, value->get_string());
    return text.empty() ? wrong(kBlank) : text;
}

Result<SeedFields> from_json(std::string_view body, std::span<const SeedField> wanted) {
    boost::system::error_code fault;
    const boost::json::value value =
        body.empty() ? boost::json::value(boost::json::object()) : boost::json::parse(body, fault);
    if (fault)
        return failure(Code::kInvalidArgument,
                       fmt::format("JSON parse error - {}", fault.message()));
    SeedFields fields;
    if (!value.is_object()) {
        fields.errors.push_back(
            {"non_field_errors",
             value.is_null() ? std::string("No data provided")
                             : fmt::format("Invalid data. Expected a dictionary, but got {}.",
                                           python_type(value))});
        return fields;
    }
    for (const SeedField& field : wanted)
        fields.values.push_back(text_of(value.get_object().if_contains(field.name), field, fields));
    return fields;
}

Result<SeedFields> from_form(const Result<http::Form>& sent, std::span<const SeedField> wanted) {
    if (!sent) return std::unexpected(sent.error());
    SeedFields fields;
    for (const SeedField& field : wanted) {
        const std::string* value = sent->find(field.name);
        if (value == nullptr)
            fields.errors.push_back({field.name, std::string(kRequired)});
        else if (value->empty())
            fields.errors.push_back({field.name, std::string(kBlank)});
        fields.values.push_back(value == nullptr ? std::string() : in_kind(field, *value));
    }
    return fields;
}

}  // namespace

std::optional<Result<SeedFields>> read_seed_fields(const http::Request& request,
                                                   std::span<const SeedField> wanted) {
    const std::string media = http::media_type(request.content_type);
    if (media == "application/x-www-form-urlencoded")
        return from_form(http::Form::parse(request.body), wanted);
    if (media == "multipart/form-data")
        return from_form(http::Form::parse_multipart({request.content_type, request.body}), wanted);
    if (takes_json(request)) return from_json(request.body, wanted);
    return std::nullopt;
}

}  // namespace eyed::api
