#include "api/seed_fields.h"

#include <boost/json.hpp>

#include "api/sent_fields.h"
#include "base/ascii.h"

namespace eyed::api {

namespace {

constexpr std::string_view kRequired = "This field is required.";
constexpr std::string_view kNull = "This field may not be null.";
constexpr std::string_view kBlank = "This field may not be blank.";
constexpr std::string_view kNotText = "Not a valid string.";

std::string in_kind(const SeedField& field, std::string_view text) {
    return std::string(field.kind == SeedField::Kind::kName ? trimmed(text) : text);
}

/// DRF's CharField: numbers count as text, booleans do not.
std::string text_of(const Sent& sent, const SeedField& field, SeedFields& fields) {
    const auto wrong = [&](std::string_view message) {
        fields.errors.push_back({field.name, std::string(message), {}});
        return std::string();
    };
    const boost::json::value* value = sent.value.get_object().if_contains(field.name);
    if (value == nullptr) return wrong(kRequired);
    if (value->is_null()) return wrong(kNull);
    if (value->is_array() && sent.writing == Writing::kForm) value = &value->get_array().back();
    if (value->is_number()) return number_text(*value);
    if (!value->is_string()) return wrong(kNotText);
    std::string text = in_kind(field, value->get_string());
    return text.empty() ? wrong(kBlank) : text;
}

}  // namespace

std::optional<Result<SeedFields>> read_seed_fields(const http::Request& request,
                                                   std::span<const SeedField> wanted) {
    const auto sent = read_sent(request);
    if (!sent) return std::nullopt;
    if (!*sent) return std::unexpected(sent->error());
    SeedFields fields;
    if (!(*sent)->value.is_object()) {
        fields.errors.push_back(not_an_object((*sent)->value));
        return fields;
    }
    for (const SeedField& field : wanted)
        fields.values.push_back(text_of(**sent, field, fields));
    return fields;
}

}  // namespace eyed::api
