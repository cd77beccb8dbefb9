// What a crash left of deliveries: see Deliveries::recover.
#include <string>
#include <vector>

#include "catalog/columns.h"
#include "catalog/connection.h"
#include "catalog/deliveries.h"
#include "catalog/delivery_rows.h"
#include "catalog/lazy_steps.h"

namespace eyed::catalog {
namespace {

constexpr const char* kInterrupted = "The program ended while the request was under way.";

/// A delivery with an attempt that has not ended.
struct Left {
    DeliveryId id;
    DestinationId destination;
    std::string order_key;
    CashbackId cashback;
    ReversalId reversal;
    bool is_test = false;
    bool is_erased = false;
    long long attempts = 0;
    model::OnUnknown policy = model::OnUnknown::kHold;
    std::chrono::seconds lookup_delay{0};
};

std::vector<Left> select_left(soci::session& sql, const std::string& which) {
    long long id = 0;
    long long is_test = 0;
    long long erased = 0;
    long long delay_s = 0;
    long long destination = 0;
    NullableNumber cashback;
    NullableNumber reversal;
    std::string policy;
    Left left;
    soci::statement statement(sql);
    prepare(statement,
            "SELECT d.id, d.is_test, d.erased, d.attempts, d.cashback_id, d.reversal_id, "
            "t.on_unknown, t.lookup_delay_s, d.destination_id, d.order_key FROM deliveries AS d "
            "JOIN destinations AS t ON t.id = d.destination_id WHERE " +
                which + " ORDER BY d.id",
            soci::into(id), soci::into(is_test), soci::into(erased), soci::into(left.attempts),
            soci::into(cashback.value, cashback.indicator),
            soci::into(reversal.value, reversal.indicator), soci::into(policy), soci::into(delay_s),
            soci::into(destination), soci::into(left.order_key));
    statement.execute();
    std::vector<Left> found;
    while (statement.fetch()) {
        left.id = DeliveryId{id};
        left.destination = DestinationId{destination};
        left.cashback = CashbackId{cashback.id()};
        left.reversal = ReversalId{reversal.id()};
        left.is_test = is_test != 0;
        left.is_erased = erased != 0;
        left.policy = model::on_unknown_named(policy).value_or(model::OnUnknown::kHold);
        left.lookup_delay = std::chrono::seconds(delay_s);
        found.push_back(left);
    }
    return found;
}

void set_state(soci::session& sql, DeliveryId id, model::DeliveryState state,
               std::optional<Micros> next_at, std::optional<Micros> finished_at) {
    const std::string name(model::delivery_state_name(state));
    NullableNumber next(next_at);
    NullableNumber finished(finished_at);
    const long long number = id.value;
    sql << "UPDATE deliveries SET state = :state, next_at = :next, finished_at = :finished, "
           "asking = 0 WHERE id = :id",
        soci::use(name), soci::use(next.value, next.indicator),
        soci::use(finished.value, finished.indicator), soci::use(number);
}

/// What becomes of one whose outcome is not known.
void recover_unknown(soci::session& sql, const Left& left, Micros now) {
    using enum model::DeliveryState;
    switch (left.policy) {
        case model::OnUnknown::kRepeat:
            return set_state(sql, left.id, kPending, now, {});
        case model::OnUnknown::kLookUp:
            return set_state(sql, left.id, kUnknown, now + left.lookup_delay, {});
        case model::OnUnknown::kHold:
            return set_state(sql, left.id, kUnknown, {}, {});
    }
}

/// The attempt is kept: its number was given, and that it may have been taken is to be known.
void append_interrupted(soci::session& sql, const Left& left, Micros now) {
    const std::string error = kInterrupted;
    const long long at = now.value;
    const long long id = left.id.value;
    sql << "INSERT INTO attempts (delivery_id, destination_id, number, kind, outcome, started_at, "
           "latency_us, status, error, request, response) "
           "SELECT id, destination_id, attempts, 'send', 'unknown', :at, 0, 0, :error, '', '' "
           "FROM deliveries WHERE id = :id",
        soci::use(at), soci::use(error), soci::use(id);
    sql << "UPDATE deliveries SET last_status = 0, last_error = :error WHERE id = :id",
        soci::use(error), soci::use(id);
}

void recover_sent(soci::session& sql, const Left& left, LazySteps& steps, Micros now) {
    append_interrupted(sql, left, now);
    steps.note({.delivery = left.id,
                .cashback = left.cashback,
                .reversal = left.reversal,
                .what = DeliveryStep::What::kUnknown,
                .at = now,
                .target = {},
                .answer = model::TargetAnswer{0, {}, kInterrupted, now},
                .by = {},
                .note = {}});
    if (left.is_erased) {
        set_state(sql, left.id, model::DeliveryState::kCancelled, {}, now);
        return unpark_next(sql, left.destination, left.order_key, now);
    }
    if (left.is_test) return set_state(sql, left.id, model::DeliveryState::kDead, {}, now);
    recover_unknown(sql, left, now);
}

}  // namespace

Result<std::uint64_t> Deliveries::recover(Micros now) {
    return connection_.transact([&](soci::session& sql) -> Result<std::uint64_t> {
        LazySteps steps(sql);
        const auto sent = select_left(sql, "d.state = 'sending'");
        const auto asked = select_left(sql, "d.state = 'unknown' AND d.asking = 1");
        for (const Left& left : asked)
            recover_unknown(sql, left, now);
        sql << "UPDATE deliveries SET asking = 0 WHERE asking = 1";  // decided about meanwhile
        for (const Left& left : sent)
            recover_sent(sql, left, steps, now);
        return sent.size() + asked.size();
    });
}

}  // namespace eyed::catalog
