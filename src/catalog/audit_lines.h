#pragma once

#include <soci/soci.h>

#include "model/audit.h"

namespace eyed::catalog {

/// Adds a line within the transaction that makes the change. Included by the room's sources alone.
void append_audit(soci::session& sql, const model::AuditEntry& entry);

}  // namespace eyed::catalog
