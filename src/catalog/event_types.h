#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "model/audit.h"
#include "model/event_type.h"

namespace eyed::catalog {

class Connection;

/// Event types: unique on (category, name), told apart by case. Every change of one makes its next
/// version, which is kept, and a line of the audit log. Threads and errors: see Catalog.
class EventTypes {
  public:
    explicit EventTypes(Connection& connection) : connection_(connection) {}

    struct New {
        ApplicationId application;
        std::string category;
        std::string name;
        Micros first_seen;
    };
    /// For each wanted type, in order: the one that is there, or that was made now, with the
    /// application among its senders; nullopt when it had to be made and its application has
    /// `limit` types already. One transaction, each type exactly once however many ask at the same
    /// time, from whatever process.
    [[nodiscard]] Result<std::vector<std::optional<model::EventType>>> create_if_absent(
        const std::vector<New>& wanted, std::uint32_t limit_per_application);

    /// All that changed after `revision` (0: all), by revision. The last one's is what to ask with
    /// next. Another sender is no change.
    [[nodiscard]] Result<std::vector<model::EventType>> changes_since(std::uint64_t revision);
    /// kNotFound.
    [[nodiscard]] Result<model::EventType> by_id(EventTypeId id);

    enum class OrderBy { kCategoryName, kName, kFirstSeen, kUpdatedAt };
    struct Page {
        std::optional<std::string> category;      ///< equal
        std::optional<std::string> name;          ///< equal
        std::optional<model::CheckMode> mode;     ///< equal
        std::vector<ApplicationId> applications;  ///< that one of them sends; none: any
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

    /// What is not set stays. An inner nullopt takes the example or the schema away.
    struct Change {
        EventTypeId id;
        model::Actor by;
        Micros at;
        std::optional<std::uint32_t> expected_version;
        std::optional<std::string> description;
        std::optional<model::CheckMode> mode;
        std::optional<std::optional<std::string>> example;  ///< JSON text, which the caller checked
        std::optional<std::optional<std::string>> schema;   ///< the same
    };
    /// The type as it is now. One of example and schema takes the other's place. Without a mode:
    /// the first of either begins to be observed, the last one's going turns the checks off, else
    /// the mode stays. A change that changes nothing makes no version. kNotFound; kConflict: the
    /// type has another version than expected; kInvalidArgument: a mode other than off without
    /// anything to check against, or an example and a schema at once.
    [[nodiscard]] Result<model::EventType> change(const Change& change);

    struct VersionPage {
        std::uint32_t limit = 100;
        /// Ends the page early, with one row at least: examples and schemas are long.
        std::uint64_t byte_limit = UINT64_MAX;
        std::optional<std::uint32_t> after;  ///< begins with the one before this version
    };
    struct Versions {
        std::vector<model::EventTypeVersion> rows;
        bool more = false;
    };
    /// Newest first; none for a type that is not there.
    [[nodiscard]] Result<Versions> versions(EventTypeId id, const VersionPage& page);

  private:
    Connection& connection_;
};

}  // namespace eyed::catalog
