// Lists of calendar events and of the times they take place. A page is found as ids in an index
// that covers the query; its rows, which may be long, are read by these.
#include <algorithm>
#include <unordered_map>

#include "catalog/calendar_event_rows.h"
#include "catalog/calendar_events.h"
#include "catalog/calendar_times.h"
#include "catalog/columns.h"
#include "catalog/conditions.h"
#include "catalog/connection.h"
#include "catalog/sqlite/calendar_search.h"

namespace eyed::catalog {
namespace {

using Filter = CalendarEvents::Filter;
using Order = CalendarEvents::Order;

std::string status_text(model::EventStatus status) {
    return std::string(model::event_status_name(status));
}

long long number(const auto& id) {
    return static_cast<long long>(id.value);
}

/// That an occurrence may be within the window, as far as its start says.
void add_starts(Conditions& conditions, const Filter& filter) {
    if (filter.from)
        conditions.add("o.start_at > " + std::to_string(filter.from->value) + " - " + kLongest);
    if (filter.to) conditions.add("o.start_at < " + std::to_string(filter.to->value));
}

void add_window(Conditions& conditions, const Filter& filter) {
    add_starts(conditions, filter);
    if (filter.from) conditions.add("o.end_at > " + std::to_string(filter.from->value));
}

/// How the events of a window are found.
enum class Way : std::uint8_t {
    kRows,         ///< each event's row says when it takes place
    kOccurrences,  ///< the window has few of them: they say whose they are
};
constexpr int kFewOccurrences = 5'000;

Way way_for(soci::session& sql, const Filter& filter) {
    if (!filter.from && !filter.to) return Way::kRows;
    Conditions starts;
    add_starts(starts, filter);
    const std::string some = "(SELECT 1 FROM calendar_occurrences o " + starts.text() + " LIMIT " +
                             std::to_string(kFewOccurrences + 1) + ") AS some";
    return count_rows(sql, some, {}) > kFewOccurrences ? Way::kRows : Way::kOccurrences;
}

/// That an event takes place within the window: what its own row says of all its times is enough
/// unless there is a gap between them.
void add_span(Conditions& conditions, const Filter& filter) {
    if (filter.from) conditions.add("e.last_end > ", number(*filter.from));
    if (filter.to) conditions.add("e.first_start < ", number(*filter.to));
    if (!filter.from || !filter.to) return;
    Conditions window;
    add_window(window, filter);
    conditions.add("(e.several = 0 OR EXISTS (SELECT 1 FROM calendar_occurrences o " +
                   window.text() + " AND o.event_id = e.id))");
}

/// A query for ids of events: `FROM from conditions`.
struct IdQuery {
    std::string from = "calendar_events e";
    std::string id = "e.id";
    std::string best_first;  ///< empty: no search
    Conditions conditions;
};

/// Whether a search has the rows of events beside it: to order by.
enum class EventRow : std::uint8_t { kWhereFiltered, kAlways };

bool is_search_alone(const Filter& filter) {
    return !filter.from && !filter.to && !filter.location && !filter.category && !filter.status;
}

/// That an event takes place within the window.
void add_when(IdQuery& query, const Filter& filter, Way way) {
    if (way == Way::kRows) return add_span(query.conditions, filter);
    Conditions window;
    add_window(window, filter);
    // `+`: the text is looked for once, not for each id of the window.
    const char* const once = query.best_first.empty() ? "" : "+";
    query.conditions.add(once + query.id + " IN (SELECT o.event_id FROM calendar_occurrences o " +
                         window.text() + ")");
}

IdQuery id_query(const Filter& filter, Way way, EventRow row) {
    IdQuery query;
    if (!filter.search.empty()) {
        const auto search = sqlite::text_search(filter.search);
        query.from = search.table;
        query.id = search.id;
        query.best_first = search.best_first;
        query.conditions.add(search.match_before, search.match, search.match_after);
        if (is_search_alone(filter) && row == EventRow::kWhereFiltered) return query;
        // CROSS: the text is looked for once, not for each event.
        query.from += " CROSS JOIN calendar_events e";
        query.conditions.add("e.id = " + search.id);
    }
    if (filter.location) query.conditions.add("e.location_id = ", number(*filter.location));
    if (filter.category) query.conditions.add("e.category_id = ", number(*filter.category));
    if (filter.status) query.conditions.add("e.status = ", status_text(*filter.status));
    add_when(query, filter, way);
    return query;
}

std::vector<long long> select_ids(soci::session& sql, const IdQuery& query,
                                  const std::string& ending) {
    long long id = 0;
    soci::statement statement(sql);
    statement.exchange(soci::into(id));
    query.conditions.bind(statement);
    statement.alloc();
    statement.prepare("SELECT " + query.id + " FROM " + query.from + " " + query.conditions.text() +
                      ending);
    statement.define_and_bind();
    statement.execute();
    std::vector<long long> ids;
    while (statement.fetch())
        ids.push_back(id);
    return ids;
}

/// Every order is total: ties are broken by id.
std::string order_text(Order order, const IdQuery& query, std::uint64_t count) {
    switch (order) {
        case Order::kStartAscending:
            return " ORDER BY e.start_at, e.id";
        case Order::kTitle:
            return " ORDER BY lower(e.title), e.id";
        case Order::kUpdatedDescending:
            return " ORDER BY e.updated_at DESC, e.id DESC";
        case Order::kBestMatch:
            if (query.best_first.empty()) break;
            if (count > CalendarEvents::kMostRanked) return " ORDER BY " + query.id + " DESC";
            return " ORDER BY " + query.best_first + ", " + query.id + " DESC";
        case Order::kStartDescending:
            break;
    }
    return " ORDER BY e.start_at DESC, e.id DESC";
}

Conditions occurrence_conditions(const Filter& filter) {
    Conditions conditions;
    add_window(conditions, filter);
    if (filter.location) conditions.add("o.location_id = ", number(*filter.location));
    if (filter.category) conditions.add("o.category_id = ", number(*filter.category));
    if (filter.status) conditions.add("o.status = ", status_text(*filter.status));
    if (!filter.search.empty()) {
        const auto search = sqlite::text_search(filter.search);
        conditions.add("o.event_id IN (SELECT " + search.id + " FROM " + search.table + " WHERE " +
                           search.match_before,
                       search.match, search.match_after + ")");
    }
    return conditions;
}

std::vector<model::Occurrence> select_occurrences(soci::session& sql, const Conditions& conditions,
                                                  const NumberPage& page) {
    long long event = 0;
    long long original_start = 0;
    long long start = 0;
    long long end = 0;
    std::string status;
    NullableNumber location;
    soci::statement statement(sql);
    for (auto* value : {&event, &original_start, &start, &end})
        statement.exchange(soci::into(*value));
    statement.exchange(soci::into(status));
    statement.exchange(soci::into(location.value, location.indicator));
    conditions.bind(statement);
    statement.alloc();
    statement.prepare(
        "SELECT o.event_id, o.original_start, o.start_at, o.end_at, o.status, o.location_id "
        "FROM calendar_occurrences o " +
        conditions.text() + " ORDER BY o.start_at, o.event_id, o.original_start" + page_text(page));
    statement.define_and_bind();
    statement.execute();
    std::vector<model::Occurrence> found;
    while (statement.fetch())
        found.push_back({CalendarEventId{event}, Micros{original_start}, Micros{start}, Micros{end},
                         model::event_status_named(status).value_or(model::EventStatus::kConfirmed),
                         LocationId{location.id()}});
    return found;
}

std::unordered_map<long long, std::string> location_names(
    soci::session& sql, const std::vector<model::Occurrence>& occurrences) {
    std::vector<long long> ids;
    for (const model::Occurrence& one : occurrences)
        if (one.location) ids.push_back(one.location.value);
    std::ranges::sort(ids);
    ids.erase(std::ranges::unique(ids).begin(), ids.end());
    Conditions conditions;
    conditions.in("id", ids);
    long long id = 0;
    std::string name;
    soci::statement statement(sql);
    statement.exchange(soci::into(id));
    statement.exchange(soci::into(name));
    conditions.bind(statement);
    statement.alloc();
    statement.prepare("SELECT id, name FROM locations " + conditions.text());
    statement.define_and_bind();
    statement.execute();
    std::unordered_map<long long, std::string> names;
    while (statement.fetch())
        names.emplace(id, name);
    return names;
}

/// The event as it takes place this time; `change`: what this time has of its own, or null.
model::CalendarEvent at_occurrence(const model::CalendarEvent& series,
                                   const model::Occurrence& occurrence,
                                   const model::OccurrenceChange* change) {
    model::CalendarEvent event = series;
    event.fields.start = occurrence.start;
    event.fields.end = occurrence.end;
    event.fields.status = occurrence.status;
    event.fields.location = occurrence.location;
    if (change == nullptr) return event;
    if (change->title) event.fields.title = *change->title;
    if (change->description) event.fields.description = *change->description;
    event.changes.push_back(*change);
    return event;
}

CalendarEvents::FoundOccurrences find_occurrences(soci::session& sql, const Conditions& conditions,
                                                  const NumberPage& page) {
    CalendarEvents::FoundOccurrences found;
    found.count = count_rows(sql, "calendar_occurrences o", conditions);
    const auto rows = select_occurrences(sql, conditions, page);
    std::vector<long long> ids;
    for (const model::Occurrence& one : rows)
        ids.push_back(one.event.value);
    std::ranges::sort(ids);
    ids.erase(std::ranges::unique(ids).begin(), ids.end());
    std::unordered_map<CalendarEventId, model::CalendarEvent> events;
    for (model::CalendarEvent& event : load_events(sql, ids, OwnValues::kWithout))
        events.emplace(event.id, std::move(event));
    const auto changes = load_changes(sql, rows);
    const auto names = location_names(sql, rows);
    for (const model::Occurrence& one : rows) {
        const auto series = events.find(one.event);
        if (series == events.end()) continue;
        const auto change = changes.find({one.event, one.original_start});
        model::CalendarEvent event =
            at_occurrence(series->second, one, change == changes.end() ? nullptr : &change->second);
        const auto name = names.find(one.location.value);
        event.location_name = name == names.end() ? std::string() : name->second;
        found.rows.push_back({one, std::move(event)});
    }
    return found;
}

}  // namespace

Result<CalendarEvents::Found> CalendarEvents::list(const Filter& filter, Order order,
                                                   const NumberPage& page) {
    return connection_.run([&](soci::session& sql) -> Result<Found> {
        Found found;
        const Way way = way_for(sql, filter);
        const IdQuery all = id_query(filter, way, EventRow::kWhereFiltered);
        found.count = count_rows(sql, all.from, all.conditions);
        if (found.count <= page.offset()) return found;
        const bool by_match = order == Order::kBestMatch && !filter.search.empty();
        const IdQuery query =
            id_query(filter, way, by_match ? EventRow::kWhereFiltered : EventRow::kAlways);
        found.rows = load_events(
            sql, select_ids(sql, query, order_text(order, query, found.count) + page_text(page)),
            OwnValues::kWithout);
        return found;
    });
}

Result<CalendarEvents::Hits> CalendarEvents::search(const Filter& filter, const NumberPage& page) {
    return connection_.run([&](soci::session& sql) -> Result<Hits> {
        const IdQuery query = id_query(filter, way_for(sql, filter), EventRow::kWhereFiltered);
        const std::uint64_t offset = page.offset();
        const std::uint64_t begin = offset < kMostRanked ? 0 : offset;
        const std::uint64_t wanted = page.size + std::uint64_t{1};
        const auto limit = [](std::uint64_t ids, std::uint64_t from) {
            return " LIMIT " + std::to_string(ids) + " OFFSET " + std::to_string(from);
        };
        auto ids = select_ids(
            sql, query, " ORDER BY " + query.id + " DESC" + limit(kMostRanked + wanted, begin));
        if (begin + ids.size() > kMostRanked)
            ids.erase(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(offset - begin));
        else
            ids = select_ids(
                sql, query,
                order_text(Order::kBestMatch, query, ids.size()) + limit(wanted, offset));
        Hits hits;
        hits.more = ids.size() > page.size;
        ids.resize(std::min<std::size_t>(ids.size(), page.size));
        hits.rows = load_events(sql, ids, OwnValues::kWithout);
        return hits;
    });
}

Result<CalendarEvents::FoundOccurrences> CalendarEvents::occurrences(const Filter& filter,
                                                                     const NumberPage& page) {
    return connection_.run([&](soci::session& sql) -> Result<FoundOccurrences> {
        return find_occurrences(sql, occurrence_conditions(filter), page);
    });
}

Result<CalendarEvents::FoundOccurrences> CalendarEvents::occurrences_of(CalendarEventId id,
                                                                        const Filter& filter,
                                                                        const NumberPage& page) {
    return connection_.run([&](soci::session& sql) -> Result<FoundOccurrences> {
        EYED_TRY(load_event(sql, id));
        Conditions conditions = occurrence_conditions(filter);
        conditions.add("o.event_id = ", number(id));
        return find_occurrences(sql, conditions, page);
    });
}

Result<CalendarEvents::FoundOccurrence> CalendarEvents::occurrence(CalendarEventId id,
                                                                   Micros original_start) {
    return connection_.run([&](soci::session& sql) -> Result<FoundOccurrence> {
        Conditions one;
        one.add("o.event_id = ", number(id));
        one.add("o.original_start = ", number(original_start));
        auto found = find_occurrences(sql, one, {1, 1});
        if (found.rows.empty())
            return failure(Code::kNotFound, "There is no such event, or it is not then.");
        return std::move(found.rows.front());
    });
}

Result<std::vector<model::CalendarEvent>> CalendarEvents::for_feed(const Filter& filter,
                                                                   std::size_t limit) {
    return connection_.run([&](soci::session& sql) -> Result<std::vector<model::CalendarEvent>> {
        const IdQuery query = id_query(filter, way_for(sql, filter), EventRow::kAlways);
        return load_events(sql,
                           select_ids(sql, query,
                                      order_text(Order::kStartAscending, query, 0) + " LIMIT " +
                                          std::to_string(limit)),
                           OwnValues::kWith);
    });
}

}  // namespace eyed::catalog
