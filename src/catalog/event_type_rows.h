#pragma once

#include <soci/soci.h>

#include <string>
#include <vector>

#include "catalog/conditions.h"
#include "model/event_type.h"

namespace eyed::catalog {

/// The tables of event types, as their repository's sources share them.

/// Types with their senders, for which the conditions hold; `ending` orders and cuts them.
std::vector<model::EventType> select_types(soci::session& sql, const Conditions& conditions,
                                           const std::string& ending = {});
/// The one that the next change takes.
long long next_revision(soci::session& sql);
/// Keeps the type as it is now among its versions.
void keep_version(soci::session& sql, const model::EventType& type);

}  // namespace eyed::catalog
