#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "log/log.h"
#include "model/event.h"

namespace eyed::store {

/// A JSON scalar that a path of an event's data must equal. Text is compared as text, numbers by
/// value.
using Scalar = std::variant<std::nullptr_t, bool, std::int64_t, double, std::string>;

/// `data.<path>` equality: path segments are object keys or array indices.
struct DataMatch {
    std::vector<std::string> path;
    std::vector<Scalar>
        any_of;  ///< what the text of a query may mean: `5` is the number and the text "5"
};

/// Events that their type, merely observed, would have refused.
struct ViolationMatch {
    std::optional<model::Reason> reason;  ///< none: whatever the reason
};

/// Which events. Everything set must hold.
struct EventFilter {
    std::vector<ApplicationId> applications;  ///< any of; empty: all
    std::optional<std::string> category;
    std::optional<std::string> name;
    std::optional<Uuid> session;
    std::optional<Micros> from;     ///< timestamp at or after
    std::optional<Micros> to;       ///< timestamp before
    std::optional<EventId> min_id;  ///< at or above
    std::optional<EventId> max_id;  ///< at or below
    std::optional<ViolationMatch> violation;
    std::vector<DataMatch> data;
};

/// What a list is ordered by; ties are broken by id in the same direction, so every order is total.
enum class OrderBy { kId, kTimestamp };
enum class Direction { kAscending, kDescending };

/// Where a page begins: after this event in the list's order.
struct EventKey {
    Micros timestamp;
    EventId id;
};

struct EventPage {
    OrderBy order = OrderBy::kId;
    Direction direction = Direction::kDescending;
    std::uint32_t limit = 100;     ///< rows at most
    std::uint64_t byte_limit = 0;  ///< ends the page early once its data is over this; 0: none
    std::optional<EventKey> after;
};

struct SessionFilter {
    std::vector<ApplicationId> applications;  ///< that sent for it or made it; empty: all
    std::optional<Micros> from;               ///< last event at or after
    std::optional<Micros> to;                 ///< first event before
};
struct SessionKey {
    Micros last;
    Uuid session;
};
/// Sessions are listed by last time, newest first, then by session id.
struct SessionPage {
    std::uint32_t limit = 100;
    std::optional<SessionKey> after;
};
struct SessionRow {
    Uuid session;
    Micros first;  ///< earliest timestamp; when made, while it has no events
    Micros last;
    std::uint64_t events = 0;
};

/// Which refusals. Everything set must hold.
struct RejectionFilter {
    std::vector<ApplicationId> applications;
    std::optional<model::Reason> reason;
    std::optional<std::string> category;
    std::optional<std::string> name;
    std::optional<model::Dialect> dialect;
    std::optional<KeyId> key;
    std::optional<model::RejectionState> state;
    std::optional<std::uint32_t> type_version;
    std::optional<std::string> event_id;
    std::optional<std::string> message;  ///< a text within it, in whatever case
    std::optional<Micros> from;          ///< received at or after
    std::optional<Micros> to;
    std::optional<RejectionId> min_id;  ///< at or above
    std::optional<RejectionId> max_id;  ///< at or below
    std::vector<RejectionId> ids;       ///< any of; empty: all
};
/// By id.
struct RejectionPage {
    enum class Payload : std::uint8_t { kRead, kLeftOut };
    std::uint32_t limit = 100;
    std::uint64_t byte_limit = 0;
    std::optional<RejectionId> after;
    Direction direction = Direction::kDescending;
    Payload payload = Payload::kRead;
};

/// Refusals by what they have in common, and over time.
struct RejectionSummaryQuery {
    enum class Bucket : std::uint8_t { kFitting, kMinute, kHour, kDay };
    RejectionFilter filter;
    Bucket bucket = Bucket::kFitting;  ///< the smallest that gives a few hundred at most
    std::uint32_t groups = 100;        ///< at most: the largest
    std::uint32_t counts = 1000;       ///< at most: the latest
};
struct RejectionSummary {
    struct Group {
        model::Reason reason = model::Reason::kMalformed;
        std::string category;
        std::string name;
        std::uint64_t rejections = 0;
        std::uint64_t open = 0;
        Micros first;
        Micros last;
        RejectionId example;  ///< the latest
    };
    struct Count {
        Micros at;  ///< the bucket's start
        std::uint64_t rejections = 0;
        std::uint64_t open = 0;
    };
    std::uint64_t rejections = 0;
    std::uint64_t open = 0;
    std::vector<Group> groups;  ///< the largest first
    std::vector<Count> counts;  ///< in order of time; those that are not empty
    RejectionSummaryQuery::Bucket bucket = RejectionSummaryQuery::Bucket::kDay;
    bool truncated = false;  ///< there are more groups or counts
};

/// An event found by its sender's event_id.
struct EventTrace {
    EventId id;
    ApplicationId application;
    Micros received_at;
    RejectionId replays;
};

/// A page of rows and whether there is more after its last one.
template <class Row>
struct Rows {
    std::vector<Row> rows;
    bool more = false;
};

/// Events per bucket of time: the seed of analytics, and a figure of the bench.
struct CountByTime {
    EventFilter filter;
    std::chrono::seconds bucket{60};
};
struct TimeCount {
    Micros at;  ///< the bucket's start
    std::uint64_t events = 0;
};

/// An event type as events name it.
struct TypeName {
    std::string category;
    std::string name;
};
struct TypeCounts {
    std::uint64_t events = 0;
    std::uint64_t violations = 0;       ///< of these, taken though they do not fit (observed)
    std::uint64_t open_rejections = 0;  ///< refused, and not settled
    std::optional<Micros> last_seen;    ///< when the newest of the events was taken in
};

struct StoreState {
    Position applied;
    std::uint64_t events = 0;
    std::uint64_t open_rejections = 0;
    std::uint64_t bytes = 0;  ///< on disk
};

enum class ExportFormat { kNdjson, kCsv, kParquet };

/// The rows people query: a projection of the log. Reads are thread-safe and see only whole applied
/// batches; apply() and fold() are called by one thread, the projector's. After kUnavailable the
/// store heals by itself once the cause (disk full, database file damaged …) is gone, or says what
/// to do.
class EventStore {
  public:
    virtual ~EventStore() = default;

