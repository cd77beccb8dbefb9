// Reading deliveries and attempts.
#include <algorithm>
#include <iterator>
#include <utility>

#include "catalog/columns.h"
#include "catalog/connection.h"
#include "catalog/deliveries.h"
#include "catalog/delivery_filters.h"
#include "catalog/delivery_rows.h"

namespace eyed::catalog {
namespace {

/// Collects the page from one window of ids after the other. `select(sql, conditions, ending)`
/// gives rows.
template <class Found, class Select>
Result<Found> list_by_id(Connection& connection, const std::string& table, const Conditions& filter,
                         const RowPage& page, const Select& select) {
    EYED_ASSIGN(auto windows, IdWindows::create(connection, table, page));
    const bool ascending = page.direction == RowPage::Direction::kAscending;
    const std::string order = std::string(" ORDER BY id ") + (ascending ? "ASC" : "DESC");
    Found found;
    while (const auto window = windows.next()) {
        Conditions conditions = filter;
        add_range(conditions, *window);
        const auto missing = page.limit + std::uint64_t{1} - found.rows.size();
        EYED_ASSIGN(auto rows,
                    connection.run([&](soci::session& sql) -> Result<decltype(found.rows)> {
                        return select(sql, conditions, order + " LIMIT " + std::to_string(missing));
                    }));
        std::ranges::move(rows, std::back_inserter(found.rows));
        if (found.rows.size() <= page.limit) continue;
        found.rows.pop_back();
        found.more = true;
        break;
    }
    return found;
}

/// How many deliveries meet the conditions, counted to `most`.
std::uint64_t count_some(soci::session& sql, const Conditions& conditions, std::uint64_t most) {
    long long rows = 0;
    soci::statement statement(sql);
    statement.exchange(soci::into(rows));
    conditions.bind(statement);
    statement.alloc();
    statement.prepare("SELECT count(*) FROM (SELECT 1 FROM deliveries " + conditions.text() +
                      " LIMIT " + std::to_string(most) + ")");
    statement.define_and_bind();
    statement.execute(true);
    return static_cast<std::uint64_t>(rows);
}

std::vector<DestinationId> destination_ids(soci::session& sql) {
    const soci::rowset<long long> rows = sql.prepare << "SELECT id FROM destinations ORDER BY id";
    std::vector<DestinationId> ids;
    for (const long long id : rows)
        ids.push_back({id});
    return ids;
}

Deliveries::Waiting waiting_of(soci::session& sql, DestinationId destination) {
    const long long id = destination.value;
    NullableNumber next;
    sql << "SELECT min(next_at) FROM deliveries WHERE destination_id = :id "
           "AND next_at IS NOT NULL AND asking = 0",
        soci::use(id), soci::into(next.value, next.indicator);
    Conditions open;
    open.add("destination_id = ", id);
    open.add("state IN (" + std::string(kOpenStates) + ")");
    Conditions dead;
    dead.add("destination_id = ", id);
    dead.add("state = 'dead'");
    return {destination, next.instant(), count_some(sql, open, Deliveries::kMostCounted),
            count_some(sql, dead, Deliveries::kMostCounted)};
}

std::vector<model::Attempt> select_attempts(soci::session& sql, const Conditions& conditions,
                                            const std::string& ending) {
    long long id = 0;
    long long delivery = 0;
    long long destination = 0;
    long long number = 0;
    long long started_at = 0;
    long long latency = 0;
    long long status = 0;
    NullableNumber next;
    std::string kind;
    std::string outcome;
    std::string error;
    std::string request;
    std::string response;
    soci::statement statement(sql);
    for (auto* one : {&id, &delivery, &destination, &number, &started_at, &latency, &status})
        statement.exchange(soci::into(*one));
    statement.exchange(soci::into(next.value, next.indicator));
    for (auto* text : {&kind, &outcome, &error, &request, &response})
        statement.exchange(soci::into(*text));
    conditions.bind(statement);
    statement.alloc();
    statement.prepare(
        "SELECT id, delivery_id, destination_id, number, started_at, latency_us, status, next_at, "
        "kind, outcome, error, request, response FROM attempts " +
        conditions.text() + ending);
    statement.define_and_bind();
    statement.execute();
    std::vector<model::Attempt> found;
    while (statement.fetch())
        found.push_back({.id = AttemptId{id},
                         .delivery = DeliveryId{delivery},
                         .destination = DestinationId{destination},
                         .number = static_cast<std::uint32_t>(number),
                         .kind = kind == model::attempt_kind_name(model::AttemptKind::kLookUp)
                                     ? model::AttemptKind::kLookUp
                                     : model::AttemptKind::kSend,
                         .outcome = model::attempt_outcome_named(outcome).value_or(
                             model::AttemptOutcome::kUnknown),
                         .started_at = Micros{started_at},
                         .latency = std::chrono::microseconds(latency),
                         .status = static_cast<int>(status),
                         .error = error,
                         .request = request,
                         .response = response,
                         .next_at = next.instant()});
    return found;
}

Conditions conditions_of(const Deliveries::AttemptFilter& filter) {
    Conditions conditions;
    if (filter.delivery)
        conditions.add("delivery_id = ", static_cast<long long>(filter.delivery->value));
    if (filter.destination)
        conditions.add("destination_id = ", static_cast<long long>(filter.destination->value));
    if (filter.outcome)
        conditions.add("outcome = ", std::string(model::attempt_outcome_name(*filter.outcome)));
    if (filter.from) conditions.add("started_at >= ", static_cast<long long>(filter.from->value));
    if (filter.to) conditions.add("started_at < ", static_cast<long long>(filter.to->value));
    return conditions;
}

}  // namespace

Result<std::vector<Deliveries::Waiting>> Deliveries::waiting() {
    EYED_ASSIGN(const auto ids,
                connection_.run([](soci::session& sql) -> Result<std::vector<DestinationId>> {
                    return destination_ids(sql);
                }));
    // One at a time: counting may take a while, and others are to get their turn.
    std::vector<Waiting> waiting;
    for (const DestinationId id : ids) {
        EYED_ASSIGN(const auto one, this->waiting(id));
        waiting.push_back(one);
    }
    return waiting;
}

Result<Deliveries::Waiting> Deliveries::waiting(DestinationId id) {
    return connection_.run(
        [&](soci::session& sql) -> Result<Waiting> { return waiting_of(sql, id); });
}

Result<std::vector<Deliveries::Due>> Deliveries::due() {
    return connection_.run([](soci::session& sql) -> Result<std::vector<Due>> {
        long long id = 0;
        NullableNumber next;
        soci::statement statement(sql);
        prepare(statement,
                "SELECT id, (SELECT min(next_at) FROM deliveries "
                "WHERE destination_id = destinations.id AND next_at IS NOT NULL AND asking = 0) "
                "FROM destinations ORDER BY id",
                soci::into(id), soci::into(next.value, next.indicator));
        statement.execute();
        std::vector<Due> due;
        while (statement.fetch())
            if (next.instant()) due.push_back({DestinationId{id}, *next.instant()});
        return due;
    });
}

Result<model::Delivery> Deliveries::by_id(DeliveryId id) {
    return connection_.run([&](soci::session& sql) { return load_delivery(sql, id); });
}

Result<model::Delivery> Deliveries::by_message(std::string_view message) {
    return connection_.run([&](soci::session& sql) -> Result<model::Delivery> {
        Conditions one;
        one.add("message = ", std::string(message));
        auto found = select_deliveries(sql, one, Bodies::kWith, " LIMIT 1");
        if (found.empty()) return failure(Code::kNotFound, "There is no such delivery.");
        return std::move(found.front());
    });
}

Result<std::vector<model::Delivery>> Deliveries::of_event(EventId event, std::uint32_t most) {
    return connection_.run([&](soci::session& sql) -> Result<std::vector<model::Delivery>> {
        return select_deliveries(sql, conditions_of(Filter{.event = event}), Bodies::kWithout,
                                 " ORDER BY id LIMIT " + std::to_string(most));
    });
}

Result<Deliveries::Found> Deliveries::list(const Filter& filter, const RowPage& page) {
    return list_by_id<Found>(
        connection_, "deliveries", conditions_of(filter), page,
        [](soci::session& sql, const Conditions& conditions, const std::string& ending) {
            return select_deliveries(sql, conditions, Bodies::kWithout, ending);
        });
}

Result<std::uint64_t> Deliveries::count(const Filter& filter) {
    EYED_ASSIGN(auto windows, IdWindows::create(connection_, "deliveries", {}));
    std::uint64_t counted = 0;
    while (counted < kMostCounted) {
        const auto window = windows.next();
        if (!window) break;
        EYED_ASSIGN(const auto some,
                    connection_.run([&](soci::session& sql) -> Result<std::uint64_t> {
                        Conditions conditions = conditions_of(filter);
                        add_range(conditions, *window);
                        return count_some(sql, conditions, kMostCounted - counted);
                    }));
        counted += some;
    }
    return counted;
}

Result<Deliveries::FoundAttempts> Deliveries::attempts(const AttemptFilter& filter,
                                                       const RowPage& page) {
    return list_by_id<FoundAttempts>(connection_, "attempts", conditions_of(filter), page,
                                     select_attempts);
}

Result<model::Attempt> Deliveries::attempt(AttemptId id) {
    return connection_.run([&](soci::session& sql) -> Result<model::Attempt> {
        Conditions one;
        one.add("id = ", static_cast<long long>(id.value));
        auto found = select_attempts(sql, one, {});
        if (found.empty()) return failure(Code::kNotFound, "There is no such attempt.");
        return std::move(found.front());
    });
}

}  // namespace eyed::catalog
