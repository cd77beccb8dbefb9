#pragma once

#include <expected>
#include <string>
#include <utility>

#include "api/account_json.h"
#include "api/flow.h"
#include "api/json_body.h"
#include "api/lists.h"
#include "query/account_parameters.h"

namespace eyed::api {

/// The request's body as a JSON object, or the answer to one that is none.
std::expected<JsonBody, http::Response> json_body_of(const http::Request& request);

/// Runs `work` (giving Result<std::string>: JSON) on a lane and answers with it; not to be cached.
template <class Work>
Task<http::Response> answer_work(Api& api, http::Request& request, WorkerPool& pool, Work work,
                                 int status = 200) {
    auto got = co_await on_worker(pool, request, std::move(work));
    http::Response response =
        got ? http::json(status, *std::move(got)) : fail(api, request, got.error());
    never_store(response);
    co_return response;
}

/// `{"results":[…],"next":…}` of a list of the catalog. On a worker.
template <class Found>
std::string rows_json(const Services& services, query::ListKind kind, const catalog::RowPage& page,
                      const Found& found) {
    AccountJson json(services);
    std::string next;
    if (found.more && !found.rows.empty())
        next = query::encode(kind, page, found.rows.back().id.value);
    std::string body;
    query::append_list(
        found.rows, next, [&](const auto& row, std::string& out) { json.append(row, out); }, body);
    return body;
}

template <class Row>
std::string row_json(const Services& services, const Row& row) {
    std::string body;
    AccountJson(services).append(row, body);
    return body;
}

/// A user's id by name, inactive ones too; one that does not exist names nobody's rows.
Result<std::optional<UserId>> find_user(const Services& services,
                                        const std::optional<std::string>& name);

bool is_superuser(const http::Request& request);

}  // namespace eyed::api
