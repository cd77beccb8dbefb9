#include "api/json_body.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <set>

namespace eyed::api {

namespace json = boost::json;

struct JsonBody::Members {
    json::object object;
    std::set<std::string, std::less<>> known;
    std::vector<FieldError> errors;

    /// nullptr: absent, or null, which is an error.
    const json::value* find(std::string_view name, JsonBody& body) {
        known.emplace(name);
        const json::value* value = object.if_contains(name);
        if (value == nullptr || !value->is_null()) return value;
        body.fail(name, "This field may not be null.");
        return nullptr;
    }
};

JsonBody::JsonBody(std::unique_ptr<Members> members) : members_(std::move(members)) {
}
JsonBody::JsonBody(JsonBody&&) noexcept = default;
JsonBody& JsonBody::operator=(JsonBody&&) noexcept = default;
JsonBody::~JsonBody() = default;

Result<JsonBody> JsonBody::parse(std::string_view body) {
    boost::system::error_code fault;
    json::value value = json::parse(json::string_view(body.data(), body.size()), fault);
    if (fault)
        return failure(Code::kInvalidArgument,
                       fmt::format("JSON parse error - {}", fault.message()));
    if (!value.is_object())
        return failure(Code::kInvalidArgument, "The body must be a JSON object.");
    auto members = std::make_unique<Members>();
    members->object = std::move(value.get_object());
    return JsonBody(std::move(members));
}

std::string JsonBody::required_text(std::string_view name) {
    if (!has(name)) {
        members_->known.emplace(name);
        fail(name, "This field is required.");
        return {};
    }
    auto value = text(name);
    if (value && value->empty()) fail(name, "This field may not be blank.");
    return value.value_or("");
}

std::optional<std::string> JsonBody::text(std::string_view name) {
    const json::value* value = members_->find(name, *this);
    if (value == nullptr) return std::nullopt;
    if (!value->is_string()) {
        fail(name, "Not a valid string.");
        return std::nullopt;
    }
    const std::string_view text(value->get_string());
    if (text.find('\0') == std::string_view::npos) return std::string(text);
    fail(name, "Null characters are not allowed.");
    return std::nullopt;
}

std::optional<bool> JsonBody::flag(std::string_view name) {
    const json::value* value = members_->find(name, *this);
    if (value == nullptr) return std::nullopt;
    if (value->is_bool()) return value->get_bool();
    fail(name, "Must be a valid boolean.");
    return std::nullopt;
}

std::optional<std::int64_t> JsonBody::integer(std::string_view name) {
    const json::value* value = members_->find(name, *this);
    if (value == nullptr) return std::nullopt;
    if (value->is_int64()) return value->get_int64();
    fail(name, "A valid integer is required.");
    return std::nullopt;
}

std::optional<std::vector<std::string>> JsonBody::texts(std::string_view name) {
    const json::value* value = members_->find(name, *this);
    if (value == nullptr) return std::nullopt;
    std::vector<std::string> texts;
    if (value->is_array())
        for (const json::value& item : value->get_array())
            if (item.is_string()) texts.emplace_back(item.get_string());
    if (value->is_array() && texts.size() == value->get_array().size()) return texts;
    fail(name, "Expected a list of strings.");
    return std::nullopt;
}

bool JsonBody::is_null(std::string_view name) {
    const json::value* value = members_->object.if_contains(name);
    if (value == nullptr || !value->is_null()) return false;
    members_->known.emplace(name);
    return true;
}

bool JsonBody::has(std::string_view name) const {
    return members_->object.contains(name);
}

void JsonBody::fail(std::string_view name, std::string_view message) {
    members_->errors.push_back({std::string(name), std::string(message)});
}

const std::vector<FieldError>& JsonBody::finish() {
    for (const auto& member : members_->object)
        if (!members_->known.contains(std::string_view(member.key())))
            fail(member.key(), "There is no such field.");
    return members_->errors;
}

}  // namespace eyed::api
