#include "api/delivery_json.h"

#include <fmt/format.h>

#include "base/json_members.h"
#include "base/json_text.h"
#include "cashback/cpf.h"
#include "catalog/catalog.h"
#include "catalog/destinations.h"
#include "config/values.h"
#include "delivery/outlet.h"
#include "delivery/service.h"
#include "log/log.h"

namespace eyed::api {

namespace {

std::uint64_t number_of(std::int64_t id) {
    return static_cast<std::uint64_t>(id);
}

void append_duration_member(std::string_view name, std::chrono::microseconds duration,
                            std::string& out) {
    append_text_member(name, config::format_duration(duration), out);
}

/// `["…","…"]`
template <class Range, class Text>
void append_texts_member(std::string_view name, const Range& range, Text text_of,
                         std::string& out) {
    append_key(name, out);
    out += '[';
    for (const auto& one : range) {
        if (out.back() != '[') out += ',';
        append_json_string(text_of(one), out);
    }
    out += ']';
}

void append_status_member(std::string_view name, int status, std::string& out) {
    append_id_member(name, status > 0 ? static_cast<std::uint64_t>(status) : 0, out);
}

void append_filter(const query::ApplicationNames& names, const model::EventFilter& filter,
                   std::string& out) {
    const auto itself = [](std::string_view text) { return text; };
    append_texts_member("categories", filter.categories, itself, out);
    append_texts_member("names", filter.names, itself, out);
    append_texts_member(
        "applications", filter.applications, [&](ApplicationId id) { return names.name(id); }, out);
    append_key("data", out);
    out += '[';
    for (const auto& path : filter.data) {
        if (out.back() != '[') out += ',';
        out += '{';
        append_text_member("pointer", path.pointer, out);
        if (!path.equals.empty()) append_json_member("equals", path.equals, out);
        out += '}';
    }
    out += ']';
}

/// `{"X-Name":"***"}`; null: this server cannot open them.
void append_headers(const delivery::Service& service, const model::Destination& destination,
                    std::string& out) {
    append_key("headers", out);
    const auto headers = service.shown_headers(destination);
    if (!headers) {
        out += "null";
        return;
    }
    out += '{';
    for (const auto& field : *headers) {
        if (out.back() != '{') out += ',';
        append_json_string(field.name, out);
        out += ':';
        append_json_string(field.value, out);
    }
    out += '}';
}

}  // namespace

Status DeliveryJson::load_waiting(DestinationId id) {
    EYED_ASSIGN(waiting_[id], api_.services.catalog.deliveries().waiting(id));
    return {};
}

const DeliveryJson::Known& DeliveryJson::destination(DestinationId id) {
    const auto [place, fresh] = destinations_.try_emplace(id);
    if (fresh)
        if (const auto found = api_.services.catalog.destinations().by_id(id))
            place->second = {found->fields.name, found->kind};
    return place->second;
}

std::string DeliveryJson::shown(model::DestinationKind kind, const std::string& text) const {
    const bool masked = kind != model::DestinationKind::kWebhook &&
                        !request_.principal.scopes.has(model::Scope::kCashback);
    return masked ? cashback::with_masked_cpfs(text) : text;
}

void DeliveryJson::append_settings(const model::Destination& destination, std::string& out) const {
    const model::DestinationFields& fields = destination.fields;
    append_text_member("name", fields.name, out);
    append_text_member("url", delivery::masked_url(fields.url), out);
    append_text_member("method", fields.method, out);
    append_headers(api_.services.destinations, destination, out);
    append_text_member("content_type", fields.content_type, out);
    append_text_member("body_template", fields.body_template, out);
    append_text_member("success", delivery::statuses_text(fields.success), out);
    append_text_member("unknown", delivery::statuses_text(fields.unknown), out);
    append_flag_member("signed", fields.is_signed, out);
    append_duration_member("timeout", fields.timeout, out);
    append_number_member("rate_per_second", fields.rate_per_second, out);
    append_number_member("concurrency", fields.concurrency, out);
    append_text_member("ordering", model::ordering_name(fields.ordering), out);
    append_texts_member(
        "schedule", fields.schedule, [](auto wait) { return config::format_duration(wait); }, out);
    append_text_member("on_unknown", model::on_unknown_name(fields.on_unknown), out);
    append_text_member("lookup_url", delivery::masked_url(fields.lookup_url), out);
    append_duration_member("lookup_delay", fields.lookup_delay, out);
    append_number_member("breaker_failures", fields.breaker_failures, out);
    append_filter(api_.names, fields.filter, out);
}

void DeliveryJson::append_state(const model::Destination& destination, std::string& out) const {
    append_text_member("state", model::destination_state_name(destination.state), out);
    append_text_member("reason", destination.reason, out);
    append_number_member("failures", destination.failures, out);
    append_instant_member("open_until", destination.open_until, out);
    const auto found = waiting_.find(destination.id);
    const auto waiting = found == waiting_.end() ? catalog::Deliveries::Waiting{} : found->second;
    append_key("deliveries", out);
    out += '{';
    append_number_member("open", waiting.open, out);
    append_number_member("dead", waiting.dead, out);
    append_instant_member("next_at", waiting.next_at, out);
    out += '}';
    const std::uint64_t durable = api_.services.log.durable().value;
    const bool follows = destination.kind == model::DestinationKind::kWebhook;
    append_number_member(
        "behind",
        follows && durable > destination.cursor.value ? durable - destination.cursor.value : 0,
        out);
    append_number_member("missed", destination.missed, out);
}

void DeliveryJson::append(const model::Destination& destination, std::string& out,
                          std::string_view secret) {
    out += '{';
    append_id_member("id", number_of(destination.id.value), out);
    append_text_member("kind", model::destination_kind_name(destination.kind), out);
    append_settings(destination, out);
    append_state(destination, out);
    append_instant_member("created_at", destination.created_at, out);
    append_instant_member("updated_at", destination.updated_at, out);
    append_member_if_any("secret", secret, out);
    out += '}';
}

void DeliveryJson::append_progress(const model::Delivery& delivery, model::DestinationKind kind,
                                   std::string& out) const {
    append_number_member("attempts", delivery.attempts, out);
    append_status_member("last_status", delivery.last_status, out);
    append_text_member("last_error", shown(kind, delivery.last_error), out);
    append_instant_member("next_at", delivery.next_at, out);
    append_instant_member("finished_at", delivery.finished_at, out);
}

void DeliveryJson::append(const model::Delivery& delivery, Body body, std::string& out) {
    const Known& known = destination(delivery.destination);
    out += '{';
    append_id_member("id", number_of(delivery.id.value), out);
    append_text_member("message", delivery.message, out);
    append_id_member("destination", number_of(delivery.destination.value), out);
    append_text_member("destination_name", known.name, out);
    append_text_member("state", model::delivery_state_name(delivery.state), out);
    append_id_member("event", delivery.event.value, out);
    append_id_member("cashback", number_of(delivery.cashback.value), out);
    append_id_member("reversal", number_of(delivery.reversal.value), out);
    append_flag_member("test", delivery.is_test, out);
    append_text_member("order_key", delivery.order_key, out);
    append_instant_member("created_at", delivery.created_at, out);
    append_progress(delivery, known.kind, out);
    if (body == Body::kShown) append_text_member("body", shown(known.kind, delivery.body), out);
    out += '}';
}

void DeliveryJson::append(const model::Attempt& attempt, std::string& out) {
    const Known& known = destination(attempt.destination);
    out += '{';
    append_id_member("id", number_of(attempt.id.value), out);
    append_id_member("delivery", number_of(attempt.delivery.value), out);
    append_id_member("destination", number_of(attempt.destination.value), out);
    append_text_member("destination_name", known.name, out);
    append_number_member("number", attempt.number, out);
    append_text_member("kind", model::attempt_kind_name(attempt.kind), out);
    append_text_member("outcome", model::attempt_outcome_name(attempt.outcome), out);
    append_instant_member("started_at", attempt.started_at, out);
    append_key("latency_ms", out);
    out += fmt::format("{:.3f}", static_cast<double>(attempt.latency.count()) / 1000);
    append_status_member("status", attempt.status, out);
    append_text_member("error", shown(known.kind, attempt.error), out);
    append_json_member(
        "request",
        attempt.request.empty() ? std::nullopt : std::optional(shown(known.kind, attempt.request)),
        out);
    append_text_member("response", shown(known.kind, attempt.response), out);
    append_instant_member("next_at", attempt.next_at, out);
    out += '}';
}

void DeliveryJson::append_forwarding(const model::Delivery& delivery, std::string& out) {
    const Known& known = destination(delivery.destination);
    out += '{';
    append_text_member("destination_name", known.name, out);
    append_text_member("state", model::delivery_state_name(delivery.state), out);
    append_instant_member("finished_at", delivery.finished_at, out);
    if (request_.principal.role >= model::Role::kStaff) {
        append_id_member("destination", number_of(delivery.destination.value), out);
        append_id_member("delivery", number_of(delivery.id.value), out);
        append_number_member("attempts", delivery.attempts, out);
        append_status_member("last_status", delivery.last_status, out);
        append_text_member("last_error", delivery.last_error, out);
        append_instant_member("next_at", delivery.next_at, out);
    }
    out += '}';
}

}  // namespace eyed::api
