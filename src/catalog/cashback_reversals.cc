// What is taken back of cashbacks: returns, cancellations, and their settlement.
#include <fmt/format.h>

#include <map>
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
using model::ReversalState;

/// One reversal on its way into the catalog.
class Reverser {
  public:
    Reverser(soci::session& sql, const Cashbacks::Row& row, const Cashbacks::NewReversal& wanted,
             const model::Change& change)
        : sql_(sql),
          cashback_(row.cashback),
          document_(row.customer.document),
          wanted_(wanted),
          change_(change) {}

    Result<ReversalId> reverse() {
        const Standing standing = standing_of(select_ledger(sql_, cashback_.id));
        EYED_TRY(check(standing));
        EYED_TRY(count_returned());
        EYED_TRY(take_lines());
        for (const model::ReturnedLine& line : lines_)
            amount_ += line.amount;
        insert();
        append_entry(sql_, entry(LedgerKind::kReversed, amount_));
        reduce_months();
        if (standing.is_paid) {
            if (amount_.minor > 0) EYED_TRY(take_back());
        } else {
            EYED_TRY(replace_delivery());
        }
        return id_;
    }

  private:
    Status check(const Standing& standing) const {
        using enum CashbackState;
        const std::string_view name = model::cashback_state_name(cashback_.state);
        if (standing.is_paid && wanted_.stage == Cashbacks::NewReversal::Stage::kBeforePayment)
            return failure(Code::kConflict,
                           fmt::format("The cashback is {}: it was paid already.", name));
        if (!standing.is_paid && (cashback_.state == kSent || standing.may_be_paid))
            return failure(Code::kConflict,
                           fmt::format("The cashback is {}: what was sent may have been paid, so "
                                       "it cannot be changed before that is known.",
                                       name));
        if (cashback_.state == kCancelled || cashback_.state == kReversed ||
            cashback_.state == kNothingDue)
            return failure(Code::kConflict,
                           fmt::format("The cashback is {}: nothing is left of it.", name));
        return {};
    }

    /// How many pieces of each line were returned before.
    Status count_returned() {
        Conditions of_it;
        of_it.add("cashback_id = ", static_cast<long long>(cashback_.id.value));
        EYED_ASSIGN(const auto before, select_reversals(sql_, of_it));
        if (before.size() >= Cashbacks::kMostReversals)
            return failure(Code::kConflict,
                           fmt::format("The cashback has {} reversals, and there may be no more.",
                                       Cashbacks::kMostReversals));
        for (const model::Reversal& reversal : before)
            for (const model::ReturnedLine& line : reversal.lines)
                returned_[line.number] += line.quantity;
        return {};
    }

    Status take_lines() {
        if (wanted_.lines.empty()) {
            for (const model::EarnedLine& line : cashback_.lines) {
                const std::uint32_t left = line.line.quantity - returned_[line.number];
                if (left > 0) EYED_TRY(take_line(line.number, left));
            }
        }
        for (const model::ReturnedLine& line : wanted_.lines)
            EYED_TRY(take_line(line.number, line.quantity));
        if (lines_.empty())
            return failure(Code::kConflict, "All lines of the purchase were returned already.");
        return {};
    }

    Status take_line(std::uint32_t number, std::uint32_t quantity) {
        if (number == 0 || number > cashback_.lines.size())
            return failure(Code::kInvalidArgument,
                           fmt::format("lines: The purchase has no line {}.", number));
        const model::EarnedLine& line = cashback_.lines[number - 1];
        std::uint32_t& before = returned_[number];
        const std::uint32_t left = line.line.quantity - before;
        if (quantity == 0 || quantity > left)
            return failure(Code::kInvalidArgument,
                           fmt::format("lines: Of line {} {} pieces are left, {} cannot be "
                                       "returned.",
                                       number, left, quantity));
        lines_.push_back({number, quantity, wanted_.amount_of(line, before, quantity)});
        before += quantity;
        return {};
    }

    /// Without the reason, which may name somebody: the ledger keeps what it has.
    model::LedgerEntry entry(LedgerKind kind, model::Money amount) const {
        return {.cashback = cashback_.id,
                .kind = kind,
                .amount = amount,
                .at = change_.at,
                .reversal = id_,
                .by = change_.by};
    }

