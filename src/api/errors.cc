#include "api/errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/json_members.h"
#include "base/json_text.h"
#include "http/percent.h"
#include "http/router.h"

namespace eyed::api {

namespace {

using Detail = ErrorKind::Detail;

constexpr std::uint32_t kRetrySoon = 1;
constexpr std::uint32_t kRetryLater = 5;

enum Row : std::uint8_t {
    kInvalid,
    kRejectedEvent,
    kNobody,
    kNotEntitled,
    kAbsent,
    kWrongMethod,
    kSlowRequest,
    kChanged,
    kOverLimit,
    kLongTarget,
    kMediaType,
    kExpectation,
    kTooOften,
    kLongHeader,
    kBroken,
    kNotOffered,
    kBusy,
    kOutOfOrder,
    kTookTooLong,
    kNoSpace,
    kDisk,
    kVersion,
    kRows,
};

constexpr std::array<ErrorKind, kRows> kTable{{
    {"invalid_request", 400, "Invalid request", "The request is faulty.", Detail::kOwn, 0},
    {"event_rejected", 400, "Event rejected", "The event was refused and recorded as a rejection.",
     Detail::kOwn, 0},
    {"unauthenticated", 401, "Unauthenticated", "Authentication credentials were not provided.",
     Detail::kOwn, 0},
    {"forbidden", 403, "Forbidden", "You do not have permission to perform this action.",
     Detail::kOwn, 0},
    {"not_found", 404, "Not found", "Not found.", Detail::kFixed, 0},
    {"method_not_allowed", 405, "Method not allowed", "The path does not have this method.",
     Detail::kOwn, 0},
    {"request_timeout", 408, "Request timeout", "The request did not arrive in time.", Detail::kOwn,
     0},
    {"conflict", 409, "Conflict", "It exists already, or was changed meanwhile.", Detail::kOwn, 0},
    {"too_large", 413, "Too large", "Request body is too large.", Detail::kOwn, 0},
    {"target_too_long", 414, "Target too long", "The request's target is too long.", Detail::kOwn,
     0},
    {"unsupported_media_type", 415, "Unsupported media type",
     "The content type or encoding is not one that this route takes.", Detail::kOwn, 0},
    {"expectation_failed", 417, "Expectation failed", "Of expectations only 100-continue is known.",
     Detail::kOwn, 0},
    {"throttled", 429, "Too many attempts", "Request was throttled.", Detail::kOwn, kRetryLater},
    {"header_too_large", 431, "Header too large", "The request's header is too large.",
     Detail::kOwn, 0},
    {"internal", 500, "Internal error", "A fault of the server; its log has the details.",
     Detail::kFixed, 0},
    {"not_implemented", 501, "Not implemented", "This is not offered.", Detail::kOwn, 0},
    {"overloaded", 503, "Overloaded", "Too much is waiting: try again.", Detail::kOwn, kRetrySoon},
    {"unavailable", 503, "Unavailable", "A part of the server is out of order.", Detail::kOwn,
     kRetryLater},
    {"timeout", 503, "Took too long", "This took longer than allowed.", Detail::kOwn, kRetryLater},
    {"disk_full", 503, "Disk full",
     "Too little space is left on the server's disk. An export leaves 256 MiB of it free.",
     Detail::kFixed, kRetryLater},
    {"disk_failed", 503, "Disk failed", "The server's disk refused to read or write.",
     Detail::kFixed, kRetryLater},
    {"http_version_not_supported", 505, "HTTP version not supported",
     "Only HTTP/1.0 and HTTP/1.1 are spoken here.", Detail::kOwn, 0},
}};

/// What else the reference page says of a kind.
constexpr std::array<std::string_view, kRows> kMeaning{{
    "A body, a field, a query parameter or a cursor is wrong; `errors` names each. A body "
    "of events that is not JSON is kept under `/api/v1/rejections`, too.",
    "A single event was refused: `errors` has field, pointer, reason and message of each fault. "
    "It is kept under `/api/v1/rejections`.",
    "No credentials, or not valid ones. Carries `WWW-Authenticate: Token`; for clients of "
    "FastAPI's "
    "errors `Bearer`.",
    "The key lacks the scope, the caller the role, or the application is another's.",
    "No such path or thing, or none that the caller may read.",
    "The path is known, the method is not one of `Allow`.",
    "Header or body came slower than `http.header_timeout` and `http.body_timeout` allow.",
    "What was to be made exists, or what was to be changed changed meanwhile.",
    "The body, what it unpacks to, or the number of its events is over its limit. Nothing was "
    "taken.",
    "The request line is over `http.header_limit`.",
    "See the route's content types.",
    "The request has an `Expect` that is not `100-continue`.",
    "Too many tries to log in as this user from this address, or to log in or use tokens that are "
    "not valid from this address at all; `Retry-After` says when.",
    "The header is over `http.header_limit`, or has more than 128 fields.",
    "A fault of ours: the log has it under the request's id.",
    "Understood, and not offered.",
    "A bounded queue is full. Nothing was taken; try again after `Retry-After`.",
    "Log, store or catalog is out of order; it heals when the cause is gone. Events may or may not "
    "have been taken: send them again with the same `event_id`.",
    "A query was over `store.query_timeout`, or what it waited for was not ready in time.",
    "Heals once there is space. An export is refused when less than 256 MiB would stay free.",
    "The server's log says which file and why.",
    "The request line names another version of HTTP.",
}};

Row row_of(Code code) {
    switch (code) {
        case Code::kInvalidArgument:
            return kInvalid;
        case Code::kUnauthenticated:
            return kNobody;
        case Code::kForbidden:
            return kNotEntitled;
        case Code::kNotFound:
            return kAbsent;
        case Code::kConflict:
            return kChanged;
        case Code::kTooLarge:
            return kOverLimit;
        case Code::kOverloaded:
            return kBusy;
        case Code::kUnavailable:
            return kOutOfOrder;
        case Code::kTimeout:
            return kTookTooLong;
        case Code::kDiskFull:
            return kNoSpace;
        case Code::kIo:
            return kDisk;
        case Code::kUnsupported:
            return kNotOffered;
        case Code::kCorrupt:
        case Code::kInternal:
            break;
    }
    return kBroken;
}

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

std::span<const ErrorKind> error_kinds() {
    return kTable;
}

const ErrorKind& kind_of(Code code) {
    return kTable[row_of(code)];
}

const ErrorKind& kind_of_status(int status) {
    const auto* found = std::ranges::find(kTable, status, &ErrorKind::status);
    return found == kTable.end() ? kTable[kBroken] : *found;
}

const ErrorKind& rejected_event() {
    return kTable[kRejectedEvent];
}

std::string reference_page() {
    std::string page =
        "# Errors\n\n"
        "Under `/api/v1/` an error is a problem document (RFC 9457) whose `type` is\n"
        "`urn:eyed:error:<code>`; `instance` is the request's id, percent-encoded. Other routes\n"
        "answer `{\"detail\": …}`, or `{\"field\": [\"reason\", …]}` for faulty fields, with the "
        "same status.\n\n"
        "This page is made from the table in `src/api/errors.cc` (`EYED_UPDATE_DOCS=1 "
        "api_test`).\n\n"
        "| code | status | title | when | Retry-After |\n"
        "|---|---|---|---|---|\n";
    for (std::size_t i = 0; i < kTable.size(); ++i) {
        const ErrorKind& kind = kTable[i];
        page += fmt::format("| `{}` | {} | {} | {} | {} |\n", kind.code, kind.status, kind.title,
                            kMeaning[i],
                            kind.retry_after_s == 0 ? "" : fmt::format("{} s", kind.retry_after_s));
    }
    return page;
}

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
    std::string body = fmt::format(R"({{"type":"urn:eyed:error:{}","title":)", kind.code);
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
    http::Response response = detail(kTable[kNobody], told_bearer(failure));
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
        const std::string text =
            errors.empty() ? std::string(kTable[kInvalid].text)
                           : fmt::format("{}: {}", errors.front().field, errors.front().message);
        return problem(request, kTable[kInvalid], text, flaws);
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
