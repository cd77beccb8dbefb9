#include "catalog/calendar_labels.h"

#include <algorithm>
#include <type_traits>

#include "base/ascii.h"
#include "base/json_members.h"
#include "base/json_text.h"
#include "catalog/calendar_event_rows.h"
#include "catalog/calendar_feed_rows.h"
#include "catalog/calendar_snapshot.h"
#include "catalog/calendar_trail.h"
#include "catalog/conditions.h"
#include "catalog/connection.h"
#include "catalog/label_names.h"

namespace eyed::catalog {
namespace {

template <class Label>
constexpr bool kIsLocation = std::is_same_v<Label, model::Location>;
template <class Label>
constexpr const char* kTable = kIsLocation<Label> ? "locations" : "categories";
/// In the outbox; and with `_id` the column of what has one.
template <class Label>
constexpr const char* kNoun = kIsLocation<Label> ? "location" : "category";

template <class Label>
std::vector<Label> select(soci::session& sql, const Conditions& conditions,
                          const std::string& ending) {
    long long id = 0;
    std::string name;
    std::string description;
    long long revision = 0;
    soci::statement statement(sql);
    statement.exchange(soci::into(id));
    statement.exchange(soci::into(name));
    statement.exchange(soci::into(description));
    statement.exchange(soci::into(revision));
    conditions.bind(statement);
    statement.alloc();
    statement.prepare(std::string("SELECT id, name, description, revision FROM ") + kTable<Label> +
                      " " + conditions.text() + ending);
    statement.define_and_bind();
    statement.execute();
    std::vector<Label> found;
    while (statement.fetch())
        found.push_back({{id}, name, description, static_cast<std::uint64_t>(revision)});
    return found;
}

template <class Label>
Result<Label> only(std::vector<Label> found) {
    if (found.empty())
        return failure(Code::kNotFound, std::string("There is no such ") + kNoun<Label> + ".");
    return std::move(found.front());
}

template <class Label>
Result<Label> find(soci::session& sql, decltype(Label::id) id) {
    Conditions one;
    one.add("id = ", static_cast<long long>(id.value));
    return only(select<Label>(sql, one, {}));
}

/// `{"location":1,"user":…,"changed":[…],"values":{"name":…,"description":…}}`: the description is
/// cut as an event's.
template <class Label>
void tell(soci::session& sql, const Label& label, const char* action,
          const std::vector<std::string>& changed, const model::Change& change) {
    std::string data = "{";
    append_id_member(kNoun<Label>, static_cast<std::uint64_t>(label.id.value), data);
    append_actor(sql, change.by, data);
    if (!changed.empty()) append_json_member("changed", json_names(changed), data);
    std::string values = "{";
    append_text_member("name", label.name, values);
    append_text_member("description", utf8_prefix(label.description, kMostLoggedBytes), values);
    append_json_member("values", values + "}", data);
    data += '}';
    append_outbox(sql, std::string(kNoun<Label>) + "_" + action, data, change.at);
}

template <class Label>
Result<Label> find_named(soci::session& sql, std::string_view name) {
    Conditions named;
    named.add("lower(name) = lower(", std::string(name), ")");
    return only(select<Label>(sql, named, " ORDER BY id LIMIT 1"));
}

template <class Label>
Label insert(soci::session& sql, const std::string& name, const std::string& description,
             const model::Change& change) {
    long long id = 0;
    sql << std::string("INSERT INTO ") + kTable<Label> +
               " (revision, name, description) VALUES (1, :name, :description) RETURNING id",
        soci::use(name), soci::use(description), soci::into(id);
    Label label{{id}, name, description, 1};
    tell(sql, label, "created", {}, change);
    return label;
}

template <class Label>
decltype(Label::id) find_or_insert(soci::session& sql, const std::string& name,
                                   decltype(Label::id) known, const model::Change& change) {
    if (name.empty()) return {};
    if (const auto label = find<Label>(sql, known); label && equal_ignoring_case(label->name, name))
        return known;
    if (const auto label = find_named<Label>(sql, name)) return label->id;
    return insert<Label>(sql, name, {}, change).id;
}

/// Ids of events that have it, themselves or in one of their occurrences: `limit` of them, some
/// maybe twice; fewer: these are all.
template <class Label>
std::vector<long long> events_with(soci::session& sql, long long label, std::size_t limit) {
    const std::string of_it = std::string(kNoun<Label>) + "_id = " + std::to_string(label);
    std::string query = "SELECT id FROM calendar_events WHERE " + of_it;
    if (kIsLocation<Label>)
        query += " UNION ALL SELECT event_id FROM calendar_changes WHERE " + of_it;
    const soci::rowset<long long> rows = sql.prepare << query + " LIMIT " + std::to_string(limit);
    return {rows.begin(), rows.end()};
}

void take_off(model::CalendarEvent& event, LocationId location) {
    if (event.fields.location == location) event.fields.location = {};
    for (model::OccurrenceChange& change : event.changes)
        if (change.location == location) change.location = LocationId{};
}

void take_off(model::CalendarEvent& event, CategoryId) {
    event.fields.category = {};
}

/// The event with its occurrences, and their trail.
template <class Label>
void take_off_one(soci::session& sql, const model::CalendarEvent& old, const Label& label,
                  const model::Change& change) {
    model::CalendarEvent now = old;
    take_off(now, label.id);
    now.revision = old.revision + 1;
    now.sequence = old.sequence + (raises_sequence(old, now) ? 1 : 0);
    now.updated_at = change.at;
    (kIsLocation<Label> ? now.location_name : now.category_name).clear();
    const long long sequence = now.sequence;
    const auto revision = static_cast<long long>(now.revision);
    const long long at = change.at.value;
    const long long id = old.id.value;
    const long long number = label.id.value;
    const std::string column = std::string(kNoun<Label>) + "_id";
    sql << "UPDATE calendar_events SET sequence = :sequence, revision = :revision, "
           "updated_at = :at, " +
               column + " = nullif(" + column + ", :label) WHERE id = :id",
        soci::use(sequence), soci::use(revision), soci::use(at), soci::use(number), soci::use(id);
    const auto clear = [&](const std::string& table) {
        sql << "UPDATE " + table + " SET " + column + " = NULL WHERE event_id = :event AND " +
                   column + " = :label",
            soci::use(id), soci::use(number);
    };
    clear("calendar_occurrences");
    if (kIsLocation<Label>) clear("calendar_changes");
    const EventChange what{"changed", {}, changed_fields(old, now)};
    append_history(sql, old, now.changes, what, change);
    tell_event(sql, now, what, change);
}

/// Takes it off some events; whether there are no more.
template <class Label>
bool take_off_some(soci::session& sql, const Label& label, const model::Change& change) {
    constexpr std::size_t kAtOnce = CalendarLabels<Label>::kEventsAtOnce;
    auto events = events_with<Label>(sql, label.id.value, kAtOnce);
    const bool all = events.size() < kAtOnce;
    std::ranges::sort(events);
    events.erase(std::ranges::unique(events).begin(), events.end());
    for (const long long event : events) {
        const auto old = load_event(sql, CalendarEventId{event});
        if (old) take_off_one(sql, *old, label, change);
    }
    return all;
}

/// The label itself, which no event has any more.
template <class Label>
void remove_one(soci::session& sql, const Label& label, const model::Change& change) {
    const long long id = label.id.value;
    Conditions of_it;
    of_it.add(std::string(kNoun<Label>) + "_id = ", id);
    remove_feeds(sql, of_it, change);
    sql << std::string("DELETE FROM ") + kTable<Label> + " WHERE id = :id", soci::use(id);
    tell(sql, label, "deleted", {}, change);
}

}  // namespace

template <class Label>
Result<Label> CalendarLabels<Label>::create(const Fields& fields, const model::Change& change) {
    return connection_.transact([&](soci::session& sql) -> Result<Label> {
        return insert<Label>(sql, fields.name, fields.description, change);
    });
}

template <class Label>
Result<Label> CalendarLabels<Label>::change(LabelId id, const Edit& edit,
                                            const model::Change& change) {
    return connection_.transact([&](soci::session& sql) -> Result<Label> {
        EYED_ASSIGN(Label label, find<Label>(sql, id));
        EYED_ASSIGN(const Fields fields, edit(label));
        std::vector<std::string> changed;
        if (fields.name != label.name) changed.emplace_back("name");
        if (fields.description != label.description) changed.emplace_back("description");
        if (changed.empty()) return label;
        label = {label.id, fields.name, fields.description, label.revision + 1};
        const auto revision = static_cast<long long>(label.revision);
        const long long number = id.value;
        sql << std::string("UPDATE ") + kTable<Label> +
                   " SET revision = :revision, name = :name, description = :description "
                   "WHERE id = :id",
            soci::use(revision), soci::use(fields.name), soci::use(fields.description),
            soci::use(number);
        tell(sql, label, "changed", changed, change);
        return label;
    });
}

template <class Label>
Status CalendarLabels<Label>::remove(LabelId id, const Check& check, const model::Change& change) {
    const auto step = [&](const Check& allows) {
        return connection_.transact([&](soci::session& sql) -> Result<bool> {
            EYED_ASSIGN(const Label label, find<Label>(sql, id));
            EYED_TRY(allows(label));
            if (!take_off_some(sql, label, change)) return false;
            remove_one(sql, label, change);
            return true;
        });
    };
    auto done = step(check);
    const bool begun = done.has_value();
    while (done && !*done)
        done = step([](const Label&) { return Status(); });
    if (done) return {};
    // Somebody else who removes it was quicker.
    if (begun && done.error().code == Code::kNotFound) return {};
    return std::unexpected(std::move(done).error());
}

template <class Label>
Result<Label> CalendarLabels<Label>::by_id(LabelId id) {
    return connection_.run([&](soci::session& sql) { return find<Label>(sql, id); });
}

template <class Label>
Result<Label> CalendarLabels<Label>::by_name(std::string_view name) {
    return connection_.run([&](soci::session& sql) { return find_named<Label>(sql, name); });
}

template <class Label>
Result<typename CalendarLabels<Label>::Found> CalendarLabels<Label>::list(std::string_view search,
                                                                          Order order,
                                                                          const NumberPage& page) {
    return connection_.run([&](soci::session& sql) -> Result<Found> {
        Conditions conditions;
        if (!search.empty()) conditions.contains("name", std::string(search));
        const char* by = order == Order::kId     ? " ORDER BY id"
                         : order == Order::kName ? " ORDER BY lower(name), id"
                                                 : " ORDER BY lower(name) DESC, id DESC";
        return Found{select<Label>(sql, conditions, by + page_text(page)),
                     count_rows(sql, kTable<Label>, conditions)};
    });
}

template class CalendarLabels<model::Location>;
template class CalendarLabels<model::Category>;

LocationId LabelNames::location(const std::string& name, LocationId known) {
    return find_or_insert<model::Location>(sql_, name, known, change_);
}

CategoryId LabelNames::category(const std::string& name, CategoryId known) {
    return find_or_insert<model::Category>(sql_, name, known, change_);
}

}  // namespace eyed::catalog
