#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "catalog/calendar_search.h"
#include "catalog/number_page.h"
#include "model/audit.h"
#include "model/calendar.h"

namespace eyed::catalog {

class Connection;
class LabelNames;

/// The events of the calendar, the times they take place, and the search over them. Each change
/// writes, in one transaction, the event, its occurrences, the line of its history and the entry of
/// the outbox that tells the log. Threads and errors: see Catalog.
class CalendarEvents {
  public:
    explicit CalendarEvents(Connection& connection) : connection_(connection) {}

    /// The times an event takes place, as far as they were worked out (calendar/occurrences.h).
    struct Times {
        std::vector<model::Occurrence> rows;  ///< those of `event` itself; `event` is not looked at
        /// All that start before it are in `rows`; none: all there are.
        std::optional<Micros> until;
    };
    /// What becomes of an event at a location that is taken at the time. Cancelled ones take none.
    enum class Clashes : std::uint8_t {
        kAllow,   ///< not looked for
        kTell,    ///< looked for and told
        kRefuse,  ///< told, and refused where the event was not at that time and place before
    };
    struct Clash {
        CalendarEventId event;
        std::string title;
        Micros start;
        Micros end;
        std::string zone;
    };
    static constexpr std::size_t kMostClashes = 20;  ///< that are told

    struct Saved {
        model::CalendarEvent event;  ///< as it is now; when refused as it was (or empty)
        std::vector<Clash> clashes;  ///< by start
        bool refused = false;        ///< Clashes::kRefuse, and there are some
    };
    static constexpr std::size_t kMostOwnBytes = 2 * std::size_t{1024 * 1024};
    struct New {
        model::CalendarFields fields;
        std::string uid;
        std::uint32_t sequence = 0;
        std::vector<model::OccurrenceChange> changes;
    };
    /// kInvalidArgument, with the field's name before a colon: there is no such location or
    /// category, or the texts of single occurrences take more than kMostOwnBytes; kConflict: the
    /// uid is taken.
    [[nodiscard]] Result<Saved> create(const New& event, const Times& times, Clashes clashes,
                                       const model::Change& change);
    struct Creation {
        New event;
        Times times;
    };
    /// The same for each, in one transaction: one wait for the disk. One that is refused leaves no
    /// trace and does not keep the others back; they see those before them.
    [[nodiscard]] Result<std::vector<Result<Saved>>> create_all(const std::vector<Creation>& events,
                                                                Clashes clashes,
                                                                const model::Change& change);

    /// What an edit makes of an event.
    struct Edited {
        model::CalendarFields fields;
        std::vector<model::OccurrenceChange> changes;
        Times times;
        std::optional<std::uint32_t> sequence;  ///< as imported; none: raised as model says
        /// Of the history: `changed`, `occurrence_changed`, `occurrence_cancelled`.
        std::string action = "changed";
        std::optional<Micros> occurrence;
    };
    /// Runs within the transaction, on the event as it is: two editors cannot lose each other's
    /// work. An error changes nothing. It must not call the catalog, which waits for it.
    using Edit = std::function<Result<Edited>(const model::CalendarEvent&)>;
    /// An edit that changes neither fields nor occurrences leaves no trace (its times are not
    /// looked at; a sequence of its own is kept quietly). Clashes are always told, but refuse only
    /// an edit of time, place or status. People who wait move up when there is room then.
    /// kNotFound; what `edit` gives; see create().
    [[nodiscard]] Result<Saved> change(CalendarEventId id, const Edit& edit, Clashes clashes,
                                       const model::Change& change);
    /// What becomes of the event of a UID, which may be there or not: as with an Edit, on the event
    /// as it is (null: there is none). Labels that it makes go with what is not kept.
    using Lay =
        std::function<Result<Edited>(const model::CalendarEvent* known, LabelNames& labels)>;
    struct Put {
        std::string uid;
        Lay lay;
    };
    /// As create() or change(), each by itself, in one transaction as create_all().
    [[nodiscard]] Result<std::vector<Result<Saved>>> put_all(const std::vector<Put>& events,
                                                             Clashes clashes,
                                                             const model::Change& change);
    /// The event, its occurrences and attendees; its history stays. `check` may refuse it.
    /// kNotFound.
    using Check = std::function<Status(const model::CalendarEvent&)>;
    [[nodiscard]] Status remove(CalendarEventId id, const Check& check,
                                const model::Change& change);

