#pragma once

#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "catalog/number_page.h"
#include "model/calendar.h"

namespace eyed::catalog {

class Connection;

/// What was changed of calendar events, by whom, and what was before. Written by CalendarEvents
/// alone, never changed. Threads and errors: see Catalog.
class CalendarHistory {
  public:
    explicit CalendarHistory(Connection& connection) : connection_(connection) {}

    /// kNotFound.
    [[nodiscard]] Result<model::CalendarUpdate> by_id(CalendarUpdateId id);
    struct Filter {
        std::optional<CalendarEventId> event;
        std::optional<UserId> user;
        std::optional<Micros> from;
        std::optional<Micros> to;
        bool existing_only = false;  ///< of events that are still there
    };
    struct Found {
        std::vector<model::CalendarUpdate> rows;
        std::uint64_t count = 0;
    };
    /// Newest first. The previous values of a page take kMostPageBytes at most: those for which
    /// there is no room are empty; by_id() has them.
    [[nodiscard]] Result<Found> list(const Filter& filter, const NumberPage& page);
    static constexpr std::size_t kMostPageBytes = 4 * std::size_t{1024 * 1024};
    /// What is told of one event.
    struct Bounds {
        std::size_t updates = 0;
        std::size_t bytes = 0;  ///< of their previous values together
    };
    /// The newest of each event that are within the bounds, newest first: for a page of events. By
    /// event id. No more than that, and one, is held at any time.
    [[nodiscard]] Result<std::vector<model::CalendarUpdate>> of_events(
        const std::vector<CalendarEventId>& events, const Bounds& each);
    /// Whether the event is still there.
    [[nodiscard]] Result<bool> event_exists(CalendarEventId id);

  private:
    Connection& connection_;
};

}  // namespace eyed::catalog
