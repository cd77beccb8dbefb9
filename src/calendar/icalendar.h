#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/calendar.h"

namespace eyed::calendar {

struct CalendarText {
    std::string name;  ///< X-WR-CALNAME and NAME (RFC 7986); empty: none
    std::string url;   ///< of the service, for the events' URL; `/events/<id>/` is put behind
    Micros stamp;      ///< DTSTAMP
    /// Names for the places of changed occurrences; one that is not here is as nowhere.
    std::map<LocationId, std::string> locations;
};
/// A VCALENDAR (RFC 5545) of these events, lines folded, CRLF: stable UID and SEQUENCE; times in
/// the event's zone with a VTIMEZONE that covers it, or in UTC when that is its zone; all-day
/// events as DATE; changed occurrences as VEVENTs with RECURRENCE-ID; EXDATE, RDATE, STATUS,
/// LOCATION, CATEGORIES, ORGANIZER (a `mailto:` when it is an address, else CN alone), CREATED,
/// LAST-MODIFIED. A changed occurrence without the description or place of its series has that
/// property without a value. Fractions of a second are not in it: a start is rounded down, an end
/// up.
std::string write_calendar(std::span<const model::CalendarEvent> events, const CalendarText& text);

/// One event of a file.
struct ReadEvent {
    std::string uid;  ///< empty: it has none, which is a fault
    std::uint32_t sequence = 0;
    model::CalendarFields fields;                  ///< but location and category
    std::vector<model::OccurrenceChange> changes;  ///< but location; by original_start
    /// Of each of `changes`: its LOCATION, empty for nowhere; none: the event's.
    std::vector<std::optional<std::string>> change_locations;
    std::string location_name;        ///< LOCATION; empty: none
    std::string category_name;        ///< the first of CATEGORIES
    std::vector<std::string> faults;  ///< sentences; none: it can be taken
};
struct ReadLimits {
    std::size_t events = 10'000;  ///< VEVENTs
    std::chrono::seconds time{20};
};
/// The events of a file, each with its changed occurrences. Times: UTC, with TZID (an IANA name,
/// alone or behind a vendor's prefix, Windows' name of a zone, or one whose VTIMEZONE says its
/// X-LIC-LOCATION), or floating: of `zone`. What a VTIMEZONE says of its changes is not looked at.
/// Unknown properties are passed over, and components other than VEVENT; what a changed occurrence
/// does not say at all is as in its series. kInvalidArgument: no
/// iCalendar, or no such zone; kTooLarge: over a limit. Takes memory in proportion to the file.
[[nodiscard]] Result<std::vector<ReadEvent>> read_calendar(std::string_view file,
                                                           std::string_view zone,
                                                           const ReadLimits& limits);

}  // namespace eyed::calendar
