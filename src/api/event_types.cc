// The kinds of event seen.
#include "catalog/event_types.h"
#include "api/handlers.h"
#include "api/lists.h"
#include "api/verdicts.h"
#include "base/json_text.h"
#include "catalog/catalog.h"
#include "query/cursor.h"

namespace eyed::api {

namespace {

void append_event_type(const model::EventType& type, std::string& out) {
    out += "{\"id\":";
    append_number(static_cast<std::uint64_t>(type.id.value), out);
    out += ",\"category\":";
    append_json_string(type.category, out);
    out += ",\"name\":";
    append_json_string(type.name, out);
    out += ",\"first_seen\":\"";
    append_iso8601(type.first_seen, out);
    out += "\",\"example\":";
    out += type.example ? *type.example : "null";
    out += ",\"mode\":";
    append_json_string(model::mode_name(type.mode), out);
    out += '}';
}

/// Of all types for who reads all, else of those that the caller's application sent first: the
/// catalog does not know who sent a type later.
Result<Page> read_types(const Api& api, const query::TypesQuery& query,
                        const std::vector<ApplicationId>& applications) {
    catalog::EventTypes::Page page;
    page.applications = applications;
    page.category = query.category;
    page.name = query.name;
    page.limit = query.limit;
    page.offset = query.offset;
    EYED_ASSIGN(const auto found, api.services.catalog.event_types().list(page));
    const std::uint64_t end = query.offset + found.rows.size();
    std::string next;
    if (!found.rows.empty() && end < found.total)
        next = query::encode_offset(query::ListKind::kEventTypes, end);
    return make_page(ErrorStyle::kProblem, found.rows, std::move(next), append_event_type);
}

}  // namespace

Task<http::Response> list_event_types(Api& api, http::Request& request) {
    query::ParameterErrors errors;
    const query::TypesQuery query = query::native_types(request.query, errors);
    if (!errors.empty()) co_return parameter_errors(request, errors);
    const auto applications = readable(api.names, request.principal);
    if (!applications) co_return fail(api, request, applications.error());
    auto read = [&api, &query, &applications] { return read_types(api, query, *applications); };
    const Result<Page> page =
        co_await on_worker(api.services.lanes.catalog, request, std::move(read));
    if (!page) co_return fail(api, request, page.error());
    http::Response response = page_response(request, *page);
    never_store(response);
    co_return response;
}

}  // namespace eyed::api
