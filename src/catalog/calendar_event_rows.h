#pragma once

#include <soci/soci.h>

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "catalog/calendar_times.h"
#include "model/calendar.h"

namespace eyed::catalog {

/// The rows of calendar events, and of what single occurrences have of their own. Included by the
/// room's sources alone.

/// What single occurrences have of their own may be far more than the event: lists do without.
enum class OwnValues : std::uint8_t { kWith, kWithout };
/// In the order of `ids`; without those that are no more.
std::vector<model::CalendarEvent> load_events(soci::session& sql, const std::vector<long long>& ids,
                                              OwnValues own);
/// What these occurrences have of their own, by event and original start.
std::map<std::pair<CalendarEventId, Micros>, model::OccurrenceChange> load_changes(
    soci::session& sql, const std::vector<model::Occurrence>& occurrences);
/// kNotFound.
[[nodiscard]] Result<model::CalendarEvent> load_event(soci::session& sql, CalendarEventId id);

/// Gives the id.
CalendarEventId insert_event(soci::session& sql, const model::CalendarEvent& event,
                             const Span& span);
void update_event(soci::session& sql, const model::CalendarEvent& event, const Span& span);
/// Replaces them.
void write_changes(soci::session& sql, CalendarEventId id,
                   const std::vector<model::OccurrenceChange>& changes);

}  // namespace eyed::catalog