    void insert() {
        const long long cashback = cashback_.id.value;
        const long long amount = amount_.minor;
        const std::string state(model::reversal_state_name(ReversalState::kNotPaid));
        const long long at = change_.at.value;
        NullableNumber user(static_cast<long long>(change_.by.user.value));
        NullableNumber key(static_cast<long long>(change_.by.key.value));
        const std::string lines = returned_text(lines_);
        long long id = 0;
        sql_ << "INSERT INTO cashback_reversals (cashback_id, amount, state, created_at, user_id, "
                "key_id, reason, lines) VALUES (:cashback, :amount, :state, :at, :user, :key, "
                ":reason, :lines) RETURNING id",
            soci::use(cashback), soci::use(amount), soci::use(state), soci::use(at),
            soci::use(user.value, user.indicator), soci::use(key.value, key.indicator),
            soci::use(wanted_.reason), soci::use(lines), soci::into(id);
        id_ = ReversalId{id};
        if (wanted_.key.empty()) return;
        const long long application = wanted_.application.value;
        const std::string digest = digest_text(wanted_.digest);
        sql_ << "INSERT INTO cashback_keys (application_id, purpose, key, digest, id) "
                "VALUES (:application, 'reversal', :key, :digest, :id)",
            soci::use(application), soci::use(wanted_.key), soci::use(digest), soci::use(id);
    }

    /// What is not earned any more leaves room under the caps of the month.
    void reduce_months() {
        std::map<ProductId, model::Money> less;
        for (const model::ReturnedLine& line : lines_)
            less[cashback_.lines[line.number - 1].product] += line.amount;
        for (const auto& [id, money] : less) {
            const long long customer = cashback_.customer.value;
            const long long product = id.value;
            const long long month = month_of(cashback_.sold_at);
            const long long amount = money.minor;
            sql_ << "UPDATE cashback_months SET earned = max(earned - :amount, 0) WHERE "
                    "customer_id = :customer AND product_id = :product AND month = :month",
                soci::use(amount), soci::use(customer), soci::use(product), soci::use(month);
        }
    }

    DeliveryId deliver(DestinationId target, ReversalId reversal, std::string body) {
        return insert_delivery(sql_, {.destination = target,
                                      .cashback = cashback_.id,
                                      .reversal = reversal,
                                      .order_key = std::to_string(cashback_.customer.value),
                                      .body = std::move(body),
                                      .at = change_.at});
    }

    /// Of what was paid.
    Status take_back() {
        // Of one that was erased nobody could say to the target whose it is.
        if (wanted_.takeback == Cashbacks::NewReversal::Takeback::kSettled || document_.empty()) {
            append_entry(sql_, entry(LedgerKind::kSettlementDue, amount_));
            store_reversal_state(sql_, id_, ReversalState::kSettlementDue);
            return {};
        }
        EYED_ASSIGN(const auto target,
                    destination_of_kind(sql_, model::DestinationKind::kTakeback));
        EYED_ASSIGN(const auto payment, load_delivery(sql_, cashback_.delivery));
        const long long delivery =
            deliver(target, id_, target_body(document_, amount_, payment.message)).value;
        const std::string state(model::reversal_state_name(ReversalState::kPending));
        const long long id = id_.value;
        sql_ << "UPDATE cashback_reversals SET state = :state, delivery_id = :delivery "
                "WHERE id = :id",
            soci::use(state), soci::use(delivery), soci::use(id);
        return {};
    }

    /// Of what was not paid: the rest of it is a payment of its own, under an id of its own.
    Status replace_delivery() {
        if (amount_.minor == 0) return {};
        if (!cancel_delivery(sql_, cashback_.delivery, change_.at))
            return failure(Code::kConflict, "The payment is under way: wait for its outcome.");
        const model::Money due = cashback_.due() - amount_;
        if (due.minor == 0) return {};
        EYED_ASSIGN(const auto target,
                    destination_of_kind(sql_, model::DestinationKind::kCashback));
        const DeliveryId made = deliver(target, {}, target_body(document_, due));
        const long long delivery = made.value;
        const long long id = cashback_.id.value;
        sql_ << "UPDATE cashbacks SET delivery_id = :delivery WHERE id = :id", soci::use(delivery),
            soci::use(id);
        model::LedgerEntry again = entry(LedgerKind::kRequeued, due);
        again.delivery = made;
        again.reversal = {};
        append_entry(sql_, again);
        return {};
    }

