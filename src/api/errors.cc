#include "api/errors.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"
#include "base/json_members.h"
#include "base/json_text.h"
#include "http/percent.h"
#include "http/router.h"

namespace eyed::api {

namespace {

using Detail = ErrorKind::Detail;

/// The sentences of DRF's TokenAuthentication, from what the authenticator says.
std::string_view told(const ErrorKind& kind, const Error& failure) {
    if (failure.code == Code::kUnauthenticated)
        return failure.detail.starts_with("invalid") ? std::string_view("Invalid token.")
                                                     : kind.text;
    if (kind.detail == Detail::kFixed || failure.detail.empty()) return kind.text;
    return failure.detail;
}

/// What the authenticator has against a token, of `invalid: <why>`; empty: it says nothing more.
std::string_view why_invalid(const Error& failure) {
    constexpr std::string_view kPrefix = "invalid: ";
    const std::string_view detail = failure.detail;
    return detail.starts_with(kPrefix) ? detail.substr(kPrefix.size()) : std::string_view();
}

/// The sentences of FastAPI's OAuth2PasswordBearer and of seed 002, from the same.
std::string told_bearer(const Error& failure) {
    if (failure.detail.empty() || failure.detail == "missing") return "Not authenticated";
    const std::string_view why = why_invalid(failure);
    return fmt::format("Invalid token: {}", !why.empty() ? why
                                            : failure.detail == "invalid"
                                                ? "unknown, expired or revoked"
                                                : failure.detail);
}

void add_headers(const ErrorKind& kind, http::Response& response) {
    if (kind.status == 401) response.headers.push_back({"WWW-Authenticate", "Token"});
    if (kind.retry_after_s != 0)
        response.headers.push_back({"Retry-After", std::to_string(kind.retry_after_s)});
}

}  // namespace

ErrorStyle style_of(std::string_view path) {
    return http::is_within(path, "/api/v1") ? ErrorStyle::kProblem : ErrorStyle::kDetail;
}

ErrorStyle style_of(const http::Request& request) {
    const bool fast_api = http::is_within(request.path, "/api/ready") ||
                          (http::is_within(request.path, "/api/event") && carries_bearer(request));
    return fast_api ? ErrorStyle::kFastApi : style_of(request.path);
}

bool carries_bearer(const http::Request& request) {
    constexpr std::string_view kScheme = "Bearer";
    const std::string_view given = request.header("Authorization");
    return given.size() > kScheme.size() && given[kScheme.size()] == ' ' &&
           equal_ignoring_case(given.substr(0, kScheme.size()), kScheme);
}

http::Response problem(const http::Request& request, const ErrorKind& kind, std::string_view detail,
                       std::span<const Flaw> flaws) {
    std::string body =
        fmt::format(R"({{"type":"{}#{}","code":"{}","title":)", kErrorsPath, kind.code, kind.code);
    append_json_string(kind.title, body);
    fmt::format_to(std::back_inserter(body), R"(,"status":{},"detail":)", kind.status);
    append_json_string(detail, body);
    body += ",\"instance\":";
    append_json_string(http::percent_encode(request.request_id), body);  // a URI reference
    if (!flaws.empty()) {
        body += ",\"errors\":[";
        for (const Flaw& flaw : flaws) {
            if (&flaw != flaws.data()) body += ',';
            body += '{';
            append_member_if_any("field", flaw.field, body);
            append_member_if_any("pointer", flaw.pointer, body);
            append_member_if_any("reason", flaw.reason, body);
            append_member_if_any("message", flaw.message, body);
            body += '}';
        }
        body += ']';
    }
    body += '}';
    http::Response response = http::json(kind.status, std::move(body));
    response.content_type = "application/problem+json";
    add_headers(kind, response);
    return response;
}

http::Response detail(const ErrorKind& kind, std::string_view text) {
    std::string body = "{\"detail\":";
    append_json_string(text, body);
    body += '}';
    http::Response response = http::json(kind.status, std::move(body));
    add_headers(kind, response);
    return response;
}

namespace {

http::Response in_style(const http::Request& request, const ErrorKind& kind,
                        std::string_view text) {
    return style_of(request) == ErrorStyle::kProblem ? problem(request, kind, text)
                                                     : detail(kind, text);
}

http::Response unauthenticated_bearer(const Error& failure) {
    http::Response response = detail(kind_of(Code::kUnauthenticated), told_bearer(failure));
    for (http::Header& header : response.headers)
        if (header.name == "WWW-Authenticate") header.value = "Bearer";
    return response;
}

}  // namespace

http::Response error(const http::Request& request, const Error& failure) {
    const ErrorKind& kind = kind_of(failure.code);
    if (failure.code == Code::kUnauthenticated && style_of(request) == ErrorStyle::kFastApi)
        return unauthenticated_bearer(failure);
    const std::string_view why = why_invalid(failure);
    // That what came as a Bearer is no JWT helps nobody who sent a key.
    if (failure.code == Code::kUnauthenticated && style_of(request) == ErrorStyle::kProblem &&
        !why.empty() && why != "Not enough segments")
        return problem(request, kind, fmt::format("Invalid token: {}.", why));
    return in_style(request, kind, told(kind, failure));
}

http::Response error(const http::Request& request, Code code) {
    const ErrorKind& kind = kind_of(code);
    return in_style(request, kind, kind.text);
}

http::Response error_status(const http::Request& request, int status, std::string_view text) {
    return in_style(request, kind_of_status(status), text);
}

http::Response unsupported_media_type(const http::Request& request) {
    return error_status(
        request, 415,
        fmt::format("Unsupported media type \"{}\" in request.", request.content_type));
}

std::string method_not_allowed(std::string_view method) {
    return fmt::format("Method \"{}\" not allowed.", method);
}

http::Response render_failure(const http::Request& request, const http::Failure& failure) {
    ErrorKind kind = kind_of_status(failure.status);
    const bool known = kind.status == failure.status;
    kind.status = failure.status;
    if (!known) kind.title = http::reason_phrase(failure.status);
    const bool by_phrase = failure.status == 404 || failure.status == 405;
    if (by_phrase && style_of(request) == ErrorStyle::kFastApi)
        return detail(kind, http::reason_phrase(failure.status));
    if (failure.status == 404 || failure.status == 413) return in_style(request, kind, kind.text);
    if (failure.status == 405)
        return in_style(request, kind, method_not_allowed(request.method_text));
    return in_style(request, kind, failure.detail.empty() ? kind.text : failure.detail);
}

http::Response field_errors(const http::Request& request, std::span<const FieldError> errors) {
    if (style_of(request.path) == ErrorStyle::kProblem) {
        std::vector<Flaw> flaws;
        for (const FieldError& error : errors)
            flaws.push_back({error.field, error.pointer, {}, error.message});
        const ErrorKind& kind = kind_of(Code::kInvalidArgument);
        const std::string text =
            errors.empty() ? std::string(kind.text)
                           : fmt::format("{}: {}", errors.front().field, errors.front().message);
        return problem(request, kind, text, flaws);
    }
    std::string body = "{";
    for (std::size_t i = 0; i < errors.size(); ++i) {
        const auto same = [&](const FieldError& other) { return other.field == errors[i].field; };
        if (std::ranges::any_of(errors.first(i), same)) continue;
        if (i != 0) body += ',';
        append_json_string(errors[i].field, body);
        body += ":[";
        bool first = true;
        for (const FieldError& error : errors.subspan(i)) {
            if (!same(error)) continue;
            if (!first) body += ',';
            first = false;
            append_json_string(error.message, body);
        }
        body += ']';
    }
    body += '}';
    return http::json(400, std::move(body));
}

}  // namespace eyed::api
