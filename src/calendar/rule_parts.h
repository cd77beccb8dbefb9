#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "calendar/zone.h"

namespace eyed::calendar {

enum class Frequency : std::uint8_t { kHourly, kDaily, kWeekly, kMonthly, kYearly };

/// `MO`, or `-1FR`: the last Friday.
struct RuleDay {
    int number = 0;   ///< which of its month or year; 0: each
    int weekday = 0;  ///< 0 Sunday
    friend bool operator==(const RuleDay&, const RuleDay&) = default;
};

struct RuleUntil {
    enum class Kind : std::uint8_t { kDate, kLocal, kUtc };
    Kind kind = Kind::kUtc;
    std::int64_t value = 0;  ///< microseconds: of the zone's clock, or of UTC
};

/// The parts of an RRULE (RFC 5545 §3.3.10), each in its own bounds; an empty list was not named.
struct RuleParts {
    Frequency frequency = Frequency::kDaily;
    int interval = 1;
    std::optional<int> count;
    std::optional<RuleUntil> until;
    std::vector<int> seconds, minutes, hours;
    std::vector<int> month_days, year_days, weeks, months, positions;
    std::vector<RuleDay> days;
    int week_start = 1;

    /// kInvalidArgument: not one, or one of seconds or minutes; the sentence names the part.
    [[nodiscard]] static Result<RuleParts> parse(std::string_view text);
    /// In canonical form: names in upper case, FREQ first.
    std::string text() const;
    /// How many instants of a day the rule looks at.
    int times_a_day() const;
};

/// kInvalidArgument: parts that RFC 5545 forbids together, or that libical does not expand as it
/// says: BYSETPOS of times or weeks, numbered BYDAY beside days of the month or year,
/// BYHOUR with FREQ=HOURLY, BYMONTHDAY from the end with FREQ=DAILY.
[[nodiscard]] Status check_together(const RuleParts& parts);

}  // namespace eyed::calendar
