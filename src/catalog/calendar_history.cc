#include "catalog/calendar_history.h"

#include <algorithm>

#include "catalog/columns.h"
#include "catalog/conditions.h"
#include "catalog/connection.h"

namespace eyed::catalog {
namespace {

std::vector<std::string> names_of(std::string_view text) {
    std::vector<std::string> names;
    while (!text.empty()) {
        const auto name = text.substr(0, text.find(','));
        names.emplace_back(name);
        text.remove_prefix(std::min(text.size(), name.size() + 1));
    }
    return names;
}

/// Reads updates one at a time: a page of them may be larger than anybody should hold.
class UpdateReader {
  public:
    explicit UpdateReader(soci::session& sql) : statement_(sql) {
        for (auto* number : {&event_, &created_at_})
            statement_.exchange(soci::into(*number));
        for (auto* number : {&user_, &occurrence_})
            statement_.exchange(soci::into(number->value, number->indicator));
        for (auto* text : {&user_name_, &action_, &event_title_, &changed_, &previous_values_})
            statement_.exchange(soci::into(*text));
        statement_.exchange(soci::use(id_));
        statement_.alloc();
        statement_.prepare(
            "SELECT event_id, created_at, user_id, occurrence, user_name, action, event_title, "
            "changed, previous_values FROM calendar_updates WHERE id = :id");
        statement_.define_and_bind();
    }
    /// nullopt: there is none.
    std::optional<model::CalendarUpdate> read(long long id) {
        id_ = id;
        if (!statement_.execute(true)) return std::nullopt;
        return model::CalendarUpdate{.id = CalendarUpdateId{id},
                                     .event = CalendarEventId{event_},
                                     .event_title = event_title_,
                                     .created_at = Micros{created_at_},
                                     .user = UserId{user_.id()},
                                     .user_name = user_name_,
                                     .action = action_,
                                     .occurrence = occurrence_.instant(),
                                     .previous_values = previous_values_,
                                     .changed = names_of(changed_)};
    }

  private:
    long long id_ = 0;
    long long event_ = 0;
    long long created_at_ = 0;
    NullableNumber user_;
    NullableNumber occurrence_;
    std::string user_name_;
    std::string action_;
    std::string event_title_;
    std::string changed_;
    std::string previous_values_;
    soci::statement statement_;
};

/// An update by its number, and whose it is.
struct Key {
    long long id = 0;
    long long event = 0;
};

/// `from` is what follows FROM.
std::vector<Key> select_keys(soci::session& sql, const std::string& from,
                             const Conditions& conditions) {
    Key key;
    soci::statement statement(sql);
    statement.exchange(soci::into(key.id));
    statement.exchange(soci::into(key.event));
    conditions.bind(statement);
    statement.alloc();
    statement.prepare("SELECT id, event_id FROM " + from);
    statement.define_and_bind();
    statement.execute();
    std::vector<Key> keys;
    while (statement.fetch())
        keys.push_back(key);
    return keys;
}

/// Of the events in turn, as long as there is room for each.
std::vector<model::CalendarUpdate> read_within(soci::session& sql, const std::vector<Key>& keys,
                                               std::size_t bytes_each) {
    std::vector<model::CalendarUpdate> updates;
    UpdateReader reader(sql);
    long long event = 0;
    std::size_t room = 0;
    for (const Key& key : keys) {
        if (key.event != event) room = bytes_each;
        event = key.event;
        if (room == 0) continue;
        auto update = reader.read(key.id);
        if (!update || update->previous_values.size() > room) {
            room = 0;  // no older one in place of a newer
            continue;
        }
        room -= update->previous_values.size();
        updates.push_back(*std::move(update));
    }
    return updates;
}

Conditions conditions_of(const CalendarHistory::Filter& filter) {
    Conditions conditions;
    const auto number = [](const auto& id) { return static_cast<long long>(id.value); };
    if (filter.event) conditions.add("event_id = ", number(*filter.event));
    if (filter.user) conditions.add("user_id = ", number(*filter.user));
    if (filter.from) conditions.add("created_at >= ", number(*filter.from));
    if (filter.to) conditions.add("created_at < ", number(*filter.to));
    if (filter.existing_only) conditions.add("event_id IN (SELECT id FROM calendar_events)");
    return conditions;
}

}  // namespace

Result<model::CalendarUpdate> CalendarHistory::by_id(CalendarUpdateId id) {
    return connection_.run([&](soci::session& sql) -> Result<model::CalendarUpdate> {
        auto found = UpdateReader(sql).read(id.value);
        if (!found) return failure(Code::kNotFound, "There is no such update.");
        return *std::move(found);
    });
}

Result<CalendarHistory::Found> CalendarHistory::list(const Filter& filter, const NumberPage& page) {
    return connection_.run([&](soci::session& sql) -> Result<Found> {
        const Conditions conditions = conditions_of(filter);
        Found found;
        found.count = count_rows(sql, "calendar_updates", conditions);
        const auto keys = select_keys(
            sql, "calendar_updates " + conditions.text() + " ORDER BY id DESC" + page_text(page),
            conditions);
        UpdateReader reader(sql);
        std::size_t room = kMostPageBytes;
        for (const Key& key : keys) {
            auto update = reader.read(key.id);
            if (!update) continue;
            if (update->previous_values.size() > room) update->previous_values = {};
            room -= update->previous_values.size();
            found.rows.push_back(*std::move(update));
        }
        return found;
    });
}

Result<std::vector<model::CalendarUpdate>> CalendarHistory::of_events(
    const std::vector<CalendarEventId>& events, const Bounds& each) {
    return connection_.run([&](soci::session& sql) -> Result<std::vector<model::CalendarUpdate>> {
        std::vector<long long> numbers;
        for (const CalendarEventId event : events)
            numbers.push_back(event.value);
        Conditions conditions;
        conditions.in("event_id", numbers);
        const auto keys = select_keys(
            sql,
            "(SELECT id, event_id, row_number() OVER (PARTITION BY event_id "
            "ORDER BY id DESC) AS place FROM calendar_updates " +
                conditions.text() + ") AS newest WHERE place <= " + std::to_string(each.updates) +
                " ORDER BY event_id, id DESC",
            conditions);
        return read_within(sql, keys, each.bytes);
    });
}

Result<bool> CalendarHistory::event_exists(CalendarEventId id) {
    return connection_.run([&](soci::session& sql) -> Result<bool> {
        const long long number = id.value;
        long long found = 0;
        sql << "SELECT id FROM calendar_events WHERE id = :id", soci::use(number),
            soci::into(found);
        return sql.got_data();
    });
}

}  // namespace eyed::catalog
