#include "delivery/service.h"

#include <fmt/format.h>

#include <algorithm>

#include "catalog/applications.h"
#include "catalog/catalog.h"
#include "catalog/deliveries.h"
#include "catalog/destinations.h"
#include "delivery/body.h"
#include "delivery/draft_check.h"
#include "delivery/schedule.h"
#include "delivery/signature.h"
#include "log/log.h"

namespace eyed::delivery {
namespace {

constexpr std::size_t kMostSecrets = 10;
constexpr std::chrono::seconds kLongestOverlap{365 * 24 * 3600};

DraftParts draft_parts(Service::Parts& parts) {
    return {parts.vault, parts.policy,
            [&catalog = parts.catalog](const std::string& name) -> Result<ApplicationId> {
                EYED_ASSIGN(const auto application, catalog.applications().by_name(name));
                return application.id;
            }};
}

/// An event that nobody sent, for a test.
std::string sample_event(Micros now) {
    log::EventBody event;
    event.received_at = event.timestamp = now;
    event.category = "eyed";
    event.name = "test";
    event.data = R"({"message":"This is a test of a destination."})";
    return event_json(EventId{}, event, "eyed");
}

Status refuse_without_url(catalog::Catalog& catalog, DestinationId id) {
    EYED_ASSIGN(const auto destination, catalog.destinations().by_id(id));
    if (!destination.fields.url.empty()) return {};
    const bool pays = destination.kind == model::DestinationKind::kCashback;
    return failure(Code::kConflict,
                   fmt::format("It has no URL: set cashback.{} and start the server again.",
                               pays ? "target_url" : "target_reversal_url"));
}

}  // namespace

Result<Service::Outcome> Service::create(const DestinationDraft& draft,
                                         const model::Change& change) {
    Outcome outcome;
    catalog::Destinations::New wanted;
    wanted.fields.schedule = standard_schedule();
    EYED_ASSIGN(outcome.faults, apply_draft(draft, model::DestinationKind::kWebhook,
                                            draft_parts(parts_), wanted.fields));
    if (!outcome.faults.empty()) return outcome;
    if (!draft.secret) outcome.secret = make_secret();
    wanted.sealed_secrets = seal_secrets(
        parts_.vault, {{draft.secret.value_or(outcome.secret), change.at, std::nullopt}});
    if (draft.start == DestinationDraft::Start::kNow) wanted.cursor = parts_.log.durable();
    EYED_ASSIGN(outcome.destination, parts_.catalog.destinations().create(wanted, change));
    parts_.changed();
    return outcome;
}

Result<Service::Outcome> Service::change(DestinationId id, const DestinationDraft& draft,
                                         const std::optional<std::vector<std::uint64_t>>& revisions,
                                         const model::Change& change) {
    // The edit must not call the catalog, so the draft is brought into a copy first, and that holds
    // only while nobody else changes the destination.
    EYED_ASSIGN(const auto before, parts_.catalog.destinations().by_id(id));
    Outcome outcome;
    model::DestinationFields fields = before.fields;
    EYED_ASSIGN(outcome.faults, apply_draft(draft, before.kind, draft_parts(parts_), fields));
    if (!outcome.faults.empty()) return outcome;
    const auto edit = [&](model::Destination& destination) -> Status {
        if (destination.revision != before.revision)
            return failure(Code::kConflict, "Somebody else changed it just now: try again.");
        destination.fields = fields;
        return {};
    };
    EYED_ASSIGN(outcome.destination,
                parts_.catalog.destinations().change(id, revisions, edit, "changed", change));
    parts_.changed();
    return outcome;
}

Result<Service::Outcome> Service::rotate_secret(DestinationId id, std::chrono::seconds overlap,
                                                const std::optional<std::string>& secret,
                                                const model::Change& change) {
    Outcome outcome;
    if (secret)
        if (const auto key = secret_bytes(*secret); !key)
            outcome.faults.push_back({"secret", key.error().detail});
    if (overlap < std::chrono::seconds(0) || overlap > kLongestOverlap)
        outcome.faults.push_back({"overlap", "This must be 0 s to 365 days."});
    if (!outcome.faults.empty()) return outcome;
    if (!secret) outcome.secret = make_secret();
    const auto edit = [&](model::Destination& destination) -> Status {
        EYED_ASSIGN(auto secrets, open_secrets(parts_.vault, destination.sealed_secrets));
        const Micros ends = change.at + overlap;
        for (SigningSecret& one : secrets)
            one.expires_at = std::min(one.expires_at.value_or(ends), ends);
        std::erase_if(secrets,
                      [&](const SigningSecret& one) { return *one.expires_at <= change.at; });
        secrets.insert(secrets.begin(), {secret.value_or(outcome.secret), change.at, std::nullopt});
        if (secrets.size() > kMostSecrets) secrets.resize(kMostSecrets);
        destination.sealed_secrets = seal_secrets(parts_.vault, secrets);
        return {};
    };
    EYED_ASSIGN(outcome.destination, parts_.catalog.destinations().change(
                                         id, std::nullopt, edit, "secret_rotated", change));
    parts_.changed();
    return outcome;
}

Result<model::Destination> Service::set_state(DestinationId id, model::DestinationState state,
                                              const std::string& reason,
                                              const model::Change& change) {
    if (state == model::DestinationState::kActive) EYED_TRY(refuse_without_url(parts_.catalog, id));
    EYED_ASSIGN(auto destination,
                parts_.catalog.destinations().set_state(id, state, reason, change));
    parts_.changed();
    parts_.wake();
    return destination;
}

Status Service::remove(DestinationId id, const model::Change& change) {
    EYED_ASSIGN(const auto destination, parts_.catalog.destinations().by_id(id));
    // The engine is told first: else it goes on claiming while its deliveries go.
    if (destination.kind == model::DestinationKind::kWebhook)
        EYED_TRY(set_state(id, model::DestinationState::kDisabled,
                           std::string(catalog::Destinations::kBeingRemoved), change));
    EYED_TRY(parts_.catalog.destinations().remove(id, change));
    parts_.changed();
    return {};
}

Result<model::Delivery> Service::send_test(DestinationId id) {
    EYED_ASSIGN(const auto destination, parts_.catalog.destinations().by_id(id));
    if (destination.kind != model::DestinationKind::kWebhook)
        return failure(Code::kConflict, "A test would be a payment: it is of cashback.");
    if (destination.fields.url.empty()) return failure(Code::kConflict, "It has no URL.");
    const Micros now = parts_.clock.now();
    const std::string event = sample_event(now);
    const std::string& form = destination.fields.body_template;
    EYED_ASSIGN(auto delivery, parts_.catalog.deliveries().add_test(
                                   id, form.empty() ? event : fill_template(form, event), now));
    parts_.wake();
    return delivery;
}

Result<std::vector<HeaderField>> Service::shown_headers(
    const model::Destination& destination) const {
    EYED_ASSIGN(auto headers, open_headers(parts_.vault, destination.fields.sealed_headers));
    for (HeaderField& field : headers)
        field.value = "***";
    return headers;
}

}  // namespace eyed::delivery
