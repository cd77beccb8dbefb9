#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "base/ids.h"
#include "base/time.h"
#include "base/uuid.h"
#include "model/dialect.h"
#include "model/reason.h"

namespace eyed::model {

/// By what an event's data was judged when it was taken in or changed.
struct Judgement {
    /// EventType::version; 0: by none (an event of before versions were kept).
    std::uint32_t type_version = 0;
    /// Why it would have been refused, had its type not merely been observed.
    std::optional<Reason> violation;
    friend bool operator==(const Judgement&, const Judgement&) = default;
};

/// An event as it is read back.
struct Event {
    EventId id;
    ApplicationId application;
    Uuid session;  ///< nil: none was given
    std::string category;
    std::string name;
    std::string data;      ///< JSON text, as sent
    std::string event_id;  ///< the sender's own id; empty: none was given
    Micros timestamp;      ///< when it happened, as the sender says
    Micros received_at;    ///< when it was taken in
    Dialect dialect = Dialect::kNative;
    Judgement judgement;
    RejectionId replays;  ///< the rejection it was taken in from after all; none: accepted at once
};

/// What became of a rejection. The numbers are written to disk: never change one.
enum class RejectionState : std::uint8_t {
    kOpen = 0,
    kReplayed = 1,   ///< taken in after all, as an event
    kDuplicate = 2,  ///< a replay found the event there already
    kDiscarded = 3,  ///< somebody decided that it is not wanted
};
inline constexpr RejectionState kLastRejectionState = RejectionState::kDiscarded;

/// `open`, `replayed`, `duplicate`, `discarded`.
std::string_view rejection_state_name(RejectionState state);

/// A refused event as it is read back: everything, so that it can be understood and replayed.
struct Rejection {
    RejectionId id;
    ApplicationId application;
    KeyId key;
    Dialect dialect = Dialect::kNative;
    Reason reason = Reason::kMalformed;
    std::string message;  ///< the sentence its sender got
    std::string pointer;  ///< JSON pointer (RFC 6901) of the fault within the payload; may be empty
    std::string category;  ///< of the event, as far as it could be read
    std::string name;
    std::uint32_t type_version = 0;    ///< of the event type that refused it; 0: no type did
    std::string event_id;              ///< the sender's own id, as far as it could be read
    EventId target;                    ///< of the event whose change was refused; none: a new event
    std::optional<Hash128> dedup_key;  ///< of an Idempotency-Key that came with it
    std::string payload;               ///< the bytes refused, as sent; need not be UTF-8
    Micros received_at;
    RejectionState state = RejectionState::kOpen;
    EventId event;      ///< kReplayed, kDuplicate: the event it is now
    Micros settled_at;  ///< when it ceased to be open
    UserId settled_by;  ///< none: nobody known
};

}  // namespace eyed::model
