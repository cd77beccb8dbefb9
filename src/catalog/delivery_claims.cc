#include "catalog/delivery_claims.h"

#include <algorithm>
#include <span>
#include <string>

#include "catalog/columns.h"
#include "catalog/delivery_rows.h"

namespace eyed::catalog {
namespace {

/// How often one claim looks for deliveries that wait for another one of their key. Each look parks
/// what it finds: what is left over is seen in the next turn.
constexpr int kMostLooks = 8;

constexpr const char* kDueTests =
    "SELECT id FROM deliveries WHERE is_test = 1 AND destination_id = :destination "
    "AND next_at <= :now AND asking = 0 ORDER BY next_at, id LIMIT :most";
constexpr const char* kDue =
    "SELECT id FROM deliveries WHERE destination_id = :destination AND next_at <= :now "
    "AND asking = 0 ORDER BY next_at, id LIMIT :most";

constexpr const char* kIsFirst = "order_key = '' OR state <> 'pending' OR NOT EXISTS";
constexpr const char* kWaits = "order_key <> '' AND state = 'pending' AND EXISTS";

/// Those of kDue that are the first, or not the first, of their key.
std::string due_by_key(const char* which) {
    return std::string(
               "SELECT id FROM (SELECT id, destination_id, order_key, state FROM deliveries "
               "WHERE destination_id = :destination AND next_at <= :now AND asking = 0 "
               "ORDER BY next_at, id LIMIT :most) AS due WHERE ") +
           which +
           " (SELECT 1 FROM deliveries AS earlier "
           "WHERE earlier.destination_id = due.destination_id "
           "AND earlier.order_key = due.order_key AND earlier.id < due.id "
           "AND earlier.state IN (" +
           std::string(kOpenStates) + "))";
}

}  // namespace

struct DeliveryClaims::Statement {
    Statement(soci::session& sql, const std::string& due) : statement(sql) {
        row.into(statement);
        statement.exchange(soci::use(destination));
        statement.exchange(soci::use(now));
        statement.exchange(soci::use(most));
        statement.alloc();
        // One of unknown outcome is looked up, and stays unknown meanwhile.
        statement.prepare(
            "UPDATE deliveries SET state = CASE state WHEN 'unknown' THEN 'unknown' ELSE 'sending' "
            "END, asking = CASE state WHEN 'unknown' THEN 1 ELSE 0 END, "
            "sends = CASE state WHEN 'unknown' THEN sends ELSE sends + 1 END, "
            "lookups = CASE state WHEN 'unknown' THEN lookups + 1 ELSE 0 END, "
            "next_at = NULL, attempts = attempts + 1 WHERE id IN (" +
            due + ") RETURNING " + DeliveryRow::columns(Bodies::kWith));
        statement.define_and_bind();
    }
    long long destination = 0;
    long long now = 0;
    long long most = 0;
    DeliveryRow row;
    soci::statement statement;
};

struct DeliveryClaims::Parking {
    explicit Parking(soci::session& sql) : statement(sql) {
        prepare(statement,
                "UPDATE deliveries SET next_at = NULL WHERE id IN (" + due_by_key(kWaits) + ")",
                soci::use(destination), soci::use(now), soci::use(most));
    }
    long long destination = 0;
    long long now = 0;
    long long most = 0;
    soci::statement statement;
};

DeliveryClaims::DeliveryClaims(soci::session& sql) : sql_(sql) {
}

DeliveryClaims::~DeliveryClaims() = default;

void DeliveryClaims::claim(const Deliveries::Want& want, LazySteps& steps, Micros now,
                           std::vector<Deliveries::Claimed>& claimed) {
    const std::size_t before = claimed.size();
    const auto left = [&] {
        return want.most - static_cast<std::uint32_t>(claimed.size() - before);
    };
    claim_by(tests_, kDueTests, want, left(), now, claimed);
    if (want.which == Deliveries::Want::Which::kAll) {
        if (want.ordering == model::Ordering::kFree) {
            claim_by(free_, kDue, want, left(), now, claimed);
        } else {
            park(want, left(), now);
            claim_by(by_key_, due_by_key(kIsFirst), want, left(), now, claimed);
        }
    }
    for (const Deliveries::Claimed& one : std::span(claimed).subspan(before)) {
        if (one.delivery.state != model::DeliveryState::kSending) continue;
        steps.note({.delivery = one.delivery.id,
                    .cashback = one.delivery.cashback,
                    .reversal = one.delivery.reversal,
                    .what = DeliveryStep::What::kClaimed,
                    .at = now,
                    .target = want.target,
                    .answer = {},
                    .by = {},
                    .note = {}});
    }
}

void DeliveryClaims::claim_by(std::unique_ptr<Statement>& statement, const std::string& due,
                              const Deliveries::Want& want, std::uint32_t most, Micros now,
                              std::vector<Deliveries::Claimed>& claimed) {
    if (most == 0) return;
    if (!statement) statement = std::make_unique<Statement>(sql_, due);
    statement->destination = want.destination.value;
    statement->now = now.value;
    statement->most = most;
    const std::size_t before = claimed.size();
    statement->statement.execute();
    while (statement->statement.fetch()) {
        auto delivery = statement->row.delivery();
        const std::uint32_t number = delivery.attempts;
        claimed.push_back({std::move(delivery), number});
    }
    std::ranges::sort(std::span(claimed).subspan(before), {},
                      [](const auto& one) { return one.delivery.id; });
}

void DeliveryClaims::park(const Deliveries::Want& want, std::uint32_t most, Micros now) {
    if (most == 0) return;
    if (!parking_) parking_ = std::make_unique<Parking>(sql_);
    parking_->destination = want.destination.value;
    parking_->now = now.value;
    parking_->most = most;
    for (int look = 0; look < kMostLooks; ++look) {
        parking_->statement.execute(true);
        if (parking_->statement.get_affected_rows() == 0) return;
    }
}

std::vector<std::string> claim_queries() {
    return {kDueTests, kDue, due_by_key(kIsFirst)};
}

}  // namespace eyed::catalog
