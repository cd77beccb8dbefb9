// Reading what was refused.
#include "api/handlers.h"
#include "api/lists.h"
#include "query/cursor.h"
#include "store/event_store.h"

namespace eyed::api {

namespace {

Result<Page> read_rejections(const Api& api, ErrorStyle style,
                             const query::RejectionsQuery& query) {
    EYED_ASSIGN(const auto found, api.services.store.rejections(query.filter, query.page));
    std::string next;
    if (found.more && !found.rows.empty()) next = query::encode(found.rows.back().id);
    const auto append = [&](const model::Rejection& rejection, std::string& out) {
        if (style == ErrorStyle::kProblem)
            query::append_rejection(rejection, api.names, out);
        else
            query::append_seed_rejection(rejection, out);
    };
    return make_page(style, found.rows, std::move(next), append);
}

Task<http::Response> answer_rejections(Api& api, http::Request& request,
                                       query::RejectionsQuery query) {
    auto applications = readable(api.names, request.principal, query.application);
    if (!applications) co_return fail(api, request, applications.error());
    query.filter.applications = *std::move(applications);
    query.page.byte_limit = kPageBytes;
    const ErrorStyle style = style_of(request.path);
    auto read = [&api, style, &query] { return read_rejections(api, style, query); };
    http::Response response =
        co_await answer_list(api, request, api.services.lanes.queries, std::move(read));
    co_return response;
}

}  // namespace

Task<http::Response> list_errors_seed(Api& api, http::Request& request) {
    query::ParameterErrors errors;
    query::RejectionsQuery query = query::seed_rejections(request.query, errors);
    if (!errors.empty()) co_return parameter_errors(request, errors);
    http::Response response = co_await answer_rejections(api, request, std::move(query));
    co_return response;
}

Task<http::Response> list_rejections(Api& api, http::Request& request) {
    query::ParameterErrors errors;
    query::RejectionsQuery query = query::native_rejections(request.query, errors);
    if (!errors.empty()) co_return parameter_errors(request, errors);
    http::Response response = co_await answer_rejections(api, request, std::move(query));
    co_return response;
}

Task<http::Response> get_rejection(Api& api, http::Request& request) {
    const std::optional<std::uint64_t> id = path_number(request, "id");
    if (!id) co_return error(request, Code::kNotFound);
    auto applications = readable(api.names, request.principal);
    if (!applications) co_return fail(api, request, applications.error());
    store::RejectionFilter filter;
    filter.id = RejectionId{*id};
    filter.applications = *std::move(applications);
    auto read = [&api, &filter]() -> Result<std::string> {
        EYED_ASSIGN(const auto found, api.services.store.rejections(filter, {.limit = 1}));
        if (found.rows.empty()) return failure(Code::kNotFound, "no such rejection");
        std::string body;
        query::append_rejection(found.rows.front(), api.names, body);
        return body;
    };
    http::Response response =
        co_await answer_one(api, request, api.services.lanes.queries, std::move(read));
    co_return response;
}

}  // namespace eyed::api
