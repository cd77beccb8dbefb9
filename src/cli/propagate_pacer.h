#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/time.h"

namespace eyed::cli {

/// Says when events are due, by a schedule that does not drift: the n-th at n intervals after the
/// start, however long each sending takes. What is late is made up for, but for no more than
/// kMadeUpFor: after a server was away the schedule begins anew, it does not come as a flood. One
/// thread at a time.
class Pacer {
  public:
    struct Options {
        std::chrono::nanoseconds interval{0};  ///< between two events; 0: each is due at once
        std::optional<std::uint64_t> count;
        std::optional<std::chrono::nanoseconds> duration;  ///< what is due later is not sent
    };
    static constexpr std::chrono::seconds kMadeUpFor{1};

    /// Starts now.
    Pacer(const Clock& clock, Options options);

    /// How many of `wanted` events may be taken now; 0: it is over.
    std::uint32_t room(std::uint32_t wanted) const;
    /// Takes so many events: when they are due together, by Clock::steady(). nullopt: after the
    /// end.
    std::optional<std::chrono::nanoseconds> take(std::uint32_t events);

  private:
    bool is_over(std::chrono::nanoseconds at) const;

    const Clock& clock_;
    const Options options_;
    const std::chrono::nanoseconds start_;
    std::chrono::nanoseconds next_;
    std::uint64_t taken_ = 0;
};

}  // namespace eyed::cli
