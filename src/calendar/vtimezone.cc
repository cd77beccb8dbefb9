#include "calendar/vtimezone.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <limits>
#include <optional>
#include <vector>

#include "calendar/content_line.h"
#include "calendar/local_day.h"
#include "calendar/posix_rule.h"

namespace eyed::calendar {
namespace {

using std::chrono::days;
using std::chrono::seconds;
using std::chrono::year;
using std::chrono::years;

constexpr std::array<std::string_view, 7> kWeekdays{"SU", "MO", "TU", "WE", "TH", "FR", "SA"};
constexpr years kWrittenOut{50};
constexpr year kFirstChange{1600};  // no clock was changed before
constexpr year kLastChange{9999};
constexpr year kTableEnds{2037};  // of most zones; behind it the rule is all there is

/// A change of the clocks from one offset to another.
struct Observance {
    seconds from{};
    seconds to{};
    std::string name;
    std::vector<Micros> onsets;  ///< ascending
    std::string rule;            ///< from the first on; empty: at the onsets alone
};

std::string offset_text(seconds offset) {
    const auto size = std::abs(offset.count());
    std::string text =
        fmt::format("{}{:02}{:02}", offset.count() < 0 ? '-' : '+', size / 3600, size / 60 % 60);
    if (size % 60 != 0) text += fmt::format("{:02}", size % 60);
    return text;
}

std::string basic(LocalTime at) {
    std::string text = to_iso8601(Micros{at.value}).substr(0, 19);
    std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
    return text;
}

void append_observance(const Observance& observance, std::string& out) {
    const auto onset = [&observance](Micros at) { return basic({(at + observance.from).value}); };
    const std::string_view kind = observance.to > observance.from ? "DAYLIGHT" : "STANDARD";
    append_line(fmt::format("BEGIN:{}", kind), out);
    append_line("DTSTART:" + onset(observance.onsets.front()), out);
    if (!observance.rule.empty()) append_line("RRULE:" + observance.rule, out);
    for (std::size_t i = 1; i < observance.onsets.size(); ++i)
        append_line("RDATE:" + onset(observance.onsets[i]), out);
    append_line("TZOFFSETFROM:" + offset_text(observance.from), out);
    append_line("TZOFFSETTO:" + offset_text(observance.to), out);
    append_line("TZNAME:" + escape_text(observance.name), out);
    append_line(fmt::format("END:{}", kind), out);
}

year year_of(Micros at) {
    return std::chrono::year_month_day(local_day({at.value})).year();
}

Micros begin_of(year in) {
    return {midnight_of(std::chrono::sys_days(in / 1 / 1)).value};
}

/// Whether the year has the rule's two changes and no other, and nothing comes between it and the
/// next year's.
bool is_ruled(const Zone& zone, const PosixRule& rule, year in) {
    const auto first_of = [&rule](year of) {
        return std::min(rule.start_of_daylight(of), rule.end_of_daylight(of));
    };
    const Micros first = first_of(in);
    const Micros second = std::max(rule.start_of_daylight(in), rule.end_of_daylight(in));
    const ZonePeriod before = zone.period({first.value - 1});
    const ZonePeriod between = zone.period(first);
    const ZonePeriod after = zone.period(second);
    return before.begin < begin_of(in) && between.begin == first && between.end == second &&
           after.end == first_of(in + years(1)) &&
           zone.period(rule.start_of_daylight(in)).offset == rule.daylight &&
           zone.period(rule.end_of_daylight(in)).offset == rule.standard;
}

/// The first year from `least` on from which the rule always holds.
year ruled_from(const Zone& zone, const PosixRule& rule, year least) {
    year last = std::max(least, kTableEnds + years(1));
    while (!is_ruled(zone, rule, last))
        ++last;  // a table that goes on behind 2037
    while (last > least && is_ruled(zone, rule, last - years(1)))
        --last;
    return last;
}

/// nullopt: none says it.
std::optional<std::string> rrule_of(const PosixRule::Change& change) {
    const auto shift = std::chrono::floor<days>(change.time).count();
    const std::string_view weekday =
        kWeekdays[static_cast<std::size_t>(((change.weekday + shift) % 7 + 7) % 7)];
    const std::string yearly = fmt::format("FREQ=YEARLY;BYMONTH={};", change.month);
    const bool is_last = change.week == 5;
    if (shift == 0)
        return fmt::format("{}BYDAY={}{}", yearly, is_last ? "-1" : fmt::to_string(change.week),
                           weekday);
    // The week of days that it may be, from the front of the month or from its end.
    const auto first = (is_last ? -7 : 7 * (static_cast<int>(change.week) - 1) + 1) + shift;
    const auto last = first + 6;
    if (is_last ? last > -1 : first < 1 || last > 30) return std::nullopt;
    std::vector<long> window;
    for (auto day = first; day <= last; ++day)
        window.push_back(day);
    return fmt::format("{}BYMONTHDAY={};BYDAY={}", yearly, fmt::join(window, ","), weekday);
}

/// The changes that were added, those alike together.
class Observances {
  public:
    explicit Observances(const Zone& zone) : zone_(zone) {}

