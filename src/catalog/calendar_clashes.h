#pragma once

#include <soci/soci.h>

#include <vector>

#include "catalog/calendar_events.h"

namespace eyed::catalog {

/// The occurrences of events other than `event` that are at a location of `times` while one of
/// these is: [start, end) of both overlap, and neither is cancelled. By start, at most
/// CalendarEvents::kMostClashes. Each location's occurrences within the time in question are read
/// once. Included by the room's sources alone.
std::vector<CalendarEvents::Clash> find_clashes(soci::session& sql, CalendarEventId event,
                                                const CalendarEvents::Times& times);

}  // namespace eyed::catalog
