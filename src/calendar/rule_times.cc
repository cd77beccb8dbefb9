#include "calendar/rule_times.h"

#include <libical/ical.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <numeric>

#include "calendar/libical_lock.h"
#include "calendar/local_day.h"

namespace eyed::calendar {
namespace {

using std::chrono::days;
using std::chrono::microseconds;

constexpr std::int64_t kMostCandidates = 100'000;

struct IteratorFree {
    void operator()(icalrecur_iterator* iterator) const { icalrecur_iterator_free(iterator); }
};
using Iterator = std::unique_ptr<icalrecur_iterator, IteratorFree>;

icaltimetype to_ical(LocalTime at, bool is_date) {
    const auto day = local_day(at);
    const std::chrono::year_month_day date(day);
    icaltimetype out = icaltime_null_time();
    out.year = static_cast<int>(date.year());
    out.month = static_cast<int>(static_cast<unsigned>(date.month()));
    out.day = static_cast<int>(static_cast<unsigned>(date.day()));
    out.is_date = is_date;
    if (is_date) return out;
    const std::chrono::hh_mm_ss time(microseconds(at.value) - day.time_since_epoch());
    out.hour = static_cast<int>(time.hours().count());
    out.minute = static_cast<int>(time.minutes().count());
    out.second = static_cast<int>(time.seconds().count());
    return out;
}

LocalTime from_ical(const icaltimetype& at) {
    const std::chrono::sys_days day(std::chrono::year(at.year) /
                                    std::chrono::month(static_cast<unsigned>(at.month)) /
                                    std::chrono::day(static_cast<unsigned>(at.day)));
    const auto time = std::chrono::hours(at.hour) + std::chrono::minutes(at.minute) +
                      std::chrono::seconds(at.second);
    return {microseconds(day.time_since_epoch() + time).count()};
}

/// The rule as libical understands it.
std::string filled(RuleParts parts, LocalTime start) {
    parts.count.reset();
    parts.until.reset();
    if (!parts.weeks.empty() && parts.days.empty()) {
        // Without it libical 3 takes the day of the year for one of the week.
        const std::chrono::weekday weekday(local_day(start));
        parts.days.push_back({.number = 0, .weekday = static_cast<int>(weekday.c_encoding())});
    }
    if (parts.frequency == Frequency::kYearly && parts.months.empty() &&
        !parts.month_days.empty()) {
        // Without it libical 3 looks at the start's month alone.
        parts.months.resize(12);
        std::iota(parts.months.begin(), parts.months.end(), 1);
    }
    return parts.text();
}

/// Where days of the week are named: the first of them in the start's week, or in the one before
/// that the rule looks at. libical 3 goes wrong from a start on another day: into the week before
/// when the named ones all come behind the turn from Saturday to Sunday.
LocalTime aligned(const RuleParts& parts, LocalTime start) {
    if (parts.frequency != Frequency::kWeekly || parts.days.empty()) return start;
    const auto after_week_start = [&parts](int weekday) {
        return (weekday - parts.week_start + 7) % 7;
    };
    const std::chrono::weekday weekday(local_day(start));
    int first = 6;
    for (const RuleDay& day : parts.days)
        first = std::min(first, after_week_start(day.weekday));
    days shift(first - after_week_start(static_cast<int>(weekday.c_encoding())));
    if (shift > days(0)) shift -= days(7 * parts.interval);
    return {start.value + microseconds(shift).count()};
}

/// Behind it the rule is not looked at.
LocalTime horizon(const RuleParts& parts, LocalTime start) {
    const std::int64_t reach = kMostCandidates / parts.times_a_day() * parts.interval;
    constexpr auto end = std::chrono::sys_days(std::chrono::year(2580) / 1 / 1);
    return midnight_of(std::min(local_day(start) + days(reach), end));
}

}  // namespace

RuleTimes rule_times(const RuleParts& parts, const RuleRange& range) {
    const LocalTime last = std::min(range.last, horizon(parts, range.start));
    RuleTimes found{.complete_to = {last.value + 1}};
    if (last < range.start) return found;
    const std::string text = filled(parts, range.start);
    const auto lock = lock_libical();
    icalrecurrencetype rule = icalrecurrencetype_from_string(text.c_str());
    rule.until = to_ical(last, range.all_day);
    const Iterator iterator(
        icalrecur_iterator_new(rule, to_ical(aligned(parts, range.start), range.all_day)));
    if (!iterator) return found;  // no time at all until libical's end of time
    for (;;) {
        const icaltimetype at = icalrecur_iterator_next(iterator.get());
        if (icaltime_is_null_time(at)) return found;
        const LocalTime time = from_ical(at);
        if (time < range.start) continue;
        if (found.times.size() == range.most) {
            found.complete_to = time;
            return found;
        }
        found.times.push_back(time);
    }
}

}  // namespace eyed::calendar
