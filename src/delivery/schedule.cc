#include "delivery/schedule.h"

#include <algorithm>

namespace eyed::delivery {
namespace {

using model::AttemptOutcome;
using model::DeliveryState;

constexpr std::chrono::hours kLongestRetryAfter{24};
constexpr std::chrono::minutes kFirstPause{1};
constexpr std::chrono::minutes kLongestPause{30};

bool is_in(const std::vector<model::StatusRange>& ranges, int status) {
    return std::ranges::any_of(ranges, [status](const model::StatusRange& range) {
        return status >= range.first && status <= range.last;
    });
}

/// The word is about this one message: whoever says so is well.
bool judges_the_message(int status) {
    return status == 400 || status == 409 || status == 413 || status == 415 || status == 422;
}

/// 0.8 to 1.2 of it.
std::chrono::microseconds jittered(std::chrono::seconds wait, double jitter) {
    const double factor = 0.8 + 0.4 * std::clamp(jitter, 0.0, 1.0);
    return std::chrono::microseconds(
        static_cast<std::int64_t>(factor * static_cast<double>(wait.count()) * 1e6));
}

/// When the next attempt is due behind `done` ones; nullopt: the schedule has ended.
std::optional<Micros> next_due(const model::DestinationFields& destination, const Word& word,
                               std::uint32_t done, double jitter, Micros now) {
    if (done >= destination.schedule.size()) return std::nullopt;
    std::chrono::microseconds wait = jittered(destination.schedule[done], jitter);
    if (word.retry_after)
        wait = std::max<std::chrono::microseconds>(
            wait, std::min<std::chrono::seconds>(*word.retry_after, kLongestRetryAfter));
    return now + wait;
}

void retry_or_give_up(Decision& decision, std::optional<Micros> next_at) {
    decision.next_at = next_at;
    decision.state = next_at ? DeliveryState::kPending : DeliveryState::kDead;
}

}  // namespace

std::vector<std::chrono::seconds> standard_schedule() {
    using namespace std::chrono_literals;
    return {5s, 5min, 30min, 2h, 5h, 10h, 10h};
}

Decision decide(const model::DestinationFields& destination, const Word& word,
                std::uint32_t retries_done, double jitter, Micros now) {
    Decision decision;
    if (word.status != 0 && is_in(destination.success, word.status)) {
        decision.outcome = AttemptOutcome::kDelivered;
        decision.state = DeliveryState::kDelivered;
        return decision;
    }
    decision.disables = word.status == 410;
    decision.counts_as_failure = !judges_the_message(word.status);
    const bool is_unknown =
        word.status == 0 ? word.may_have_arrived : is_in(destination.unknown, word.status);
    decision.outcome = is_unknown ? AttemptOutcome::kUnknown : AttemptOutcome::kFailed;
    if (is_unknown && destination.on_unknown != model::OnUnknown::kRepeat) {
        decision.state = DeliveryState::kUnknown;
        if (destination.on_unknown == model::OnUnknown::kLookUp)
            decision.next_at = now + destination.lookup_delay;
        return decision;
    }
    retry_or_give_up(decision, next_due(destination, word, retries_done, jitter, now));
    return decision;
}

Decision decide_lookup(const model::DestinationFields& destination, const Word& word,
                       const Begun& begun, double jitter, Micros now) {
    Decision decision;
    if (word.status >= 200 && word.status <= 299) {
        decision.outcome = AttemptOutcome::kDelivered;
        decision.state = DeliveryState::kDelivered;
        return decision;
    }
    const auto next_behind = [&](std::uint32_t count) {
        return next_due(destination, word, std::max(count, 1U) - 1, jitter, now);
    };
    if (word.status == 404 || word.status == 410) {
        decision.outcome = AttemptOutcome::kFailed;
        retry_or_give_up(decision, next_behind(begun.sends));
        return decision;
    }
    decision.outcome = AttemptOutcome::kUnknown;
    decision.counts_as_failure = true;
    decision.state = DeliveryState::kUnknown;
    decision.next_at = next_behind(begun.lookups);
    return decision;
}

Decision decide_cut_off(const model::DestinationFields& destination, model::AttemptKind kind,
                        const Word& word, Micros now) {
    Decision decision;
    decision.counts = false;
    decision.next_at = now;
    if (kind == model::AttemptKind::kSend && !word.may_have_arrived) return decision;
    decision.outcome = AttemptOutcome::kUnknown;
    if (destination.on_unknown == model::OnUnknown::kRepeat) return decision;
    decision.state = DeliveryState::kUnknown;
    decision.next_at = now + destination.lookup_delay;
    if (destination.on_unknown == model::OnUnknown::kHold) decision.next_at.reset();
    return decision;
}

Circuit::Lets Circuit::lets(Micros now, std::size_t under_way) const {
    if (!open_until_) return Lets::kAll;
    if (now < *open_until_) return Lets::kNone;
    return under_way == 0 ? Lets::kOne : Lets::kNone;
}

Circuit::Turned Circuit::ended(bool failed, Micros now) {
    const std::uint32_t half = (threshold_ + 1) / 2;
    if (!failed) {
        const bool was_told = threshold_ != 0 && failures_ >= half;
        failures_ = 0;
        open_until_.reset();
        return was_told ? Turned::kClosed : Turned::kNothing;
    }
    // Those that were under way when it opened say nothing new.
    if (open_until_ && now < *open_until_) return Turned::kNothing;
    if (failures_ < UINT32_MAX) ++failures_;
    if (threshold_ == 0 || failures_ < half) return Turned::kNothing;
    if (failures_ < threshold_) return failures_ == half ? Turned::kHalfWay : Turned::kNothing;
    const bool was_open = open_until_.has_value();
    const std::uint32_t doubled = std::min(failures_ - threshold_, 5U);
    open_until_ =
        now + std::min<std::chrono::microseconds>(kFirstPause * (1 << doubled), kLongestPause);
    return was_open ? Turned::kNothing : Turned::kOpened;
}

}  // namespace eyed::delivery