    /// The clocks change at `onset`, and by `rule` again and again.
    void add(Micros onset, std::string rule = {}) {
        const ZonePeriod after = zone_.period(onset);
        add({.from = zone_.period({onset.value - 1}).offset,
             .to = after.offset,
             .name = after.abbreviation,
             .onsets = {onset},
             .rule = std::move(rule)});
    }
    /// What was shown before the first change of all.
    void add_always(const ZonePeriod& period) {
        constexpr auto early = std::chrono::sys_days(year(1601) / 1 / 1);
        add({.from = period.offset,
             .to = period.offset,
             .name = period.abbreviation,
             .onsets = {Micros{midnight_of(early).value} - period.offset}});
    }
    void append_to(std::string& out) const {
        for (const Observance& observance : all_)
            append_observance(observance, out);
    }

  private:
    void add(Observance added) {
        for (Observance& known : all_) {
            const bool alike = known.from == added.from && known.to == added.to &&
                               known.name == added.name && known.rule.empty();
            if (!alike || !added.rule.empty()) continue;
            known.onsets.push_back(added.onsets.front());
            return;
        }
        all_.push_back(std::move(added));
    }

    const Zone& zone_;
    std::vector<Observance> all_;
};

void add_ruled(const PosixRule& rule, year from, Observances& observances) {
    for (const bool starts : {true, false}) {
        const auto text = rrule_of(starts ? rule.starts : rule.ends);
        const year until = text ? from : from + kWrittenOut;
        for (year in = from; in <= until; ++in)
            observances.add(starts ? rule.start_of_daylight(in) : rule.end_of_daylight(in),
                            text.value_or(""));
    }
}

}  // namespace

void append_vtimezone(const Zone& zone, Micros from, std::string& out) {
    Observances observances(zone);
    const year before = year_of(from) - years(1);
    const PosixRule* rule = zone.rule();
    const year ruled = rule ? ruled_from(zone, *rule, before) : year::max();
    // One by one: what is shown at `from`, and on to where the rule begins or the changes end.
    if (ruled > before) {
        const Micros end =
            rule ? begin_of(ruled) : Micros{std::numeric_limits<std::int64_t>::max()};
        ZonePeriod period = zone.period(from);
        for (bool first = true; first || period.begin < end; first = false) {
            if (year_of(period.begin) < kFirstChange)
                observances.add_always(period);
            else
                observances.add(period.begin);
            if (year_of(period.end) > kLastChange) break;
            period = zone.period(period.end);
        }
    }
    if (rule) add_ruled(*rule, ruled, observances);

    append_line("BEGIN:VTIMEZONE", out);
    append_line("TZID:" + zone.name(), out);
    observances.append_to(out);
    append_line("END:VTIMEZONE", out);
}

std::string basic_time(const Zone& zone, Micros at) {
    return basic(zone.to_local(at));
}

}  // namespace eyed::calendar
