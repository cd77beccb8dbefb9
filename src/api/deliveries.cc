// /api/v1/deliveries: what leaves the program, and what becomes of it. For staff.
#include "catalog/deliveries.h"

#include <algorithm>

#include "api/delivery_flow.h"
#include "api/handlers.h"
#include "base/json_members.h"
#include "catalog/catalog.h"
#include "delivery/engine.h"
#include "query/delivery_parameters.h"

namespace eyed::api {

namespace {

using catalog::Deliveries;
using model::DeliveryState;

constexpr std::size_t kMostNote = 500;
constexpr std::uint32_t kMostRetried = 10'000;
constexpr std::uint32_t kRetried = 1'000;

Result<http::Response> delivery_response(const Api& api, const http::Request& request,
                                         const model::Delivery& delivery) {
    std::string body;
    DeliveryJson(api, request).append(delivery, DeliveryJson::Body::kShown, body);
    return http::json(200, std::move(body));
}

/// Runs `act(id)`, giving Result<model::Delivery>, for a request without a body.
template <class Act>
Task<http::Response> answer_act(Api& api, http::Request& request, Act act) {
    return answer_delivery(api, request, [&api, &request, act]() -> Result<http::Response> {
        const auto id = path_id<DeliveryId>(request);
        if (!id) return error(request, Code::kNotFound);
        auto body = optional_body_of(request);
        if (!body) return std::move(body).error();
        if (const auto& faults = body->finish(); !faults.empty())
            return field_errors(request, faults);
        EYED_ASSIGN(const auto delivery, act(*id));
        api.services.deliveries.wake();
        return delivery_response(api, request, delivery);
    });
}

/// Which are to be sent again, and how.
struct Retry {
    Deliveries::Filter filter;
    std::uint32_t limit = kRetried;
    bool dry_run = false;
};

/// Texts and numbers go through the reader that query strings have too.
Retry read_retry(JsonBody& body) {
    Retry retry;
    std::vector<query::Parameter> members;
    for (const std::string_view name : {"state", "from", "to"})
        if (auto text = body.text(name)) members.push_back({std::string(name), *std::move(text)});
    for (const std::string_view name : {"destination", "event", "status"})
        if (const auto number = body.number(name, {.least = 1, .most = INT64_MAX}))
            members.push_back({std::string(name), std::to_string(*number)});
    query::ParameterErrors errors;
    retry.filter = query::retried_deliveries(members, errors);
    for (const query::ParameterError& error : errors)
        body.fail(error.parameter, error.message);
    retry.filter.which = Deliveries::Filter::Which::kRetryable;
    if (!body.has("state")) retry.filter.states = {DeliveryState::kDead};
    const auto can = [](DeliveryState state) {
        return state == DeliveryState::kDead || state == DeliveryState::kPending;
    };
    if (!std::ranges::all_of(retry.filter.states, can))
        body.fail("state", "Dead and pending ones are sent again by filter: name one or both.");
    const bool filtered = !members.empty();
    const bool all = body.flag("all").value_or(false);
    if (all == filtered)
        body.fail("all", all ? "All are meant, and a filter is given: leave one of them out."
                             : "Give a filter, or true here to retry every dead delivery.");
    retry.limit = static_cast<std::uint32_t>(
        body.number("limit", {.least = 1, .most = kMostRetried}).value_or(kRetried));
    retry.dry_run = body.flag("dry_run").value_or(false);
    return retry;
}

}  // namespace

Task<http::Response> list_deliveries(Api& api, http::Request& request) {
    return answer_delivery(api, request, [&api, &request]() -> Result<http::Response> {
        query::ParameterErrors errors;
        const auto query = query::native_deliveries(request.query, errors);
        if (!errors.empty()) return parameter_errors(request, errors);
        EYED_ASSIGN(const auto found,
                    api.services.catalog.deliveries().list(query.filter, query.page));
        DeliveryJson json(api, request);
        return rows_response(query::ListKind::kDeliveries, query.page, found,
                             [&](const model::Delivery& delivery, std::string& out) {
                                 json.append(delivery, DeliveryJson::Body::kLeftOut, out);
                             });
    });
}

Task<http::Response> get_delivery(Api& api, http::Request& request) {
    return answer_delivery(api, request, [&api, &request]() -> Result<http::Response> {
        const auto id = path_id<DeliveryId>(request);
        if (!id) return error(request, Code::kNotFound);
        EYED_ASSIGN(const auto delivery, api.services.catalog.deliveries().by_id(*id));
        return delivery_response(api, request, delivery);
    });
}

Task<http::Response> retry_delivery(Api& api, http::Request& request) {
    return answer_act(api, request, [&api, &request](DeliveryId id) {
        return api.services.catalog.deliveries().retry(id, change_of(api, request));
    });
}

Task<http::Response> cancel_delivery(Api& api, http::Request& request) {
    return answer_act(api, request, [&api, &request](DeliveryId id) {
        return api.services.catalog.deliveries().cancel(id, change_of(api, request));
    });
}

Task<http::Response> resolve_delivery(Api& api, http::Request& request) {
    return answer_delivery(api, request, [&api, &request]() -> Result<http::Response> {
        using enum Deliveries::Outcome;
        const auto id = path_id<DeliveryId>(request);
        if (!id) return error(request, Code::kNotFound);
        auto body = json_body_of(request);
        if (!body) return std::move(body).error();
        const std::string outcome = body->required_text("outcome");
        const std::string note = body->text("note", kMostNote).value_or("");
        if (!outcome.empty() && outcome != "delivered" && outcome != "not_delivered")
            body->fail("outcome", "The outcome must be delivered or not_delivered.");
        if (const auto& faults = body->finish(); !faults.empty())
            return field_errors(request, faults);
        EYED_ASSIGN(const auto delivery,
                    api.services.catalog.deliveries().resolve(
                        *id, outcome == "delivered" ? kDelivered : kNotDelivered, note,
                        change_of(api, request)));
        api.services.deliveries.wake();
        return delivery_response(api, request, delivery);
    });
}

Task<http::Response> retry_deliveries(Api& api, http::Request& request) {
    return answer_delivery(api, request, [&api, &request]() -> Result<http::Response> {
        auto body = optional_body_of(request);
        if (!body) return std::move(body).error();
        const Retry retry = read_retry(*body);
        if (const auto& faults = body->finish(); !faults.empty())
            return field_errors(request, faults);
        Deliveries& deliveries = api.services.catalog.deliveries();
        EYED_ASSIGN(const std::uint64_t found, deliveries.count(retry.filter));
        std::uint64_t retried = 0;
        if (!retry.dry_run) {
            EYED_ASSIGN(retried,
                        deliveries.retry_all(retry.filter, retry.limit, change_of(api, request)));
            api.services.deliveries.wake();
        }
        std::string out = "{";
        append_flag_member("dry_run", retry.dry_run, out);
        append_number_member("found", found, out);
        append_number_member("retried", retried, out);
        out += '}';
        return http::json(200, std::move(out));
    });
}

}  // namespace eyed::api
