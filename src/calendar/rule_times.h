#pragma once

#include <cstddef>
#include <vector>

#include "calendar/rule_parts.h"
#include "calendar/zone.h"

namespace eyed::calendar {

/// The years in which a series may start: before it libical counts by the Julian calendar, and some
/// time behind it there is nothing that it works out.
inline constexpr int kFirstYear = 1753;
inline constexpr int kLastYear = 2500;

struct RuleRange {
    LocalTime start;       ///< of the series: a whole second, or midnight for all-day events
    LocalTime last;        ///< no time after it is asked for
    std::size_t most = 1;  ///< times
    bool all_day = false;
};
struct RuleTimes {
    std::vector<LocalTime> times;  ///< ascending, none before the start
    LocalTime complete_to;         ///< all before it are in `times`
};
/// The times of a rule (its COUNT and UNTIL are not looked at) by a clock that never changes, as
/// libical expands it. Bounded: it looks at 100 000 candidates of the rule's unit at most, days say
/// (times a day, and INTERVAL apart), and so ends 270 years behind the start, or 11 with
/// FREQ=HOURLY. check_together has passed; the start is in a year that a series may start in. Where
/// RFC 5545 takes a part from the start and libical does otherwise, that part is filled in before.
RuleTimes rule_times(const RuleParts& parts, const RuleRange& range);

}  // namespace eyed::calendar
