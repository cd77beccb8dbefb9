#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/reconciliations.h"

namespace eyed::catalog {

/// A payment as we know it.
struct OurPayment {
    CashbackId cashback;
    std::string document;  ///< empty: its customer was erased
    std::string message;   ///< of its delivery
    model::Money amount;
    Micros at;  ///< of the confirmation
    /// Whether it is compared: paid, and within the time in question. Others are known by their
    /// references alone.
    bool is_compared = true;
    bool is_paid = true;
    std::string state;  ///< of one that is not paid: what it is instead
};

/// A reference as it is compared: without the prefix and the hyphens of an id, in lower case.
std::string plain_reference(std::string_view reference);

/// Compares a file with what we have, as Reconciliations::create says: the lines of the file in
/// their order, and behind them what is missing there, by time. Time is n log n.
std::vector<Reconciliations::Line> match_payments(
    const std::vector<Reconciliations::TheirLine>& theirs, const std::vector<OurPayment>& ours);

}  // namespace eyed::catalog
