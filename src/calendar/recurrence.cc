#include "calendar/recurrence.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "calendar/local_day.h"
#include "calendar/rule_parts.h"
#include "calendar/rule_times.h"

namespace eyed::calendar {
namespace {

constexpr Micros kNever{std::numeric_limits<std::int64_t>::max()};
constexpr std::int64_t kMicrosPerDay = 86'400'000'000;

struct Starts {
    std::vector<Micros> starts;   ///< any order
    Micros complete_to = kNever;  ///< all before it are in `starts`
};

/// How the rule's clock is read: of whole days, or with the fraction of a second that it has not.
struct Reading {
    const Zone& zone;
    LocalTime start;
    std::chrono::microseconds fraction{0};

    Reading(const model::CalendarFields& fields, const Zone& its_zone)
        : zone(its_zone),
          start(fields.all_day ? local_midnight(zone, fields.start)
                               : whole_second(zone, fields.start)) {
        if (!fields.all_day)
            fraction = std::chrono::microseconds(zone.to_local(fields.start).value - start.value);
    }
    Micros to_utc(LocalTime at) const { return zone.to_utc(at) + fraction; }
};

/// The last instant of the rule; kNever: it has none.
Micros until_of(const RuleParts& parts, const Zone& zone) {
    if (!parts.until) return kNever;
    if (parts.until->kind == RuleUntil::Kind::kUtc)
        return Micros{parts.until->value} + std::chrono::microseconds(999'999);
    return zone.to_utc({parts.until->value});
}

/// A local time behind all that are before `at`: clocks differ from UTC by less than a day, and a
/// time of the hour that they show twice is the first.
LocalTime behind(const Zone& zone, Micros at) {
    if (at.value > kNever.value - 3 * kMicrosPerDay) return {kNever.value};
    return {zone.to_local(at).value + kMicrosPerDay};
}

Starts by_rule(const model::CalendarFields& fields, const Zone& zone, Micros horizon) {
    Starts found{.starts = {fields.start}};
    const auto parts = RuleParts::parse(fields.recurrence.rule);
    if (fields.recurrence.rule.empty() || !parts || !check_together(*parts)) return found;

    const Reading reading(fields, zone);
    const Micros until = until_of(*parts, zone);
    const std::size_t count = parts->count ? static_cast<std::size_t>(*parts->count)
                                           : std::numeric_limits<std::size_t>::max();
    const RuleTimes rule = rule_times(*parts, {.start = reading.start,
                                               .last = behind(zone, std::min(until, horizon)),
                                               .most = std::min(count, kMostOccurrences + 1),
                                               .all_day = fields.all_day});
    std::size_t taken = 1;
    for (const LocalTime time : rule.times) {
        if (time == reading.start) continue;
        if (taken == count) return found;
        const Micros start = reading.to_utc(time);
        if (start > until) continue;
        found.starts.push_back(start);
        ++taken;
    }
    found.complete_to = zone.not_before(rule.complete_to);
    if (taken == count || found.complete_to > until) found.complete_to = kNever;
    return found;
}

/// From start to end: elapsed time, or days.
class Length {
  public:
    Length(const model::CalendarFields& fields, const Zone& zone)
        : zone_(zone), all_day_(fields.all_day), elapsed_(fields.end - fields.start) {
        if (all_day_)
            elapsed_ = std::chrono::microseconds(local_midnight(zone, fields.end).value -
                                                 local_midnight(zone, fields.start).value);
    }
    Micros end_of(Micros start) const {
        if (!all_day_) return start + elapsed_;
        return zone_.to_utc({local_midnight(zone_, start).value + elapsed_.count()});
    }

  private:
    const Zone& zone_;
    bool all_day_;
    std::chrono::microseconds elapsed_;
};

void sort_unique(std::vector<Micros>& times) {
    std::ranges::sort(times);
    times.erase(std::ranges::unique(times).begin(), times.end());
}

}  // namespace

Expansion expand(const model::CalendarFields& fields, const Zone& zone, Micros horizon) {
    Starts found = by_rule(fields, zone, horizon);
    std::vector<Micros>& starts = found.starts;
    const auto& [rule, added, skipped] = fields.recurrence;
    starts.insert(starts.end(), added.begin(), added.end());
    sort_unique(starts);
    std::erase_if(starts,
                  [&skipped](Micros start) { return std::ranges::binary_search(skipped, start); });

    Micros until = found.complete_to;
    if (until > horizon && (until != kNever || (!starts.empty() && starts.back() >= horizon)))
        until = horizon;
    if (starts.size() > kMostOccurrences) until = std::min(until, starts[kMostOccurrences]);
    std::erase_if(starts, [until](Micros start) { return start >= until; });

    Expansion out;
    if (until != kNever) out.until = until;
    const Length length(fields, zone);
    for (const Micros start : starts)
        out.instances.push_back({start, start, length.end_of(start)});
    return out;
}

Micros occurrence_end(const model::CalendarFields& fields, const Zone& zone, Micros start) {
    return Length(fields, zone).end_of(start);
}

OccurrenceTimes occurrences(const model::CalendarFields& fields,
                            const std::vector<model::OccurrenceChange>& changes, const Zone& zone,
                            Micros horizon) {
    const Expansion expansion = expand(fields, zone, horizon);
    OccurrenceTimes out{.until = expansion.until};
    for (const Instance& instance : expansion.instances) {
        model::Occurrence row{.original_start = instance.original_start,
                              .start = instance.start,
                              .end = instance.end,
                              .status = fields.status,
                              .location = fields.location};
        const auto change = std::ranges::lower_bound(changes, instance.original_start, {},
                                                     &model::OccurrenceChange::original_start);
        if (change != changes.end() && change->original_start == instance.original_start) {
            row.start = change->start.value_or(row.start);
            row.end = change->end.value_or(row.end);
            row.status = change->status.value_or(row.status);
            row.location = change->location.value_or(row.location);
        }
        out.rows.push_back(row);
    }
    std::ranges::sort(out.rows, {}, [](const model::Occurrence& row) {
        return std::pair(row.start, row.original_start);
    });
    return out;
}

bool has_occurrence(const model::CalendarFields& fields, const Zone& zone, Micros original_start) {
    const Expansion all = expand(fields, zone, {original_start.value + 1});
    return std::ranges::binary_search(all.instances, original_start, {}, &Instance::start);
}

}  // namespace eyed::calendar
