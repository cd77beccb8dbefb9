// POST /api/cashback: read and check here, keep, wait for the target a while, answer. And what a
// purchase would earn.
#include <chrono>

#include "api/cashback_faults.h"
#include "api/cashback_flow.h"
#include "api/handlers.h"
#include "base/json_members.h"
#include "cashback/cpf.h"
#include "cashback/service.h"
#include "catalog/catalog.h"
#include "delivery/engine.h"

namespace eyed::api {

namespace {

using cashback::Service;
using catalog::Cashbacks;

/// Tells the operator which fields were wrong, and nothing of what they said.
void log_refusal(const Api& api, const http::Request& request, const cashback::Faults& faults) {
    constexpr std::size_t kMostTold = 10;
    std::string fields;
    for (std::size_t i = 0; i < std::min(faults.size(), kMostTold); ++i)
        fields += (i == 0 ? "" : ", ") + faults[i].field;
    api.services.logger.info("purchase refused",
                             {{"request", request.request_id},
                              {"application", api.names.name(request.principal.application)},
                              {"key", static_cast<std::int64_t>(request.principal.key.value)},
                              {"faults", static_cast<std::uint64_t>(faults.size())},
                              {"fields", cashback::with_masked_cpfs(fields)}});
}

/// The purchase in the body, with whether its product types are known checked, too.
cashback::ReadPurchase read_checked(const Api& api, const http::Request& request) {
    const Service& service = api.services.cashback;
    auto read = cashback::read_purchase(request.body, service.bounds());
    if (read.faults.empty()) read.faults = service.rules()->check(read.purchase);
    return read;
}

http::Response cashback_response(const Api& api, const http::Request& request, int status,
                                 const model::Cashback& cashback, const model::Customer& customer) {
    const CashbackJson json = json_of(api, request);
    std::string body;
    json.cashback(cashback, customer, CashbackJson::Products::kShown, body);
    http::Response response = http::json(status, std::move(body));
    never_store(response);
    if (status != 200)
        response.headers.push_back({"Location", json.link("cashbacks", cashback.id.value)});
    return response;
}

/// Waits for an attempt to pay, `cashback.answer_wait` at most; then how the cashback stands. What
/// was kept is told even where that cannot be read.
Task<model::Cashback> after_wait(Api& api, http::Request& request, model::Cashback recorded) {
    const auto timeout = std::chrono::duration_cast<std::chrono::milliseconds>(
        api.services.settings.cashback.answer_wait);
    if (!recorded.delivery || timeout.count() == 0) co_return recorded;
    delivery::Engine::Wait wait(api.services.deliveries, recorded.delivery, request.executor,
                                timeout);
    co_await wait;
    auto read = [&api, id = recorded.id] { return api.services.catalog.cashbacks().by_id(id); };
    auto now = co_await on_worker(api.services.lanes.cashback, request, std::move(read));
    co_return now ? *std::move(now) : std::move(recorded);
}

}  // namespace

Task<http::Response> send_purchase(Api& api, http::Request& request) {
    if (!takes_json(request)) co_return unsupported_media_type(request);
    Service::Recording::Wanted wanted;
    wanted.key = request.header("Idempotency-Key");
    if (!valid_idempotency_key(request, wanted.key)) {
        const FieldError wrong{"Idempotency-Key", std::string(kIdempotencyKeyFault), {}};
        co_return field_errors(request, {&wrong, 1});
    }
    auto read = read_checked(api, request);
    if (!read.faults.empty()) {
        log_refusal(api, request, read.faults);
        co_return purchase_faults(request, read.faults);
    }
    wanted.purchase = std::move(read.purchase);
    wanted.by = actor_of(request);
    wanted.application = request.principal.application;
    Service::Recording recording(api.services.cashback, request.executor, std::move(wanted));
    auto recorded = co_await recording;
    if (!recorded) co_return fail(api, request, recorded.error());
    if (recorded->outcome == Cashbacks::Recorded::Outcome::kKnown)
        co_return cashback_response(api, request, 200, recorded->cashback, recorded->customer);
    const model::Cashback now = co_await after_wait(api, request, std::move(recorded->cashback));
    co_return cashback_response(api, request, status_of(now.state), now, recorded->customer);
}

Task<http::Response> simulate_purchase(Api& api, http::Request& request) {
    return answer_cashback(api, request, [&api, &request]() -> Result<http::Response> {
        if (!takes_json(request)) return unsupported_media_type(request);
        const auto read = read_checked(api, request);
        if (!read.faults.empty()) return purchase_faults(request, read.faults);
        EYED_ASSIGN(const auto lines, api.services.cashback.simulate(read.purchase));
        model::Money earned;
        for (const model::EarnedLine& line : lines)
            earned += line.earned;
        std::string body = "{";
        append_instant_member("sold_at", read.purchase.sold_at, body);
        append_money_member("total", read.purchase.total, body);
        append_money_member("cashback", earned, body);
        json_of(api, request).lines(lines, api.services.cashback.rounding(), body);
        body += '}';
        return http::json(200, std::move(body));
    });
}

}  // namespace eyed::api
