#pragma once

#include <soci/soci.h>

#include <string>
#include <vector>

#include "model/event_type.h"

namespace eyed::catalog {

/// The tables of event types, as their repository's sources share them.

/// What a query looks for; SOCI binds by reference, so it stays in one place.
struct TypeParameters {
    std::vector<std::string> texts;
    std::vector<long long> numbers;
};
/// Types with their senders: rows of a select with `tail`, whose parameters are first the texts,
/// then the numbers.
std::vector<model::EventType> select_types(soci::session& sql, const std::string& tail,
                                           const TypeParameters& parameters);
/// The one that the next change takes.
long long next_revision(soci::session& sql);
/// Keeps the type as it is now among its versions.
void keep_version(soci::session& sql, const model::EventType& type);

}  // namespace eyed::catalog
