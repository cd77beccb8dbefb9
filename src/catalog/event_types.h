#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "model/event_type.h"

namespace eyed::catalog {

class Connection;

/// Event types: unique on (category, name), told apart by case. Threads and errors: see Catalog.
class EventTypes {
  public:
    explicit EventTypes(Connection& connection) : connection_(connection) {}

    struct New {
        ApplicationId application;
        std::string category;
        std::string name;
        Micros first_seen;
    };
    /// For each wanted type, in order: the one that is there, or that was made now; nullopt when
    /// its application has `limit` types already. One transaction, each type exactly once however
    /// many ask at the same time, from whatever process.
    [[nodiscard]] Result<std::vector<std::optional<model::EventType>>> create_if_absent(
        const std::vector<New>& wanted, std::uint32_t limit_per_application);

    /// All that changed after `revision` (0: all), by revision. The last one's is what to ask with
    /// next.
    [[nodiscard]] Result<std::vector<model::EventType>> changes_since(std::uint64_t revision);
    /// kNotFound.
    [[nodiscard]] Result<model::EventType> by_id(EventTypeId id);

    enum class OrderBy { kCategoryName, kName, kFirstSeen, kUpdatedAt };
    struct Page {
        std::optional<std::string> category;      ///< equal
        std::optional<std::string> name;          ///< equal
        std::vector<ApplicationId> applications;  ///< one of them sent it first; none: any
        std::string search;                       ///< within category or name, ASCII case ignored
        OrderBy order = OrderBy::kCategoryName;
        enum class Direction { kAscending, kDescending } direction = Direction::kAscending;
        std::uint32_t limit = 100;
        std::uint64_t offset = 0;
    };
    struct Found {
        std::vector<model::EventType> rows;
        std::uint64_t total = 0;  ///< that match, on all pages
    };
    [[nodiscard]] Result<Found> list(const Page& page);

    struct Edit {
        EventTypeId id;
        std::optional<std::string> example;  ///< JSON text (the caller has checked it); none: off
        UserId by;
        Micros at;
    };
    /// Sets the example (mode kEnforce) or clears it (kOff). The type as it is now. kNotFound.
    [[nodiscard]] Result<model::EventType> set_example(const Edit& edit);

  private:
    Connection& connection_;
};

}  // namespace eyed::catalog
