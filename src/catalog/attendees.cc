#include "catalog/attendees.h"

#include "catalog/calendar_queue.h"
#include "catalog/columns.h"
#include "catalog/connection.h"

namespace eyed::catalog {
namespace {

using State = model::AttendeeState;

Conditions of_event(CalendarEventId event) {
    Conditions conditions;
    conditions.add("event_id = ", static_cast<long long>(event.value));
    return conditions;
}

Result<model::Attendee> find(soci::session& sql, CalendarEventId event, AttendeeId id) {
    Conditions one = of_event(event);
    one.add("id = ", static_cast<long long>(id.value));
    auto found = select_attendees(sql, one);
    if (found.empty()) return failure(Code::kNotFound, "There is no such attendee of this event.");
    return std::move(found.front());
}

/// At the end of the queue: behind everybody who is in it, whatever the clock says.
long long last_place(soci::session& sql, long long event) {
    long long place = 0;
    sql << "SELECT coalesce(max(place), 0) + 1 FROM calendar_attendees WHERE event_id = :event",
        soci::use(event), soci::into(place);
    return place;
}

/// Makes the row, or takes that of the same address again.
AttendeeId put(soci::session& sql, const model::Attendee& attendee) {
    const long long event = attendee.event.value;
    const std::string state(attendee_state_name(attendee.state));
    const long long place = last_place(sql, event);
    const long long at = attendee.registered_at.value;
    long long id = attendee.id.value;
    if (attendee.id) {
        sql << "UPDATE calendar_attendees SET state = :state, place = :place, "
               "registered_at = :registered, changed_at = :changed, name = :name, email = :email "
               "WHERE id = :id",
            soci::use(state), soci::use(place), soci::use(at), soci::use(at),
            soci::use(attendee.name), soci::use(attendee.email), soci::use(id);
        return attendee.id;
    }
    sql << "INSERT INTO calendar_attendees (event_id, state, place, registered_at, changed_at, "
           "name, email) VALUES (:event, :state, :place, :registered, :changed, :name, :email) "
           "RETURNING id",
        soci::use(event), soci::use(state), soci::use(place), soci::use(at), soci::use(at),
        soci::use(attendee.name), soci::use(attendee.email), soci::into(id);
    return AttendeeId{id};
}

Result<model::Attendee> add_one(soci::session& sql, CalendarEventId event,
                                const Attendees::New& wanted, const model::Change& change) {
    EYED_ASSIGN(Seats seats, seats_of(sql, event));
    if (seats.cancelled) return failure(Code::kConflict, "The event is cancelled.");
    Conditions same = of_event(event);
    same.add("lower(email) = lower(", wanted.email, ")");
    const auto known = select_attendees(sql, same);
    if (!known.empty() && known.front().state != State::kCancelled)
        return failure(Code::kConflict, known.front().state == State::kWaiting
                                            ? "This address waits for the event already."
                                            : "This address is registered for the event already.");
    model::Attendee attendee{.id = known.empty() ? AttendeeId{} : known.front().id,
                             .event = event,
                             .name = wanted.name,
                             .email = wanted.email,
                             .state = seats.has_room() ? State::kRegistered : State::kWaiting,
                             .registered_at = change.at,
                             .changed_at = change.at};
    attendee.id = put(sql, attendee);
    const bool registered = attendee.state == State::kRegistered;
    ++(registered ? seats.registered : seats.waiting);
    tell_attendee(sql, registered ? "attendee_registered" : "attendee_waiting", attendee, seats,
                  change);
    return attendee;
}

/// Gives up the place that they have or wait for; who moves up for it.
Result<std::vector<model::Attendee>> give_up(soci::session& sql, model::Attendee& attendee,
                                             const model::Change& change) {
    if (attendee.state == State::kCancelled) return std::vector<model::Attendee>{};
    attendee.state = State::kCancelled;
    attendee.changed_at = change.at;
    const long long id = attendee.id.value;
    const long long at = change.at.value;
    sql << "UPDATE calendar_attendees SET state = 'cancelled', changed_at = :at WHERE id = :id",
        soci::use(at), soci::use(id);
    EYED_ASSIGN(const Seats seats, seats_of(sql, attendee.event));
    tell_attendee(sql, "attendee_cancelled", attendee, seats, change);
    return move_up(sql, attendee.event, change);
}

}  // namespace

Result<model::Attendee> Attendees::add(CalendarEventId event, const New& attendee,
                                       const model::Change& change) {
    return connection_.transact(
        [&](soci::session& sql) { return add_one(sql, event, attendee, change); });
}

Result<Attendees::Cancelled> Attendees::cancel(CalendarEventId event, AttendeeId id,
                                               const model::Change& change) {
    return connection_.transact([&](soci::session& sql) -> Result<Cancelled> {
        Cancelled cancelled;
        EYED_ASSIGN(cancelled.attendee, find(sql, event, id));
        EYED_ASSIGN(cancelled.moved_up, give_up(sql, cancelled.attendee, change));
        return cancelled;
    });
}

Status Attendees::erase(CalendarEventId event, AttendeeId id, const model::Change& change) {
    EYED_TRY(connection_.transact([&](soci::session& sql) -> Status {
        EYED_ASSIGN(model::Attendee attendee, find(sql, event, id));
        EYED_TRY(give_up(sql, attendee, change));
        const long long number = id.value;
        sql << "DELETE FROM calendar_attendees WHERE id = :id", soci::use(number);
        return {};
    }));
    connection_.overwrite_log();
    return {};
}

Result<model::Attendee> Attendees::by_id(CalendarEventId event, AttendeeId id) {
    return connection_.run([&](soci::session& sql) { return find(sql, event, id); });
}

Result<Attendees::Found> Attendees::list(CalendarEventId event, const Filter& filter,
                                         const NumberPage& page) {
    return connection_.run([&](soci::session& sql) -> Result<Found> {
        EYED_TRY(seats_of(sql, event));
        Conditions conditions = of_event(event);
        if (filter.state)
            conditions.add("state = ", std::string(model::attendee_state_name(*filter.state)));
        if (!filter.search.empty())
            conditions.contains(std::vector<std::string>{"name", "email"}, filter.search);
        return Found{select_attendees(sql, conditions, " ORDER BY place" + page_text(page)),
                     count_rows(sql, "calendar_attendees", conditions)};
    });
}

}  // namespace eyed::catalog
