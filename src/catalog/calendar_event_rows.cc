#include "catalog/calendar_event_rows.h"

#include <algorithm>
#include <charconv>
#include <span>
#include <unordered_map>

#include "catalog/columns.h"
#include "catalog/conditions.h"

namespace eyed::catalog {
namespace {

constexpr std::size_t kIdsAtOnce = 500;

std::string text_of(const std::vector<Micros>& instants) {
    std::string text;
    for (const Micros at : instants)
        text += (text.empty() ? "" : ",") + std::to_string(at.value);
    return text;
}

std::vector<Micros> instants_of(std::string_view text) {
    std::vector<Micros> instants;
    while (!text.empty()) {
        Micros at;
        const auto end = text.data() + text.size();
        const auto read = std::from_chars(text.data(), end, at.value);
        if (read.ec != std::errc{}) break;
        instants.push_back(at);
        text.remove_prefix(std::min<std::size_t>(text.size(), read.ptr - text.data() + 1));
    }
    return instants;
}

/// One row on its way in or out.
struct Row {
    long long id = 0;
    std::string uid;
    long long sequence = 0;
    long long revision = 0;
    long long start = 0;
    long long end = 0;
    long long all_day = 0;
    std::string status;
    NullableNumber capacity;
    NullableNumber location;
    NullableNumber category;
    long long created_at = 0;
    long long updated_at = 0;
    std::string zone;
    std::string organiser;
    std::string rule;
    std::string title;
    std::string added;
    std::string skipped;
    std::string description;
    NullableText location_name;
    NullableText category_name;
    NullableNumber first_start;  // these four on their way in alone
    NullableNumber last_end;
    long long several = 0;
    NullableNumber until;

    Row() = default;
    Row(const model::CalendarEvent& event, const Span& span)
        : id(event.id.value),
          uid(event.uid),
          sequence(event.sequence),
          revision(static_cast<long long>(event.revision)),
          start(event.fields.start.value),
          end(event.fields.end.value),
          all_day(event.fields.all_day ? 1 : 0),
          status(event_status_name(event.fields.status)),
          capacity(event.fields.capacity),
          location(event.fields.location.value),
          category(event.fields.category.value),
          created_at(event.created_at.value),
          updated_at(event.updated_at.value),
          zone(event.fields.zone),
          organiser(event.fields.organiser),
          rule(event.fields.recurrence.rule),
          title(event.fields.title),
          added(text_of(event.fields.recurrence.added)),
          skipped(text_of(event.fields.recurrence.skipped)),
          description(event.fields.description),
          first_start(span.first_start),
          last_end(span.last_end),
          several(span.several ? 1 : 0),
          until(span.until) {}

