#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>

#include "calendar/local_day.h"
#include "calendar/recurrence.h"
#include "calendar/rule_parts.h"
#include "calendar/rule_times.h"

namespace eyed::calendar {
namespace {

/// Times that are looked at to learn how many a month or year has.
constexpr std::size_t kProbe = 2'000;

std::unexpected<Error> wrong(std::string detail) {
    return failure(Code::kInvalidArgument, std::move(detail));
}

/// Gives UNTIL its canonical form.
Status check_until(RuleParts& parts, const model::CalendarFields& fields, const Zone& zone) {
    if (!parts.until) return {};
    RuleUntil& until = *parts.until;
    const bool is_date = until.kind == RuleUntil::Kind::kDate;
    if (fields.all_day != is_date)
        return wrong(fields.all_day
                         ? "UNTIL: is a date as 20261231 when the event is of whole days"
                         : "UNTIL: is a time as 20261231T225959Z when the event has one");
    if (until.kind == RuleUntil::Kind::kLocal)
        until = {.kind = RuleUntil::Kind::kUtc, .value = zone.to_utc({until.value}).value};
    const std::int64_t start =
        is_date ? local_midnight(zone, fields.start).value : fields.start.value;
    if (until.value < start) return wrong("UNTIL: is before the start");
    return {};
}

/// Cheaper than to look for such a day until the end of time, and tells what is wrong.
Status check_month_days(const RuleParts& parts) {
    constexpr std::array kLongest{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (parts.month_days.empty() || parts.months.empty()) return {};
    for (const int month : parts.months)
        for (const int day : parts.month_days)
            if (std::abs(day) <= kLongest[static_cast<std::size_t>(month - 1)]) return {};
    return wrong("BYMONTHDAY: none of these days is in a month of BYMONTH");
}

/// Whether some month or year has as many times as BYSETPOS asks for. `parts` are without it.
bool has_position(const std::vector<int>& positions, Frequency frequency,
                  const std::vector<LocalTime>& times) {
    const int least = std::abs(
        *std::ranges::min_element(positions, {}, [](int position) { return std::abs(position); }));
    int in_period = 0;
    std::chrono::year_month period{};
    for (const LocalTime time : times) {
        const std::chrono::year_month_day date(local_day(time));
        const auto month = frequency == Frequency::kMonthly ? date.month() : std::chrono::January;
        if (date.year() / month != period) in_period = 0;
        period = date.year() / month;
        if (++in_period >= least) return true;
    }
    return false;
}

Status check_takes_place(const RuleParts& parts, const RuleRange& range) {
    RuleParts whole = parts;
    whole.positions.clear();
    const std::size_t most = parts.positions.empty() ? 1 : kProbe;
    const RuleTimes found = rule_times(
        whole, {.start = range.start, .last = range.last, .most = most, .all_day = range.all_day});
    if (found.times.empty()) return wrong("it never takes place");
    if (!parts.positions.empty() && !has_position(parts.positions, parts.frequency, found.times))
        return wrong("BYSETPOS: it never takes place so often in a month or year");
    return {};
}

}  // namespace

Result<std::string> check_rule(std::string_view rule, const model::CalendarFields& fields,
                               const Zone& zone) {
    if (rule.size() > kMostRuleBytes)
        return wrong(fmt::format("is longer than {} bytes", kMostRuleBytes));
    EYED_ASSIGN(RuleParts parts, RuleParts::parse(rule));
    EYED_TRY(check_together(parts));
    if (fields.all_day && (parts.frequency == Frequency::kHourly ||
                           parts.hours.size() + parts.minutes.size() + parts.seconds.size() > 0))
        return wrong("an event of whole days cannot have FREQ=HOURLY, BYHOUR, BYMINUTE, BYSECOND");
    EYED_TRY(check_until(parts, fields, zone));
    EYED_TRY(check_month_days(parts));
    const LocalTime start =
        fields.all_day ? local_midnight(zone, fields.start) : whole_second(zone, fields.start);
    const int year = static_cast<int>(std::chrono::year_month_day(local_day(start)).year());
    if (year < kFirstYear || year > kLastYear)
        return wrong(fmt::format("a series starts in the years {} to {}", kFirstYear, kLastYear));
    EYED_TRY(
        check_takes_place(parts, {.start = start, .last = {INT64_MAX}, .all_day = fields.all_day}));
    return parts.text();
}

}  // namespace eyed::calendar
