// Deliveries that go: those of erased events, and those of old.
#include <algorithm>
#include <string>

#include "catalog/columns.h"
#include "catalog/connection.h"
#include "catalog/deliveries.h"
#include "catalog/delivery_rows.h"

namespace eyed::catalog {
namespace {

constexpr std::size_t kErasedAtOnce = 100;

/// A delivery of an erased event. One under way keeps its state until it ends, and then is not
/// sent again (DeliveryEndings).
void erase(soci::session& sql, const model::Delivery& delivery, Micros now) {
    const long long id = delivery.id.value;
    const long long at = now.value;
    sql << "UPDATE attempts SET response = '' WHERE delivery_id = :id AND response <> ''",
        soci::use(id);
    sql << "UPDATE deliveries SET erased = 1, body = '' WHERE id = :id", soci::use(id);
    if (delivery.state != model::DeliveryState::kPending &&
        delivery.state != model::DeliveryState::kUnknown)
        return;
    sql << "UPDATE deliveries SET state = 'cancelled', next_at = NULL, finished_at = :at "
           "WHERE id = :id",
        soci::use(at), soci::use(id);
    unpark_next(sql, delivery.destination, delivery.order_key, now);
}

/// Whether there was one of these events.
bool erase_some(soci::session& sql, std::span<const EventId> events, Micros now) {
    std::vector<long long> ids;
    for (const EventId event : events)
        ids.push_back(static_cast<long long>(event.value));
    Conditions of_them;
    of_them.in("event_id", ids);
    const auto deliveries = select_deliveries(sql, of_them, Bodies::kWithout, " ORDER BY id");
    for (const model::Delivery& delivery : deliveries)
        erase(sql, delivery, now);
    return !deliveries.empty();
}

}  // namespace

Status Deliveries::erase_events(std::span<const EventId> events, Micros now) {
    bool any = false;
    while (!events.empty()) {
        const auto some = events.first(std::min(kErasedAtOnce, events.size()));
        EYED_ASSIGN(const bool found, connection_.transact([&](soci::session& sql) -> Result<bool> {
            return erase_some(sql, some, now);
        }));
        any = any || found;
        events = events.subspan(some.size());
    }
    if (any) connection_.overwrite_log();
    return {};
}

Result<std::uint64_t> Deliveries::purge(Micros before, std::uint32_t limit) {
    Conditions old;
    old.add("finished_at IS NOT NULL");
    old.add("cashback_id IS NULL");
    old.add("reversal_id IS NULL");
    old.add("finished_at < ", static_cast<long long>(before.value));
    std::uint64_t removed = 0;
    while (removed < limit) {
        const auto at_once = std::min(kRemovedAtOnce, static_cast<std::uint32_t>(limit - removed));
        EYED_ASSIGN(const auto some,
                    connection_.transact([&](soci::session& sql) -> Result<std::uint64_t> {
                        return remove_deliveries(sql, old, at_once);
                    }));
        removed += some;
        if (some < at_once) break;
    }
    return removed;
}

}  // namespace eyed::catalog
