#include "model/delivery.h"

#include "model/name_table.h"

namespace eyed::model {
namespace {

constexpr Named<DestinationKind> kDestinationKindNames[] = {
    {DestinationKind::kWebhook, "webhook"},
    {DestinationKind::kCashback, "cashback"},
    {DestinationKind::kTakeback, "takeback"},
};
constexpr Named<DestinationState> kDestinationStateNames[] = {
    {DestinationState::kActive, "active"},
    {DestinationState::kPaused, "paused"},
    {DestinationState::kDisabled, "disabled"},
};
constexpr Named<OnUnknown> kOnUnknownNames[] = {
    {OnUnknown::kRepeat, "repeat"},
    {OnUnknown::kLookUp, "look_up"},
    {OnUnknown::kHold, "hold"},
};
constexpr Named<Ordering> kOrderingNames[] = {
    {Ordering::kFree, "free"},
    {Ordering::kByKey, "by_key"},
};
constexpr Named<DeliveryState> kDeliveryStateNames[] = {
    {DeliveryState::kPending, "pending"},     {DeliveryState::kSending, "sending"},
    {DeliveryState::kDelivered, "delivered"}, {DeliveryState::kUnknown, "unknown"},
    {DeliveryState::kDead, "dead"},           {DeliveryState::kCancelled, "cancelled"},
};
constexpr Named<AttemptKind> kAttemptKindNames[] = {
    {AttemptKind::kSend, "send"},
    {AttemptKind::kLookUp, "look_up"},
};
constexpr Named<AttemptOutcome> kAttemptOutcomeNames[] = {
    {AttemptOutcome::kDelivered, "delivered"},
    {AttemptOutcome::kFailed, "failed"},
    {AttemptOutcome::kUnknown, "unknown"},
};

}  // namespace

std::string_view destination_kind_name(DestinationKind kind) {
    return name_in<DestinationKind>(kDestinationKindNames, kind);
}

std::optional<DestinationKind> destination_kind_named(std::string_view name) {
    return value_in<DestinationKind>(kDestinationKindNames, name);
}

std::string_view destination_state_name(DestinationState state) {
    return name_in<DestinationState>(kDestinationStateNames, state);
}

std::optional<DestinationState> destination_state_named(std::string_view name) {
    return value_in<DestinationState>(kDestinationStateNames, name);
}

std::string_view on_unknown_name(OnUnknown policy) {
    return name_in<OnUnknown>(kOnUnknownNames, policy);
}

std::optional<OnUnknown> on_unknown_named(std::string_view name) {
    return value_in<OnUnknown>(kOnUnknownNames, name);
}

std::string_view ordering_name(Ordering ordering) {
    return name_in<Ordering>(kOrderingNames, ordering);
}

std::optional<Ordering> ordering_named(std::string_view name) {
    return value_in<Ordering>(kOrderingNames, name);
}

std::string_view delivery_state_name(DeliveryState state) {
    return name_in<DeliveryState>(kDeliveryStateNames, state);
}

std::optional<DeliveryState> delivery_state_named(std::string_view name) {
    return value_in<DeliveryState>(kDeliveryStateNames, name);
}

std::string_view attempt_kind_name(AttemptKind kind) {
    return name_in<AttemptKind>(kAttemptKindNames, kind);
}

std::string_view attempt_outcome_name(AttemptOutcome outcome) {
    return name_in<AttemptOutcome>(kAttemptOutcomeNames, outcome);
}

std::optional<AttemptOutcome> attempt_outcome_named(std::string_view name) {
    return value_in<AttemptOutcome>(kAttemptOutcomeNames, name);
}

}  // namespace eyed::model
