#include "cli/propagate_pacer.h"

#include <algorithm>

namespace eyed::cli {

Pacer::Pacer(const Clock& clock, Options options)
    : clock_(clock), options_(options), start_(clock.steady()), next_(start_) {
}

bool Pacer::is_over(std::chrono::nanoseconds at) const {
    return options_.duration && at - start_ >= *options_.duration;
}

std::uint32_t Pacer::room(std::uint32_t wanted) const {
    if (is_over(std::max(next_, clock_.steady()))) return 0;
    if (!options_.count) return wanted;
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(wanted, *options_.count - taken_));
}

std::optional<std::chrono::nanoseconds> Pacer::take(std::uint32_t events) {
    const std::chrono::nanoseconds now = clock_.steady();
    const std::chrono::nanoseconds due =
        options_.interval.count() == 0 ? now : std::max(next_, now - kMadeUpFor);
    if (is_over(std::max(due, now))) return std::nullopt;
    taken_ += events;
    next_ = due + options_.interval * events;
    return due;
}

}  // namespace eyed::cli
