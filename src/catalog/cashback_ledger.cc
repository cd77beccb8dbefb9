#include "catalog/cashback_ledger.h"

#include <fmt/format.h>

#include <utility>

#include "catalog/columns.h"

namespace eyed::catalog {
namespace {

using model::CashbackState;
using model::LedgerKind;
using model::ReversalState;
using What = DeliveryStep::What;

CashbackState state_after(const Standing& standing, LedgerKind kind) {
    const model::Money due = standing.earned - standing.reversed;
    switch (kind) {
        case LedgerKind::kEarned:
            return due.minor > 0 ? CashbackState::kPending : CashbackState::kNothingDue;
        case LedgerKind::kSent:
            return CashbackState::kSent;
        case LedgerKind::kFailed:
        case LedgerKind::kRequeued:
            return CashbackState::kPending;
        case LedgerKind::kUnknown:
            return CashbackState::kUnknown;
        case LedgerKind::kGivenUp:
            return CashbackState::kFailed;
        case LedgerKind::kConfirmed:
            return due.minor > 0 ? CashbackState::kConfirmed : CashbackState::kReversed;
        case LedgerKind::kReversed:
            if (due.minor > 0 || standing.earned.minor == 0) return standing.state;
            return standing.is_paid ? CashbackState::kReversed : CashbackState::kCancelled;
        case LedgerKind::kSettlementDue:
        case LedgerKind::kTakenBack:
        case LedgerKind::kSettled:
            break;
    }
    return standing.state;
}

/// Of the taking back of a reversal: it changes nothing of the payment.
bool is_of_takeback(const model::LedgerEntry& entry) {
    return entry.reversal && entry.kind != LedgerKind::kReversed;
}

ReversalState reversal_state_after(LedgerKind kind) {
    switch (kind) {
        case LedgerKind::kSent:
            return ReversalState::kSent;
        case LedgerKind::kUnknown:
            return ReversalState::kUnknown;
        case LedgerKind::kConfirmed:
        case LedgerKind::kTakenBack:
            return ReversalState::kTakenBack;
        case LedgerKind::kSettlementDue:
            return ReversalState::kSettlementDue;
        case LedgerKind::kSettled:
            return ReversalState::kSettled;
        default:
            return ReversalState::kPending;
    }
}

std::string note_of(const DeliveryStep& step) {
    if (!step.note.empty() || !step.answer) return step.note;
    constexpr std::size_t kMost = 200;
    if (step.answer->status != 0) return fmt::format("HTTP {}", step.answer->status);
    return step.answer->error.substr(0, kMost);
}

/// Reads where a cashback stands: not whether it may be paid, which no state comes from.
struct Load {
    long long id = 0;
    long long earned = 0;
    long long reversed = 0;
    long long paid = 0;
    NullableNumber delivery;
    std::string state;
    std::string target;
    soci::statement statement;

    explicit Load(soci::session& sql) : statement(sql) {
        prepare(statement,
                "SELECT earned, reversed, confirmed_at IS NOT NULL, delivery_id, state, target "
                "FROM cashbacks WHERE id = :id",
                soci::into(earned), soci::into(reversed), soci::into(paid),
                soci::into(delivery.value, delivery.indicator), soci::into(state),
                soci::into(target), soci::use(id));
    }
    bool operator()(CashbackId cashback) {
        id = cashback.value;
        return statement.execute(true);
    }
    Standing standing() const {
        return {.state = model::cashback_state_named(state).value_or(CashbackState::kPending),
                .earned = {earned},
                .reversed = {reversed},
                .is_paid = paid != 0};
    }
};

struct Store {
    long long id = 0;
    long long reversed = 0;
    NullableNumber confirmed_at;
    std::string state;
    std::string target;
    soci::statement statement;

