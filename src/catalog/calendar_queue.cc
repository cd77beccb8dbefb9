#include "catalog/calendar_queue.h"

#include <algorithm>

#include "base/json_members.h"
#include "catalog/calendar_trail.h"
#include "catalog/columns.h"

namespace eyed::catalog {
namespace {

std::uint32_t count_state(soci::session& sql, long long event, const std::string& state) {
    long long people = 0;
    sql << "SELECT count(*) FROM calendar_attendees WHERE event_id = :event AND state = :state",
        soci::use(event), soci::use(state), soci::into(people);
    return static_cast<std::uint32_t>(people);
}

std::vector<model::Attendee> first_waiting(soci::session& sql, CalendarEventId event,
                                           std::uint32_t people) {
    Conditions waiting;
    waiting.add("event_id = ", static_cast<long long>(event.value));
    waiting.add("state = 'waiting'");
    return select_attendees(sql, waiting, " ORDER BY place LIMIT " + std::to_string(people));
}

}  // namespace

std::vector<model::Attendee> select_attendees(soci::session& sql, const Conditions& conditions,
                                              const std::string& ending) {
    long long id = 0;
    long long event = 0;
    std::string state;
    long long registered_at = 0;
    long long changed_at = 0;
    std::string name;
    std::string email;
    soci::statement statement(sql);
    statement.exchange(soci::into(id));
    statement.exchange(soci::into(event));
    statement.exchange(soci::into(state));
    statement.exchange(soci::into(registered_at));
    statement.exchange(soci::into(changed_at));
    statement.exchange(soci::into(name));
    statement.exchange(soci::into(email));
    conditions.bind(statement);
    statement.alloc();
    statement.prepare(
        "SELECT id, event_id, state, registered_at, changed_at, name, email "
        "FROM calendar_attendees " +
        conditions.text() + ending);
    statement.define_and_bind();
    statement.execute();
    std::vector<model::Attendee> found;
    while (statement.fetch())
        found.push_back(
            {AttendeeId{id}, CalendarEventId{event}, name, email,
             model::attendee_state_named(state).value_or(model::AttendeeState::kCancelled),
             Micros{registered_at}, Micros{changed_at}});
    return found;
}

Result<Seats> seats_of(soci::session& sql, CalendarEventId event) {
    const long long id = event.value;
    Seats seats;
    std::string status;
    NullableNumber capacity;
    sql << "SELECT uid, status, capacity FROM calendar_events WHERE id = :id", soci::use(id),
        soci::into(seats.uid), soci::into(status), soci::into(capacity.value, capacity.indicator);
    if (!sql.got_data()) return failure(Code::kNotFound, "There is no such event.");
    seats.cancelled = status == model::event_status_name(model::EventStatus::kCancelled);
    seats.capacity = capacity.number();
    seats.registered = count_state(sql, id, "registered");
    seats.waiting = count_state(sql, id, "waiting");
    return seats;
}

std::vector<model::Attendee> move_up(soci::session& sql, CalendarEventId event,
                                     const model::Change& change) {
    auto seats = seats_of(sql, event);
    if (!seats || seats->cancelled || seats->waiting == 0 || !seats->has_room()) return {};
    const std::uint32_t free =
        seats->capacity ? *seats->capacity - seats->registered : seats->waiting;
    auto moved = first_waiting(sql, event, free);
    for (model::Attendee& attendee : moved) {
        attendee.state = model::AttendeeState::kRegistered;
        attendee.changed_at = change.at;
        ++seats->registered;
        --seats->waiting;
        const long long id = attendee.id.value;
        const long long at = change.at.value;
        sql << "UPDATE calendar_attendees SET state = 'registered', changed_at = :at "
               "WHERE id = :id",
            soci::use(at), soci::use(id);
        tell_attendee(sql, "attendee_moved_up", attendee, *seats, change);
    }
    return moved;
}

void tell_attendee(soci::session& sql, std::string_view name, const model::Attendee& attendee,
                   const Seats& seats, const model::Change& change) {
    std::string data = "{";
    append_id_member("event", static_cast<std::uint64_t>(attendee.event.value), data);
    append_text_member("uid", seats.uid, data);
    append_actor(sql, change.by, data);
    append_id_member("attendee", static_cast<std::uint64_t>(attendee.id.value), data);
    append_text_member("state", attendee_state_name(attendee.state), data);
    append_number_member("registered", seats.registered, data);
    append_number_member("waiting", seats.waiting, data);
    if (seats.capacity)
        append_number_member("capacity", *seats.capacity, data);
    else
        append_json_member("capacity", std::nullopt, data);
    data += '}';
    append_outbox(sql, name, data, change.at);
}

}  // namespace eyed::catalog
