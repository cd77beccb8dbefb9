#include "api/types.h"

#include <algorithm>

#include "catalog/catalog.h"
#include "catalog/event_types.h"
#include "store/event_store.h"

namespace eyed::api {

namespace {

constexpr std::uint32_t kPageEvents = 1000;

bool sent_by_any(const model::EventType& type, const std::vector<ApplicationId>& applications) {
    return applications.empty() ||
           std::ranges::find_first_of(type.senders, applications) != type.senders.end();
}

/// What compiling came to: on a worker, since a schema may hold many patterns, and not of the
/// catalog, whose one thread logins and changes wait for.
struct Compiled {
    std::optional<schema::Checker> checker;
    std::string_view field;
    std::optional<schema::Checker::Fault> fault;
};

Compiled compile(const WantedRules& rules) {
    Compiled compiled;
    const auto take = [&](std::string_view field, auto made) {
        if (made) {
            compiled.checker = *std::move(made);
        } else {
            compiled.field = field;
            compiled.fault = std::move(made).error();
        }
    };
    if (rules.example && *rules.example)
        take("example", schema::Checker::from_example(**rules.example));
    else if (rules.schema && *rules.schema)
        take("schema", schema::Checker::from_schema(**rules.schema));
    return compiled;
}

}  // namespace

Task<Result<model::EventType>> find_event_type(Api& api, const http::Request& request) {
    const std::optional<std::uint64_t> id = path_number(request, "id");
    if (!id) co_return failure(Code::kNotFound, "no such event type");
    EYED_CO_ASSIGN(const auto applications, readable(api.names, request.principal));
    auto read = [&api, id, &applications]() -> Result<model::EventType> {
        const EventTypeId wanted{static_cast<std::int64_t>(*id)};
        EYED_ASSIGN(auto type, api.services.catalog.event_types().by_id(wanted));
        if (!sent_by_any(type, applications))
            return failure(Code::kNotFound, "the application does not send it");
        return type;
    };
    Result<model::EventType> type =
        co_await on_worker(api.services.lanes.catalog, request, std::move(read));
    co_return type;
}

WantedRules read_rules(JsonBody& body) {
    WantedRules rules{body.document("example"), body.document("schema")};
    if (rules.example && *rules.example && rules.schema && *rules.schema)
        body.fail("schema", "Give an example or a schema, not both.");
    return rules;
}

Task<Result<std::optional<schema::Checker>>> compile_rules(Api& api, const http::Request& request,
                                                           const WantedRules& rules,
                                                           JsonBody& body) {
    const bool given = (rules.example && *rules.example) || (rules.schema && *rules.schema);
    if (!given) co_return std::optional<schema::Checker>();
    auto work = [&rules]() -> Result<Compiled> { return compile(rules); };
    EYED_CO_ASSIGN(Compiled compiled,
                   co_await on_worker(api.services.lanes.queries, request, std::move(work)));
    if (compiled.fault) body.fail(compiled.field, compiled.fault->message, compiled.fault->pointer);
    co_return std::move(compiled.checker);
}

StoredEvents::StoredEvents(Api& api, const http::Request& request, const model::EventType& type,
                           std::vector<ApplicationId> applications)
    : api_(api),
      request_(request),
      applications_(std::move(applications)),
      category_(type.category),
      name_(type.name) {
}

Task<Result<std::vector<model::Event>>> StoredEvents::next(std::uint64_t most) {
    using Found = store::Rows<model::Event>;
    if (!more_ || most == 0) co_return std::vector<model::Event>();
    auto read = [this, most]() -> Result<Found> {
        store::EventFilter filter;
        filter.applications = applications_;
        filter.category = category_;
        filter.name = name_;
        store::EventPage page;
        page.limit = static_cast<std::uint32_t>(std::min<std::uint64_t>(most, kPageEvents));
        page.byte_limit = kPageBytes;
        if (after_) page.after = store::EventKey{{}, *after_};
        return api_.services.store.events(filter, page);
    };
    Result<Found> found =
        co_await on_worker(api_.services.lanes.queries, request_, std::move(read));
    if (!found) co_return std::unexpected(std::move(found).error());
    more_ = found->more;
    if (!found->rows.empty()) after_ = found->rows.back().id;
    co_return std::move(found->rows);
}

}  // namespace eyed::api