    /// kNotFound.
    [[nodiscard]] Result<model::CalendarEvent> by_id(CalendarEventId id);
    [[nodiscard]] Result<model::CalendarEvent> by_uid(std::string_view uid);

    struct Filter {
        std::optional<Micros> from;  ///< takes place, in part at least, after this
        std::optional<Micros> to;    ///< … and before this
        std::optional<LocationId> location;
        std::optional<CategoryId> category;
        std::optional<model::EventStatus> status;
        std::vector<SearchTerm> search;  ///< all must be found; empty: no search
    };
    enum class Order : std::uint8_t {
        kStartDescending,
        kStartAscending,
        kTitle,
        kUpdatedDescending,
        kBestMatch,  ///< of a search; else kStartDescending
    };
    /// Of a search that finds more, kBestMatch is the newest made first: to weigh each would take
    /// longer than a word that so many have is worth.
    static constexpr std::uint64_t kMostRanked = 2'000;
    struct Found {
        std::vector<model::CalendarEvent> rows;  ///< without their `changes`
        std::uint64_t count = 0;                 ///< on all pages
    };
    /// Each event once, however often it takes place within the window.
    [[nodiscard]] Result<Found> list(const Filter& filter, Order order, const NumberPage& page);
    struct Hits {
        std::vector<model::CalendarEvent> rows;  ///< without their `changes`
        bool more = false;                       ///< there is a page after this
    };
    /// The same by kBestMatch, for a filter with a search, faster: what is found is not counted.
    [[nodiscard]] Result<Hits> search(const Filter& filter, const NumberPage& page);

    struct FoundOccurrence {
        model::Occurrence occurrence;
        /// As it is this time: start, end, status, location, title and description in its fields
        /// are the occurrence's, and `changes` holds that of this occurrence alone, if any.
        model::CalendarEvent event;
    };
    struct FoundOccurrences {
        std::vector<FoundOccurrence> rows;
        std::uint64_t count = 0;
    };
    /// By start, earliest first; cancelled occurrences (not: of status cancelled) are no more.
    [[nodiscard]] Result<FoundOccurrences> occurrences(const Filter& filter,
                                                       const NumberPage& page);
    /// Those of one event. kNotFound.
    [[nodiscard]] Result<FoundOccurrences> occurrences_of(CalendarEventId id, const Filter& filter,
                                                          const NumberPage& page);

    /// kNotFound: no such event, or it does not take place then.
    [[nodiscard]] Result<FoundOccurrence> occurrence(CalendarEventId id, Micros original_start);

    /// Every event that a feed shows, by start, at most `limit`.
    [[nodiscard]] Result<std::vector<model::CalendarEvent>> for_feed(const Filter& filter,
                                                                     std::size_t limit);

    /// Series worked out to less than `horizon`, by id, after that one, at most `limit`. One that
    /// has as many occurrences as are ever worked out stays short: go on behind it.
    [[nodiscard]] Result<std::vector<model::CalendarEvent>> short_of(Micros horizon,
                                                                     CalendarEventId after,
                                                                     std::size_t limit);
    /// Replaces the times of an event by those that were worked out further. Nothing is done where
    /// they are not, and where the event was changed since `revision` or is gone. No history.
    [[nodiscard]] Status extend(CalendarEventId id, std::uint64_t revision, const Times& times);

    /// How many events there are.
    [[nodiscard]] Result<std::uint64_t> count();

  private:
    Connection& connection_;
};

}  // namespace eyed::catalog