    /// Applies consecutive entries after applied() and moves the position, in one transaction:
    /// all or nothing. A gap moves the position alone. Bodies are copied. kCorrupt for a body that
    /// does not decode.
    [[nodiscard]] virtual Status apply(const std::vector<log::Entry>& entries) = 0;
    /// Called by the projector between batches and when idle: upkeep of the adapter's own files.
    [[nodiscard]] virtual Status fold() = 0;
    virtual Position applied() const = 0;

    [[nodiscard]] virtual Result<Rows<model::Event>> events(const EventFilter& filter,
                                                            const EventPage& page) = 0;
    /// kNotFound: never existed, erased, or of an application outside `applications` (empty: all).
    [[nodiscard]] virtual Result<model::Event> event(
        EventId id, const std::vector<ApplicationId>& applications) = 0;
    [[nodiscard]] virtual Result<Rows<SessionRow>> sessions(const SessionFilter& filter,
                                                            const SessionPage& page) = 0;
    /// kNotFound as for event().
    [[nodiscard]] virtual Result<SessionRow> session(
        const Uuid& id, const std::vector<ApplicationId>& applications) = 0;
    [[nodiscard]] virtual Result<Rows<model::Rejection>> rejections(const RejectionFilter& filter,
                                                                    const RejectionPage& page) = 0;
    [[nodiscard]] virtual Result<RejectionSummary> summarize(
        const RejectionSummaryQuery& query) = 0;
    /// Events with this event_id, by id, `limit` of them at most.
    [[nodiscard]] virtual Result<std::vector<EventTrace>> trace(
        const std::string& event_id, const std::vector<ApplicationId>& applications,
        std::uint32_t limit) = 0;
    [[nodiscard]] virtual Result<std::vector<TimeCount>> count_by_time(
        const CountByTime& count) = 0;

    /// For each of the types, in order. Events that were changed or erased in the last ten seconds
    /// may still count as what they were.
    [[nodiscard]] virtual Result<std::vector<TypeCounts>> type_counts(
        const std::vector<TypeName>& types, const std::vector<ApplicationId>& applications) = 0;

    /// Writes the events that match to a new file at `path`, by id. Gives how many.
    [[nodiscard]] virtual Result<std::uint64_t> export_events(const EventFilter& filter,
                                                              ExportFormat format,
                                                              const std::string& path) = 0;

    /// Walks all event ids in order, for verify: (id, hash of what the log would say of it).
    using Visit = std::function<Status(const model::Event&)>;
    [[nodiscard]] virtual Status visit_events(const Visit& visit) = 0;

    /// Runs a real query. kUnavailable says why not.
    [[nodiscard]] virtual Status check() = 0;
    virtual StoreState state() = 0;
};

}  // namespace eyed::store