    explicit Store(soci::session& sql) : statement(sql) {
        prepare(statement,
                "UPDATE cashbacks SET state = :state, reversed = :reversed, target = :target, "
                "confirmed_at = coalesce(confirmed_at, :at) WHERE id = :id",
                soci::use(state), soci::use(reversed), soci::use(target),
                soci::use(confirmed_at.value, confirmed_at.indicator), soci::use(id));
    }
    void operator()(CashbackId cashback, const Standing& standing, std::string sent_to,
                    std::optional<Micros> confirmed) {
        id = cashback.value;
        reversed = standing.reversed.minor;
        state = model::cashback_state_name(standing.state);
        target = std::move(sent_to);
        confirmed_at = NullableNumber(confirmed);
        statement.execute(true);
    }
};

struct Insert {
    long long cashback = 0;
    long long amount = 0;
    long long at = 0;
    NullableNumber delivery;
    NullableNumber reversal;
    NullableNumber user;
    NullableNumber key;
    std::string kind;
    std::string note;
    soci::statement statement;

    explicit Insert(soci::session& sql) : statement(sql) {
        prepare(statement,
                "INSERT INTO cashback_ledger (cashback_id, kind, amount, at, delivery_id, "
                "reversal_id, user_id, key_id, note) VALUES (:cashback, :kind, :amount, :at, "
                ":delivery, :reversal, :user, :key, :note)",
                soci::use(cashback), soci::use(kind), soci::use(amount), soci::use(at),
                soci::use(delivery.value, delivery.indicator),
                soci::use(reversal.value, reversal.indicator),
                soci::use(user.value, user.indicator), soci::use(key.value, key.indicator),
                soci::use(note));
    }
    void operator()(const model::LedgerEntry& entry) {
        cashback = entry.cashback.value;
        kind = model::ledger_kind_name(entry.kind);
        amount = entry.amount.minor;
        at = entry.at.value;
        delivery = NullableNumber(static_cast<long long>(entry.delivery.value));
        reversal = NullableNumber(static_cast<long long>(entry.reversal.value));
        user = NullableNumber(static_cast<long long>(entry.by.user.value));
        key = NullableNumber(static_cast<long long>(entry.by.key.value));
        note = entry.note;
        statement.execute(true);
    }
};

/// Whether the last word on the outcome of payment or taking back is that nobody knows.
bool is_in_doubt(soci::session& sql, const DeliveryStep& step) {
    const long long cashback = step.cashback.value;
    const long long reversal = step.reversal.value;
    std::string kind;
    sql << "SELECT kind FROM cashback_ledger WHERE cashback_id = :id AND "
           "coalesce(reversal_id, 0) = :reversal AND "
           "kind IN ('unknown', 'failed', 'confirmed', 'taken_back') ORDER BY id DESC LIMIT 1",
        soci::use(cashback), soci::use(reversal), soci::into(kind);
    return kind == "unknown";
}

/// What a step is in the ledger. After an attempt of unknown outcome, one that failed says nothing
/// of that, nor does the end of the schedule.
LedgerKind kind_of(soci::session& sql, const DeliveryStep& step) {
    switch (step.what) {
        case What::kClaimed:
            return LedgerKind::kSent;
        case What::kDelivered:
            return step.reversal ? LedgerKind::kTakenBack : LedgerKind::kConfirmed;
        case What::kFailed:
            return step.says == DeliveryStep::Says::kThisAttempt && is_in_doubt(sql, step)
                       ? LedgerKind::kUnknown
                       : LedgerKind::kFailed;
        case What::kGivenUp:
            if (is_in_doubt(sql, step)) return LedgerKind::kUnknown;
            return step.reversal ? LedgerKind::kSettlementDue : LedgerKind::kGivenUp;
        case What::kUnknown:
            return LedgerKind::kUnknown;
        case What::kRequeued:
            break;
    }
    return LedgerKind::kRequeued;
}

}  // namespace

Standing after(const Standing& standing, const model::LedgerEntry& entry) {
    if (is_of_takeback(entry)) return standing;
    Standing next = standing;
    switch (entry.kind) {
        case LedgerKind::kEarned:
            next.earned = entry.amount;
            break;
        case LedgerKind::kReversed:
            next.reversed += entry.amount;
            break;
        case LedgerKind::kUnknown:
            next.may_be_paid = true;
            break;
        case LedgerKind::kFailed:
            next.may_be_paid = false;
            break;
        case LedgerKind::kConfirmed:
            next.is_paid = true;
            next.may_be_paid = false;
            break;
        default:
            break;
    }
    next.state = state_after(next, entry.kind);
    return next;
}

Standing standing_of(std::span<const model::LedgerEntry> entries) {
    Standing standing;
    for (const model::LedgerEntry& entry : entries)
        standing = after(standing, entry);
    return standing;
}

void append_entry(soci::session& sql, const model::LedgerEntry& entry) {
    Insert insert(sql);
    insert(entry);
    if (is_of_takeback(entry)) return;
    Load load(sql);
    if (!load(entry.cashback)) return;
    const bool confirms = entry.kind == LedgerKind::kConfirmed;
    Store store(sql);
    store(entry.cashback, after(load.standing(), entry), load.target,
          confirms ? std::optional(entry.at) : std::nullopt);
}

void store_reversal_state(soci::session& sql, ReversalId id, ReversalState state) {
    const long long number = id.value;
    const std::string name(model::reversal_state_name(state));
    sql << "UPDATE cashback_reversals SET state = :state WHERE id = :id", soci::use(name),
        soci::use(number);
}

struct DeliverySteps::Statements {
    Load load;
    Store store;
    Insert insert;

