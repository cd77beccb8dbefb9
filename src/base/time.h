#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace eyed {

/// An instant: microseconds since the Unix epoch, UTC.
struct Micros {
    std::int64_t value = 0;
    friend auto operator<=>(const Micros&, const Micros&) = default;
    friend Micros operator+(Micros at, std::chrono::microseconds by) {
        return {at.value + by.count()};
    }
    friend Micros operator-(Micros at, std::chrono::microseconds by) {
        return {at.value - by.count()};
    }
    friend std::chrono::microseconds operator-(Micros a, Micros b) {
        return std::chrono::microseconds(a.value - b.value);
    }
};

/// Reads ISO 8601 as Django REST framework does: `YYYY-MM-DD` then `T`, `t` or a space,
/// `HH:MM[:SS[.f…]]`, then `Z`, `z`, `±HH[:]MM`, `±HH` or nothing (UTC). More than 6 fraction
/// digits are truncated. Years 0001 to 9999, of UTC too. nullopt when it is anything else (a date
/// alone included). Any thread.
std::optional<Micros> parse_iso8601(std::string_view text);

/// `YYYY-MM-DD`, midnight UTC; nullopt when it is anything else.
std::optional<Micros> parse_date(std::string_view text);

/// Appends `2021-01-01T09:15:27.243860Z`; the fraction is always six digits.
void append_iso8601(Micros at, std::string& out);
std::string to_iso8601(Micros at);

/// The seam that lets a test stop time. Thread-safe.
class Clock {
  public:
    virtual ~Clock() = default;
    /// Wall clock; may jump.
    virtual Micros now() const = 0;
    /// Steady clock, from an arbitrary start; never goes back.
    virtual std::chrono::nanoseconds steady() const = 0;
};

/// The machine's own clocks.
class SystemClock final : public Clock {
  public:
    Micros now() const override;
    std::chrono::nanoseconds steady() const override;
};

}  // namespace eyed
