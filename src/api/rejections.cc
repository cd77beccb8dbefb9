// Reading what was refused.
#include <fmt/format.h>

#include "api/handlers.h"
#include "api/lists.h"
#include "base/json_text.h"
#include "query/cursor.h"
#include "store/event_store.h"

namespace eyed::api {

namespace {

Result<Page> read_rejections(const Api& api, ErrorStyle style,
                             const query::RejectionsQuery& query) {
    EYED_ASSIGN(const auto found, api.services.store.rejections(query.filter, query.page));
    std::string next;
    if (found.more && !found.rows.empty())
        next = query::encode({query.page.direction, found.rows.back().id});
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

std::string_view bucket_name(store::RejectionSummaryQuery::Bucket bucket) {
    using Bucket = store::RejectionSummaryQuery::Bucket;
    if (bucket == Bucket::kMinute) return "minute";
    return bucket == Bucket::kHour ? "hour" : "day";
}

void append_group(const store::RejectionSummary::Group& group, std::string& out) {
    out += fmt::format("{{\"reason\":\"{}\",\"category\":", model::reason_name(group.reason));
    append_json_string(group.category, out);
    out += ",\"name\":";
    append_json_string(group.name, out);
    out += fmt::format(R"(,"rejections":{},"open":{},"first":"{}","last":"{}","example_id":{}}})",
                       group.rejections, group.open, to_iso8601(group.first),
                       to_iso8601(group.last), group.example.value);
}

std::string summary_json(const store::RejectionSummary& summary) {
    std::string out =
        fmt::format(R"({{"rejections":{},"open":{},"groups":)", summary.rejections, summary.open);
    query::append_array(summary.groups, append_group, out);
    out += fmt::format(R"(,"bucket":"{}","counts":)", bucket_name(summary.bucket));
    const auto append_count = [](const store::RejectionSummary::Count& count, std::string& to) {
        to += fmt::format(R"({{"at":"{}","rejections":{},"open":{}}})", to_iso8601(count.at),
                          count.rejections, count.open);
    };
    query::append_array(summary.counts, append_count, out);
    out += fmt::format(",\"truncated\":{}}}", summary.truncated);
    return out;
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

Task<http::Response> summarize_rejections(Api& api, http::Request& request) {
    query::ParameterErrors errors;
    query::SummaryQuery query = query::rejection_summary(request.query, errors);
    if (!errors.empty()) co_return parameter_errors(request, errors);
    auto applications = readable(api.names, request.principal, query.application);
    if (!applications) co_return fail(api, request, applications.error());
    query.summary.filter.applications = *std::move(applications);
    auto read = [&api, &query]() -> Result<std::string> {
        EYED_ASSIGN(const auto summary, api.services.store.summarize(query.summary));
        return summary_json(summary);
    };
    http::Response response =
        co_await answer_one(api, request, api.services.lanes.queries, std::move(read));
    co_return response;
}

Task<http::Response> get_rejection(Api& api, http::Request& request) {
    const std::optional<std::uint64_t> id = path_number(request, "id");
    if (!id) co_return error(request, Code::kNotFound);
    auto applications = readable(api.names, request.principal);
    if (!applications) co_return fail(api, request, applications.error());
    store::RejectionFilter filter;
    filter.ids = {RejectionId{*id}};
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
