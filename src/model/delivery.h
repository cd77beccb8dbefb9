#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace eyed::model {

/// What a destination is for.
enum class DestinationKind : std::uint8_t {
    kWebhook,   ///< events that its filter lets through
    kCashback,  ///< pays cashback; made by the setting `cashback.target_url`
    kTakeback,  ///< takes cashback back; made by `cashback.target_reversal_url`
};
/// `webhook`, `cashback`, `takeback`.
std::string_view destination_kind_name(DestinationKind kind);
std::optional<DestinationKind> destination_kind_named(std::string_view name);

enum class DestinationState : std::uint8_t {
    kActive,
    kPaused,    ///< by somebody: nothing is sent, what is to be sent waits
    kDisabled,  ///< by somebody, or by its answer 410: the same, until somebody enables it
};
/// `active`, `paused`, `disabled`.
std::string_view destination_state_name(DestinationState state);
std::optional<DestinationState> destination_state_named(std::string_view name);

/// What becomes of a delivery whose outcome is not known: its request may have been taken.
enum class OnUnknown : std::uint8_t {
    kRepeat,  ///< sent again under the same id: the receiver knows it by that
    kLookUp,  ///< asked for at the destination's lookup URL
    kHold,    ///< waits for somebody's decision
};
/// `repeat`, `look_up`, `hold`.
std::string_view on_unknown_name(OnUnknown policy);
std::optional<OnUnknown> on_unknown_named(std::string_view name);

enum class Ordering : std::uint8_t {
    kFree,
    kByKey,  ///< of one key (an event's session) the next waits for the one before
};
/// `free`, `by_key`.
std::string_view ordering_name(Ordering ordering);
std::optional<Ordering> ordering_named(std::string_view name);

/// Which events a webhook gets. An empty list lets all through.
struct EventFilter {
    std::vector<std::string> categories;
    std::vector<std::string> names;
    std::vector<ApplicationId> applications;
    struct DataPath {
        std::string pointer;  ///< into `data` (RFC 6901)
        std::string equals;   ///< JSON text of the value it must be; empty: it must be there
        friend bool operator==(const DataPath&, const DataPath&) = default;
    };
    std::vector<DataPath> data;  ///< all must hold
    friend bool operator==(const EventFilter&, const EventFilter&) = default;
};

/// A range of statuses, both ends included.
struct StatusRange {
    int first = 200;
    int last = 299;
    friend bool operator==(const StatusRange&, const StatusRange&) = default;
};

/// What somebody sets of a destination. Secrets are sealed (delivery/vault.h).
struct DestinationFields {
    std::string name;             ///< unique: 1 to 75 characters
    std::string url;              ///< http or https, without user and password; empty: none yet
    std::string method = "POST";  ///< or PUT, PATCH
    std::string sealed_headers;   ///< a JSON object of further header fields; empty: none
    std::string content_type = "application/json";
    std::string body_template;  ///< empty: the event itself; see delivery/body.h
    std::vector<StatusRange> success{StatusRange{}};
    /// Answers that leave open whether the request was taken: of gateways that lost their server.
    std::vector<StatusRange> unknown;
    bool is_signed = true;  ///< Standard Webhooks
    std::chrono::milliseconds timeout{15'000};
    std::uint32_t rate_per_second = 0;  ///< 0: without limit
    std::uint32_t concurrency = 10;     ///< requests at once
    Ordering ordering = Ordering::kFree;
    /// Between one attempt and the next; as many retries as there are.
    std::vector<std::chrono::seconds> schedule;
    OnUnknown on_unknown = OnUnknown::kRepeat;
    std::string lookup_url;  ///< kLookUp: `{id}` in it is the delivery's id
    std::chrono::seconds lookup_delay{60};
    std::uint32_t breaker_failures = 20;  ///< consecutive ones that open the circuit; 0: never
    EventFilter filter;
    friend bool operator==(const DestinationFields&, const DestinationFields&) = default;
};

struct Destination {
    DestinationId id;
    DestinationKind kind = DestinationKind::kWebhook;
    DestinationFields fields;
    std::string sealed_secrets;  ///< the signing secrets, newest first; see delivery/vault.h
    DestinationState state = DestinationState::kActive;
    std::string reason;                ///< of the state
    Position cursor;                   ///< of a webhook: what of the log it has been given
    std::uint64_t missed = 0;          ///< records that the log no longer had when it came to them
    std::uint32_t failures = 0;        ///< consecutive ones
    std::optional<Micros> open_until;  ///< the circuit is open: a probe goes out then
    Micros created_at;
    Micros updated_at;
    std::uint64_t revision = 0;  ///< rises with each change of fields, secrets or state
};

enum class DeliveryState : std::uint8_t {
    kPending,  ///< to be sent, at `next_at`
    kSending,  ///< claimed: a request may be under way
    kDelivered,
    kUnknown,  ///< it may have been taken: looked up at `next_at`, or waits for a decision
    kDead,     ///< refused, or not taken before the schedule ended
    kCancelled,
};
inline constexpr std::array kDeliveryStates{DeliveryState::kPending,   DeliveryState::kSending,
                                            DeliveryState::kDelivered, DeliveryState::kUnknown,
                                            DeliveryState::kDead,      DeliveryState::kCancelled};
/// `pending`, `sending`, `delivered`, `unknown`, `dead`, `cancelled`.
std::string_view delivery_state_name(DeliveryState state);
std::optional<DeliveryState> delivery_state_named(std::string_view name);

/// One message to one destination.
struct Delivery {
    DeliveryId id;
    std::string message;  ///< `msg_…`: webhook-id and Idempotency-Key, the same on every attempt
    DestinationId destination;
    DeliveryState state = DeliveryState::kPending;
    EventId event;  ///< what it tells; none: it is no event's
    CashbackId cashback;
    ReversalId reversal;
    bool is_test = false;  ///< sent once, whatever the destination's state
    std::string order_key;
    Micros created_at;
    std::optional<Micros> next_at;
    std::optional<Micros> finished_at;
    std::uint32_t attempts = 0;  ///< begun so far, lookups among them
    std::uint32_t sends = 0;     ///< begun since the schedule began anew
    std::uint32_t lookups = 0;   ///< begun since its outcome became unknown
    int last_status = 0;
    std::string last_error;
    std::string body;
};

enum class AttemptKind : std::uint8_t { kSend, kLookUp };
/// `send`, `look_up`.
std::string_view attempt_kind_name(AttemptKind kind);

enum class AttemptOutcome : std::uint8_t {
    kDelivered,  ///< of a lookup: it was taken
    kFailed,     ///< surely not taken
    kUnknown,
};
/// `delivered`, `failed`, `unknown`.
std::string_view attempt_outcome_name(AttemptOutcome outcome);
std::optional<AttemptOutcome> attempt_outcome_named(std::string_view name);

struct Attempt {
    AttemptId id;
    DeliveryId delivery;
    DestinationId destination;
    std::uint32_t number = 0;  ///< 1, 2, 3 … of its delivery
    AttemptKind kind = AttemptKind::kSend;
    AttemptOutcome outcome = AttemptOutcome::kFailed;
    Micros started_at;
    std::chrono::microseconds latency{0};
    int status = 0;        ///< 0: no answer
    std::string error;     ///< in words; empty: there was an answer
    std::string request;   ///< JSON: method, url, headers; secrets are `***`
    std::string response;  ///< the first 4 KiB of the answer's body
    std::optional<Micros> next_at;
};
inline constexpr std::size_t kMostResponse = 4096;

}  // namespace eyed::model
