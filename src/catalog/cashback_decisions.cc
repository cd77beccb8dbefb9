// What people decide about cashbacks: try again, say what became of one.
#include <fmt/format.h>

#include <algorithm>

#include <utility>

#include "catalog/audit_lines.h"
#include "catalog/cashback_ledger.h"
#include "catalog/cashback_rows.h"
#include "catalog/cashbacks.h"
#include "catalog/connection.h"
#include "catalog/delivery_rows.h"

namespace eyed::catalog {
namespace {

using model::CashbackState;
using model::LedgerKind;

/// kConflict, and what can be done instead.
std::unexpected<Error> not_retried(CashbackState state) {
    const auto why = [&]() -> std::string_view {
        switch (state) {
            case CashbackState::kSent:
                return "it is being sent: wait for the outcome";
            case CashbackState::kUnknown:
                return "it may have been paid: say whether it was (resolve)";
            case CashbackState::kConfirmed:
            case CashbackState::kReversed:
                return "it was paid";
            case CashbackState::kCancelled:
                return "it was taken back";
            default:
                return "nothing is due";
        }
    }();
    return failure(Code::kConflict,
                   fmt::format("The cashback is {}: {}.", model::cashback_state_name(state), why));
}

void requeue(soci::session& sql, const model::Cashback& cashback, const model::Change& change) {
    requeue_delivery(sql, cashback.delivery, change.at);
    append_entry(sql, {.cashback = cashback.id,
                       .kind = LedgerKind::kRequeued,
                       .amount = cashback.due(),
                       .at = change.at,
                       .delivery = cashback.delivery,
                       .by = change.by});
}

Result<model::Cashback> reload(soci::session& sql, CashbackId id) {
    EYED_ASSIGN(auto row, find_cashback(sql, id));
    return std::move(row.cashback);
}

Result<model::Cashback> retry_one(soci::session& sql, CashbackId id, const model::Change& change) {
    EYED_ASSIGN(const auto row, find_cashback(sql, id));
    const model::Cashback& cashback = row.cashback;
    if (cashback.state != CashbackState::kFailed && cashback.state != CashbackState::kPending)
        return not_retried(cashback.state);
    if (cashback.state == CashbackState::kPending) {
        // What is due, or waits for another one of its customer's, would gain nothing.
        EYED_ASSIGN(const auto delivery, load_delivery(sql, cashback.delivery));
        if (!delivery.next_at || *delivery.next_at <= change.at) return cashback;
    }
    requeue(sql, cashback, change);
    append_cashback_audit(
        sql, id, "retried",
        AuditDetails().text("was", model::cashback_state_name(cashback.state)).str(), change);
    return reload(sql, id);
}

Result<model::Cashback> resolve_one(soci::session& sql, CashbackId id, Cashbacks::Outcome outcome,
                                    const std::string& note, const model::Change& change) {
    EYED_ASSIGN(const auto row, find_cashback(sql, id));
    const model::Cashback& cashback = row.cashback;
    if (cashback.state != CashbackState::kUnknown)
        return failure(Code::kConflict, fmt::format("The cashback is {}: its outcome is known.",
                                                    model::cashback_state_name(cashback.state)));
    const bool paid = outcome == Cashbacks::Outcome::kPaid;
    const auto now_is = paid ? model::DeliveryState::kDelivered : model::DeliveryState::kDead;
    if (!resolve_delivery(sql, cashback.delivery, now_is, change.at))
        return failure(Code::kConflict, "The cashback is being sent: wait for the outcome.");
    append_entry(sql, {.cashback = id,
                       .kind = paid ? LedgerKind::kConfirmed : LedgerKind::kFailed,
                       .amount = cashback.due(),
                       .at = change.at,
                       .delivery = cashback.delivery,
                       .by = change.by,
                       .note = note});
    if (!paid) requeue(sql, cashback, change);
    AuditDetails details;
    details.text("outcome", paid ? "paid" : "not_paid");
    if (!note.empty()) details.text("note", note);
    append_cashback_audit(sql, id, "resolved", details.str(), change);
    return reload(sql, id);
}

}  // namespace

Result<model::Cashback> Cashbacks::retry(CashbackId id, const model::Change& change) {
    return connection_.transact([&](soci::session& sql) { return retry_one(sql, id, change); });
}

Result<std::uint64_t> Cashbacks::retry_all(const Filter& filter, std::uint32_t limit,
                                           const model::Change& change) {
    constexpr std::uint32_t kAtOnce = 200;  // in one transaction, so that others get their turn
    Filter failed = filter;
    if (!failed.states.empty() &&
        std::ranges::find(failed.states, CashbackState::kFailed) == failed.states.end())
        return 0;
    failed.states = {CashbackState::kFailed};
    std::uint64_t retried = 0;
    CashbackId last;
    while (retried < limit) {
        const auto most = std::min<std::uint64_t>(kAtOnce, limit - retried);
        EYED_ASSIGN(const auto rows, after(failed, last, static_cast<std::uint32_t>(most)));
        if (rows.empty()) break;
        last = rows.back().cashback.id;
        EYED_ASSIGN(const auto some,
                    connection_.transact([&](soci::session& sql) -> Result<std::uint64_t> {
                        std::uint64_t count = 0;
                        for (const Row& row : rows) {
                            const auto done = retry_one(sql, row.cashback.id, change);
                            if (!done && done.error().code != Code::kConflict)
                                return std::unexpected(done.error());
                            if (done) ++count;
                        }
                        return count;
                    }));
        retried += some;
    }
    return retried;
}

Result<model::Cashback> Cashbacks::resolve(CashbackId id, Outcome outcome, const std::string& note,
                                           const model::Change& change) {
    return connection_.transact(
        [&](soci::session& sql) { return resolve_one(sql, id, outcome, note, change); });
}

}  // namespace eyed::catalog
