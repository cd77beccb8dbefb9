#include "api/pages.h"

#include <fmt/format.h>

#include <chrono>

#include "api/guard.h"
#include "base/hash.h"
#include "http/accept.h"

namespace eyed::api {

namespace {

constexpr std::string_view kStyle = R"(:root{color-scheme:light dark;--ink:#1c2330;--soft:#5b6577;
--line:#d5dae3;--ground:#f5f6f9;--card:#fff;--accent:#1f5fbf;--bad:#b3261e;--good:#1b7038}
@media (prefers-color-scheme: dark){:root{--ink:#e6e9f0;--soft:#9aa5b8;--line:#343c4b;
--ground:#12161d;--card:#1b212b;--accent:#82b1ff;--bad:#ff8a80;--good:#7fd99a}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
header{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;align-items:center;padding:.75rem 1rem;
background:var(--card);border-bottom:1px solid var(--line)}
header .who{margin-left:auto;display:flex;gap:.75rem;align-items:center;color:var(--soft)}
header form{margin:0}
main{max-width:60rem;margin:0 auto;padding:1rem}
main.narrow{max-width:26rem}
h1{font-size:1.4rem;line-height:1.25;margin:.5rem 0 1rem;overflow-wrap:anywhere}
a{color:var(--accent)}
.brand{font-weight:700;color:var(--ink);text-decoration:none}
section.card{margin-bottom:1rem}
:target{border-color:var(--accent)}
.card{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:1rem}
.field{margin:0 0 1rem}
label{display:block;font-weight:600;margin-bottom:.25rem}
input,textarea,button{font:inherit;color:inherit}
input,textarea{width:100%;padding:.5rem;border:1px solid var(--line);border-radius:.35rem;
background:var(--ground)}
textarea{min-height:16rem;font:14px/1.45 ui-monospace,monospace;tab-size:2}
input:focus,textarea:focus,button:focus,a:focus{outline:2px solid var(--accent);outline-offset:1px}
[aria-invalid=true]{border-color:var(--bad)}
.help{color:var(--soft);font-size:.875rem;margin:.25rem 0 0}
.error{color:var(--bad);margin:.25rem 0 0;overflow-wrap:anywhere}
.done{color:var(--good);margin:0 0 1rem;font-weight:600}
button{padding:.5rem 1rem;border:0;border-radius:.35rem;background:var(--accent);color:var(--card);
cursor:pointer}
button.quiet{background:none;color:var(--accent);padding:.25rem;text-decoration:underline}
.search{display:flex;gap:.5rem;margin-bottom:1rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.5rem;border-bottom:1px solid var(--line);vertical-align:top}
td{overflow-wrap:anywhere;min-width:7rem}
td.time{white-space:nowrap;color:var(--soft);font-size:.875rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem;margin:0 0 1rem}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
@media (max-width:30rem){dl{grid-template-columns:1fr}dd{margin-bottom:.5rem}}
h2{font-size:1.1rem;margin:1.5rem 0 .5rem}
pre{margin:0;padding:1rem;overflow-x:auto;background:var(--card);border:1px solid var(--line);
border-radius:.5rem;font:14px/1.45 ui-monospace,monospace}
.paging{display:flex;gap:1rem;margin-top:1rem;color:var(--soft)}
)";

constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'";

void append_head(const Frame& frame, Html& html) {
    html.raw(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>")
        .text(frame.title)
        .raw(" · eyed</title><link rel=\"stylesheet\"")
        .attribute("href", style_path())
        .raw("></head><body><header><a class=\"brand\" href=\"/\">eyed</a>");
    if (frame.session != nullptr) {
        html.raw("<a href=\"/admin/events/eventtype/\">Event types</a><div class=\"who\"><span>")
            .text(frame.session->user.name)
            .raw(
                "</span><form method=\"post\" action=\"/admin/logout/\">"
                "<input type=\"hidden\" name=\"csrf_token\"")
            .attribute("value", frame.session->csrf)
            .raw("><button class=\"quiet\">Log out</button></form></div>");
    }
    const bool narrow = frame.session == nullptr && frame.width == Frame::Width::kForm;
    html.raw(narrow ? "</header><main class=\"narrow\">" : "</header><main>");
}

void append_control(const FormField& field, Html& html) {
    const bool area = field.type == "textarea";
    if (area)
        html.raw("<textarea spellcheck=\"false\"");
    else
        html.raw("<input").attribute("type", field.type);
    html.attribute("name", field.name).attribute("id", field.name);
    if (!field.autocomplete.empty()) html.attribute("autocomplete", field.autocomplete);
    if (!field.error.empty())
        html.raw(" aria-invalid=\"true\"")
            .attribute("aria-describedby", fmt::format("{}-error", field.name));
    if (area)
        html.raw(">\n").text(field.value).raw("</textarea>");  // HTML drops the first newline
    else
        html.attribute("value", field.value).raw(">");
}

}  // namespace

http::Response page(int status, const Frame& frame, std::string_view content) {
    Html html;
    append_head(frame, html);
    html.raw("<h1>").text(frame.title).raw("</h1>").raw(content).raw("</main></body></html>\n");
    http::Response response = http::html(status, html.take());
    response.headers = {{"Content-Security-Policy", std::string(kPolicy)},
                        {"Cache-Control", "no-store"},
                        {"Referrer-Policy", "no-referrer"}};
    return response;
}

http::Response message_page(int status, const Frame& frame, std::string_view message) {
    Html html;
    html.raw("<div class=\"card\"><p>")
        .text(message)
        .raw("</p><p><a href=\"/\">Back</a></p></div>");
    return page(status, frame, html.take());
}

bool wants_page(const http::Request& request) {
    return http::prefers_html(request.list("Accept"));
}

http::Response see_other(std::string location) {
    http::Response response = http::empty(303);
    response.headers = {{"Location", std::move(location)}, {"Cache-Control", "no-store"}};
    return response;
}

void append_field(const FormField& field, Html& html) {
    if (field.type == "hidden") {
        html.raw("<input type=\"hidden\"")
            .attribute("name", field.name)
            .attribute("value", field.value)
            .raw(">");
        return;
    }
    html.raw("<div class=\"field\"><label")
        .attribute("for", field.name)
        .raw(">")
        .text(field.label)
        .raw("</label>");
    append_control(field, html);
    if (!field.error.empty())
        html.raw("<p class=\"error\" role=\"alert\"")
            .attribute("id", fmt::format("{}-error", field.name))
            .raw(">")
            .text(field.error)
            .raw("</p>");
    if (!field.help.empty()) html.raw("<p class=\"help\">").text(field.help).raw("</p>");
    html.raw("</div>");
}

Result<http::Form> read_form(const http::Request& request) {
    if (http::media_type(request.content_type) != "application/x-www-form-urlencoded")
        return failure(Code::kInvalidArgument, "A form is application/x-www-form-urlencoded.");
    return http::Form::parse(request.body);
}

std::string_view value_of(const http::Form& form, std::string_view name) {
    const std::string* value = form.find(name);
    return value == nullptr ? std::string_view() : std::string_view(*value);
}

http::Header cookie_header(const http::Request& request, std::string_view name,
                           std::string_view value, std::int64_t max_age_s) {
    return {"Set-Cookie",
            fmt::format("{}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{}", name, value,
                        max_age_s, request.channel == http::Channel::kTls ? "; Secure" : "")};
}

http::Header session_cookie(const http::Request& request, const config::Settings& settings,
                            std::string_view value) {
    const auto lifetime =
        std::chrono::duration_cast<std::chrono::seconds>(settings.auth.session_lifetime);
    return cookie_header(request, kSessionCookie, value, lifetime.count());
}

http::Response logged_in(const http::Request& request, const config::Settings& settings,
                         std::string_view cookie, std::string location) {
    http::Response response = see_other(std::move(location));
    response.headers.push_back(session_cookie(request, settings, cookie));
    return response;
}

std::string_view style_sheet() {
    return kStyle;
}

const std::string& style_path() {
    static const std::string path = fmt::format("/admin/style.css?v={:x}", hash64(kStyle));
    return path;
}

}  // namespace eyed::api
