#pragma once

#include <soci/soci.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/audit.h"
#include "model/calendar.h"

namespace eyed::catalog {

/// What a change of the calendar leaves besides the change: lines of the history and entries of the
/// outbox, within the same transaction. Included by the room's sources alone.

/// Who makes a change, by name: the user's, or that of the application whose key it is. Empty:
/// nobody is known.
std::string actor_name(soci::session& sql, const model::Actor& actor);

/// The member `user` of an entry of the outbox: that name, or null.
void append_actor(soci::session& sql, const model::Actor& actor, std::string& out);

/// An entry of category `calendar`; `data` is a JSON object. Its id is made here.
void append_outbox(soci::session& sql, std::string_view name, const std::string& data, Micros at);

/// `["a","b"]`
std::string json_names(const std::vector<std::string>& names);

/// One change of an event, as the history and the log are told.
struct EventChange {
    std::string action;  ///< `created`, or one of the history
    std::optional<Micros> occurrence;
    std::vector<std::string> changed;
};
/// The line of history that says what was: `before`, with those of its changed occurrences that are
/// otherwise in `changes_after`.
void append_history(soci::session& sql, const model::CalendarEvent& before,
                    const std::vector<model::OccurrenceChange>& changes_after,
                    const EventChange& what, const model::Change& change);
/// The entry of the outbox that says what is: `{"event":1,"uid":…,"user":…,"occurrence":…,
/// "changed":[…],"values":{…}}`, the user null if unknown, the occurrence only if it is of one. Its
/// name is the action's; those of a whole event begin with `event_`.
void tell_event(soci::session& sql, const model::CalendarEvent& now, const EventChange& what,
                const model::Change& change);

}  // namespace eyed::catalog
