#pragma once

#include <string>
#include <utility>

#include "api/flow.h"
#include "query/parameters.h"
#include "query/render.h"

namespace eyed::api {

/// A page of a list as it goes out.
struct Page {
    std::string body;
    std::string next;  ///< the next page's cursor; empty: this is the last
};

/// Renders rows by `append(row, out)` in the form of `style`: `{"results":[…],"next":…}`, or a bare
/// array. On a worker: a page may be large.
template <class Range, class Append>
Page make_page(ErrorStyle style, const Range& rows, std::string next, Append append) {
    Page page;
    page.next = std::move(next);
    if (style == ErrorStyle::kProblem)
        query::append_list(rows, page.next, append, page.body);
    else
        query::append_array(rows, append, page.body);
    return page;
}

/// A page as its answer; bare arrays carry the way to the next one as `Link: <…>; rel="next"`.
http::Response page_response(const http::Request& request, Page page);

/// Waits until the store is fresh, runs `read` (giving Result<T>) on `pool`, and makes the answer
/// of what it gave by `respond`, or of its failure. Every answer says when it is stale.
template <class Read, class Respond>
Task<http::Response> answer_read(Api& api, http::Request& request, WorkerPool& pool, Read read,
                                 Respond respond) {
    const Freshness freshness = co_await read_barrier(api, request);
    auto got = co_await on_worker(pool, request, std::move(read));
    http::Response response = got ? respond(*std::move(got)) : fail(api, request, got.error());
    mark(freshness, response);
    co_return response;
}

/// A page of a list: `read` gives Result<Page>.
template <class Read>
Task<http::Response> answer_list(Api& api, http::Request& request, WorkerPool& pool, Read read) {
    return answer_read(api, request, pool, std::move(read),
                       [&request](Page page) { return page_response(request, std::move(page)); });
}

/// One thing: `read` gives its JSON.
template <class Read>
Task<http::Response> answer_one(Api& api, http::Request& request, WorkerPool& pool, Read read) {
    return answer_read(api, request, pool, std::move(read),
                       [](std::string body) { return http::json(200, std::move(body)); });
}

/// 400 for what is wrong with query parameters.
http::Response parameter_errors(const http::Request& request, const query::ParameterErrors& errors);

}  // namespace eyed::api
