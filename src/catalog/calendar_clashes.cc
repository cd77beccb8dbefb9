#include "catalog/calendar_clashes.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "catalog/calendar_times.h"
#include "catalog/columns.h"

namespace eyed::catalog {
namespace {

struct Interval {
    long long start = 0;
    long long end = 0;
};

/// When a location is taken: by start, none overlaps the next.
using Taken = std::vector<Interval>;

std::map<LocationId, Taken> taken_by(const CalendarEvents::Times& times) {
    std::map<LocationId, Taken> taken;
    for (const model::Occurrence& one : times.rows)
        if (one.location && one.status != model::EventStatus::kCancelled)
            taken[one.location].push_back({one.start.value, one.end.value});
    for (auto& [location, intervals] : taken) {
        std::ranges::sort(intervals, {}, &Interval::start);
        Taken merged;
        for (const Interval& next : intervals) {
            if (merged.empty() || next.start > merged.back().end)
                merged.push_back(next);
            else
                merged.back().end = std::max(merged.back().end, next.end);
        }
        intervals = std::move(merged);
    }
    return taken;
}

bool overlaps(const Taken& taken, const Interval& other) {
    const auto after = std::ranges::upper_bound(taken, other.start, {}, &Interval::end);
    return after != taken.end() && after->start < other.end;
}

/// Adds the first of those at one location.
void add_clashes(soci::session& sql, CalendarEventId event, LocationId location, const Taken& taken,
                 std::vector<CalendarEvents::Clash>& clashes) {
    const long long at = location.value;
    const long long self = event.value;
    const long long first = taken.front().start;
    const long long last = taken.back().end;
    long long id = 0;
    Interval other;
    soci::statement statement(sql);
    prepare(statement,
            std::string("SELECT event_id, start_at, end_at FROM calendar_occurrences "
                        "WHERE location_id = :location AND start_at < :last AND end_at > :first "
                        "AND start_at > :bound - ") +
                kLongest +
                " AND status <> 'cancelled' AND event_id <> :self "
                "ORDER BY start_at, event_id, original_start",
            soci::into(id), soci::into(other.start), soci::into(other.end), soci::use(at),
            soci::use(last), soci::use(first), soci::use(first), soci::use(self));
    statement.execute();
    std::size_t added = 0;
    while (added < CalendarEvents::kMostClashes && statement.fetch()) {
        if (!overlaps(taken, other)) continue;
        clashes.push_back({.event = CalendarEventId{id},
                           .title = {},
                           .start = Micros{other.start},
                           .end = Micros{other.end},
                           .zone = {}});
        ++added;
    }
}

void add_title_and_zone(soci::session& sql, CalendarEvents::Clash& clash) {
    const long long id = clash.event.value;
    sql << "SELECT title, zone FROM calendar_events WHERE id = :id", soci::use(id),
        soci::into(clash.title), soci::into(clash.zone);
}

}  // namespace

std::vector<CalendarEvents::Clash> find_clashes(soci::session& sql, CalendarEventId event,
                                                const CalendarEvents::Times& times) {
    std::vector<CalendarEvents::Clash> clashes;
    for (const auto& [location, taken] : taken_by(times))
        add_clashes(sql, event, location, taken, clashes);
    std::ranges::sort(clashes, {}, [](const CalendarEvents::Clash& clash) {
        return std::tuple(clash.start, clash.event);
    });
    if (clashes.size() > CalendarEvents::kMostClashes) clashes.resize(CalendarEvents::kMostClashes);
    for (CalendarEvents::Clash& clash : clashes)
        add_title_and_zone(sql, clash);
    return clashes;
}

}  // namespace eyed::catalog
