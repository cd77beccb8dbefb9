#include "cli/propagate_pacer.h"

#include <algorithm>

namespace eyed::cli {

Pacer::Pacer(const Clock& clock, Options options)
    : clock_(clock), options_(options), start_(clock.steady()), next_(start_), noted_at_(start_) {
}

bool Pacer::is_over(std::chrono::nanoseconds at) const {
    return options_.duration && at - start_ >= *options_.duration;
}

void Pacer::note_delay(std::chrono::nanoseconds at) {
    late_ = given_up_ + std::max(at - next_, std::chrono::nanoseconds(0));
    noted_at_ = at;
}

bool Pacer::is_behind() const {
    if (options_.interval.count() == 0) return false;
    const std::chrono::nanoseconds allowed = (noted_at_ - start_) / 20;
    return late_ > std::max<std::chrono::nanoseconds>(allowed, kTolerated);
}

std::uint32_t Pacer::room(std::uint32_t wanted) {
    if (options_.count)
        wanted =
            static_cast<std::uint32_t>(std::min<std::uint64_t>(wanted, *options_.count - taken_));
    const std::chrono::nanoseconds now = clock_.steady();
    if (wanted == 0 || !is_over(std::max(next_, now))) return wanted;
    note_delay(std::min(now, start_ + *options_.duration));
    return 0;
}

std::optional<std::chrono::nanoseconds> Pacer::take(std::uint32_t events) {
    const std::chrono::nanoseconds now = clock_.steady();
    const std::chrono::nanoseconds due =
        options_.interval.count() == 0 ? now : std::max(next_, now - kMadeUpFor);
    if (is_over(std::max(due, now))) return std::nullopt;
    note_delay(now);
    given_up_ += std::max(due - next_, std::chrono::nanoseconds(0));
    taken_ += events;
    next_ = due + options_.interval * events;
    return due;
}

}  // namespace eyed::cli
