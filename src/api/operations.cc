// What operators and newcomers ask: the index, health, readiness, metrics.
#include <fmt/format.h>

#include "api/flow.h"
#include "api/handlers.h"
#include "api/pages.h"
#include "base/json_text.h"

namespace eyed::api {

namespace {

struct IndexLink {
    std::string_view name;
    std::string_view path;
    std::string_view says;
};
constexpr IndexLink kLinks[] = {
    {"api", "/api/v1/", "The API itself, to look around in a browser"},
    {"docs", "/docs", "The API: what there is, to read and to try"},
    {"openapi", "/openapi.json", "The same for machines (OpenAPI)"},
    {"events", "/api/v1/events", "Send and read events"},
    {"sessions", "/api/v1/sessions", "Sessions"},
    {"rejections", "/api/v1/rejections", "What was refused, and why"},
    {"event_types", "/api/v1/event-types", "The kinds of event seen"},
    {"calendar", "/events_api/v1/", "The calendar: events that will happen"},
    {"cashbacks", "/api/cashbacks/", "Cashback: what purchases earn, and what became of it"},
    {"admin", "/admin/", "Event types and their examples, for people"},
    {"health", "/healthz", "Whether the process runs"},
    {"readiness", "/readyz", "Whether log, store and catalog work"},
    {"metrics", "/metrics", "Figures for Prometheus"},
};

http::Response index_json(const Services& services) {
    std::string body = "{\"name\":\"eyed\",\"version\":";
    append_json_string(services.version, body);
    body += ",\"links\":{";
    for (const IndexLink& link : kLinks) {
        if (&link != kLinks) body += ',';
        append_json_string(link.name, body);
        body += ':';
        append_json_string(link.path, body);
    }
    body += "}}";
    return http::json(200, std::move(body));
}

/// A command that sends a first event here.
std::string first_event(const http::Request& request) {
    return fmt::format(
        "curl {}/api/v1/events \\\n"
        "    -H \"Authorization: Token $TOKEN\" \\\n"
        "    -H 'Content-Type: application/json' \\\n"
        "    -d '{{\"category\": \"page\", \"name\": \"view\", \"data\": {{\"path\": \"/\"}}}}'",
        request.base_url());
}

http::Response index_page(const Services& services, const http::Request& request) {
    Html html;
    html.raw(
            "<p>Collects events from applications, keeps them durably and finds them again. "
            "Version ")
        .text(services.version)
        .raw(".</p><div class=\"card\"><dl>");
    for (const IndexLink& link : kLinks)
        html.raw("<dt><a")
            .attribute("href", link.path)
            .raw(">")
            .text(link.path)
            .raw("</a></dt><dd>")
            .text(link.says)
            .raw("</dd>");
    html.raw(
            "</dl></div><h2>Send a first event</h2><p>With the token of a user, which "
            "<a href=\"/api-token-auth/\">/api-token-auth/</a> gives, or a key, made at "
            "<a href=\"/api/v1/keys\">/api/v1/keys</a>:</p><pre tabindex=\"0\">")
        .text(first_event(request))
        .raw("</pre>");
    return page(200, {.title = "The Eye, as a daemon", .width = Frame::Width::kText}, html.take());
}

}  // namespace

Task<http::Response> index(Api& api, http::Request& request) {
    const bool person = wants_page(request);
    http::Response response = person ? index_page(api.services, request) : index_json(api.services);
    if (!person) never_store(response);
    co_return response;
}

Task<http::Response> health_check(Api&, http::Request&) {
    co_return page(200, {.title = "Healthy"}, "<div class=\"card\"><p>The server runs.</p></div>");
}

Task<http::Response> healthz(Api&, http::Request&) {
    http::Response response = http::json(200, R"({"status":"ok"})");
    never_store(response);
    co_return response;
}

Task<http::Response> readyz(Api& api, http::Request& request) {
    Health::Ask ask(api.health, request.executor);
    const auto checks = co_await ask;
    bool ready = true;
    std::string parts;
    for (const Health::Check& check : *checks) {
        if (!parts.empty()) parts += ',';
        append_json_string(check.name, parts);
        parts += check.status ? ":{\"ok\":true}" : ":{\"ok\":false,\"detail\":";
        if (check.status) continue;
        ready = false;
        append_json_string(check.reason, parts);
        parts += '}';
    }
    std::string body =
        ready ? R"({"status":"ready","checks":{)" : R"({"status":"not ready","checks":{)";
    body += parts;
    body += "}}";
    http::Response response = http::json(ready ? 200 : 503, std::move(body));
    never_store(response);
    co_return response;
}

Task<http::Response> metrics(Api& api, http::Request&) {
    http::Response response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    if (api.services.metrics) response.body = api.services.metrics();
    never_store(response);
    co_return response;
}

Task<http::Response> stylesheet(Api&, http::Request&) {
    http::Response response;
    response.content_type = "text/css; charset=utf-8";
    response.static_body = style_sheet();
    response.headers = {{"Cache-Control", "public, max-age=86400"}};
    co_return response;
}

}  // namespace eyed::api
