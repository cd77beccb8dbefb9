#include "catalog/delivery_filters.h"

#include <algorithm>

#include "catalog/columns.h"

namespace eyed::catalog {

Conditions conditions_of(const Deliveries::Filter& filter) {
    Conditions conditions;
    const auto number = [&](const std::string& before, const auto& value) {
        if (value) conditions.add(before, static_cast<long long>(value->value));
    };
    number("destination_id = ", filter.destination);
    std::string states;
    for (const model::DeliveryState state : filter.states) {
        if (!states.empty()) states += ", ";
        states += "'" + std::string(model::delivery_state_name(state)) + "'";
    }
    if (!states.empty()) conditions.add("state IN (" + states + ")");
    number("event_id = ", filter.event);
    number("cashback_id = ", filter.cashback);
    number("created_at >= ", filter.from);
    number("created_at < ", filter.to);
    if (filter.last_status)
        conditions.add("last_status = ", static_cast<long long>(*filter.last_status));
    if (filter.which == Deliveries::Filter::Which::kRetryable)
        conditions.add(
            "state IN ('pending', 'dead') AND erased = 0 AND is_test = 0 AND cashback_id IS NULL "
            "AND reversal_id IS NULL");
    return conditions;
}

Result<IdWindows> IdWindows::create(Connection& connection, const std::string& table,
                                    const RowPage& page) {
    return connection.run([&](soci::session& sql) -> Result<IdWindows> {
        NullableNumber first;
        NullableNumber last;
        sql << "SELECT min(id) FROM " + table, soci::into(first.value, first.indicator);
        sql << "SELECT max(id) FROM " + table, soci::into(last.value, last.indicator);
        IdRange ids{first.id(), last.indicator == soci::i_null ? -1 : last.id()};
        if (page.after != 0 && page.direction == RowPage::Direction::kAscending)
            ids.first = std::max<std::int64_t>(ids.first, page.after + 1);
        if (page.after != 0 && page.direction == RowPage::Direction::kDescending)
            ids.last = std::min<std::int64_t>(ids.last, page.after - 1);
        return IdWindows(ids, page.direction);
    });
}

std::optional<IdRange> IdWindows::next() {
    if (left_.first > left_.last) return std::nullopt;
    IdRange window = left_;
    if (direction_ == RowPage::Direction::kAscending) {
        window.last = std::min(window.last, window.first + kIds - 1);
        left_.first = window.last + 1;
    } else {
        window.first = std::max(window.first, window.last - kIds + 1);
        left_.last = window.first - 1;
    }
    return window;
}

void add_range(Conditions& conditions, const IdRange& range) {
    conditions.add("id >= ", static_cast<long long>(range.first));
    conditions.add("id <= ", static_cast<long long>(range.last));
}

}  // namespace eyed::catalog
