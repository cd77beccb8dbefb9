#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "api/errors.h"
#include "base/result.h"
#include "catalog/number_page.h"
#include "http/message.h"
#include "query/parameter_reader.h"

namespace eyed::api {

/// Lists as Django REST framework pages them, by number.

/// `page` and `page_size`; false: it is another parameter. More than there is on a page is as much
/// as there is, as DRF has it.
bool take_page(query::Reader& reader, const query::Parameter& given, catalog::NumberPage& page);

/// What is wrong with a list's parameters: 400, or 404 for a page that is none.
http::Response query_faults(const http::Request& request, const query::ParameterErrors& errors);

http::Response page_of(const http::Request& request, const catalog::NumberPage& page,
                       std::uint64_t count, std::string results);
/// `{"count":…,"next":…,"previous":…,"results":[…]}`; 404 for a page past the end, as DRF has it.
template <class Rows, class Append>
http::Response numbered_page(const http::Request& request, const catalog::NumberPage& page,
                             std::uint64_t count, const Rows& rows, Append append) {
    if (rows.empty() && page.number > 1) return detail(kind_of(Code::kNotFound), "Invalid page.");
    std::string results;
    for (const auto& row : rows) {
        if (!results.empty()) results += ',';
        append(row, results);
    }
    return page_of(request, page, count, std::move(results));
}

/// `Link: <…>; rel="next"`, of a bare array that has another page.
void add_next_link(const http::Request& request, const catalog::NumberPage& page,
                   http::Response& response);

}  // namespace eyed::api
