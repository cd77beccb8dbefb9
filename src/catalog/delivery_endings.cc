#include "catalog/delivery_endings.h"

#include <string>

#include "catalog/columns.h"
#include "catalog/delivery_rows.h"

namespace eyed::catalog {

using model::AttemptKind;
using model::AttemptOutcome;
using model::DeliveryState;

namespace {

/// What it is to the ledger.
void note(const Deliveries::Ended& ended, LazySteps& steps, Micros now) {
    if (!ended.cashback && !ended.reversal) return;
    using What = DeliveryStep::What;
    const model::Attempt& attempt = ended.attempt;
    const bool asked = attempt.kind == AttemptKind::kLookUp;
    DeliveryStep step{
        .delivery = attempt.delivery,
        .cashback = ended.cashback,
        .reversal = ended.reversal,
        .what = What::kUnknown,
        .says = asked ? DeliveryStep::Says::kAllAttempts : DeliveryStep::Says::kThisAttempt,
        .at = now,
        .target = {},
        .answer =
            model::TargetAnswer{attempt.status, attempt.response.substr(0, model::kMostResponse),
                                attempt.error, attempt.started_at + attempt.latency},
        .by = {},
        .note = {},
    };
    if (attempt.outcome == AttemptOutcome::kDelivered) step.what = What::kDelivered;
    if (attempt.outcome == AttemptOutcome::kFailed) step.what = What::kFailed;
    // What was asked for, and is still unknown, is nothing new.
    if (!asked || step.what != What::kUnknown) steps.note(step);
    if (ended.state != DeliveryState::kDead) return;
    step.what = What::kGivenUp;
    steps.note(step);
}

}  // namespace

struct DeliveryEndings::Update {
    explicit Update(soci::session& sql) : statement(sql) {
        prepare(statement,
                "UPDATE deliveries SET "
                "state = CASE WHEN erased = 1 AND :state <> 'delivered' THEN 'cancelled' "
                "ELSE :state END, "
                "next_at = CASE erased WHEN 1 THEN NULL ELSE :next END, "
                "finished_at = CASE erased WHEN 1 THEN :now ELSE :finished END, "
                "sends = sends - :sends, lookups = lookups - :lookups, asking = 0, "
                "last_status = :status, last_error = :error "
                "WHERE id = :id AND state IN (:from, :also) AND attempts = :number "
                "RETURNING destination_id, order_key, finished_at",
                soci::into(destination), soci::into(order_key),
                soci::into(finished.value, finished.indicator), soci::use(state, "state"),
                soci::use(next.value, next.indicator, "next"), soci::use(now, "now"),
                soci::use(finished_at.value, finished_at.indicator, "finished"),
                soci::use(sends, "sends"), soci::use(lookups, "lookups"),
                soci::use(status, "status"), soci::use(error, "error"), soci::use(id, "id"),
                soci::use(from, "from"), soci::use(also_from, "also"), soci::use(number, "number"));
    }
    std::string state;
    NullableNumber next;
    long long now = 0;
    NullableNumber finished_at;
    long long sends = 0;
    long long lookups = 0;
    long long status = 0;
    std::string error;
    long long id = 0;
    std::string from;
    std::string also_from;
    long long number = 0;
    long long destination = 0;
    std::string order_key;
    NullableNumber finished;
    soci::statement statement;
};

struct DeliveryEndings::Insert {
    explicit Insert(soci::session& sql) : statement(sql) {
        prepare(statement,
                "INSERT INTO attempts (delivery_id, destination_id, number, kind, outcome, "
                "started_at, latency_us, status, next_at, error, request, response) "
                "SELECT id, destination_id, :number, :kind, :outcome, :started, :latency, :status, "
                ":next, :error, :request, CASE erased WHEN 1 THEN '' ELSE :response END "
                "FROM deliveries WHERE id = :id",
                soci::use(number), soci::use(kind), soci::use(outcome), soci::use(started_at),
                soci::use(latency), soci::use(status), soci::use(next.value, next.indicator),
                soci::use(error), soci::use(request), soci::use(response), soci::use(id));
    }
    long long number = 0;
    std::string kind;
    std::string outcome;
    long long started_at = 0;
    long long latency = 0;
    long long status = 0;
    NullableNumber next;
    std::string error;
    std::string request;
    std::string response;
    long long id = 0;
    soci::statement statement;
};

DeliveryEndings::DeliveryEndings(soci::session& sql)
    : sql_(sql),
      unparking_(sql),
      update_(std::make_unique<Update>(sql)),
      insert_(std::make_unique<Insert>(sql)) {
}

DeliveryEndings::~DeliveryEndings() = default;

void DeliveryEndings::write(const Deliveries::Ended& ended, LazySteps& steps, Micros now) {
    insert(ended.attempt);
    if (!update(ended, now)) {
        if (ended.attempt.kind == AttemptKind::kLookUp) end_asking(ended.attempt.delivery);
        return;
    }
    note(ended, steps, now);
    if (hold_doubtful(ended)) return;
    if (update_->finished.instant())
        unparking_.next(DestinationId{update_->destination}, update_->order_key, now);
}

void DeliveryEndings::insert(const model::Attempt& attempt) {
    insert_->number = attempt.number;
    insert_->kind = model::attempt_kind_name(attempt.kind);
    insert_->outcome = model::attempt_outcome_name(attempt.outcome);
    insert_->started_at = attempt.started_at.value;
    insert_->latency = attempt.latency.count();
    insert_->status = attempt.status;
    insert_->next = NullableNumber(attempt.next_at);
    insert_->error = attempt.error;
    insert_->request = attempt.request;
    insert_->response = attempt.response.substr(0, model::kMostResponse);
    insert_->id = attempt.delivery.value;
    insert_->statement.execute(true);
}

/// False: it is not as it was claimed any more.
bool DeliveryEndings::update(const Deliveries::Ended& ended, Micros now) {
    const model::Attempt& attempt = ended.attempt;
    const bool waits =
        ended.state == DeliveryState::kPending || ended.state == DeliveryState::kUnknown;
    update_->state = model::delivery_state_name(ended.state);
    update_->next = NullableNumber(waits ? attempt.next_at : std::nullopt);
    update_->now = now.value;
    update_->finished_at = NullableNumber(waits ? std::nullopt : std::optional(now));
    update_->status = attempt.status;
    update_->error = attempt.error;
    update_->id = attempt.delivery.value;
    const bool asked = attempt.kind == AttemptKind::kLookUp;
    const long long uncounted = ended.counts == Deliveries::Ended::Counts::kNo ? 1 : 0;
    update_->sends = asked ? 0 : uncounted;
    update_->lookups = asked ? uncounted : 0;
    update_->from = asked ? "unknown" : "sending";
    // Somebody said meanwhile that it was not taken, and it is not sent again yet.
    const bool is_found = asked && ended.state == DeliveryState::kDelivered;
    update_->also_from = is_found ? "pending" : update_->from;
    update_->number = attempt.number;
    if (!update_->statement.execute(true)) return false;
    update_->statement.fetch();  // it is under way until it has told that this was the only row
    return true;
}

/// Of a lookup that has no say any more: what was decided meanwhile may go on.
void DeliveryEndings::end_asking(DeliveryId delivery) {
    const long long id = delivery.value;
    sql_ << "UPDATE deliveries SET asking = 0 WHERE id = :id", soci::use(id);
}

/// Whether the schedule is over while the ledger says that an attempt may have paid.
bool DeliveryEndings::hold_doubtful(const Deliveries::Ended& ended) {
    if (ended.state != DeliveryState::kDead || (!ended.cashback && !ended.reversal)) return false;
    const std::string table = ended.reversal ? "cashback_reversals" : "cashbacks";
    const long long number = ended.reversal ? ended.reversal.value : ended.cashback.value;
    std::string state;
    sql_ << "SELECT state FROM " + table + " WHERE id = :id", soci::use(number), soci::into(state);
    if (state != "unknown") return false;
    const long long id = ended.attempt.delivery.value;
    sql_ << "UPDATE deliveries SET state = 'unknown', finished_at = NULL WHERE id = :id",
        soci::use(id);
    return true;
}

}  // namespace eyed::catalog
