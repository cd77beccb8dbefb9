#include "catalog/calendar_events.h"

#include <algorithm>
#include <utility>

#include "catalog/calendar_clashes.h"
#include "catalog/calendar_event_rows.h"
#include "catalog/calendar_queue.h"
#include "catalog/calendar_snapshot.h"
#include "catalog/calendar_trail.h"
#include "catalog/columns.h"
#include "catalog/connection.h"
#include "catalog/label_names.h"

namespace eyed::catalog {
namespace {

using Times = CalendarEvents::Times;
using Clashes = CalendarEvents::Clashes;
using Saved = CalendarEvents::Saved;

bool exists(soci::session& sql, const std::string& table, long long id) {
    long long found = 0;
    sql << "SELECT id FROM " + table + " WHERE id = :id", soci::use(id), soci::into(found);
    return sql.got_data();
}

Status check_labels(soci::session& sql, const model::CalendarFields& fields,
                    const std::vector<model::OccurrenceChange>& changes) {
    const auto check_location = [&](LocationId location) -> Status {
        if (!location || exists(sql, "locations", location.value)) return {};
        return failure(Code::kInvalidArgument, "location: There is no such location.");
    };
    EYED_TRY(check_location(fields.location));
    for (const model::OccurrenceChange& change : changes)
        EYED_TRY(check_location(change.location.value_or(LocationId{})));
    if (fields.category && !exists(sql, "categories", fields.category.value))
        return failure(Code::kInvalidArgument, "category: There is no such category.");
    return {};
}

/// An event is held as a whole whenever it is edited.
Status check_own_texts(const std::vector<model::OccurrenceChange>& changes) {
    std::size_t bytes = 0;
    for (const model::OccurrenceChange& change : changes)
        bytes += change.title.value_or("").size() + change.description.value_or("").size();
    if (bytes <= CalendarEvents::kMostOwnBytes) return {};
    return failure(
        Code::kInvalidArgument,
        "description: The titles and descriptions that occurrences of this event have of "
        "their own take more than 2 MiB together.");
}

std::vector<model::OccurrenceChange> sorted(std::vector<model::OccurrenceChange> changes) {
    std::ranges::sort(changes, {}, &model::OccurrenceChange::original_start);
    return changes;
}

/// None: there is none.
CalendarEventId find_uid(soci::session& sql, const std::string& uid) {
    long long id = 0;
    sql << "SELECT id FROM calendar_events WHERE uid = :uid", soci::use(uid), soci::into(id);
    return CalendarEventId{sql.got_data() ? id : 0};
}

/// Looks at everything before it writes anything: an error leaves the transaction as it was.
Result<Saved> create_one(soci::session& sql, const CalendarEvents::New& wanted, const Times& times,
                         Clashes clashes, const model::Change& change) {
    EYED_TRY(check_labels(sql, wanted.fields, wanted.changes));
    EYED_TRY(check_own_texts(wanted.changes));
    if (find_uid(sql, wanted.uid))
        return failure(Code::kConflict, "uid: There is an event with this UID already.");
    Saved saved;
    if (clashes != Clashes::kAllow) saved.clashes = find_clashes(sql, {}, times);
    saved.refused = clashes == Clashes::kRefuse && !saved.clashes.empty();
    if (saved.refused) return saved;
    model::CalendarEvent event;
    event.uid = wanted.uid;
    event.sequence = wanted.sequence;
    event.revision = 1;
    event.fields = wanted.fields;
    event.created_at = change.at;
    event.updated_at = change.at;
    const CalendarEventId id = insert_event(sql, event, span_of(times));
    write_changes(sql, id, wanted.changes);
    write_times(sql, id, wanted.fields.category, times);
    EYED_ASSIGN(saved.event, load_event(sql, id));
    tell_event(sql, saved.event, {.action = "created", .occurrence = {}, .changed = {}}, change);
    return saved;
}

/// A newer file of the same content: its number is kept, for the next one to be compared with.
void note_sequence(soci::session& sql, model::CalendarEvent& event,
                   std::optional<std::uint32_t> sequence) {
    if (!sequence || *sequence == event.sequence) return;
    const long long number = *sequence;
    const long long id = event.id.value;
    sql << "UPDATE calendar_events SET sequence = :sequence WHERE id = :id", soci::use(number),
        soci::use(id);
    event.sequence = *sequence;
}

/// Writes what an edit made of `old`; the event as it is then.
Result<model::CalendarEvent> write_edit(soci::session& sql, const model::CalendarEvent& old,
                                        model::CalendarEvent now,
                                        const CalendarEvents::Edited& edited,
                                        const model::Change& change) {
    now.sequence = edited.sequence.value_or(old.sequence + (raises_sequence(old, now) ? 1 : 0));
    now.revision = old.revision + 1;
    now.updated_at = change.at;
    update_event(sql, now, span_of(edited.times));
    if (old.changes != now.changes) write_changes(sql, old.id, now.changes);
    write_times(sql, old.id, now.fields.category, edited.times);
    const EventChange what{edited.action, edited.occurrence, changed_fields(old, now)};
    append_history(sql, old, now.changes, what, change);
    EYED_ASSIGN(now, load_event(sql, old.id));
    tell_event(sql, now, what, change);
    if (!move_up(sql, old.id, change).empty()) return load_event(sql, old.id);
    return now;
}

Result<Saved> change_one(soci::session& sql, CalendarEventId id, const CalendarEvents::Edit& edit,
                         Clashes clashes, const model::Change& change) {
    Saved saved;
    EYED_ASSIGN(saved.event, load_event(sql, id));
    EYED_ASSIGN(const CalendarEvents::Edited edited, edit(saved.event));
    model::CalendarEvent now = saved.event;
    now.fields = edited.fields;
    now.changes = sorted(edited.changes);
    if (changed_fields(saved.event, now).empty()) {
        note_sequence(sql, saved.event, edited.sequence);
        return saved;
    }
    EYED_TRY(check_labels(sql, now.fields, now.changes));
    if (now.changes != saved.event.changes) EYED_TRY(check_own_texts(now.changes));
    if (clashes != Clashes::kAllow) saved.clashes = find_clashes(sql, id, edited.times);
    saved.refused = clashes == Clashes::kRefuse && !saved.clashes.empty() &&
                    !find_clashes(sql, id, new_times(sql, id, edited.times)).empty();
    if (saved.refused) return saved;
    EYED_ASSIGN(saved.event, write_edit(sql, saved.event, std::move(now), edited, change));
    return saved;
}

/// Whether people were removed with it.
Result<bool> remove_one(soci::session& sql, CalendarEventId id, const CalendarEvents::Check& check,
                        const model::Change& change) {
    EYED_ASSIGN(const auto event, load_event(sql, id));
    EYED_TRY(check(event));
    const EventChange what{.action = "deleted", .occurrence = {}, .changed = {}};
    append_history(sql, event, {}, what, change);
    tell_event(sql, event, what, change);
    const long long number = id.value;
    long long attendee = 0;
    sql << "SELECT id FROM calendar_attendees WHERE event_id = :id LIMIT 1", soci::use(number),
        soci::into(attendee);
    const bool people = sql.got_data();
    for (const char* table : {"calendar_attendees", "calendar_occurrences", "calendar_changes"})
        sql << std::string("DELETE FROM ") + table + " WHERE event_id = :id", soci::use(number);
    sql << "DELETE FROM calendar_events WHERE id = :id", soci::use(number);
    return people;
}

/// Whether these are worked out further than what is kept: another may have been quicker.
bool reaches_further(soci::session& sql, CalendarEventId id, const Times& times) {
    const long long number = id.value;
    NullableNumber until;
    sql << "SELECT times_until FROM calendar_events WHERE id = :id", soci::use(number),
        soci::into(until.value, until.indicator);
    const auto kept = until.instant();
    return kept && (!times.until || *times.until > *kept);
}

Result<Saved> put_one(soci::session& sql, const CalendarEvents::Put& put, Clashes clashes,
                      const model::Change& change) {
    LabelNames labels(sql, change);
    if (const auto id = find_uid(sql, put.uid)) {
        const auto edit = [&](const model::CalendarEvent& known) {
            return put.lay(&known, labels);
        };
        return change_one(sql, id, edit, clashes, change);
    }
    EYED_ASSIGN(auto laid, put.lay(nullptr, labels));
    const CalendarEvents::New event{.fields = std::move(laid.fields),
                                    .uid = put.uid,
                                    .sequence = laid.sequence.value_or(0),
                                    .changes = std::move(laid.changes)};
    return create_one(sql, event, laid.times, clashes, change);
}

}  // namespace

Result<Saved> CalendarEvents::create(const New& event, const Times& times, Clashes clashes,
                                     const model::Change& change) {
    return connection_.transact(
        [&](soci::session& sql) { return create_one(sql, event, times, clashes, change); });
}

Result<std::vector<Result<Saved>>> CalendarEvents::create_all(const std::vector<Creation>& events,
                                                              Clashes clashes,
                                                              const model::Change& change) {
    return connection_.transact([&](soci::session& sql) -> Result<std::vector<Result<Saved>>> {
        std::vector<Result<Saved>> all;
        all.reserve(events.size());
        for (const Creation& one : events)
            all.push_back(create_one(sql, one.event, one.times, clashes, change));
        return all;
    });
}

Result<std::vector<Result<Saved>>> CalendarEvents::put_all(const std::vector<Put>& events,
                                                           Clashes clashes,
                                                           const model::Change& change) {
    return connection_.transact([&](soci::session& sql) -> Result<std::vector<Result<Saved>>> {
        std::vector<Result<Saved>> all;
        all.reserve(events.size());
        for (const Put& one : events) {
            sqlite::Savepoint savepoint(sql);
            all.push_back(put_one(sql, one, clashes, change));
            if (all.back() && !all.back()->refused) savepoint.keep();
        }
        return all;
    });
}

Result<Saved> CalendarEvents::change(CalendarEventId id, const Edit& edit, Clashes clashes,
                                     const model::Change& change) {
    return connection_.transact(
        [&](soci::session& sql) { return change_one(sql, id, edit, clashes, change); });
}

Status CalendarEvents::remove(CalendarEventId id, const Check& check, const model::Change& change) {
    EYED_ASSIGN(const bool people, connection_.transact([&](soci::session& sql) {
        return remove_one(sql, id, check, change);
    }));
    if (people) connection_.overwrite_log();
    return {};
}

Result<model::CalendarEvent> CalendarEvents::by_id(CalendarEventId id) {
    return connection_.run([&](soci::session& sql) { return load_event(sql, id); });
}

Result<model::CalendarEvent> CalendarEvents::by_uid(std::string_view uid) {
    return connection_.run(
        [&](soci::session& sql) { return load_event(sql, find_uid(sql, std::string(uid))); });
}

Result<std::vector<model::CalendarEvent>> CalendarEvents::short_of(Micros horizon,
                                                                   CalendarEventId after,
                                                                   std::size_t limit) {
    return connection_.run([&](soci::session& sql) -> Result<std::vector<model::CalendarEvent>> {
        const long long until = horizon.value;
        const long long last = after.value;
        const auto most = static_cast<long long>(limit);
        long long id = 0;
        soci::statement statement(sql);
        prepare(statement,
                "SELECT id FROM calendar_events WHERE times_until < :until AND id > :after "
                "ORDER BY id LIMIT :limit",
                soci::into(id), soci::use(until), soci::use(last), soci::use(most));
        statement.execute();
        std::vector<long long> ids;
        while (statement.fetch())
            ids.push_back(id);
        return load_events(sql, ids, OwnValues::kWith);
    });
}

Status CalendarEvents::extend(CalendarEventId id, std::uint64_t revision, const Times& times) {
    return connection_.transact([&](soci::session& sql) -> Status {
        const auto event = load_event(sql, id);
        if (!event || event->revision != revision || !reaches_further(sql, id, times)) return {};
        update_event(sql, *event, span_of(times));
        write_times(sql, id, event->fields.category, times);
        return {};
    });
}

Result<std::uint64_t> CalendarEvents::count() {
    return connection_.run([](soci::session& sql) -> Result<std::uint64_t> {
        long long events = 0;
        sql << "SELECT count(*) FROM calendar_events", soci::into(events);
        return static_cast<std::uint64_t>(events);
    });
}

}  // namespace eyed::catalog
