#pragma once

#include <soci/soci.h>

#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "catalog/conditions.h"
#include "model/delivery.h"

namespace eyed::catalog {

/// The rows of destinations. Included by the room's sources alone.

/// `ending`: what follows the conditions. kCorrupt.
[[nodiscard]] Result<std::vector<model::Destination>> select_destinations(
    soci::session& sql, const Conditions& conditions, const std::string& ending = {});
/// kNotFound.
[[nodiscard]] Result<model::Destination> load_destination(soci::session& sql, DestinationId id);
/// Gives the id.
DestinationId insert_destination(soci::session& sql, const model::Destination& destination);
/// Writes fields, secrets, state with its reason, the circuit, revision and `updated_at`.
void update_destination(soci::session& sql, const model::Destination& destination);

}  // namespace eyed::catalog
