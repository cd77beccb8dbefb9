#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "catalog/row_page.h"
#include "model/audit.h"
#include "model/delivery.h"

namespace eyed::catalog {

class Connection;

/// What is to leave the program, what has left it, and every attempt. A delivery of a cashback
/// or reversal takes the ledger along, in the same transaction (cashback_ledger.h). Threads and
/// errors: see Catalog.
class Deliveries {
  public:
    explicit Deliveries(Connection& connection);
    ~Deliveries();
    Deliveries(const Deliveries&) = delete;
    Deliveries& operator=(const Deliveries&) = delete;

    /// An event for a destination.
    struct New {
        DestinationId destination;
        EventId event;
        std::string order_key;
        std::string body;
    };
    struct Moved {
        DestinationId destination;
        Position from;
        Position to;
        std::uint64_t missed = 0;  ///< records that the log no longer had
    };
    /// Adds them and moves the cursors, in one transaction: each event once. A destination whose
    /// cursor is not at `from` any more (somebody reset it, or it is gone) gets none of its.
    [[nodiscard]] Status add_events(std::span<const New> deliveries, std::span<const Moved> cursors,
                                    Micros now);
    /// One that goes out once whatever the destination's state, for somebody to try it.
    [[nodiscard]] Result<model::Delivery> add_test(DestinationId destination, std::string body,
                                                   Micros now);

    /// How an attempt ended, and what becomes of its delivery.
    struct Ended {
        model::Attempt attempt;  ///< without id; its number is what `claim` said
        /// kDelivered, kPending (again at attempt.next_at), kUnknown (looked up at attempt.next_at,
        /// or held when there is none), kDead.
        model::DeliveryState state = model::DeliveryState::kDelivered;
        CashbackId cashback;  ///< as claimed
        ReversalId reversal;
        /// kNo: a stop cut it off, which its schedule does not count.
        enum class Counts : std::uint8_t { kYes, kNo };
        Counts counts = Counts::kYes;
    };
    struct Health {
        DestinationId destination;
        std::uint32_t failures = 0;
        std::optional<Micros> open_until;
    };
    /// The change of a destination's state by what it answered. Audited.
    struct Disabled {
        DestinationId destination;
        std::string reason;
    };
    /// An event of the program's own, for the log (catalog/outbox.h).
    struct Alert {
        std::string name;
        std::string data;  ///< JSON object
    };
    struct Want {
        DestinationId destination;
        std::uint32_t most = 0;
        model::Ordering ordering = model::Ordering::kFree;
        /// Tests alone: the destination is not active, or its circuit open.
        enum class Which : std::uint8_t { kAll, kTests };
        Which which = Which::kAll;
        std::string target;  ///< origin of its URL, for the ledger
    };
    struct Turn {
        std::span<const Ended> ended;
        std::span<const Health> health;
        std::span<const Disabled> disabled;
        std::span<const Alert> alerts;
        std::span<const Want> wants;
        Micros now;
    };
    struct Claimed {
        model::Delivery delivery;  ///< kSending, or kUnknown: it is to be looked up
        std::uint32_t number = 0;  ///< of the attempt that begins
    };
    /// One turn of the engine in one transaction: writes what ended, then claims what is due: from
    /// then on it counts as sent until its attempt has ended. Lookups that are due are claimed,
    /// too; whatever is decided while one is under way begins when it has ended. Oldest first; of
    /// an order key only the first that is not finished. Tests come first.
    [[nodiscard]] Result<std::vector<Claimed>> turn(const Turn& turn);
    /// At the start, before the first turn: what was claimed when the program died. By its
    /// destination it is pending again (kRepeat), or unknown: looked up after the delay, or held.
    /// Gives how many.
    [[nodiscard]] Result<std::uint64_t> recover(Micros now);

