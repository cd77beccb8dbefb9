#pragma once

#include <string>

#include "model/audit.h"
#include "model/calendar.h"

namespace soci {
class session;
}

namespace eyed::catalog {

/// Locations and categories by their names, within the transaction of CalendarEvents::put_all().
class LabelNames {
  public:
    LabelNames(soci::session& sql, const model::Change& change) : sql_(sql), change_(change) {}

    /// `known` if it has that name, else the first that has it, else a new one; ASCII case ignored.
    /// An empty name is none.
    LocationId location(const std::string& name, LocationId known);
    CategoryId category(const std::string& name, CategoryId known);

  private:
    soci::session& sql_;
    const model::Change& change_;
};

}  // namespace eyed::catalog
