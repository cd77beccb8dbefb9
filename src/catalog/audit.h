#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/row_page.h"
#include "model/audit.h"

namespace eyed::catalog {

class Connection;

/// Who changed what. Append-only: the database itself refuses to change or remove a line. A change
/// of the catalog and its line are one transaction: see append_audit() in audit_lines.h. Threads
/// and errors: see Catalog.
class Audit {
  public:
    explicit Audit(Connection& connection) : connection_(connection) {}

    struct Filter {
        std::optional<std::string> kind;
        std::optional<std::string> action;
        std::optional<std::int64_t> subject_id;
        std::optional<UserId> user;  ///< who changed it
        std::optional<Micros> from;  ///< at or after
        std::optional<Micros> to;    ///< before
    };
    struct Found {
        std::vector<model::AuditEntry> rows;
        bool more = false;
    };
    /// By id alone: a page's order is not looked at.
    [[nodiscard]] Result<Found> list(const Filter& filter, const RowPage& page = newest(100));
    /// The first page, newest first.
    static RowPage newest(std::uint32_t limit = 100) {
        return {.direction = RowPage::Direction::kDescending, .limit = limit};
    }

  private:
    Connection& connection_;
};

}  // namespace eyed::catalog
