#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "catalog/conditions.h"
#include "catalog/connection.h"
#include "catalog/deliveries.h"
#include "catalog/row_page.h"

namespace eyed::catalog {

/// Reading deliveries and attempts by a filter. Included by the room's sources alone.

Conditions conditions_of(const Deliveries::Filter& filter);

/// Both ends included.
struct IdRange {
    std::int64_t first = 0;
    std::int64_t last = 0;
};
/// The ids that a page may have, in its order, some at a time: there may be millions of rows that a
/// filter passes over, and others are to get their turn with the connection.
class IdWindows {
  public:
    static constexpr std::int64_t kIds = 20'000;

    /// Of the rows that `table` has now; behind `page.after`, which may be gone.
    [[nodiscard]] static Result<IdWindows> create(Connection& connection, const std::string& table,
                                                  const RowPage& page);
    /// nullopt: there are no more.
    std::optional<IdRange> next();

  private:
    IdWindows(IdRange left, RowPage::Direction direction) : left_(left), direction_(direction) {}

    IdRange left_;
    RowPage::Direction direction_;
};
/// Adds that the id is in the range.
void add_range(Conditions& conditions, const IdRange& range);

}  // namespace eyed::catalog
