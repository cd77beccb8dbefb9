#pragma once

#include <soci/soci.h>

#include <string>
#include <vector>

#include "model/cashback.h"

namespace eyed::catalog {

/// What is kept of customers beside their own row. Included by the room's sources alone.

/// Takes it away: all that shows the document, with or without dots and dash, or a name. Each table
/// is passed over once, by an index. Digests stay: they are keyed (cashback/service.h).
void erase_traces(soci::session& sql, const model::Customer& customer);

/// The updates that do it, with `:id`, `:digits` and `:formatted`: for a test of their plans.
std::vector<std::string> trace_queries();

}  // namespace eyed::catalog
