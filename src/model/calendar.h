#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace eyed::model {

/// Where or of what kind calendar events are: a location or a category, which are told alike.
template <class PlaceId>
struct CalendarLabel {
    PlaceId id;
    std::string name;  ///< 1 to 75 characters; not unique
    std::string description;
    std::uint64_t revision = 0;  ///< rises with each change of it
};
using Location = CalendarLabel<LocationId>;
using Category = CalendarLabel<CategoryId>;

/// STATUS of a VEVENT (RFC 5545 §3.8.1.11).
enum class EventStatus : std::uint8_t { kConfirmed, kTentative, kCancelled };
inline constexpr std::array kEventStatuses{EventStatus::kConfirmed, EventStatus::kTentative,
                                           EventStatus::kCancelled};
/// `confirmed`, `tentative`, `cancelled`.
std::string_view event_status_name(EventStatus status);
std::optional<EventStatus> event_status_named(std::string_view name);

/// How an event comes again (RFC 5545 §3.8.5). Nothing in it: it happens once.
struct Recurrence {
    std::string rule;             ///< the value of RRULE, in canonical form; empty: none
    std::vector<Micros> added;    ///< RDATE: further starts, ascending
    std::vector<Micros> skipped;  ///< EXDATE: starts that do not take place, ascending

    bool empty() const { return rule.empty() && added.empty(); }
    friend bool operator==(const Recurrence&, const Recurrence&) = default;
};

/// What people say of a calendar event.
struct CalendarFields {
    std::string title;
    std::string description;
    Micros start;              ///< of the first occurrence
    Micros end;                ///< exclusive; after start
    std::string zone = "UTC";  ///< IANA name: the clock that the event keeps to over DST changes
    /// Start and end are midnights of `zone`; the end is the day after the last (RFC 5545 DTEND).
    bool all_day = false;
    EventStatus status = EventStatus::kConfirmed;
    std::optional<std::uint32_t> capacity;  ///< people; none: any number
    std::string organiser;
    LocationId location;  ///< none: not given
    CategoryId category;
    Recurrence recurrence;

    friend bool operator==(const CalendarFields&, const CalendarFields&) = default;
};

/// What one occurrence of a series has of its own; what is absent is the series'.
struct OccurrenceChange {
    Micros original_start;  ///< RECURRENCE-ID: where the series puts it
    std::optional<std::string> title;
    std::optional<std::string> description;
    std::optional<Micros> start;  ///< with `end`, both or neither
    std::optional<Micros> end;
    std::optional<EventStatus> status;
    std::optional<LocationId> location;  ///< LocationId{}: nowhere given

    friend bool operator==(const OccurrenceChange&, const OccurrenceChange&) = default;
};

/// A calendar event as it is kept.
struct CalendarEvent {
    CalendarEventId id;
    std::string uid;             ///< stable (RFC 7986 §5.3); unique
    std::uint32_t sequence = 0;  ///< rises when time, place, status or recurrence change
    std::uint64_t revision = 0;  ///< rises with each change of fields or of an occurrence
    CalendarFields fields;
    std::vector<OccurrenceChange> changes;  ///< by original_start
    std::string location_name;              ///< empty: none
    std::string category_name;
    std::uint32_t registered = 0;  ///< people who come
    std::uint32_t waiting = 0;     ///< people for whom there is no room
    Micros created_at;
    Micros updated_at;
};

/// One time that an event takes place.
struct Occurrence {
    CalendarEventId event;
    Micros original_start;
    Micros start;
    Micros end;
    EventStatus status = EventStatus::kConfirmed;
    LocationId location;
};

/// One change of a calendar event: what was before it. Stays when the event goes.
struct CalendarUpdate {
    CalendarUpdateId id;
    CalendarEventId event;
    std::string event_title;  ///< as it was before
    Micros created_at;
    UserId user;            ///< none: nobody is known
    std::string user_name;  ///< as it was then; empty: nobody is known
    std::string action;     ///< `changed`, `occurrence_changed`, `occurrence_cancelled`, `deleted`
    std::optional<Micros> occurrence;  ///< the original start of the one that was changed
    std::string previous_values;       ///< JSON object: see catalog/calendar_snapshot.h
    std::vector<std::string> changed;  ///< names of what is different now
};

enum class AttendeeState : std::uint8_t { kRegistered, kWaiting, kCancelled };
inline constexpr std::array kAttendeeStates{AttendeeState::kRegistered, AttendeeState::kWaiting,
                                            AttendeeState::kCancelled};
/// `registered`, `waiting`, `cancelled`.
std::string_view attendee_state_name(AttendeeState state);
std::optional<AttendeeState> attendee_state_named(std::string_view name);

/// Somebody who comes to an event, or waits to.
struct Attendee {
    AttendeeId id;
    CalendarEventId event;
    std::string name;
    std::string email;  ///< one registration each and event, ASCII case ignored
    AttendeeState state = AttendeeState::kRegistered;
    Micros registered_at;  ///< the place in the queue
    Micros changed_at;
};

/// A secret address under which a calendar program reads events.
struct Feed {
    FeedId id;
    std::string name;
    std::string hint;     ///< how its token begins; the token itself is nowhere
    LocationId location;  ///< none: of all
    CategoryId category;
    UserId user;  ///< who made it
    Micros created_at;
    std::optional<Micros> last_used_at;
};

}  // namespace eyed::model
