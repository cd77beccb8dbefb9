// What describes the API: the OpenAPI document, its page, the page of errors, and the files that
// pages need.
#include "api/embedded.h"
#include "api/error_pages.h"
#include "api/errors.h"
#include "api/flow.h"
#include "api/handlers.h"
#include "api/pages.h"
#include "base/check.h"

namespace eyed::api {

namespace {

/// Swagger UI draws with images that its style sheet holds, and calls this server alone.
constexpr std::string_view kDocsPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' "
    "data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A file that cmake/embed.cmake always brings.
http::Response own_file(const http::Request& request, std::string_view name) {
    const EmbeddedFile* file = find_embedded(name);
    EYED_CHECK(file != nullptr);
    return embedded_answer(request, *file);
}

}  // namespace

Task<http::Response> openapi_yaml(Api&, http::Request& request) {
    co_return own_file(request, "openapi.yaml");
}

Task<http::Response> openapi_json(Api&, http::Request& request) {
    co_return own_file(request, "openapi.json");
}

Task<http::Response> docs_page(Api&, http::Request& request) {
    http::Response response = own_file(request, "docs.html");
    response.headers.push_back({"Content-Security-Policy", std::string(kDocsPolicy)});
    response.headers.push_back({"Referrer-Policy", "no-referrer"});
    co_return response;
}

Task<http::Response> errors_page(Api&, http::Request&) {
    co_return page(200, {.title = "Errors", .width = Frame::Width::kText}, errors_html());
}

Task<http::Response> asset(Api&, http::Request& request) {
    const std::string_view pattern = request.route->pattern;  // of /assets/ or /browse/
    std::string name(pattern.substr(1, pattern.rfind('/')));
    name += request.parameter("file");
    const EmbeddedFile* file = find_embedded(name);
    co_return file == nullptr ? error(request, Code::kNotFound) : embedded_answer(request, *file);
}

}  // namespace eyed::api
