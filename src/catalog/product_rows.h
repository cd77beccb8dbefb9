#pragma once

#include <soci/soci.h>

#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/conditions.h"
#include "model/cashback.h"

namespace eyed::catalog {

/// Rows of products. Included by the room's sources alone.

std::vector<model::Product> select_products(soci::session& sql, const Conditions& conditions,
                                            const std::string& ending = {});
/// kNotFound.
[[nodiscard]] Result<model::Product> find_product(soci::session& sql, ProductId id);

}  // namespace eyed::catalog
