// The kinds of event seen: listed, shown, changed.
#include "catalog/event_types.h"

#include "api/handlers.h"
#include "api/lists.h"
#include "api/types.h"
#include "api/verdicts.h"
#include "base/json_members.h"
#include "catalog/catalog.h"
#include "ingest/types.h"
#include "query/cursor.h"
#include "store/event_store.h"

namespace eyed::api {

namespace {

constexpr std::size_t kMaxDescription = 2000;

void append_counts(const store::TypeCounts& counts, std::string& out) {
    append_key("counts", out);
    out += '{';
    append_number_member("events", counts.events, out);
    append_number_member("violations", counts.violations, out);
    append_number_member("rejections", counts.open_rejections, out);
    out += '}';
}

void append_event_type(const model::EventType& type, const store::TypeCounts& counts,
                       std::string& out) {
    out += '{';
    append_id_member("id", static_cast<std::uint64_t>(type.id.value), out);
    append_text_member("category", type.category, out);
    append_text_member("name", type.name, out);
    append_text_member("description", type.description, out);
    append_text_member("mode", model::mode_name(type.mode), out);
    append_json_member("example", type.example, out);
    append_json_member("schema", type.schema, out);
    append_number_member("version", type.version, out);
    append_counts(counts, out);
    append_instant_member("first_seen", type.first_seen, out);
    append_instant_member("last_seen", counts.last_seen, out);
    append_instant_member("updated_at", type.updated_at, out);
    append_id_member("updated_by", static_cast<std::uint64_t>(type.updated_by.value), out);
    out += '}';
}

void append_version(const model::EventTypeVersion& version, std::string& out) {
    out += '{';
    append_number_member("version", version.version, out);
    append_text_member("description", version.description, out);
    append_text_member("mode", model::mode_name(version.mode), out);
    append_json_member("example", version.example, out);
    append_json_member("schema", version.schema, out);
    append_instant_member("changed_at", version.changed_at, out);
    append_id_member("changed_by", static_cast<std::uint64_t>(version.changed_by.value), out);
    out += '}';
}

catalog::EventTypes::OrderBy order_of(query::TypeOrder order) {
    using enum catalog::EventTypes::OrderBy;
    switch (order) {
        case query::TypeOrder::kName:
            return kName;
        case query::TypeOrder::kFirstSeen:
            return kFirstSeen;
        case query::TypeOrder::kUpdatedAt:
            return kUpdatedAt;
        case query::TypeOrder::kCategory:
            break;
    }
    return kCategoryName;
}

catalog::EventTypes::Page page_of(const query::TypesQuery& query,
                                  const std::vector<ApplicationId>& applications) {
    using Direction = catalog::EventTypes::Page::Direction;
    catalog::EventTypes::Page page;
    page.applications = applications;
    page.category = query.category;
    page.name = query.name;
    page.mode = query.mode;
    page.search = query.search;
    page.order = order_of(query.order);
    page.direction = query.direction == store::Direction::kAscending ? Direction::kAscending
                                                                     : Direction::kDescending;
    page.limit = query.limit;
    page.offset = query.offset;
    return page;
}

/// Ends a page early once it is too large: examples and schemas may be 64 KiB each.
void cut_to_size(std::vector<model::EventType>& types) {
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < types.size(); ++i) {
        bytes += types[i].example.value_or("").size() + types[i].schema.value_or("").size();
        if (bytes > kPageBytes && i > 0) return types.resize(i);
    }
}

/// The types with what the store has counted of them.
Result<Page> show_types(const Api& api, const catalog::EventTypes::Found& found,
                        const query::TypesQuery& query,
                        const std::vector<ApplicationId>& applications) {
    std::vector<store::TypeName> names;
    for (const model::EventType& type : found.rows)
        names.push_back({type.category, type.name});
    EYED_ASSIGN(const auto counts, api.services.store.type_counts(names, applications));
    const std::uint64_t end = query.offset + found.rows.size();
    std::string next;
    if (!found.rows.empty() && end < found.total)
        next = query::encode_offset(query::ListKind::kEventTypes, end);
    const auto append = [&](const model::EventType& type, std::string& out) {
        append_event_type(type, counts[static_cast<std::size_t>(&type - found.rows.data())], out);
    };
    return make_page(ErrorStyle::kProblem, found.rows, std::move(next), append);
}

Task<http::Response> answer_type(Api& api, http::Request& request, const model::EventType& type) {
    const auto applications = readable(api.names, request.principal);
    if (!applications) co_return fail(api, request, applications.error());
    auto show = [&api, &type, &applications]() -> Result<std::string> {
        EYED_ASSIGN(const auto counts,
                    api.services.store.type_counts({{type.category, type.name}}, *applications));
        std::string body;
        append_event_type(type, counts.front(), body);
        return body;
    };
    http::Response response =
        co_await answer_one(api, request, api.services.lanes.queries, std::move(show));
    co_return response;
}

/// The change that a body asks for; what is wrong with it is in the body's errors.
catalog::EventTypes::Change read_change(JsonBody& body, const WantedRules& rules) {
    catalog::EventTypes::Change change;
    change.description = body.text("description", kMaxDescription);
    if (const auto mode = body.text("mode", kMaxDescription)) {
        change.mode = model::mode_named(*mode);
        if (!change.mode) body.fail("mode", "The mode must be off, observe or enforce.");
    }
    if (const auto version = body.number("version", {.least = 1}))
        change.expected_version = static_cast<std::uint32_t>(*version);
    change.example = rules.example;
    change.schema = rules.schema;
    return change;
}

Result<model::EventType> save(const Api& api, const catalog::EventTypes::Change& change) {
    EYED_ASSIGN(auto type, api.services.catalog.event_types().change(change));
    EYED_TRY(api.services.types.refresh());
    return type;
}

}  // namespace