    long long id = 0;
    long long answered_at = 0;
    long long status = 0;
    std::string error;
    std::string body;
    soci::statement answer;

    explicit Statements(soci::session& sql) : load(sql), store(sql), insert(sql), answer(sql) {
        prepare(answer,
                "UPDATE cashbacks SET answer_status = :status, answered_at = :at, "
                "answer_error = :error, answer_body = :body WHERE id = :id",
                soci::use(status), soci::use(answered_at), soci::use(error), soci::use(body),
                soci::use(id));
    }

    void keep_answer(const DeliveryStep& step) {
        if (!step.answer) return;
        id = step.cashback.value;
        answered_at = step.answer->at.value;
        status = step.answer->status;
        error = step.answer->error;
        body = step.answer->body;
        answer.execute(true);
    }
};

DeliverySteps::DeliverySteps(soci::session& sql)
    : sql_(sql), statements_(std::make_unique<Statements>(sql)) {
}

DeliverySteps::~DeliverySteps() = default;

void DeliverySteps::note(const DeliveryStep& step) {
    model::LedgerEntry entry{.cashback = step.cashback,
                             .kind = kind_of(sql_, step),
                             .at = step.at,
                             .delivery = step.delivery,
                             .reversal = step.reversal,
                             .by = step.by,
                             .note = note_of(step)};
    if (step.what == What::kGivenUp && entry.kind == LedgerKind::kUnknown)
        entry.note = "no further attempt";
    if (step.reversal) {
        const long long reversal = step.reversal.value;
        long long amount = 0;
        sql_ << "SELECT amount FROM cashback_reversals WHERE id = :id", soci::use(reversal),
            soci::into(amount);
        entry.amount = {amount};
        statements_->insert(entry);
        store_reversal_state(sql_, step.reversal, reversal_state_after(entry.kind));
        return;
    }
    const Load& row = statements_->load;
    if (!statements_->load(step.cashback)) return;
    const Standing standing = row.standing();
    statements_->keep_answer(step);
    // Somebody's word that it was paid came first.
    if (standing.is_paid && row.delivery.id() == step.delivery.value) return;
    entry.amount = standing.earned - standing.reversed;
    statements_->insert(entry);
    statements_->store(
        step.cashback, after(standing, entry),
        step.what == What::kClaimed ? step.target : row.target,
        entry.kind == LedgerKind::kConfirmed ? std::optional(step.at) : std::nullopt);
}

}  // namespace eyed::catalog
