#include "catalog/calendar_times.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <vector>

#include "catalog/columns.h"

namespace eyed::catalog {
namespace {

/// One row of calendar_occurrences, but its event.
struct Row {
    long long original_start = 0;
    long long start = 0;
    long long end = 0;
    model::EventStatus status = model::EventStatus::kConfirmed;
    long long location = 0;
    long long category = 0;
    friend bool operator==(const Row&, const Row&) = default;
};

std::vector<Row> rows_of(const CalendarEvents::Times& times, CategoryId category) {
    std::vector<Row> rows;
    rows.reserve(times.rows.size());
    for (const model::Occurrence& one : times.rows)
        rows.push_back({one.original_start.value, one.start.value, one.end.value, one.status,
                        one.location.value, category.value});
    std::ranges::sort(rows, {}, &Row::original_start);
    return rows;
}

/// By original_start.
std::vector<Row> kept_rows(soci::session& sql, long long event) {
    Row row;
    std::string status;
    NullableNumber location;
    NullableNumber category;
    soci::statement statement(sql);
    prepare(statement,
            "SELECT original_start, start_at, end_at, status, location_id, category_id "
            "FROM calendar_occurrences WHERE event_id = :event ORDER BY original_start",
            soci::into(row.original_start), soci::into(row.start), soci::into(row.end),
            soci::into(status), soci::into(location.value, location.indicator),
            soci::into(category.value, category.indicator), soci::use(event));
    statement.execute();
    std::vector<Row> rows;
    while (statement.fetch()) {
        row.status = model::event_status_named(status).value_or(model::EventStatus::kConfirmed);
        row.location = location.id();
        row.category = category.id();
        rows.push_back(row);
    }
    return rows;
}

void remove_rows(soci::session& sql, long long event, const std::vector<Row>& rows) {
    if (rows.empty()) return;
    long long original_start = 0;
    soci::statement statement(sql);
    prepare(statement,
            "DELETE FROM calendar_occurrences WHERE event_id = :event AND original_start = :start",
            soci::use(event), soci::use(original_start));
    for (const Row& row : rows) {
        original_start = row.original_start;
        statement.execute(true);
    }
}

void put_rows(soci::session& sql, long long event, const std::vector<Row>& rows) {
    if (rows.empty()) return;
    Row row;
    std::string status;
    NullableNumber location;
    NullableNumber category;
    soci::statement statement(sql);
    prepare(statement,
            "INSERT INTO calendar_occurrences (event_id, original_start, start_at, end_at, status, "
            "location_id, category_id) VALUES (:event, :original, :start, :end, :status, "
            ":location, :category) ON CONFLICT (event_id, original_start) DO UPDATE SET "
            "start_at = excluded.start_at, end_at = excluded.end_at, status = excluded.status, "
            "location_id = excluded.location_id, category_id = excluded.category_id",
            soci::use(event), soci::use(row.original_start), soci::use(row.start),
            soci::use(row.end), soci::use(status), soci::use(location.value, location.indicator),
            soci::use(category.value, category.indicator));
    for (const Row& one : rows) {
        row = one;
        status = model::event_status_name(one.status);
        location = NullableNumber(one.location);
        category = NullableNumber(one.category);
        statement.execute(true);
    }
}

}  // namespace

Span span_of(const CalendarEvents::Times& times) {
    Span span;
    span.several = times.rows.size() > 1;
    span.until = times.until;
    for (const model::Occurrence& one : times.rows) {
        span.first_start = std::min(span.first_start.value_or(one.start), one.start);
        span.last_end = std::max(span.last_end.value_or(one.end), one.end);
    }
    return span;
}

CalendarEvents::Times new_times(soci::session& sql, CalendarEventId event,
                                const CalendarEvents::Times& times) {
    using WhenAndWhere = std::tuple<long long, long long, long long>;
    std::vector<WhenAndWhere> kept;
    for (const Row& row : kept_rows(sql, event.value))
        if (row.status != model::EventStatus::kCancelled)
            kept.emplace_back(row.start, row.end, row.location);
    std::ranges::sort(kept);
    CalendarEvents::Times fresh;
    for (const model::Occurrence& one : times.rows) {
        const WhenAndWhere now{one.start.value, one.end.value, one.location.value};
        if (!std::ranges::binary_search(kept, now)) fresh.rows.push_back(one);
    }
    return fresh;
}

void write_times(soci::session& sql, CalendarEventId event, CategoryId category,
                 const CalendarEvents::Times& times) {
    const long long id = event.value;
    const std::vector<Row> kept = kept_rows(sql, id);
    const std::vector<Row> wanted = rows_of(times, category);
    const auto by_start = [](const Row& a, const Row& b) {
        return a.original_start < b.original_start;
    };
    std::vector<Row> gone;
    std::ranges::set_difference(kept, wanted, std::back_inserter(gone), by_start);
    std::vector<Row> put;
    auto at = kept.begin();
    for (const Row& row : wanted) {
        at = std::lower_bound(at, kept.end(), row, by_start);
        if (at == kept.end() || *at != row) put.push_back(row);
    }
    remove_rows(sql, id, gone);
    put_rows(sql, id, put);
}

}  // namespace eyed::catalog
