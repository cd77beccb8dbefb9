#pragma once

#include <soci/soci.h>

#include <optional>

#include "catalog/cashback_ledger.h"

namespace eyed::catalog {

/// DeliverySteps of one transaction, made when the first delivery is of a cashback: most are of
/// none. Included by the room's sources alone.
class LazySteps {
  public:
    explicit LazySteps(soci::session& sql) : sql_(sql) {}
    /// Nothing for a delivery that is of no cashback.
    void note(const DeliveryStep& step) {
        if (!step.cashback && !step.reversal) return;
        if (!steps_) steps_.emplace(sql_);
        steps_->note(step);
    }

  private:
    soci::session& sql_;
    std::optional<DeliverySteps> steps_;
};

}  // namespace eyed::catalog
