#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "calendar/zone.h"
#include "model/calendar.h"

namespace eyed::calendar {

/// Bounds that keep one series from costing much, whatever its rule.
inline constexpr std::size_t kMostOccurrences = 10'000;  ///< of one series, worked out
inline constexpr std::size_t kMostDates = 1'000;         ///< RDATE, EXDATE, each
inline constexpr std::size_t kMostRuleBytes = 1'024;

/// A rule in canonical form (names in upper case, no spaces, an `RRULE:` in front taken off, a
/// local UNTIL as UTC), for a series that starts at `fields.start`. kInvalidArgument, with a
/// sentence that says which part is wrong and how: no RRULE (RFC 5545 §3.3.10), one of seconds or
/// minutes, an UNTIL that is of another kind than the start or before it, COUNT together with
/// UNTIL, parts together that are not offered (rule_parts.h), a start before 1753 or after 2500, or
/// one that never takes place.
[[nodiscard]] Result<std::string> check_rule(std::string_view rule,
                                             const model::CalendarFields& fields, const Zone& zone);

/// One time of a series.
struct Instance {
    Micros original_start;
    Micros start;
    Micros end;
    friend auto operator<=>(const Instance&, const Instance&) = default;
};
struct Expansion {
    std::vector<Instance> instances;  ///< by start; the series' own, changes not looked at
    /// All that start before it are in `instances`; none: the series has no more.
    std::optional<Micros> until;
};
/// The times of a series before `horizon`, kMostOccurrences at most, and those that rule_times.h
/// looks at. The first is `fields.start` itself, which counts towards COUNT, then what the rule and
/// RDATE give, without EXDATE. In the zone's local time: 10:00 stays 10:00 over a change of DST;
/// the length in elapsed time stays, or in days for all-day events. `fields.recurrence` is as
/// check_rule gave it; a rule that is not is as none.
Expansion expand(const model::CalendarFields& fields, const Zone& zone, Micros horizon);

/// The same with the event's changes applied, as the catalog keeps them: an occurrence that was
/// moved is where it was moved to, and one that was cancelled is there with that status. By start;
/// the rows' `event` is left to the caller.
struct OccurrenceTimes {
    std::vector<model::Occurrence> rows;
    std::optional<Micros> until;
};
OccurrenceTimes occurrences(const model::CalendarFields& fields,
                            const std::vector<model::OccurrenceChange>& changes, const Zone& zone,
                            Micros horizon);

/// When an occurrence that starts at `start` ends, unless it was changed.
Micros occurrence_end(const model::CalendarFields& fields, const Zone& zone, Micros start);

/// Whether `original_start` is one of the series.
bool has_occurrence(const model::CalendarFields& fields, const Zone& zone, Micros original_start);

}  // namespace eyed::calendar
