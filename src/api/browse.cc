#include "api/browse.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "api/embedded.h"
#include "api/flow.h"
#include "api/handlers.h"
#include "api/pages.h"
#include "api/routes.h"
#include "base/check.h"
#include "http/router.h"
#include "query/parameters.h"

namespace eyed::api {

namespace {

/// Where the API lies. All else is pages, and what machines alone read.
constexpr std::string_view kApiPaths[] = {
    "/api", "/api-token-auth", "/events", "/event_detail", "/sessions", "/errors", "/events_api"};

/// Files that calendars subscribe to, some of which ask as browsers do.
constexpr std::string_view kFeeds = "/events_api/v1/ics";

constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What lies one step below /api/v1: `{"events":"/api/v1/events",…}`.
std::string list_routes() {
    constexpr std::string_view kRoot = "/api/v1/";
    std::string body = "{";
    for (const RouteEntry& entry : route_table()) {
        const std::string_view path = entry.pattern;
        if (!path.starts_with(kRoot)) continue;
        const std::string_view name = path.substr(kRoot.size());
        const std::string member = fmt::format(R"("{}":"{}")", name, path);
        if (name.find('/') != std::string_view::npos || body.find(member) != std::string::npos)
            continue;
        if (body.size() > 1) body += ',';
        body += member;
    }
    return body += '}';
}

bool asks_for_json(std::string_view query) {
    return std::ranges::any_of(query::parse_query_string(query), [](const query::Parameter& one) {
        return one.name == "format" && one.value == "json";
    });
}

}  // namespace

bool is_browsable(const http::Request& request) {
    using enum http::Method;
    return (request.method == kGet || request.method == kHead) &&
           std::ranges::any_of(
               kApiPaths,
               [&](std::string_view prefix) { return http::is_within(request.path, prefix); }) &&
           !http::is_within(request.path, kFeeds);
}

bool varies_by_accept(const http::Request& request) {
    return is_browsable(request) || request.path == "/";
}

bool wants_browse_page(const http::Request& request) {
    return is_browsable(request) && wants_page(request) && !asks_for_json(request.query);
}

http::Response browse_page(int status) {
    const EmbeddedFile* page = find_embedded("browse.html");
    EYED_CHECK(page != nullptr);
    http::Response response;
    response.status = status;
    response.content_type = page->content_type;
    response.static_body = page->bytes;
    response.static_gzip = page->gzip;
    // Not stored: the same address has the API's own answer, too.
    response.headers = {{"Content-Security-Policy", std::string(kPolicy)},
                        {"Cache-Control", "no-store"},
                        {"Referrer-Policy", "no-referrer"}};
    return response;
}

Task<http::Response> list_api(Api&, http::Request&) {
    static const std::string list = list_routes();
    http::Response response = http::json(200, list);
    never_store(response);
    co_return response;
}

}  // namespace eyed::api
