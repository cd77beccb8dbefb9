#pragma once

#include <expected>
#include <string>

#include "api/account_answers.h"
#include "api/delivery_json.h"
#include "api/if_match.h"

namespace eyed::api {

/// What the routes of destinations and deliveries share. They run on a worker of the deliveries'
/// lane from the reading of the body to the answer.

/// Runs `work`, giving Result<http::Response>, there.
template <class Work>
Task<http::Response> answer_delivery(Api& api, http::Request& request, Work work) {
    return answer_on(api.services.lanes.deliveries, api, request, std::move(work));
}

/// The body as a JSON object, of nothing where it is empty; or the answer to one that is none.
std::expected<JsonBody, http::Response> optional_body_of(const http::Request& request);

/// `{"results":[…],"next":…}`; `append(row, out)` writes each.
template <class Found, class Append>
http::Response rows_response(query::ListKind kind, const catalog::RowPage& page, const Found& found,
                             Append append) {
    std::string next;
    if (found.more && !found.rows.empty())
        next = query::encode(kind, page, found.rows.back().id.value);
    std::string body;
    query::append_list(found.rows, next, append, body);
    return http::json(200, std::move(body));
}

}  // namespace eyed::api