    soci::session& sql_;
    const model::Cashback& cashback_;
    const std::string& document_;
    const Cashbacks::NewReversal& wanted_;
    const model::Change& change_;
    std::map<std::uint32_t, std::uint32_t> returned_;  ///< pieces, by number of the line
    std::vector<model::ReturnedLine> lines_;
    model::Money amount_;
    ReversalId id_;
};

/// The reversal that the key stands for. kConflict: it stands for another one.
Result<std::optional<ReversalId>> find_known(soci::session& sql,
                                             const Cashbacks::NewReversal& wanted) {
    if (wanted.key.empty()) return std::nullopt;
    const long long application = wanted.application.value;
    long long id = 0;
    std::string digest;
    sql << "SELECT digest, id FROM cashback_keys WHERE application_id = :application AND "
           "purpose = 'reversal' AND key = :key",
        soci::use(application), soci::use(wanted.key), soci::into(digest), soci::into(id);
    if (!sql.got_data()) return std::nullopt;
    if (digest == digest_text(wanted.digest)) return ReversalId{id};
    return failure(Code::kConflict, "The idempotency key stands for another reversal.");
}

Result<Cashbacks::Reversed> reverse_one(soci::session& sql, CashbackId id,
                                        const Cashbacks::NewReversal& wanted,
                                        const model::Change& change) {
    using Outcome = Cashbacks::Reversed::Outcome;
    EYED_ASSIGN(const auto row, find_cashback(sql, id));
    EYED_ASSIGN(const auto known, find_known(sql, wanted));
    auto reversal = known.value_or(ReversalId{});
    if (!known) {
        EYED_ASSIGN(reversal, Reverser(sql, row, wanted, change).reverse());
        append_cashback_audit(sql, id, "reversed",
                              AuditDetails().json("reversal", std::to_string(reversal.value)).str(),
                              change);
    }
    EYED_ASSIGN(auto now, find_cashback(sql, id));
    EYED_ASSIGN(auto made, find_reversal(sql, reversal));
    return Cashbacks::Reversed{known ? Outcome::kKnown : Outcome::kNew, std::move(now.cashback),
                               std::move(made)};
}

Result<model::Reversal> settle_one(soci::session& sql, ReversalId id, const std::string& note,
                                   const model::Change& change) {
    EYED_ASSIGN(const auto reversal, find_reversal(sql, id));
    // One that may have been taken back is not sent again once somebody says that it is settled.
    const bool in_doubt =
        reversal.state == ReversalState::kUnknown &&
        resolve_delivery(sql, reversal.delivery, model::DeliveryState::kCancelled, change.at);
    if (reversal.state != ReversalState::kSettlementDue && !in_doubt)
        return failure(Code::kConflict,
                       fmt::format("The reversal is {}: there is nothing to settle.",
                                   model::reversal_state_name(reversal.state)));
    append_entry(sql, {.cashback = reversal.cashback,
                       .kind = LedgerKind::kSettled,
                       .amount = reversal.amount,
                       .at = change.at,
                       .reversal = id,
                       .by = change.by,
                       .note = note});
    store_reversal_state(sql, id, ReversalState::kSettled);
    AuditDetails details;
    details.json("reversal", std::to_string(id.value));
    if (!note.empty()) details.text("note", note);
    append_cashback_audit(sql, reversal.cashback, "settled", details.str(), change);
    return find_reversal(sql, id);
}

}  // namespace

Result<Cashbacks::Reversed> Cashbacks::reverse(CashbackId id, const NewReversal& reversal,
                                               const model::Change& change) {
    return connection_.transact(
        [&](soci::session& sql) { return reverse_one(sql, id, reversal, change); });
}

Result<model::Reversal> Cashbacks::settle(ReversalId id, const std::string& note,
                                          const model::Change& change) {
    return connection_.transact(
        [&](soci::session& sql) { return settle_one(sql, id, note, change); });
}

}  // namespace eyed::catalog
