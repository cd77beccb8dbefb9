// POST /api-token-auth: a user's token for name and password (SEEDS.md, seed 000).
#include <fmt/format.h>

#include <boost/json.hpp>

#include "api/flow.h"
#include "api/handlers.h"
#include "api/logins.h"
#include "auth/accounts.h"
#include "base/json_text.h"
#include "http/forms.h"

namespace eyed::api {

namespace {

constexpr std::string_view kRequired = "This field is required.";
constexpr std::string_view kNull = "This field may not be null.";
constexpr std::string_view kBlank = "This field may not be blank.";
constexpr std::string_view kNotText = "Not a valid string.";

struct Fields {
    std::string username;
    std::string password;
    std::vector<FieldError> errors;
};

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

/// DRF's CharField: numbers count as text, booleans do not.
std::string text_of(const boost::json::value* value, std::string_view field, Fields& fields) {
    const auto wrong = [&](std::string_view message) {
        fields.errors.push_back({std::string(field), std::string(message)});
        return std::string();
    };
    if (value == nullptr) return wrong(kRequired);
    if (value->is_null()) return wrong(kNull);
    if (value->is_number()) return boost::json::serialize(*value);
    if (!value->is_string()) return wrong(kNotText);
    const boost::json::string& text = value->get_string();
    if (trimmed(text).empty() && (field == "username" || text.empty())) return wrong(kBlank);
    return std::string(text);
}

Result<Fields> from_json(std::string_view body) {
    boost::system::error_code fault;
    const boost::json::value value =
        body.empty() ? boost::json::value(boost::json::object()) : boost::json::parse(body, fault);
    if (fault)
        return failure(Code::kInvalidArgument,
                       fmt::format("JSON parse error - {}", fault.message()));
    Fields fields;
    if (!value.is_object()) {
        fields.errors.push_back(
            {"non_field_errors",
             value.is_null() ? std::string("No data provided")
                             : fmt::format("Invalid data. Expected a dictionary, but got {}.",
                                           python_type(value))});
        return fields;
    }
    const boost::json::object& object = value.get_object();
    fields.username = trimmed(text_of(object.if_contains("username"), "username", fields));
    fields.password = text_of(object.if_contains("password"), "password", fields);
    return fields;
}

Result<Fields> from_form(const Result<http::Form>& sent) {
    if (!sent) return std::unexpected(sent.error());
    const http::Form& form = *sent;
    Fields fields;
    const auto take = [&](const char* name) {
        const std::string* value = form.find(name);
        if (value == nullptr)
            fields.errors.push_back({name, std::string(kRequired)});
        else if (value->empty())
            fields.errors.push_back({name, std::string(kBlank)});
        return value == nullptr ? std::string() : *value;
    };
    fields.username = trimmed(take("username"));
    fields.password = take("password");
    return fields;
}

/// nullopt: a content type that is not taken.
std::optional<Result<Fields>> read_fields(const http::Request& request) {
    const std::string media = http::media_type(request.content_type);
    if (media == "application/x-www-form-urlencoded")
        return from_form(http::Form::parse(request.body));
    if (media == "multipart/form-data")
        return from_form(http::Form::parse_multipart({request.content_type, request.body}));
    if (takes_json(request)) return from_json(request.body);
    return std::nullopt;
}

http::Response wrong_credentials(const http::Request& request) {
    const FieldError wrong{"non_field_errors", "Unable to log in with provided credentials."};
    return field_errors(request, {&wrong, 1});
}

http::Response throttled(const http::Request& request, std::chrono::seconds wait) {
    http::Response response =
        error_status(request, 429,
                     fmt::format("Request was throttled. Expected available in {} second{}.",
                                 wait.count(), wait.count() == 1 ? "" : "s"));
    set_retry_after(wait, response);
    return response;
}

}  // namespace

Task<http::Response> obtain_token(Api& api, http::Request& request) {
    const std::optional<Result<Fields>> read = read_fields(request);
    if (!read) co_return unsupported_media_type(request);
    const Result<Fields>& fields = *read;
    if (!fields) co_return fail(api, request, fields.error());
    if (!fields->errors.empty()) co_return field_errors(request, fields->errors);

    const Credentials credentials{fields->username, fields->password};
    Login login = co_await log_in(api, request, credentials);
    if (login.wait.count() > 0) co_return throttled(request, login.wait);
    if (!login.user && login.user.error().code == Code::kUnauthenticated)
        co_return wrong_credentials(request);
    if (!login.user) co_return fail(api, request, login.user.error());
    const UserId user = login.user->id;
    auto give = [&api, user] { return api.services.accounts.user_token(user); };
    const Result<std::string> token =
        co_await on_worker(api.services.lanes.catalog, request, std::move(give));
    if (!token) co_return fail(api, request, token.error());
    std::string body = "{\"token\":";
    append_json_string(*token, body);
    body += '}';
    http::Response response = http::json(200, std::move(body));
    never_store(response);
    co_return response;
}

}  // namespace eyed::api
