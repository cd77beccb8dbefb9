#pragma once

#include <soci/soci.h>

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "model/cashback.h"
#include "model/delivery.h"

namespace eyed::catalog {

/// The ledger's one way in, for whoever changes a cashback within a transaction. Included by the
/// room's sources alone.

/// Where a cashback stands after one more entry. The only rule of states there is: a state that is
/// stored is what its ledger, read from the front, comes to.
struct Standing {
    model::CashbackState state = model::CashbackState::kNothingDue;
    model::Money earned;
    model::Money reversed;
    bool is_paid = false;
    bool may_be_paid = false;  ///< an attempt's outcome is unknown, and nobody has told since
};
Standing after(const Standing& standing, const model::LedgerEntry& entry);
Standing standing_of(std::span<const model::LedgerEntry> entries);

/// Appends the entry and stores the state of its cashback.
void append_entry(soci::session& sql, const model::LedgerEntry& entry);
void store_reversal_state(soci::session& sql, ReversalId id, model::ReversalState state);

/// What a step of a delivery means for the cashback or reversal that it pays or takes back. Called
/// by Deliveries for every delivery that names one, in the same transaction.
struct DeliveryStep {
    DeliveryId delivery;
    CashbackId cashback;
    ReversalId reversal;  ///< set: the delivery takes back
    /// Of each attempt kClaimed and then kDelivered, kFailed or kUnknown, whatever the delivery's
    /// policy makes of that; kGivenUp after it, when it was the last.
    enum class What : std::uint8_t { kClaimed, kDelivered, kFailed, kGivenUp, kUnknown, kRequeued };
    What what = What::kClaimed;
    /// Of kFailed: one that was sent says nothing of those before it, of which one may have paid.
    /// A lookup does, and so does somebody's decision.
    enum class Says : std::uint8_t { kThisAttempt, kAllAttempts };
    Says says = Says::kThisAttempt;
    Micros at;
    std::string target;                         ///< kClaimed: the origin of the target's URL
    std::optional<model::TargetAnswer> answer;  ///< of an attempt
    model::Actor by;                            ///< of a decision
    std::string note;
};
/// One for a transaction, whose statements are prepared once: batches are large.
class DeliverySteps {
  public:
    explicit DeliverySteps(soci::session& sql);
    ~DeliverySteps();
    DeliverySteps(const DeliverySteps&) = delete;
    DeliverySteps& operator=(const DeliverySteps&) = delete;
    void note(const DeliveryStep& step);

  private:
    struct Statements;
    soci::session& sql_;
    std::unique_ptr<Statements> statements_;
};

}  // namespace eyed::catalog