    struct Waiting {
        DestinationId destination;
        std::optional<Micros> next_at;  ///< the first that is due, or will be
        std::uint64_t open = 0;         ///< pending, sending, unknown; counted to kMostCounted
        std::uint64_t dead = 0;         ///< the same
    };
    static constexpr std::uint64_t kMostCounted = 100'000;
    /// For each destination, with few reads.
    [[nodiscard]] Result<std::vector<Waiting>> waiting();
    /// For one; nothing waits for one that is not there.
    [[nodiscard]] Result<Waiting> waiting(DestinationId id);
    /// The first that is due or will be, of each destination that has one: cheap.
    struct Due {
        DestinationId destination;
        Micros next_at;
    };
    [[nodiscard]] Result<std::vector<Due>> due();

    /// kNotFound.
    [[nodiscard]] Result<model::Delivery> by_id(DeliveryId id);
    [[nodiscard]] Result<model::Delivery> by_message(std::string_view message);
    [[nodiscard]] Result<std::vector<model::Delivery>> of_event(EventId event, std::uint32_t most);
    struct Filter {
        std::optional<DestinationId> destination;
        std::vector<model::DeliveryState> states;  ///< empty: all
        std::optional<EventId> event;
        std::optional<CashbackId> cashback;
        std::optional<Micros> from;  ///< created at or after
        std::optional<Micros> to;
        std::optional<int> last_status;
        enum class Which : std::uint8_t { kAll, kRetryable };
        Which which = Which::kAll;  ///< kRetryable: those that retry_all() would take
    };
    struct Found {
        std::vector<model::Delivery> rows;  ///< without bodies
        bool more = false;
    };
    [[nodiscard]] Result<Found> list(const Filter& filter, const RowPage& page);
    /// At most kMostCounted.
    [[nodiscard]] Result<std::uint64_t> count(const Filter& filter);

    /// Sends a dead or cancelled one again under its id, or a pending one at once; its schedule
    /// begins anew. Audited, as what follows. kNotFound; kConflict: it is delivered, under way or
    /// unknown, or it is of a cashback (those are retried there).
    [[nodiscard]] Result<model::Delivery> retry(DeliveryId id, const model::Change& change);
    /// The same of those that the filter finds, dead and pending ones alone, at most `limit`,
    /// oldest first. Gives how many.
    [[nodiscard]] Result<std::uint64_t> retry_all(const Filter& filter, std::uint32_t limit,
                                                  const model::Change& change);
    /// A pending or unknown one is not sent. kNotFound; kConflict.
    [[nodiscard]] Result<model::Delivery> cancel(DeliveryId id, const model::Change& change);
    /// Somebody's word on an unknown one: delivered, or to be sent again. kNotFound; kConflict.
    enum class Outcome : std::uint8_t { kDelivered, kNotDelivered };
    [[nodiscard]] Result<model::Delivery> resolve(DeliveryId id, Outcome outcome,
                                                  const std::string& note,
                                                  const model::Change& change);

    struct AttemptFilter {
        std::optional<DeliveryId> delivery;
        std::optional<DestinationId> destination;
        std::optional<model::AttemptOutcome> outcome;
        std::optional<Micros> from;
        std::optional<Micros> to;
    };
    struct FoundAttempts {
        std::vector<model::Attempt> rows;
        bool more = false;
    };
    [[nodiscard]] Result<FoundAttempts> attempts(const AttemptFilter& filter, const RowPage& page);
    /// kNotFound.
    [[nodiscard]] Result<model::Attempt> attempt(AttemptId id);

    /// The events are erased: what is not sent yet is cancelled, and no body or answer is kept.
    [[nodiscard]] Status erase_events(std::span<const EventId> events, Micros now);
    /// Removes what was finished before that and pays no cashback, at most `limit`, with its
    /// attempts. Gives how many.
    [[nodiscard]] Result<std::uint64_t> purge(Micros before, std::uint32_t limit);

  private:
    struct Kept;

    Connection& connection_;
    std::unique_ptr<Kept> kept_;  ///< the statements of turns; touched in their transactions alone
};

}  // namespace eyed::catalog
