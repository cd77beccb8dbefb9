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
    std::uint32_t room(std::uint32_t wanted);
    /// Takes so many events: when they are due together, by Clock::steady(). nullopt: after the
    /// end.
    std::optional<std::chrono::nanoseconds> take(std::uint32_t events);
    /// Whether what was taken last was late by more than a twentieth of the time so far, or than
    /// kTolerated. What was late and has been made up for does not count.
    bool is_behind() const;
    static constexpr std::chrono::milliseconds kTolerated{100};

  private:
    bool is_over(std::chrono::nanoseconds at) const;
    void note_delay(std::chrono::nanoseconds at);

    const Clock& clock_;
    const Options options_;
    const std::chrono::nanoseconds start_;
    std::chrono::nanoseconds next_;
    std::uint64_t taken_ = 0;
    std::chrono::nanoseconds given_up_{0};  ///< of the schedule: not made up for
    std::chrono::nanoseconds late_{0};      ///< at noted_at_
    std::chrono::nanoseconds noted_at_;
};

}  // namespace eyed::cli
