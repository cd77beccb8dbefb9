#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "catalog/number_page.h"
#include "model/audit.h"
#include "model/calendar.h"

namespace eyed::catalog {

class Connection;

/// Who comes to calendar events. Each change is in the outbox (`attendee_registered`,
/// `attendee_waiting`, `attendee_cancelled`, `attendee_moved_up`: ids and counts, no name and no
/// address). Threads and errors: see Catalog.
class Attendees {
  public:
    explicit Attendees(Connection& connection) : connection_(connection) {}

    struct New {
        std::string name;
        std::string email;
    };
    /// Registered, or waiting when the event is full. Who cancelled and comes again is at the end
    /// of the queue. kNotFound: no such event; kConflict: this address is registered or waiting, or
    /// the event is cancelled.
    [[nodiscard]] Result<model::Attendee> add(CalendarEventId event, const New& attendee,
                                              const model::Change& change);
    struct Cancelled {
        model::Attendee attendee;
        std::vector<model::Attendee> moved_up;  ///< who waited and has their place now
    };
    /// Again: nothing changes. kNotFound.
    [[nodiscard]] Result<Cancelled> cancel(CalendarEventId event, AttendeeId id,
                                           const model::Change& change);
    /// Removes and overwrites name and address: a person's wish. What the file may keep of them all
    /// the same: docs/internals/catalog.md, "Removal". Whoever comes or waits cancels first, as by
    /// cancel(). kNotFound.
    [[nodiscard]] Status erase(CalendarEventId event, AttendeeId id, const model::Change& change);

    /// kNotFound.
    [[nodiscard]] Result<model::Attendee> by_id(CalendarEventId event, AttendeeId id);
    struct Filter {
        std::optional<model::AttendeeState> state;
        std::string search;  ///< within name and address, ASCII case ignored
    };
    struct Found {
        std::vector<model::Attendee> rows;
        std::uint64_t count = 0;
    };
    /// In the order of the queue. kNotFound: no such event.
    [[nodiscard]] Result<Found> list(CalendarEventId event, const Filter& filter,
                                     const NumberPage& page);

  private:
    Connection& connection_;
};

}  // namespace eyed::catalog
