#include "api/lists.h"

#include <fmt/format.h>

namespace eyed::api {

http::Response page_response(const http::Request& request, Page page) {
    http::Response response = http::json(200, std::move(page.body));
    if (style_of(request.path) == ErrorStyle::kDetail && !page.next.empty()) {
        const std::string query = query::with_cursor(request.query, page.next);
        response.headers.push_back({"Link", fmt::format("<{}{}?{}>; rel=\"next\"",
                                                        request.base_url(), request.path, query)});
    }
    return response;
}

http::Response parameter_errors(const http::Request& request,
                                const query::ParameterErrors& errors) {
    std::vector<FieldError> fields;
    for (const query::ParameterError& error : errors)
        fields.push_back({error.parameter, error.message});
    return field_errors(request, fields);
}

}  // namespace eyed::api
