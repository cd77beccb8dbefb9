#pragma once

#include <soci/soci.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/conditions.h"
#include "model/audit.h"
#include "model/calendar.h"

namespace eyed::catalog {

/// The rows of attendees, and who of them has a place. Included by the room's sources alone.

std::vector<model::Attendee> select_attendees(soci::session& sql, const Conditions& conditions,
                                              const std::string& ending = {});

/// What an event has room for.
struct Seats {
    bool cancelled = false;  ///< the event is
    std::optional<std::uint32_t> capacity;
    std::uint32_t registered = 0;
    std::uint32_t waiting = 0;
    std::string uid;

    bool has_room() const { return !capacity || registered < *capacity; }
};
/// kNotFound: no such event.
[[nodiscard]] Result<Seats> seats_of(soci::session& sql, CalendarEventId event);

/// Gives the free places of an event to those who have waited longest, each told to the outbox.
/// Nobody moves up for an event that is cancelled. Gives who did.
std::vector<model::Attendee> move_up(soci::session& sql, CalendarEventId event,
                                     const model::Change& change);

/// An entry of the outbox: `{"event":1,"uid":…,"user":…,"attendee":2,"state":…,"registered":3,
/// "waiting":0,"capacity":10}`; `seats` as they are after the change, the capacity null if any
/// number may come.
void tell_attendee(soci::session& sql, std::string_view name, const model::Attendee& attendee,
                   const Seats& seats, const model::Change& change);

}  // namespace eyed::catalog
