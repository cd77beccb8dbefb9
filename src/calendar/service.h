#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "calendar/draft.h"
#include "catalog/calendar_events.h"
#include "model/audit.h"
#include "model/calendar.h"

namespace eyed {
namespace catalog {
class Catalog;
class LabelNames;
}  // namespace catalog
}  // namespace eyed

namespace eyed::calendar {

struct ReadEvent;

/// How far ahead series are worked out, from now or from their start: upkeep moves it on.
inline constexpr std::chrono::microseconds kHorizon = std::chrono::hours(24 * 366 * 5);
/// How far ahead every series surely is: no window may end later.
inline constexpr std::chrono::microseconds kFarthest = kHorizon - std::chrono::hours(24 * 31);

/// Why Clashes::kRefuse keeps a change back.
inline constexpr std::string_view kLocationTaken =
    "The location is taken at that time. Add ?force=1 to keep both.";

/// The catalog's word on a field that names nothing, `location: …`, as a fault; nullopt: the error
/// is another.
std::optional<Fault> fault_of(const Error& error);

/// Of all events of one request together: what is over is refused.
inline constexpr std::size_t kMostOccurrencesAtOnce = 100'000;

/// Keeps the calendar: checks what people write, works out when it takes place, and stores both.
/// Thread-safe; every call may block on the disk, so never from an io thread. Errors of the catalog
/// pass through.
class Service {
  public:
    using Clashes = catalog::CalendarEvents::Clashes;
    using Saved = catalog::CalendarEvents::Saved;

    struct Options {
        Clashes clashes = Clashes::kTell;
        std::string zone = "UTC";  ///< of times that come without one
    };
    /// kInvalidArgument: there is no such zone.
    [[nodiscard]] static Result<Service> create(catalog::Catalog& catalog, const Clock& clock,
                                                Options options);

    const Zone& zone() const { return zone_; }

    /// What came of a change. With faults nothing was changed.
    struct Outcome {
        Saved saved;
        Faults faults;
    };
    /// `force` keeps what the setting would refuse.
    enum class Force : std::uint8_t { kNo, kYes };
    struct How {
        Force force = Force::kNo;
        /// The revisions that the change was made for; none: whichever. kPreconditionFailed: it is
        /// another by now.
        std::optional<std::vector<std::uint64_t>> revisions;
        model::Change change;

        bool fits(std::uint64_t revision) const {
            return !revisions || std::ranges::find(*revisions, revision) != revisions->end();
        }
    };

    [[nodiscard]] Result<Outcome> create_event(const Draft& draft, const How& how);
    /// The same for each, many in one transaction: it takes no further event when it has
    /// kRowsAtOnce occurrences, as others wait for it. An error leaves what came before.
    [[nodiscard]] Result<std::vector<Outcome>> create_events(std::span<const Draft> drafts,
                                                             const How& how);
    static constexpr std::size_t kRowsAtOnce = 10'000;
    /// kNotFound.
    [[nodiscard]] Result<Outcome> change_event(CalendarEventId id, const Draft& draft, Base base,
                                               const How& how);
    /// kNotFound.
    [[nodiscard]] Status remove_event(CalendarEventId id, const How& how);

    /// kNotFound: no such event, or it does not take place then.
    [[nodiscard]] Result<Outcome> change_occurrence(CalendarEventId id, Micros original_start,
                                                    const OccurrenceDraft& draft, const How& how);
    /// It does not take place. kNotFound, as above; kConflict: it is the only one, so that the
    /// event is to be removed.
    [[nodiscard]] Result<Outcome> cancel_occurrence(CalendarEventId id, Micros original_start,
                                                    const How& how);

    /// What an import made of one event of a file.
    struct Imported {
        static constexpr std::size_t kMostClashes = 5;
        enum class Verdict : std::uint8_t { kCreated, kUpdated, kUnchanged, kOlder, kFailed };
        Verdict verdict = Verdict::kFailed;
        std::string uid;
        std::string title;
        CalendarEventId event;                                ///< none: kFailed
        std::vector<catalog::CalendarEvents::Clash> clashes;  ///< the first kMostClashes
        std::vector<std::string> faults;
    };
    /// Each event by itself, by its UID: one that is there is updated unless its SEQUENCE is higher
    /// than the file's, but for what a file cannot say: its capacity, and the zone of whole days.
    /// Locations and categories are found by name, or made for what is taken. An error leaves what
    /// came before. kInvalidArgument: no iCalendar; kTooLarge.
    [[nodiscard]] Result<std::vector<Imported>> import(std::string_view file, const How& how);

    /// Works out to kHorizon the series that soon are short of it: for upkeep.
    [[nodiscard]] Status extend_series();

  private:
    Service(catalog::Catalog& catalog, const Clock& clock, Options options, Zone zone)
        : catalog_(&catalog), clock_(&clock), options_(std::move(options)), zone_(zone) {}

    Clashes clashes_for(Force force) const;
    Micros horizon(const model::CalendarFields& fields,
                   const std::vector<model::OccurrenceChange>& changes) const;
    /// The times of an event as it is to be, as far as they are kept.
    Result<catalog::CalendarEvents::Times> times_of(
        const model::CalendarFields& fields,
        const std::vector<model::OccurrenceChange>& changes) const;
    /// The same. kInvalidArgument, as a fault of `rrule`: more often than is kept.
    Result<catalog::CalendarEvents::Times> bounded_times_of(
        const model::CalendarFields& fields,
        const std::vector<model::OccurrenceChange>& changes) const;
    Result<catalog::CalendarEvents::Edited> edited(
        model::CalendarFields fields, std::vector<model::OccurrenceChange> changes) const;
    /// An event to be made; with faults it is of no use.
    Result<catalog::CalendarEvents::Creation> creation_of(const Draft& draft, Faults& faults) const;
    /// Adds to what one request makes. kInvalidArgument: it would be more than
    /// kMostOccurrencesAtOnce.
    static Status count_in(const catalog::CalendarEvents::Times& times, std::size_t& occurrences);
    /// The next of `drafts`, as many as there are `outcomes` being done.
    Status create_some(std::span<const Draft> drafts, const How& how,
                       std::vector<Outcome>& outcomes, std::size_t& occurrences);
    /// What a file makes of an event, within the transaction; says so in `imported`.
    Result<catalog::CalendarEvents::Edited> lay(ReadEvent& read, const model::CalendarEvent* known,
                                                catalog::LabelNames& labels, Imported& imported,
                                                std::size_t& occurrences) const;
    Status import_some(std::span<ReadEvent> events, std::span<Imported> imported, const How& how,
                       std::size_t& occurrences);

    catalog::Catalog* catalog_;
    const Clock* clock_;
    Options options_;
    Zone zone_;
};

}  // namespace eyed::calendar
