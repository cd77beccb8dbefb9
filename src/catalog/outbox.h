#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"

namespace eyed::catalog {

class Connection;

/// Events that a change of the catalog causes: written in the same transaction as the change, and
/// taken out once the log has them. The log knows each by its id, so that one that is sent twice
/// becomes one event. Threads and errors: see Catalog.
class Outbox {
  public:
    explicit Outbox(Connection& connection) : connection_(connection) {}

    struct Entry {
        std::int64_t number = 0;  ///< rises in the order of the changes
        Uuid id;                  ///< becomes the event's `event_id`
        std::string application;  ///< the installation's application of that name sends it
        std::string category;
        std::string name;
        std::string data;  ///< JSON object
        Micros at;
    };
    /// The oldest, at most `limit`.
    [[nodiscard]] Result<std::vector<Entry>> first(std::size_t limit);
    /// The oldest up to that number.
    [[nodiscard]] Status remove_through(std::int64_t number);
    [[nodiscard]] Result<std::uint64_t> size();

  private:
    Connection& connection_;
};

}  // namespace eyed::catalog
