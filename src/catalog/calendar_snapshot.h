#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "model/calendar.h"

namespace eyed::catalog {

/// An event's fields as a JSON object: `title`, `description`, `start_time`, `end_time` (ISO 8601,
/// UTC), `zone`, `all_day`, `status`, `capacity`, `organiser`, `location`, `category` (ids or
/// null), `location_name`, `category_name` (or null), `rrule` (or null), `rdate`, `exdate`
/// (arrays), `changes` (array of {`original_start`, and what that occurrence has of its own}). What
/// the history keeps of an event that is changed: of `changes` those that are otherwise, or no
/// more, in `changes_after`, so that lines of many occurrences do not repeat each other's. They
/// take kMostChangesBytes at most; where some are left out, `cut` is `["changes"]`.
std::string snapshot_json(const model::CalendarEvent& event,
                          const std::vector<model::OccurrenceChange>& changes_after);
inline constexpr std::size_t kMostChangesBytes = 256 * std::size_t{1024};

/// The same with all changes for the log, whose events are bounded: the first kMostLoggedBytes of
/// the description, the first kMostLoggedItems of each list, no descriptions of single occurrences.
/// Where something is missing, `cut` lists the names of those members. Below 64 KiB, as the service
/// bounds fields.
std::string log_values_json(const model::CalendarEvent& event);
inline constexpr std::size_t kMostLoggedBytes = 10'000;
inline constexpr std::size_t kMostLoggedItems = 20;

/// Names, as in the snapshot, of the fields that differ; `changes` for single occurrences.
std::vector<std::string> changed_fields(const model::CalendarEvent& from,
                                        const model::CalendarEvent& to);

/// Whether people who have the event in their own calendars must be told: time, place, status,
/// recurrence (RFC 5545 §3.8.7.4), of the event or of one occurrence.
bool raises_sequence(const model::CalendarEvent& from, const model::CalendarEvent& to);

}  // namespace eyed::catalog