    model::CalendarEvent event() const {
        model::CalendarEvent event;
        event.id = CalendarEventId{id};
        event.uid = uid;
        event.sequence = static_cast<std::uint32_t>(sequence);
        event.revision = static_cast<std::uint64_t>(revision);
        event.fields = {
            .title = title,
            .description = description,
            .start = Micros{start},
            .end = Micros{end},
            .zone = zone,
            .all_day = all_day != 0,
            .status = model::event_status_named(status).value_or(model::EventStatus::kConfirmed),
            .capacity = capacity.number(),
            .organiser = organiser,
            .location = LocationId{location.id()},
            .category = CategoryId{category.id()},
            .recurrence = {rule, instants_of(added), instants_of(skipped)}};
        event.location_name = location_name.text().value_or("");
        event.category_name = category_name.text().value_or("");
        event.created_at = Micros{created_at};
        event.updated_at = Micros{updated_at};
        return event;
    }
};

void select_rows(soci::session& sql, const Conditions& conditions,
                 const std::unordered_map<long long, std::size_t>& places,
                 std::vector<model::CalendarEvent>& events) {
    Row row;
    soci::statement statement(sql);
    for (auto* number : {&row.id, &row.sequence, &row.revision, &row.start, &row.end, &row.all_day,
                         &row.created_at, &row.updated_at})
        statement.exchange(soci::into(*number));
    for (auto* number : {&row.capacity, &row.location, &row.category})
        statement.exchange(soci::into(number->value, number->indicator));
    for (auto* text : {&row.uid, &row.status, &row.zone, &row.organiser, &row.rule, &row.title,
                       &row.added, &row.skipped, &row.description})
        statement.exchange(soci::into(*text));
    for (auto* text : {&row.location_name, &row.category_name})
        statement.exchange(soci::into(text->value, text->indicator));
    conditions.bind(statement);
    statement.alloc();
    statement.prepare(
        "SELECT e.id, e.sequence, e.revision, e.start_at, e.end_at, e.all_day, e.created_at, "
        "e.updated_at, e.capacity, e.location_id, e.category_id, e.uid, e.status, e.zone, "
        "e.organiser, e.rule, e.title, e.added, e.skipped, e.description, locations.name, "
        "categories.name FROM calendar_events e "
        "LEFT JOIN locations ON locations.id = e.location_id "
        "LEFT JOIN categories ON categories.id = e.category_id " +
        conditions.text());
    statement.define_and_bind();
    statement.execute();
    while (statement.fetch())
        events[places.at(row.id)] = row.event();
}

/// `put(event, change)` gets each, by event and original start.
template <class Put>
void select_changes(soci::session& sql, const Conditions& conditions, Put put) {
    long long event = 0;
    long long original_start = 0;
    NullableText title;
    NullableText description;
    NullableNumber start;
    NullableNumber end;
    NullableText status;
    long long own_location = 0;
    NullableNumber location;
    soci::statement statement(sql);
    statement.exchange(soci::into(event));
    statement.exchange(soci::into(original_start));
    for (auto* text : {&title, &description, &status})
        statement.exchange(soci::into(text->value, text->indicator));
    for (auto* number : {&start, &end, &location})
        statement.exchange(soci::into(number->value, number->indicator));
    statement.exchange(soci::into(own_location));
    conditions.bind(statement);
    statement.alloc();
    statement.prepare(
        "SELECT event_id, original_start, title, description, status, start_at, end_at, "
        "location_id, own_location FROM calendar_changes " +
        conditions.text() + " ORDER BY event_id, original_start");
    statement.define_and_bind();
    statement.execute();
    while (statement.fetch()) {
        model::OccurrenceChange change{.original_start = Micros{original_start},
                                       .title = title.text(),
                                       .description = description.text(),
                                       .start = start.instant(),
                                       .end = end.instant()};
        if (status.text()) change.status = model::event_status_named(*status.text());
        if (own_location != 0) change.location = LocationId{location.id()};
        put(event, std::move(change));
    }
}

void add_people(soci::session& sql, const Conditions& conditions,
                const std::unordered_map<long long, std::size_t>& places,
                std::vector<model::CalendarEvent>& events) {
    long long event = 0;
    std::string state;
    long long people = 0;
    soci::statement statement(sql);
    statement.exchange(soci::into(event));
    statement.exchange(soci::into(state));
    statement.exchange(soci::into(people));
    conditions.bind(statement);
    statement.alloc();
    statement.prepare("SELECT event_id, state, count(*) FROM calendar_attendees " +
                      conditions.text() +
                      " AND state IN ('registered', 'waiting') GROUP BY event_id, state");
    statement.define_and_bind();
    statement.execute();
    while (statement.fetch()) {
        model::CalendarEvent& of = events[places.at(event)];
        (state == "registered" ? of.registered : of.waiting) = static_cast<std::uint32_t>(people);
    }
}

std::vector<model::CalendarEvent> load_some(soci::session& sql, std::span<const long long> ids,
                                            OwnValues own) {
    std::unordered_map<long long, std::size_t> places;
    for (const long long id : ids)
        places.emplace(id, places.size());
    std::vector<model::CalendarEvent> events(places.size());
    Conditions by_id;
    by_id.in("e.id", ids);
    select_rows(sql, by_id, places, events);
    Conditions by_event;
    by_event.in("event_id", ids);
    if (own == OwnValues::kWith)
        select_changes(sql, by_event, [&](long long event, model::OccurrenceChange change) {
            events[places.at(event)].changes.push_back(std::move(change));
        });
    add_people(sql, by_event, places, events);
    std::erase_if(events, [](const model::CalendarEvent& event) { return !event.id; });
    return events;
}

}  // namespace

std::vector<model::CalendarEvent> load_events(soci::session& sql, const std::vector<long long>& ids,
                                              OwnValues own) {
    std::vector<model::CalendarEvent> events;
    events.reserve(ids.size());
    for (std::size_t at = 0; at < ids.size(); at += kIdsAtOnce)
        std::ranges::move(
            load_some(sql, std::span(ids).subspan(at, std::min(kIdsAtOnce, ids.size() - at)), own),
            std::back_inserter(events));
    return events;
}

Result<model::CalendarEvent> load_event(soci::session& sql, CalendarEventId id) {
    auto found = load_events(sql, {id.value}, OwnValues::kWith);
    if (found.empty()) return failure(Code::kNotFound, "There is no such event.");
    return std::move(found.front());
}

std::map<std::pair<CalendarEventId, Micros>, model::OccurrenceChange> load_changes(
    soci::session& sql, const std::vector<model::Occurrence>& occurrences) {
    std::string list;
    for (const model::Occurrence& one : occurrences)
        list += (list.empty() ? "(" : ", (") + std::to_string(one.event.value) + ", " +
                std::to_string(one.original_start.value) + ")";
    Conditions conditions;
    conditions.add(list.empty() ? "1 = 0" : "(event_id, original_start) IN (VALUES " + list + ")");
    std::map<std::pair<CalendarEventId, Micros>, model::OccurrenceChange> changes;
    select_changes(sql, conditions, [&](long long event, model::OccurrenceChange change) {
        changes.emplace(std::pair(CalendarEventId{event}, change.original_start),
                        std::move(change));
    });
    return changes;
}

CalendarEventId insert_event(soci::session& sql, const model::CalendarEvent& event,
                             const Span& span) {
    Row row(event, span);
    sql << "INSERT INTO calendar_events (uid, sequence, revision, start_at, end_at, all_day, "
           "status, capacity, location_id, category_id, first_start, last_end, several, "
           "times_until, created_at, updated_at, zone, organiser, rule, title, added, skipped, "
           "description) VALUES (:uid, :sequence, :revision, :start, :end, :all_day, :status, "
           ":capacity, :location, :category, :first, :last, :several, :until, :created, :updated, "
           ":zone, :organiser, :rule, :title, :added, :skipped, :description) RETURNING id",
        soci::use(row.uid), soci::use(row.sequence), soci::use(row.revision), soci::use(row.start),
        soci::use(row.end), soci::use(row.all_day), soci::use(row.status),
        soci::use(row.capacity.value, row.capacity.indicator),
        soci::use(row.location.value, row.location.indicator),
        soci::use(row.category.value, row.category.indicator),
        soci::use(row.first_start.value, row.first_start.indicator),
        soci::use(row.last_end.value, row.last_end.indicator), soci::use(row.several),
        soci::use(row.until.value, row.until.indicator), soci::use(row.created_at),
        soci::use(row.updated_at), soci::use(row.zone), soci::use(row.organiser),
        soci::use(row.rule), soci::use(row.title), soci::use(row.added), soci::use(row.skipped),
        soci::use(row.description), soci::into(row.id);
    return CalendarEventId{row.id};
}

void update_event(soci::session& sql, const model::CalendarEvent& event, const Span& span) {
    Row row(event, span);
    sql << "UPDATE calendar_events SET sequence = :sequence, revision = :revision, "
           "start_at = :start, end_at = :end, all_day = :all_day, status = :status, "
           "capacity = :capacity, location_id = :location, category_id = :category, "
           "first_start = :first, last_end = :last, several = :several, times_until = :until, "
           "updated_at = :updated, zone = :zone, organiser = :organiser, rule = :rule, "
           "title = :title, added = :added, skipped = :skipped, description = :description "
           "WHERE id = :id",
        soci::use(row.sequence), soci::use(row.revision), soci::use(row.start), soci::use(row.end),
        soci::use(row.all_day), soci::use(row.status),
        soci::use(row.capacity.value, row.capacity.indicator),
        soci::use(row.location.value, row.location.indicator),
        soci::use(row.category.value, row.category.indicator),
        soci::use(row.first_start.value, row.first_start.indicator),
        soci::use(row.last_end.value, row.last_end.indicator), soci::use(row.several),
        soci::use(row.until.value, row.until.indicator), soci::use(row.updated_at),
        soci::use(row.zone), soci::use(row.organiser), soci::use(row.rule), soci::use(row.title),
        soci::use(row.added), soci::use(row.skipped), soci::use(row.description), soci::use(row.id);
}

void write_changes(soci::session& sql, CalendarEventId id,
                   const std::vector<model::OccurrenceChange>& changes) {
    const long long event = id.value;
    sql << "DELETE FROM calendar_changes WHERE event_id = :event", soci::use(event);
    for (const model::OccurrenceChange& change : changes) {
        const long long original_start = change.original_start.value;
        NullableNumber start(change.start);
        NullableNumber end(change.end);
        NullableText status(change.status
                                ? std::optional<std::string>(event_status_name(*change.status))
                                : std::nullopt);
        const long long own_location = change.location ? 1 : 0;
        NullableNumber location(change.location.value_or(LocationId{}).value);
        NullableText title(change.title);
        NullableText description(change.description);
        sql << "INSERT INTO calendar_changes (event_id, original_start, start_at, end_at, status, "
               "own_location, location_id, title, description) VALUES (:event, :original, :start, "
               ":end, :status, :own, :location, :title, :description)",
            soci::use(event), soci::use(original_start), soci::use(start.value, start.indicator),
            soci::use(end.value, end.indicator), soci::use(status.value, status.indicator),
            soci::use(own_location), soci::use(location.value, location.indicator),
            soci::use(title.value, title.indicator),
            soci::use(description.value, description.indicator);
    }
}

}  // namespace eyed::catalog
