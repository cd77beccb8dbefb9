#include "catalog/deliveries.h"

#include <unordered_set>

#include "catalog/audit_lines.h"
#include "catalog/columns.h"
#include "catalog/connection.h"
#include "catalog/delivery_claims.h"
#include "catalog/delivery_endings.h"
#include "catalog/delivery_rows.h"
#include "catalog/destination_rows.h"
#include "catalog/outbox_rows.h"

namespace eyed::catalog {
namespace {

/// Gives the destinations whose cursor was where it should be.
std::unordered_set<DestinationId> move_cursors(soci::session& sql,
                                               std::span<const Deliveries::Moved> cursors) {
    long long from = 0;
    long long to = 0;
    long long missed = 0;
    long long id = 0;
    soci::statement statement(sql);
    prepare(statement,
            "UPDATE destinations SET cursor = :to, missed = missed + :missed "
            "WHERE id = :id AND cursor = :from",
            soci::use(to), soci::use(missed), soci::use(id), soci::use(from));
    std::unordered_set<DestinationId> moved;
    for (const Deliveries::Moved& one : cursors) {
        from = static_cast<long long>(one.from.value);
        to = static_cast<long long>(one.to.value);
        missed = static_cast<long long>(one.missed);
        id = one.destination.value;
        statement.execute(true);
        if (statement.get_affected_rows() > 0) moved.insert(one.destination);
    }
    return moved;
}

void write_health(soci::session& sql, const Deliveries::Health& health) {
    const long long failures = health.failures;
    NullableNumber open_until(health.open_until);
    const long long id = health.destination.value;
    sql << "UPDATE destinations SET failures = :failures, open_until = :until WHERE id = :id",
        soci::use(failures), soci::use(open_until.value, open_until.indicator), soci::use(id);
}

void disable(soci::session& sql, const Deliveries::Disabled& disabled, Micros now) {
    const long long at = now.value;
    const long long id = disabled.destination.value;
    std::string name;
    sql << "SELECT name FROM destinations WHERE id = :id AND state <> 'disabled'", soci::use(id),
        soci::into(name);
    if (!sql.got_data()) return;
    sql << "UPDATE destinations SET state = 'disabled', reason = :reason, updated_at = :at, "
           "revision = revision + 1 WHERE id = :id",
        soci::use(disabled.reason), soci::use(at), soci::use(id);
    append_audit(sql, {.at = now,
                       .actor = {.via = model::Via::kProgram},
                       .action = "disabled",
                       .kind = "destination",
                       .subject_id = id,
                       .subject = name,
                       .details = AuditDetails().text("reason", disabled.reason).str()});
}

}  // namespace

struct Deliveries::Kept {
    explicit Kept(soci::session& sql) : endings(sql), claims(sql) {}
    DeliveryEndings endings;
    DeliveryClaims claims;
};

Deliveries::Deliveries(Connection& connection) : connection_(connection) {
}

Deliveries::~Deliveries() = default;

Status Deliveries::add_events(std::span<const New> deliveries, std::span<const Moved> cursors,
                              Micros now) {
    return connection_.transact([&](soci::session& sql) -> Status {
        const auto moved = move_cursors(sql, cursors);
        DeliveryInserts inserts(sql);
        for (const New& one : deliveries)
            if (moved.contains(one.destination))
                inserts.insert({.destination = one.destination,
                                .cashback = {},
                                .reversal = {},
                                .order_key = one.order_key,
                                .body = one.body,
                                .at = now,
                                .event = one.event});
        return {};
    });
}

Result<model::Delivery> Deliveries::add_test(DestinationId destination, std::string body,
                                             Micros now) {
    return connection_.transact([&](soci::session& sql) -> Result<model::Delivery> {
        EYED_TRY(load_destination(sql, destination));
        const DeliveryId id = insert_delivery(sql, {.destination = destination,
                                                    .cashback = {},
                                                    .reversal = {},
                                                    .order_key = {},
                                                    .body = std::move(body),
                                                    .at = now,
                                                    .event = {},
                                                    .is_test = true});
        return load_delivery(sql, id);
    });
}

Result<std::vector<Deliveries::Claimed>> Deliveries::turn(const Turn& turn) {
    return connection_.transact([&](soci::session& sql) -> Result<std::vector<Claimed>> {
        // Preparing them took a third of a small turn. They are not kept when one of them fails.
        auto kept = kept_ ? std::move(kept_) : std::make_unique<Kept>(sql);
        LazySteps steps(sql);
        for (const Ended& one : turn.ended)
            kept->endings.write(one, steps, turn.now);
        for (const Health& one : turn.health)
            write_health(sql, one);
        for (const Disabled& one : turn.disabled)
            disable(sql, one, turn.now);
        for (const Alert& one : turn.alerts)
            append_outbox(sql, {.application = "eyed-delivery",
                                .category = "delivery",
                                .name = one.name,
                                .data = one.data,
                                .at = turn.now});
        std::vector<Claimed> claimed;
        for (const Want& want : turn.wants)
            kept->claims.claim(want, steps, turn.now, claimed);
        kept_ = std::move(kept);
        return claimed;
    });
}

}  // namespace eyed::catalog
