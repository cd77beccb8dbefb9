#include "api/acts.h"

#include "api/lists.h"
#include "api/verdicts.h"
#include "ingest/committer.h"
#include "store/event_store.h"

namespace eyed::api {

using ingest::Decoded;
using ingest::Item;

namespace {

void append_in_style(const Api& api, ErrorStyle style, const model::Event& event,
                     std::string& out) {
    if (style == ErrorStyle::kProblem)
        query::append_event(event, api.names, out);
    else
        query::append_seed_event(event, out);
}

Result<Page> read_events(const Api& api, ErrorStyle style, const query::EventsQuery& query,
                         query::ListKind kind) {
    if (kind == query::ListKind::kSessionEvents) {  // one that is not there is no empty list
        EYED_TRY(api.services.store.session(*query.filter.session, query.filter.applications));
    }
    EYED_ASSIGN(const auto found, api.services.store.events(query.filter, query.page));
    std::string next;
    if (found.more && !found.rows.empty()) {
        const model::Event& last = found.rows.back();
        next = query::encode(kind,
                             {query.page.order, query.page.direction, {last.timestamp, last.id}});
    }
    const auto append = [&](const model::Event& event, std::string& out) {
        append_in_style(api, style, event, out);
    };
    return make_page(style, found.rows, std::move(next), append);
}

/// The event as the log has it now, if the caller may change it: for a change that builds on it.
Task<Result<model::Event>> current_event(Api& api, http::Request& request, EventId id) {
    const Freshness freshness = co_await read_barrier(api, request);
    if (freshness == Freshness::kStale)
        co_return failure(Code::kTimeout,
                          "What the event says now is not known yet: nothing was changed.");
    const auto applications = changeable(api.names, request.principal);
    auto read = [&api, id, &applications] { return api.services.store.event(id, applications); };
    Result<model::Event> event =
        co_await on_worker(api.services.lanes.queries, request, std::move(read));
    co_return event;
}

}  // namespace

Task<http::Response> answer_events(Api& api, http::Request& request, query::EventsQuery query,
                                   query::ListKind kind) {
    auto applications = readable(api.names, request.principal, query.application);
    if (!applications) co_return fail(api, request, applications.error());
    query.filter.applications = *std::move(applications);
    query.page.byte_limit = kPageBytes;
    const ErrorStyle style = style_of(request.path);
    auto read = [&api, style, &query, kind] { return read_events(api, style, query, kind); };
    http::Response response =
        co_await answer_list(api, request, api.services.lanes.queries, std::move(read));
    co_return response;
}

Task<http::Response> answer_event(Api& api, http::Request& request) {
    const std::optional<std::uint64_t> id = path_number(request, "id");
    if (!id) co_return error(request, Code::kNotFound);
    const auto applications = readable(api.names, request.principal);
    if (!applications) co_return fail(api, request, applications.error());
    const ErrorStyle style = style_of(request.path);
    auto read = [&api, style, id, &applications]() -> Result<std::string> {
        EYED_ASSIGN(const auto event, api.services.store.event(EventId{*id}, *applications));
        std::string body;
        append_in_style(api, style, event, body);
        return body;
    };
    http::Response response =
        co_await answer_one(api, request, api.services.lanes.queries, std::move(read));
    co_return response;
}

Task<http::Response> edit_event(Api& api, http::Request& request, Change change) {
    if (!takes_json(request)) co_return unsupported_media_type(request);
    const std::optional<std::uint64_t> id = path_number(request, "id");
    if (!id) co_return error(request, Code::kNotFound);
    EditLocks::Acquire acquire(api.locks, EventId{*id}, request.executor);
    const EditLocks::Held held = co_await acquire;
    const Result<model::Event> existing = co_await current_event(api, request, EventId{*id});
    if (!existing) co_return fail(api, request, existing.error());

    Intake intake(api);
    model::Event changed;
    const ingest::Sender sender = sender_of(api, request);
    intake.decode([&](ingest::Decoder& decoder, Decoded& decoded) {
        if (change == Change::kPatch)
            decoder.patch(sender, *existing, request.body, decoded, changed);
        else
            decoder.replacement(model::Dialect::kTheEye, sender, *existing, request.body, decoded,
                                changed);
    });
    const Status committed = co_await api.services.committer.commit(*intake, request.executor);
    if (!committed) co_return fail(api, request, committed.error());
    if (intake->whole != Decoded::Whole::kTaken || intake->items.empty() ||
        intake->items.front().state == Item::State::kRejected)
        co_return refusal(request, *intake);
    std::string body;
    append_in_style(api, style_of(request.path), changed, body);
    http::Response response = http::json(200, std::move(body));
    never_store(response);
    co_return response;
}

Task<http::Response> erase_event(Api& api, http::Request& request) {
    const std::optional<std::uint64_t> id = path_number(request, "id");
    if (!id) co_return error(request, Code::kNotFound);
    EditLocks::Acquire acquire(api.locks, EventId{*id}, request.executor);
    const EditLocks::Held held = co_await acquire;
    const Result<model::Event> existing = co_await current_event(api, request, EventId{*id});
    if (!existing) co_return fail(api, request, existing.error());
    Intake intake(api);
    ingest::erasure(sender_of(api, request), existing->id, *intake);
    const Status committed = co_await api.services.committer.commit(*intake, request.executor);
    if (!committed) co_return fail(api, request, committed.error());
    co_return http::empty(204);
}

}  // namespace eyed::api
