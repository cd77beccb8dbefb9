// /api/v1/destinations: where deliveries go. For staff.
#include "catalog/destinations.h"

#include <fmt/format.h>

#include "api/delivery_flow.h"
#include "api/destination_fields.h"
#include "api/handlers.h"
#include "catalog/catalog.h"
#include "delivery/engine.h"
#include "query/delivery_parameters.h"
#include "query/parameter_reader.h"

namespace eyed::api {

namespace {

using delivery::Service;
using model::DestinationState;

constexpr std::chrono::hours kOverlap{24};
constexpr std::chrono::hours kLongestOverlap{24 * 30};
constexpr std::size_t kMostReason = 500;
/// How long a test's answer waits for its attempt.
constexpr std::chrono::seconds kTestWait{15};

Result<http::Response> destination_response(const Api& api, const http::Request& request,
                                            const model::Destination& destination, int status = 200,
                                            std::string_view secret = {}) {
    DeliveryJson json(api, request);
    EYED_TRY(json.load_waiting(destination.id));
    std::string body;
    json.append(destination, body, secret);
    http::Response response = http::json(status, std::move(body));
    add_etag(destination.revision, response);
    return response;
}

/// What a service's call came to: the destination, or what is wrong with what was written.
Result<http::Response> outcome_response(const Api& api, const http::Request& request,
                                        const Service::Outcome& outcome, int status) {
    if (outcome.faults.empty())
        return destination_response(api, request, outcome.destination, status, outcome.secret);
    std::vector<FieldError> errors;
    for (const delivery::Fault& fault : outcome.faults)
        errors.push_back({fault.field, fault.message, {}});
    return field_errors(request, errors);
}

Task<http::Response> set_state(Api& api, http::Request& request, DestinationState state) {
    return answer_delivery(api, request, [&api, &request, state]() -> Result<http::Response> {
        const auto id = path_id<DestinationId>(request);
        if (!id) return error(request, Code::kNotFound);
        auto body = optional_body_of(request);
        if (!body) return std::move(body).error();
        const std::string reason = body->text("reason", kMostReason).value_or("");
        if (const auto& faults = body->finish(); !faults.empty())
            return field_errors(request, faults);
        EYED_ASSIGN(const auto destination, api.services.destinations.set_state(
                                                *id, state, reason, change_of(api, request)));
        return destination_response(api, request, destination);
    });
}

/// Whether nothing is lost with a destination, or its loss is wanted: `?force=1`.
Status check_removal(const Api& api, DestinationId id, bool forced) {
    if (forced) return {};
    catalog::Deliveries::Filter open;
    open.destination = id;
    open.states = {model::DeliveryState::kPending, model::DeliveryState::kSending,
                   model::DeliveryState::kUnknown, model::DeliveryState::kDead};
    EYED_ASSIGN(const auto count, api.services.catalog.deliveries().count(open));
    if (count == 0) return {};
    return failure(Code::kConflict,
                   fmt::format("{} of its deliveries were not taken: they would be gone with it. "
                               "Give force=1 if they may.",
                               count));
}

/// `force` of the query; nullopt: something is wrong with it.
std::optional<bool> read_force(const http::Request& request, query::ParameterErrors& errors) {
    bool forced = false;
    query::Reader reader(query::Style::kNative, errors);
    reader.read(request.query, [&](const query::Parameter& given) {
        if (given.name != "force") return false;
        if (given.value != "0" && given.value != "1")
            return reader.fail(given.name, "This must be 0 or 1.");
        forced = given.value == "1";
        return true;
    });
    return errors.empty() ? std::optional(forced) : std::nullopt;
}

}  // namespace

Task<http::Response> list_destinations(Api& api, http::Request& request) {
    return answer_delivery(api, request, [&api, &request]() -> Result<http::Response> {
        query::ParameterErrors errors;
        const auto query = query::native_destinations(request.query, errors);
        if (!errors.empty()) return parameter_errors(request, errors);
        EYED_ASSIGN(const auto found,
                    api.services.catalog.destinations().list(query.filter, query.page));
        DeliveryJson json(api, request);
        for (const model::Destination& destination : found.rows)
            EYED_TRY(json.load_waiting(destination.id));
        return rows_response(query::ListKind::kDestinations, query.page, found,
                             [&](const model::Destination& destination, std::string& out) {
                                 json.append(destination, out);
                             });
    });
}

Task<http::Response> create_destination(Api& api, http::Request& request) {
    return answer_delivery(api, request, [&api, &request]() -> Result<http::Response> {
        auto body = json_body_of(request);
        if (!body) return std::move(body).error();
        const auto draft = read_destination(*body, DraftOf::kNew);
        if (const auto& faults = body->finish(); !faults.empty())
            return field_errors(request, faults);
        EYED_ASSIGN(const auto outcome,
                    api.services.destinations.create(draft, change_of(api, request)));
        return outcome_response(api, request, outcome, 201);
    });
}

Task<http::Response> get_destination(Api& api, http::Request& request) {
    return answer_delivery(api, request, [&api, &request]() -> Result<http::Response> {
        const auto id = path_id<DestinationId>(request);
        if (!id) return error(request, Code::kNotFound);
        EYED_ASSIGN(const auto destination, api.services.catalog.destinations().by_id(*id));
        return destination_response(api, request, destination);
    });
}

Task<http::Response> change_destination(Api& api, http::Request& request) {
    return answer_delivery(api, request, [&api, &request]() -> Result<http::Response> {
        const auto id = path_id<DestinationId>(request);
        if (!id) return error(request, Code::kNotFound);
        const auto revisions = revisions_of(request);
        if (!revisions) return field_errors(request, {&revisions.error(), 1});
        auto body = json_body_of(request);
        if (!body) return std::move(body).error();
        const auto draft = read_destination(*body, DraftOf::kChange);
        if (const auto& faults = body->finish(); !faults.empty())
            return field_errors(request, faults);
        EYED_ASSIGN(const auto outcome, api.services.destinations.change(*id, draft, *revisions,
                                                                         change_of(api, request)));
        return outcome_response(api, request, outcome, 200);
    });
}

Task<http::Response> delete_destination(Api& api, http::Request& request) {
    return answer_delivery(api, request, [&api, &request]() -> Result<http::Response> {
        const auto id = path_id<DestinationId>(request);
        if (!id) return error(request, Code::kNotFound);
        query::ParameterErrors errors;
        const auto forced = read_force(request, errors);
        if (!forced) return parameter_errors(request, errors);
        EYED_TRY(api.services.catalog.destinations().by_id(*id));
        EYED_TRY(check_removal(api, *id, *forced));
        EYED_TRY(api.services.destinations.remove(*id, change_of(api, request)));
        return http::empty(204);
    });
}

Task<http::Response> pause_destination(Api& api, http::Request& request) {
    return set_state(api, request, DestinationState::kPaused);
}

Task<http::Response> resume_destination(Api& api, http::Request& request) {
    return set_state(api, request, DestinationState::kActive);
}

Task<http::Response> disable_destination(Api& api, http::Request& request) {
    return set_state(api, request, DestinationState::kDisabled);
}

Task<http::Response> rotate_destination_secret(Api& api, http::Request& request) {
    return answer_delivery(api, request, [&api, &request]() -> Result<http::Response> {
        const auto id = path_id<DestinationId>(request);
        if (!id) return error(request, Code::kNotFound);
        auto body = optional_body_of(request);
        if (!body) return std::move(body).error();
        const auto secret = body->text("secret");
        const auto overlap = read_duration(*body, "overlap").value_or(kOverlap);
        if (overlap > kLongestOverlap) body->fail("overlap", "It is 30d at most.");
        if (const auto& faults = body->finish(); !faults.empty())
            return field_errors(request, faults);
        EYED_ASSIGN(const auto outcome,
                    api.services.destinations.rotate_secret(
                        *id, std::chrono::duration_cast<std::chrono::seconds>(overlap), secret,
                        change_of(api, request)));
        return outcome_response(api, request, outcome, 200);
    });
}

Task<http::Response> test_destination(Api& api, http::Request& request) {
    const auto id = path_id<DestinationId>(request);
    if (!id) co_return error(request, Code::kNotFound);
    auto body = optional_body_of(request);
    if (!body) co_return std::move(body).error();
    if (const auto& faults = body->finish(); !faults.empty())
        co_return field_errors(request, faults);
    auto send = [&api, id] { return api.services.destinations.send_test(*id); };
    const auto sent = co_await on_worker(api.services.lanes.deliveries, request, std::move(send));
    if (!sent) co_return fail(api, request, sent.error());
    delivery::Engine::Wait wait(api.services.deliveries, sent->id, request.executor, kTestWait);
    co_await wait;
    auto show = [&api, &request, &sent]() -> Result<http::Response> {
        EYED_ASSIGN(const auto delivery, api.services.catalog.deliveries().by_id(sent->id));
        catalog::Deliveries::AttemptFilter filter;
        filter.delivery = sent->id;
        EYED_ASSIGN(const auto found, api.services.catalog.deliveries().attempts(filter, {}));
        DeliveryJson json(api, request);
        std::string text = "{\"delivery\":";
        json.append(delivery, DeliveryJson::Body::kShown, text);
        text += ",\"attempt\":";
        if (found.rows.empty())
            text += "null";
        else
            json.append(found.rows.front(), text);
        text += '}';
        return http::json(200, std::move(text));
    };
    auto shown = co_await on_worker(api.services.lanes.deliveries, request, std::move(show));
    http::Response response = shown ? *std::move(shown) : fail(api, request, shown.error());
    never_store(response);
    co_return response;
}

}  // namespace eyed::api
