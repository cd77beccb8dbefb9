#pragma once

#include <soci/soci.h>

#include <string>
#include <vector>

#include "catalog/conditions.h"
#include "model/audit.h"
#include "model/calendar.h"

namespace eyed::catalog {

/// The rows of calendar feeds. Included by the room's sources alone.

std::vector<model::Feed> select_feeds(soci::session& sql, const Conditions& conditions,
                                      const std::string& ending = {});
/// Removes those, each audited.
void remove_feeds(soci::session& sql, const Conditions& conditions, const model::Change& change);

}  // namespace eyed::catalog
