#include "api/numbered_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/json_text.h"
#include "http/percent.h"

namespace eyed::api {

namespace {

constexpr std::uint32_t kMostPageSize = 100;
constexpr std::uint32_t kMostPage = 10'000'000;

/// The same query on another page.
std::string with_page(const http::Request& request, std::uint32_t page) {
    std::string url = request.base_url() + std::string(request.path) + '?';
    for (const query::Parameter& given : query::parse_query_string(request.query))
        if (given.name != "page")
            url += http::percent_encode(given.name) + '=' + http::percent_encode(given.value) + '&';
    return fmt::format("{}page={}", url, page);
}

}  // namespace

bool take_page(query::Reader& reader, const query::Parameter& given, catalog::NumberPage& page) {
    if (given.name == "page") return reader.limit(given, page.number, kMostPage);
    if (given.name != "page_size") return false;
    reader.limit(given, page.size, UINT32_MAX);
    page.size = std::min(page.size, kMostPageSize);
    return true;
}

http::Response query_faults(const http::Request& request, const query::ParameterErrors& errors) {
    std::vector<FieldError> faults;
    bool page = false;
    for (const query::ParameterError& error : errors) {
        page = page || error.parameter == "page";
        faults.push_back({error.parameter, error.message, {}});
    }
    if (page && faults.size() == 1) return detail(kind_of(Code::kNotFound), "Invalid page.");
    return field_errors(request, faults);
}

http::Response page_of(const http::Request& request, const catalog::NumberPage& page,
                       std::uint64_t count, std::string results) {
    const std::uint64_t end = page.offset() + page.size;
    std::string body = fmt::format("{{\"count\":{},\"next\":", count);
    if (end < count)
        append_json_string(with_page(request, page.number + 1), body);
    else
        body += "null";
    body += ",\"previous\":";
    if (page.number > 1)
        append_json_string(with_page(request, page.number - 1), body);
    else
        body += "null";
    body += ",\"results\":[" + std::move(results) + "]}";
    return http::json(200, std::move(body));
}

void add_next_link(const http::Request& request, const catalog::NumberPage& page,
                   http::Response& response) {
    response.headers.push_back(
        {"Link", fmt::format("<{}>; rel=\"next\"", with_page(request, page.number + 1))});
}

}  // namespace eyed::api
