#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/time.h"
#include "model/delivery.h"

namespace eyed::delivery {

/// Standard Webhooks' schedule behind the first attempt: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h.
std::vector<std::chrono::seconds> standard_schedule();
inline constexpr std::size_t kMostRetries = 50;
inline constexpr std::chrono::seconds kLongestWait{7 * 24 * 3600};

/// What an attempt means for its delivery.
struct Decision {
    model::AttemptOutcome outcome = model::AttemptOutcome::kFailed;
    model::DeliveryState state = model::DeliveryState::kPending;  ///< Deliveries::Ended::state
    std::optional<Micros> next_at;
    bool disables = false;  ///< 410
    bool counts_as_failure =
        false;  ///< for the circuit: not what the destination is not to blame for
    /// False: a stop cut it off, and the schedule goes on as if it had not been.
    bool counts = true;
};
/// Whether the request left, and what came back.
struct Word {
    bool may_have_arrived = false;  ///< no status came, and some of the request left
    int status = 0;
    std::optional<std::chrono::seconds> retry_after;
};
/// `retries_done`: since the schedule began. `jitter` is 0 to 1: waits are 0.8 to 1.2 of the
/// schedule's. A Retry-After that is longer is honoured, up to a day. Pure.
Decision decide(const model::DestinationFields& destination, const Word& word,
                std::uint32_t retries_done, double jitter, Micros now);
/// What there was so far: sends of this schedule, and lookups of the last one's outcome, the one
/// that has just ended among them.
struct Begun {
    std::uint32_t sends = 0;
    std::uint32_t lookups = 0;
};
/// Of a lookup: 2xx, it was taken; 404 and 410, it was not, and it is sent again as if that send
/// had failed now; anything else leaves it unknown, and it is asked again by the schedule's waits,
/// and held behind the last of them. So lookups use up nothing of what is left to send.
Decision decide_lookup(const model::DestinationFields& destination, const Word& word,
                       const Begun& begun, double jitter, Micros now);
/// What a planned stop cut off, without a status: as after a crash (Deliveries::recover), but what
/// surely did not leave is pending.
Decision decide_cut_off(const model::DestinationFields& destination, model::AttemptKind kind,
                        const Word& word, Micros now);

/// The circuit of one destination. Closed: requests go out. After `breaker_failures` consecutive
/// ones that failed it is open for a minute, longer each time up to half an hour; then one probe
/// goes out: it closes the circuit, or opens it again. One thread.
class Circuit {
  public:
    Circuit(std::uint32_t threshold, std::uint32_t failures, std::optional<Micros> open_until)
        : threshold_(threshold), failures_(failures), open_until_(open_until) {}
    /// How many requests may begin now.
    enum class Lets : std::uint8_t { kAll, kOne, kNone };
    Lets lets(Micros now, std::size_t under_way) const;
    /// What changed with the end of an attempt.
    enum class Turned : std::uint8_t { kNothing, kHalfWay, kOpened, kClosed };
    Turned ended(bool failed, Micros now);
    std::uint32_t failures() const { return failures_; }
    std::optional<Micros> open_until() const { return open_until_; }

  private:
    std::uint32_t threshold_;
    std::uint32_t failures_;
    std::optional<Micros> open_until_;
};

}  // namespace eyed::delivery
