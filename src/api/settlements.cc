// Settling what was refused: taking it in after all, or putting it away.
#include <fmt/format.h>

#include "api/flow.h"
#include "api/handlers.h"
#include "api/json_body.h"
#include "api/lists.h"
#include "base/json_text.h"
#include "ingest/settler.h"

namespace eyed::api {

namespace {

/// What a body asks for.
struct Wanted {
    query::RejectionsQuery query;
    bool flag = false;      ///< `dry_run` or `all`
    bool filtered = false;  ///< there is something that selects
};

enum class MemberKind : std::uint8_t { kText, kNumber };
struct Member {
    std::string_view name;
    MemberKind kind;
    bool selects = true;
};
constexpr Member kMembers[] = {
    {"reason", MemberKind::kText},
    {"category", MemberKind::kText},
    {"name", MemberKind::kText},
    {"dialect", MemberKind::kText},
    {"application", MemberKind::kText},
    {"event_id", MemberKind::kText},
    {"q", MemberKind::kText},
    {"from", MemberKind::kText},
    {"to", MemberKind::kText},
    {"key", MemberKind::kNumber},
    {"type_version", MemberKind::kNumber},
    {"min_id", MemberKind::kNumber},
    {"max_id", MemberKind::kNumber},
    {"limit", MemberKind::kNumber, false},
    {"cursor", MemberKind::kText, false},
};

/// Texts and numbers go through the reader that query strings have too.
Wanted read_wanted(JsonBody& body, std::string_view flag) {
    Wanted wanted;
    wanted.filtered = body.has("ids");
    wanted.flag = body.flag(flag).value_or(false);
    std::vector<query::Parameter> texts;
    for (const Member& member : kMembers) {
        wanted.filtered = wanted.filtered || (member.selects && body.has(member.name));
        if (member.kind == MemberKind::kText) {
            if (auto text = body.text(member.name))
                texts.push_back({std::string(member.name), *std::move(text)});
        } else if (const auto number = body.integer(member.name)) {
            texts.push_back({std::string(member.name), std::to_string(*number)});
        }
    }
    query::ParameterErrors errors;
    wanted.query = query::settled_rejections(texts, errors);
    for (const query::ParameterError& error : errors)
        body.fail(error.parameter, error.message);
    if (const auto ids = body.ids("ids", query::kMaxSettled))
        for (const std::uint64_t id : *ids)
            wanted.query.filter.ids.push_back({id});
    return wanted;
}

/// To read every application is not to settle for it: that is staff's.
Result<ingest::SettleOrder> order_of(const Api& api, const http::Request& request, Wanted wanted) {
    model::Principal principal = request.principal;
    if (principal.role < model::Role::kStaff) principal.reads_all = false;
    ingest::SettleOrder order;
    order.filter = std::move(wanted.query.filter);
    const auto& asked = wanted.query.application;
    auto applications = readable(api.names, principal, asked);
    if (!applications && request.principal.reads_all && asked && api.names.id(*asked))
        return failure(Code::kForbidden,
                       fmt::format("This key reads the application “{}” and may not settle for it: "
                                   "staff and the application's own keys may.",
                                   *asked));
    if (!applications) return std::unexpected(std::move(applications).error());
    order.filter.applications = *std::move(applications);
    order.limit = wanted.query.page.limit;
    order.after = wanted.query.page.after.value_or(RejectionId{});
    order.by = principal.user;
    return order;
}

void append_next(const std::optional<RejectionId>& next, std::string& out) {
    out += ",\"next\":";
    if (!next) {
        out += "null}";
        return;
    }
    append_json_string(query::encode({store::Direction::kAscending, *next}), out);
    out += '}';
}

http::Response told(std::string body) {
    http::Response response = http::json(200, std::move(body));
    never_store(response);
    return response;
}

http::Response told(const ingest::ReplayReport& report, ingest::Settler::Mode mode) {
    std::string body = fmt::format(
        R"({{"dry_run":{},"examined":{},"accepted":{},"duplicates":{},"refused":{},"skipped":{},)"
        R"("reasons":[)",
        mode == ingest::Settler::Mode::kDry, report.examined, report.accepted, report.duplicates,
        report.refused, report.skipped);
    for (const auto& reason : report.reasons) {
        if (&reason != report.reasons.data()) body += ',';
        body += fmt::format(R"({{"reason":"{}","count":{},"example_id":{}}})",
                            model::reason_name(reason.reason), reason.count, reason.example.value);
    }
    body += ']';
    append_next(report.next, body);
    return told(std::move(body));
}

}  // namespace

Task<http::Response> replay_rejections(Api& api, http::Request& request) {
    if (!takes_json(request)) co_return unsupported_media_type(request);
    Result<JsonBody> body = JsonBody::parse(request.body, JsonBody::Empty::kIsObject);
    if (!body) co_return fail(api, request, body.error());
    Wanted wanted = read_wanted(*body, "dry_run");
    if (const auto& faults = body->finish(); !faults.empty())
        co_return field_errors(request, faults);
    const auto mode = wanted.flag ? ingest::Settler::Mode::kDry : ingest::Settler::Mode::kReal;
    Result<ingest::SettleOrder> order = order_of(api, request, std::move(wanted));
    if (!order) co_return fail(api, request, order.error());
    Task<Result<ingest::ReplayReport>> replaying =
        api.services.settler.replay(*std::move(order), mode, request.executor);
    const Result<ingest::ReplayReport> report = co_await replaying;
    if (!report) co_return fail(api, request, report.error());
    co_return told(*report, mode);
}

Task<http::Response> discard_rejections(Api& api, http::Request& request) {
    if (!takes_json(request)) co_return unsupported_media_type(request);
    Result<JsonBody> body = JsonBody::parse(request.body, JsonBody::Empty::kIsObject);
    if (!body) co_return fail(api, request, body.error());
    Wanted wanted = read_wanted(*body, "all");
    if (body->finish().empty() && wanted.flag == wanted.filtered)
        body->fail("all", wanted.flag
                              ? "All are meant, and a filter is given: leave one of them out."
                              : "Give a filter, or true here to discard every open refusal.");
    if (const auto& faults = body->finish(); !faults.empty())
        co_return field_errors(request, faults);
    Result<ingest::SettleOrder> order = order_of(api, request, std::move(wanted));
    if (!order) co_return fail(api, request, order.error());
    Task<Result<ingest::DiscardReport>> discarding =
        api.services.settler.discard(*std::move(order), request.executor);
    const Result<ingest::DiscardReport> report = co_await discarding;
    if (!report) co_return fail(api, request, report.error());
    std::string text = fmt::format(R"({{"discarded":{})", report->discarded);
    append_next(report->next, text);
    co_return told(std::move(text));
}

}  // namespace eyed::api
