// What is done to a cashback: sent again, cancelled, reversed, decided, settled.
#include <fmt/format.h>

#include <algorithm>

#include "api/cashback_faults.h"
#include "api/cashback_flow.h"
#include "api/handlers.h"
#include "base/json_members.h"
#include "cashback/messages.h"
#include "cashback/rules.h"
#include "cashback/service.h"
#include "catalog/catalog.h"
#include "catalog/customers.h"
#include "delivery/engine.h"

namespace eyed::api {

namespace {

using catalog::Cashbacks;

/// What one does to a cashback has a small body.
struct Act {
    CashbackId id;
    SentFields& fields;
    model::Change change;
};

/// Calls `work(act)` with what the path and the body say, of what the caller acts on.
template <class Work>
Task<http::Response> act_on(Api& api, http::Request& request, Work work) {
    return answer_cashback(api, request, [&api, &request, work]() -> Result<http::Response> {
        const auto id = path_id<CashbackId>(request);
        if (!id) return error(request, Code::kNotFound);
        if (auto wrong = refuse_parameters(request)) return *std::move(wrong);
        EYED_TRY(cashback_of(api, *id, acted_on_by(api, request)));
        return with_object(request, [&](SentFields& fields) -> Result<http::Response> {
            return work(Act{*id, fields, change_of(api, request)});
        });
    });
}

Result<http::Response> cashback_now(Api& api, const http::Request& request,
                                    const model::Cashback& cashback) {
    EYED_ASSIGN(const auto customer, api.services.catalog.customers().by_id(cashback.customer));
    std::string body;
    json_of(api, request).cashback(cashback, customer, CashbackJson::Products::kShown, body);
    return http::json(200, std::move(body));
}

/// One of `lines`; what is wrong with it is added.
model::ReturnedLine read_line(const boost::json::object& sent, std::size_t place,
                              cashback::Faults& faults) {
    SentFields fields(sent, Writing::kJson);
    const auto number = fields.number_or_null("number");
    const auto quantity = fields.number_or_null("qty");
    require(fields, {"number", "qty"});
    model::ReturnedLine line;
    line.number = number.value_or(std::nullopt).value_or(0);
    line.quantity = quantity.value_or(std::nullopt).value_or(0);
    for (const auto& [name, value] : {std::pair{"number", number}, std::pair{"qty", quantity}})
        if (value && value->value_or(0) == 0) fields.fail(name, cashback::kNotPositive);
    for (const FieldError& wrong : fields.finish())
        faults.push_back({fmt::format("lines.{}.{}", place, wrong.field), wrong.message});
    return line;
}

/// Absent lines are all there are; an empty list is none, and refused.
std::vector<model::ReturnedLine> read_lines(SentFields& fields, cashback::Faults& faults) {
    std::vector<model::ReturnedLine> lines;
    if (!fields.has("lines")) return lines;
    const auto objects = fields.objects("lines");
    if (!objects) return lines;
    if (objects->empty()) faults.push_back({"lines", std::string(cashback::kEmptyList)});
    if (objects->size() > cashback::kMostLines) {
        faults.push_back({"lines", cashback::too_many_elements(cashback::kMostLines)});
        return lines;
    }
    for (const boost::json::object* object : *objects)
        lines.push_back(read_line(*object, lines.size(), faults));
    std::ranges::sort(lines, {}, &model::ReturnedLine::number);
    if (std::ranges::adjacent_find(lines, {}, &model::ReturnedLine::number) != lines.end() &&
        faults.empty())
        faults.push_back({"lines", "A line is named twice."});
    return lines;
}

/// What a reversal without a key is told apart by within its cashback.
Hash128 digest_of(CashbackId id, const std::vector<model::ReturnedLine>& lines) {
    std::string text = fmt::format("{}", id.value);
    for (const model::ReturnedLine& line : lines)
        text += fmt::format("|{}:{}", line.number, line.quantity);
    return hash128(text);
}

Cashbacks::NewReversal reversal_of(const Api& api, const http::Request& request) {
    Cashbacks::NewReversal reversal;
    reversal.application = request.principal.application;
    reversal.takeback = api.services.settings.cashback.target_reversal_url.empty()
                            ? Cashbacks::NewReversal::Takeback::kSettled
                            : Cashbacks::NewReversal::Takeback::kForwarded;
    reversal.amount_of = cashback::taken_back;
    return reversal;
}

std::optional<Cashbacks::Outcome> outcome_in(SentFields& fields) {
    const auto name = fields.text("outcome");
    require(fields, {"outcome"});
    if (name == "paid") return Cashbacks::Outcome::kPaid;
    if (name == "not_paid") return Cashbacks::Outcome::kNotPaid;
    if (name) fields.fail("outcome", "paid or not_paid.");
    return std::nullopt;
}

}  // namespace

Task<http::Response> retry_cashback(Api& api, http::Request& request) {
    return act_on(api, request, [&](Act act) -> Result<http::Response> {
        if (!act.fields.finish().empty()) return field_errors(request, act.fields.errors());
        EYED_ASSIGN(const auto cashback,
                    api.services.catalog.cashbacks().retry(act.id, act.change));
        api.services.deliveries.wake();
        return cashback_now(api, request, cashback);
    });
}

Task<http::Response> retry_cashbacks(Api& api, http::Request& request) {
    return answer_cashback(api, request, [&api, &request]() -> Result<http::Response> {
        const auto sent = read_sent(request);
        if (!sent) return unsupported_media_type(request);
        if (!*sent) return error(request, sent->error());
        auto query = read_resend_query(api, request, (*sent)->value);
        if (!query) return std::move(query).error();
        Cashbacks& cashbacks = api.services.catalog.cashbacks();
        EYED_ASSIGN(const auto found, cashbacks.list(query->filter, Cashbacks::Order::kOldest,
                                                     {.number = 1, .size = 1}));
        std::uint64_t retried = 0;
        if (!query->dry_run) {
            EYED_ASSIGN(retried,
                        cashbacks.retry_all(query->filter, query->limit, change_of(api, request)));
            api.services.deliveries.wake();
        }
        std::string body = "{";
        append_number_member("found", found.count, body);
        append_number_member("retried", retried, body);
        append_flag_member("dry_run", query->dry_run, body);
        body += '}';
        return http::json(200, std::move(body));
    });
}

Task<http::Response> cancel_cashback(Api& api, http::Request& request) {
    return act_on(api, request, [&](Act act) -> Result<http::Response> {
        Cashbacks::NewReversal reversal = reversal_of(api, request);
        reversal.stage = Cashbacks::NewReversal::Stage::kBeforePayment;
        reversal.reason = masked_note(act.fields, "reason");
        reversal.digest = digest_of(act.id, {});
        if (!act.fields.finish().empty()) return field_errors(request, act.fields.errors());
        const auto reversed =
            api.services.catalog.cashbacks().reverse(act.id, reversal, act.change);
        if (!reversed) return refusal_or(request, reversed.error());
        api.services.deliveries.wake();
        return cashback_now(api, request, reversed->cashback);
    });
}

Task<http::Response> reverse_cashback(Api& api, http::Request& request) {
    return act_on(api, request, [&](Act act) -> Result<http::Response> {
        Cashbacks::NewReversal reversal = reversal_of(api, request);
        const std::string_view key = request.header("Idempotency-Key");
        cashback::Faults faults;
        if (!valid_idempotency_key(request, key))
            faults.push_back({"Idempotency-Key", std::string(kIdempotencyKeyFault)});
        reversal.reason = masked_note(act.fields, "reason");
        reversal.lines = read_lines(act.fields, faults);
        for (const FieldError& wrong : act.fields.finish())
            faults.push_back({wrong.field, wrong.message});
        if (!faults.empty()) return http::json(400, nested_faults(faults));
        reversal.key = api.services.cashback.kept_key(key);
        reversal.digest = digest_of(act.id, reversal.lines);
        const auto reversed =
            api.services.catalog.cashbacks().reverse(act.id, reversal, act.change);
        if (!reversed) return refusal_or(request, reversed.error());
        api.services.deliveries.wake();
        std::string body;
        json_of(api, request).reversal(reversed->reversal, body);
        const bool is_new = reversed->outcome == Cashbacks::Reversed::Outcome::kNew;
        return http::json(is_new ? 201 : 200, std::move(body));
    });
}

Task<http::Response> resolve_cashback(Api& api, http::Request& request) {
    return act_on(api, request, [&](Act act) -> Result<http::Response> {
        const auto outcome = outcome_in(act.fields);
        const std::string note = masked_note(act.fields, "note");
        if (!act.fields.finish().empty()) return field_errors(request, act.fields.errors());
        EYED_ASSIGN(const auto cashback,
                    api.services.catalog.cashbacks().resolve(act.id, *outcome, note, act.change));
        api.services.deliveries.wake();
        return cashback_now(api, request, cashback);
    });
}

Task<http::Response> settle_reversal(Api& api, http::Request& request) {
    return act_on(api, request, [&](Act act) -> Result<http::Response> {
        const auto id = path_id<ReversalId>(request, "reversal");
        if (!id) return error(request, Code::kNotFound);
        const std::string note = masked_note(act.fields, "note");
        if (!act.fields.finish().empty()) return field_errors(request, act.fields.errors());
        Cashbacks& cashbacks = api.services.catalog.cashbacks();
        EYED_ASSIGN(const auto reversal, cashbacks.reversal(*id));
        if (reversal.cashback != act.id) return error(request, Code::kNotFound);
        EYED_ASSIGN(const auto settled, cashbacks.settle(*id, note, act.change));
        std::string body;
        json_of(api, request).reversal(settled, body);
        return http::json(200, std::move(body));
    });
}

}  // namespace eyed::api