Task<http::Response> list_event_types(Api& api, http::Request& request) {
    query::ParameterErrors errors;
    const query::TypesQuery query = query::native_types(request.query, errors);
    if (!errors.empty()) co_return parameter_errors(request, errors);
    const auto applications = readable(api.names, request.principal, query.application);
    if (!applications) co_return fail(api, request, applications.error());
    auto list = [&api, &query, &applications] {
        return api.services.catalog.event_types().list(page_of(query, *applications));
    };
    auto found = co_await on_worker(api.services.lanes.catalog, request, std::move(list));
    if (!found) co_return fail(api, request, found.error());
    cut_to_size(found->rows);
    auto show = [&api, &found, &query, &applications] {
        return show_types(api, *found, query, *applications);
    };
    http::Response response =
        co_await answer_list(api, request, api.services.lanes.queries, std::move(show));
    co_return response;
}

Task<http::Response> get_event_type(Api& api, http::Request& request) {
    const Result<model::EventType> type = co_await find_event_type(api, request);
    if (!type) co_return fail(api, request, type.error());
    http::Response response = co_await answer_type(api, request, *type);
    co_return response;
}

Task<http::Response> change_event_type(Api& api, http::Request& request) {
    if (!takes_json(request)) co_return unsupported_media_type(request);
    const Result<model::EventType> type = co_await find_event_type(api, request);
    if (!type) co_return fail(api, request, type.error());
    Result<JsonBody> body = JsonBody::parse(request.body, JsonBody::Empty::kIsObject);
    if (!body) co_return fail(api, request, body.error());
    const WantedRules rules = read_rules(*body);
    catalog::EventTypes::Change change = read_change(*body, rules);
    const auto compiled = co_await compile_rules(api, request, rules, *body);
    if (!compiled) co_return fail(api, request, compiled.error());
    if (const auto& faults = body->finish(); !faults.empty())
        co_return field_errors(request, faults);
    change.id = type->id;
    change.by = actor_of(request);
    change.at = api.services.clock.now();
    auto work = [&api, &change] { return save(api, change); };
    const Result<model::EventType> changed =
        co_await on_worker(api.services.lanes.catalog, request, std::move(work));
    if (!changed && changed.error().code == Code::kInvalidArgument) {
        const FieldError wrong{"mode", changed.error().detail, {}};
        co_return field_errors(request, {&wrong, 1});
    }
    if (!changed) co_return fail(api, request, changed.error());
    http::Response response = co_await answer_type(api, request, *changed);
    co_return response;
}

Task<http::Response> list_event_type_versions(Api& api, http::Request& request) {
    query::ParameterErrors errors;
    const query::PageQuery query =
        query::native_page(query::ListKind::kEventTypeVersions, request.query, errors);
    if (!errors.empty()) co_return parameter_errors(request, errors);
    const Result<model::EventType> type = co_await find_event_type(api, request);
    if (!type) co_return fail(api, request, type.error());
    auto list = [&api, &query, &type]() -> Result<Page> {
        catalog::EventTypes::VersionPage page{.limit = query.limit, .byte_limit = kPageBytes};
        if (query.cursor != 0) page.after = static_cast<std::uint32_t>(query.cursor);
        EYED_ASSIGN(const auto found, api.services.catalog.event_types().versions(type->id, page));
        std::string next;
        if (found.more)
            next = query::encode_offset(query::ListKind::kEventTypeVersions,
                                        found.rows.back().version);
        return make_page(ErrorStyle::kProblem, found.rows, std::move(next), append_version);
    };
    const Result<Page> page =
        co_await on_worker(api.services.lanes.catalog, request, std::move(list));
    if (!page) co_return fail(api, request, page.error());
    http::Response response = page_response(request, *page);
    never_store(response);
    co_return response;
}

}  // namespace eyed::api
