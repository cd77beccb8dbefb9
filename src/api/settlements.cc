// Settling what was refused: taking it in after all, or putting it away.
#include <fmt/format.h>

#include <boost/json.hpp>

#include "api/flow.h"
#include "api/handlers.h"
#include "api/lists.h"
#include "base/json_text.h"
#include "ingest/settler.h"

namespace eyed::api {

namespace {

constexpr std::size_t kMaxIds = query::kMaxSettled;

/// What a body asks for; `flag` is `dry_run` or `all`.
struct Wanted {
    query::RejectionsQuery query;
    bool flag = false;
    bool filtered = false;  ///< there is something that selects
    std::vector<FieldError> errors;
};

enum class MemberKind : std::uint8_t { kText, kNumber, kIds, kFlag };
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
    {"ids", MemberKind::kIds},
    {"limit", MemberKind::kNumber, false},
    {"cursor", MemberKind::kText, false},
};

/// The positive numbers of an array; says what is wrong with it.
void read_ids(const boost::json::value& value, Wanted& out) {
    const auto wrong = [&](std::string message) {
        out.errors.push_back({"ids", std::move(message)});
    };
    if (!value.is_array()) return wrong("Expected an array of numbers.");
    const boost::json::array& ids = value.get_array();
    if (ids.empty()) return wrong("This array is empty.");
    if (ids.size() > kMaxIds) return wrong(fmt::format("There are more than {} ids.", kMaxIds));
    for (const boost::json::value& id : ids) {
        boost::system::error_code fault;
        const auto number = id.to_number<std::int64_t>(fault);
        if (fault || !(id.is_int64() || id.is_uint64()) || number < 1)
            return wrong("Each id is a whole number of 1 or more.");
        out.query.filter.ids.push_back({static_cast<std::uint64_t>(number)});
    }
}

/// Texts and numbers are left in `texts`, for the reader that query strings have too.
void read_member(const Member& member, const boost::json::value& value,
                 std::vector<query::Parameter>& texts, Wanted& out) {
    const auto wrong = [&](const char* message) {
        out.errors.push_back({std::string(member.name), message});
    };
    out.filtered = out.filtered || member.selects;
    switch (member.kind) {
        case MemberKind::kText:
            if (!value.is_string()) return wrong("Not a valid string.");
            texts.push_back({std::string(member.name), std::string(value.get_string())});
            return;
        case MemberKind::kNumber:
            if (!value.is_int64() && !value.is_uint64())
                return wrong("A valid integer is required.");
            texts.push_back({std::string(member.name), boost::json::serialize(value)});
            return;
        case MemberKind::kIds:
            return read_ids(value, out);
        case MemberKind::kFlag:
            if (!value.is_bool()) return wrong("Must be a valid boolean.");
            out.flag = value.get_bool();
            return;
    }
}

Result<Wanted> read_body(std::string_view body, std::string_view flag) {
    boost::system::error_code fault;
    const boost::json::value value =
        body.empty() ? boost::json::value(boost::json::object()) : boost::json::parse(body, fault);
    if (fault) return failure(Code::kInvalidArgument, "The body is not JSON: " + fault.message());
    if (!value.is_object())
        return failure(Code::kInvalidArgument, "The body must be a JSON object.");
    Wanted out;
    std::vector<query::Parameter> texts;
    for (const auto& [name, member] : value.get_object()) {
        const auto* known = std::ranges::find(kMembers, std::string_view(name), &Member::name);
        if (known != std::end(kMembers))
            read_member(*known, member, texts, out);
        else if (name == flag)
            read_member({flag, MemberKind::kFlag, false}, member, texts, out);
        else
            out.errors.push_back({std::string(name), "There is no such field."});
    }
    query::ParameterErrors errors;
    auto ids = std::move(out.query.filter.ids);
    out.query = query::settled_rejections(texts, errors);
    out.query.filter.ids = std::move(ids);
    for (query::ParameterError& error : errors)
        out.errors.push_back({std::move(error.parameter), std::move(error.message)});
    return out;
}

/// To read every application is not to settle for it: that is staff's.
Result<ingest::SettleOrder> order_of(const Api& api, const http::Request& request, Wanted wanted) {
    model::Principal principal = request.principal;
    if (principal.role < model::Role::kStaff) principal.reads_all = false;
    ingest::SettleOrder order;
    order.filter = std::move(wanted.query.filter);
    EYED_ASSIGN(order.filter.applications,
                readable(api.names, principal, wanted.query.application));
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
    Result<Wanted> wanted = read_body(request.body, "dry_run");
    if (!wanted) co_return fail(api, request, wanted.error());
    if (!wanted->errors.empty()) co_return field_errors(request, wanted->errors);
    const auto mode = wanted->flag ? ingest::Settler::Mode::kDry : ingest::Settler::Mode::kReal;
    Result<ingest::SettleOrder> order = order_of(api, request, *std::move(wanted));
    if (!order) co_return fail(api, request, order.error());
    Task<Result<ingest::ReplayReport>> replaying =
        api.services.settler.replay(*std::move(order), mode, request.executor);
    const Result<ingest::ReplayReport> report = co_await replaying;
    if (!report) co_return fail(api, request, report.error());
    co_return told(*report, mode);
}

Task<http::Response> discard_rejections(Api& api, http::Request& request) {
    if (!takes_json(request)) co_return unsupported_media_type(request);
    Result<Wanted> wanted = read_body(request.body, "all");
    if (!wanted) co_return fail(api, request, wanted.error());
    if (wanted->errors.empty() && wanted->flag == wanted->filtered)
        wanted->errors.push_back(
            {"all", wanted->flag ? "All are meant, and a filter is given: leave one of them out."
                                 : "Give a filter, or true here to discard every open refusal."});
    if (!wanted->errors.empty()) co_return field_errors(request, wanted->errors);
    Result<ingest::SettleOrder> order = order_of(api, request, *std::move(wanted));
    if (!order) co_return fail(api, request, order.error());
    Task<Result<ingest::DiscardReport>> discarding =
        api.services.settler.discard(*std::move(order), request.executor);
    const Result<ingest::DiscardReport> report = co_await discarding;
    if (!report) co_return fail(api, request, report.error());
    std::string body = fmt::format(R"({{"discarded":{})", report->discarded);
    append_next(report->next, body);
    co_return told(std::move(body));
}

}  // namespace eyed::api
