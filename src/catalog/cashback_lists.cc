#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <ranges>
#include <span>

#include "catalog/cashback_rows.h"
#include "catalog/cashbacks.h"
#include "catalog/connection.h"

namespace eyed::catalog {
namespace {

void add_range(Conditions& conditions, const std::string& column, std::optional<Micros> from,
               std::optional<Micros> to) {
    if (from) conditions.add(column + " >= ", static_cast<long long>(from->value));
    if (to) conditions.add(column + " < ", static_cast<long long>(to->value));
}

/// Of `cashbacks` alone, so that they are counted without the customers.
Conditions conditions_of(const Cashbacks::Filter& filter) {
    Conditions conditions;
    std::string states;
    for (const model::CashbackState state : filter.states)
        states +=
            fmt::format("{}'{}'", states.empty() ? "" : ", ", model::cashback_state_name(state));
    if (!states.empty()) conditions.add("state IN (" + states + ")");
    if (filter.customer)
        conditions.add("customer_id = ", static_cast<long long>(filter.customer->value));
    if (filter.document)
        conditions.add(
            "customer_id = (SELECT id FROM customers WHERE document = ", *filter.document, ")");
    if (!filter.applications.empty())
        conditions.add(is_of("cashbacks.application_id", filter.applications));
    if (filter.target) conditions.add("target = ", *filter.target);
    add_range(conditions, "received_at", filter.received_from, filter.received_to);
    add_range(conditions, "sold_at", filter.sold_from, filter.sold_to);
    if (filter.least) conditions.add("earned >= ", static_cast<long long>(filter.least->minor));
    if (filter.settlement_due)
        conditions.add(
            fmt::format("cashbacks.id {} (SELECT cashback_id FROM cashback_reversals "
                        "WHERE cashback_reversals.state IN ('settlement_due', 'unknown'))",
                        *filter.settlement_due ? "IN" : "NOT IN"));
    return conditions;
}

/// Every order is total: ties are broken by id.
std::string order_of(Cashbacks::Order order) {
    switch (order) {
        case Cashbacks::Order::kNewest:
            break;
        case Cashbacks::Order::kOldest:
            return " ORDER BY cashbacks.id";
        case Cashbacks::Order::kSoldNewest:
            return " ORDER BY sold_at DESC, cashbacks.id DESC";
        case Cashbacks::Order::kSoldOldest:
            return " ORDER BY sold_at, cashbacks.id";
        case Cashbacks::Order::kMost:
            return " ORDER BY earned DESC, cashbacks.id DESC";
        case Cashbacks::Order::kLeast:
            return " ORDER BY earned, cashbacks.id";
    }
    return " ORDER BY cashbacks.id DESC";
}

/// The ids of a page: from an index where there is one, whatever else the rows hold.
std::vector<long long> page_of_ids(soci::session& sql, const Conditions& conditions,
                                   const std::string& ending) {
    long long id = 0;
    soci::statement statement(sql);
    statement.exchange(soci::into(id));
    conditions.bind(statement);
    statement.alloc();
    statement.prepare("SELECT cashbacks.id FROM cashbacks " + conditions.text() + ending);
    statement.define_and_bind();
    statement.execute();
    std::vector<long long> ids;
    while (statement.fetch())
        ids.push_back(id);
    return ids;
}

/// The rows of these ids, without their lines, in their order.
Result<std::vector<Cashbacks::Row>> rows_of(soci::session& sql, std::span<const long long> ids) {
    constexpr std::size_t kAtOnce = 200;
    std::vector<Cashbacks::Row> rows;
    while (!ids.empty()) {
        const auto some = ids.first(std::min(ids.size(), kAtOnce));
        Conditions conditions;
        conditions.in("cashbacks.id", some);
        EYED_ASSIGN(auto found, select_cashbacks(sql, conditions, PurchaseLines::kWithout));
        for (const long long id : some) {
            const auto row = std::ranges::find(found, CashbackId{id},
                                               [](const auto& one) { return one.cashback.id; });
            if (row != found.end()) rows.push_back(std::move(*row));
        }
        ids = ids.subspan(some.size());
    }
    return rows;
}

/// What still needs the target or somebody: few, as a rule.
constexpr std::array kOpenStates{model::CashbackState::kPending, model::CashbackState::kSent,
                                 model::CashbackState::kUnknown, model::CashbackState::kFailed};

/// Adds some thousands of a state behind an id; gives the last one's, or zero: there are no more.
/// Reads the index alone.
long long add_some(soci::session& sql, Cashbacks::StateTotal& total, long long after) {
    constexpr long long kStep = 20'000;
    const std::string state(model::cashback_state_name(total.state));
    long long count = 0;
    long long due = 0;
    long long last = 0;
    sql << "SELECT count(*), coalesce(sum(earned - reversed), 0), coalesce(max(id), 0) FROM "
           "(SELECT id, earned, reversed FROM cashbacks WHERE state = :state AND id > :after "
           "ORDER BY id LIMIT :step)",
        soci::use(state), soci::use(after), soci::use(kStep), soci::into(count), soci::into(due),
        soci::into(last);
    total.count += static_cast<std::uint64_t>(count);
    total.due += model::Money{due};
    return count == kStep ? last : 0;
}

constexpr std::int64_t kDay = 86'400'000'000;

/// That of the day which ends there or goes on.
Micros midnight_before(Micros end) {
    const std::int64_t last = end.value - 1;
    return {last - (last % kDay + kDay) % kDay};
}

/// A day, and what of it is asked for.
struct Day {
    Micros midnight;
    Micros from;
    Micros to;
    const std::vector<ApplicationId>& applications;
};

/// Adds the totals of a day, until there are `limit`. Reads an index alone.
void add_day(soci::session& sql, Cashbacks::By by, const Day& day, std::size_t limit,
             std::vector<Cashbacks::Total>& totals) {
    const long long first = day.from.value;
    const long long last = day.to.value;
    long long count = 0;
    long long bought = 0;
    long long earned = 0;
    long long reversed = 0;
    std::string state;
    std::string target;
    soci::statement statement(sql);
    prepare(statement,
            fmt::format(
                "SELECT state, target, count(*), sum(total), sum(earned), sum(reversed) "
                "FROM cashbacks WHERE {0} >= :first AND {0} < :last{2} "
                "GROUP BY state, target ORDER BY state, target LIMIT {1}",
                by == Cashbacks::By::kReceived ? "received_at" : "sold_at", limit - totals.size(),
                day.applications.empty() ? std::string()
                                         : " AND " + is_of("application_id", day.applications)),
            soci::into(state), soci::into(target), soci::into(count), soci::into(bought),
            soci::into(earned), soci::into(reversed), soci::use(first), soci::use(last));
    statement.execute();
    while (statement.fetch())
        totals.push_back({day.midnight,
                          model::cashback_state_named(state).value_or(model::CashbackState{}),
                          target,
                          static_cast<std::uint64_t>(count),
                          {bought},
                          {earned},
                          {reversed}});
}

}  // namespace

Result<Cashbacks::Found> Cashbacks::list(const Filter& filter, Order order,
                                         const NumberPage& page) {
    return connection_.run([&](soci::session& sql) -> Result<Found> {
        const Conditions conditions = conditions_of(filter);
        const auto ids = page_of_ids(sql, conditions, order_of(order) + page_text(page));
        EYED_ASSIGN(auto rows, rows_of(sql, ids));
        return Found{std::move(rows), count_rows(sql, "cashbacks", conditions)};
    });
}

Result<std::vector<Cashbacks::Row>> Cashbacks::after(const Filter& filter, CashbackId after,
                                                     std::uint32_t limit) {
    return connection_.run([&](soci::session& sql) -> Result<std::vector<Row>> {
        Conditions conditions = conditions_of(filter);
        conditions.add("cashbacks.id > ", static_cast<long long>(after.value));
        return rows_of(sql, page_of_ids(sql, conditions,
                                        fmt::format(" ORDER BY cashbacks.id LIMIT {}", limit)));
    });
}

Result<std::vector<Cashbacks::Total>> Cashbacks::totals(
    By by, Micros from, Micros to, std::uint32_t limit,
    const std::vector<ApplicationId>& applications) {
    std::vector<Total> totals;
    for (Micros end = to; end > from && totals.size() < limit;) {
        const Micros day = midnight_before(end);
        EYED_TRY(connection_.run([&](soci::session& sql) -> Status {
            add_day(sql, by, {day, std::max(day, from), end, applications}, limit, totals);
            return {};
        }));
        end = day;
    }
    return totals;
}

Result<std::vector<Cashbacks::StateTotal>> Cashbacks::state_totals() {
    std::vector<StateTotal> totals;
    for (const model::CashbackState state : kOpenStates) {
        StateTotal total{.state = state, .count = 0, .due = {}};
        long long after = 0;
        do {
            EYED_TRY(connection_.run([&](soci::session& sql) -> Status {
                after = add_some(sql, total, after);
                return {};
            }));
        } while (after != 0);
        totals.push_back(total);
    }
    return totals;
}

}  // namespace eyed::catalog
