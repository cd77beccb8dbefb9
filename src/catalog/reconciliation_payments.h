#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/reconciliation_match.h"
#include "catalog/reconciliations.h"

namespace eyed::catalog {

class Connection;

/// What a file is compared with: what was confirmed in its time, and what else its references name.
/// In steps, so that others get their turn. kInvalidArgument, `to: …`: more than `file.most`.
[[nodiscard]] Result<std::vector<OurPayment>> load_payments(Connection& connection,
                                                            const Reconciliations::New& file);

/// The queries that it asks, for a test of their plans: by time, by ids, by messages.
std::vector<std::string> payment_queries();

}  // namespace eyed::catalog
