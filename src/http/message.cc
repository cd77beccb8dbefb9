#include "http/message.h"

#include <utility>

#include "base/ascii.h"
#include "http/router.h"

namespace eyed::http {
namespace {

constexpr std::array<std::string_view, 7> kMethods = {"GET",   "HEAD",   "POST",   "PUT",
                                                      "PATCH", "DELETE", "OPTIONS"};

Response with_body(int status, std::string_view content_type, std::string body) {
    Response response;
    response.status = status;
    response.content_type = content_type;
    response.body = std::move(body);
    return response;
}

}  // namespace

std::string_view method_name(Method method) {
    const auto index = static_cast<std::size_t>(method);
    return index < kMethods.size() ? kMethods[index] : std::string_view{};
}

Method method_of(std::string_view name) {
    for (std::size_t i = 0; i < kMethods.size(); ++i)
        if (kMethods[i] == name) return static_cast<Method>(i);
    return Method::kOther;
}

std::string MethodSet::to_string() const {
    std::string out;
    for (std::size_t i = 0; i < kMethods.size(); ++i) {
        if (!has(static_cast<Method>(i))) continue;
        if (!out.empty()) out += ", ";
        out += kMethods[i];
    }
    return out;
}

std::string_view Request::header(std::string_view name) const {
    for (const Field& field : headers)
        if (equal_ignoring_case(field.name, name)) return field.value;
    return {};
}

std::string Request::list(std::string_view name) const {
    std::string all;
    for (const Field& field : headers) {
        if (!equal_ignoring_case(field.name, name)) continue;
        if (!all.empty()) all += ", ";
        all += field.value;
    }
    return all;
}

std::string_view Request::parameter(std::string_view name) const {
    if (route == nullptr) return {};
    // The names are in the pattern, in the order of the values: `/sessions/{id}/events`.
    std::string_view rest = route->pattern;
    for (std::size_t i = 0; i < kMaxParameters; ++i) {
        const std::size_t open = rest.find('{');
        if (open == std::string_view::npos) break;
        const std::size_t close = rest.find('}', open);
        if (rest.substr(open + 1, close - open - 1) == name) return parameter_values[i];
        rest.remove_prefix(close + 1);
    }
    return {};
}

std::string Request::base_url() const {
    std::string url = channel == Channel::kTls ? "https://" : "http://";
    url += host;
    return url;
}

Response text(int status, std::string body) {
    return with_body(status, "text/plain; charset=utf-8", std::move(body));
}

Response html(int status, std::string body) {
    return with_body(status, "text/html; charset=utf-8", std::move(body));
}

Response json(int status, std::string body) {
    return with_body(status, "application/json", std::move(body));
}

Response empty(int status) {
    return with_body(status, {}, {});
}

std::string_view reason_phrase(int status) {
    static constexpr std::pair<int, std::string_view> kPhrases[] = {
        {100, "Continue"},
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {206, "Partial Content"},
        {207, "Multi-Status"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {416, "Range Not Satisfiable"},
        {417, "Expectation Failed"},
        {422, "Unprocessable Content"},
        {428, "Precondition Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
        {507, "Insufficient Storage"},
    };
    for (const auto& [number, phrase] : kPhrases)
        if (number == status) return phrase;
    return "Unknown";
}

}  // namespace eyed::http
