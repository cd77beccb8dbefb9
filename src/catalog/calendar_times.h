#pragma once

#include <soci/soci.h>

#include <optional>
#include <string>

#include "base/ids.h"
#include "base/time.h"
#include "catalog/calendar_events.h"

namespace eyed::catalog {

/// The rows of occurrences. Included by the room's sources alone.

/// What an event's own row says of its times, so that lists need not look at each.
struct Span {
    std::optional<Micros> first_start;  ///< none: it never takes place
    std::optional<Micros> last_end;
    bool several = false;         ///< there may be a gap between them
    std::optional<Micros> until;  ///< see CalendarEvents::Times
};
Span span_of(const CalendarEvents::Times& times);

/// Makes the rows of the event those of `times`: touches only what differs, for a series may have
/// thousands.
void write_times(soci::session& sql, CalendarEventId event, CategoryId category,
                 const CalendarEvents::Times& times);

/// Those of `times` that are not among the rows of the event: when and where it takes place that it
/// did not.
CalendarEvents::Times new_times(soci::session& sql, CalendarEventId event,
                                const CalendarEvents::Times& times);

/// SQL: the length of the longest occurrence there is, from an index. No occurrence that starts as
/// long before an instant, or longer, still takes place then.
inline constexpr const char* kLongest = "(SELECT max(end_at - start_at) FROM calendar_occurrences)";

}  // namespace eyed::catalog
