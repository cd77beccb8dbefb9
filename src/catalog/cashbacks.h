#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/ids.h"
#include "base/result.h"
#include "catalog/number_page.h"
#include "model/audit.h"
#include "model/cashback.h"

namespace eyed::catalog {

class Connection;

/// Cashbacks, their ledger and their reversals. Each change writes, in one transaction, the
/// ledger's entry, the state that it comes to (cashback_ledger.h), and the delivery that it causes:
/// the outbox of what leaves the program. Nothing here is ever edited or removed, but for what
/// Customers::erase takes. Threads and errors: see Catalog.
class Cashbacks {
  public:
    explicit Cashbacks(Connection& connection) : connection_(connection) {}

    /// What a customer has earned in the month of the sale by products of one type.
    using MonthSoFar = std::function<Result<model::Money>(ProductId)>;
    /// A purchase to be kept.
    struct New {
        model::Purchase purchase;
        model::Actor by;
        ApplicationId application;
        Micros received_at;
        model::Rounding rounding = model::Rounding::kHalfUp;
        std::string key;  ///< of an Idempotency-Key, as a digest; empty: none
        Hash128 digest;   ///< of customer, time and lines; keyed, for it outlives an erasure
        /// What each line earns. Runs within the transaction; must not call the catalog.
        std::function<Result<std::vector<model::EarnedLine>>(const MonthSoFar&)> compute;
    };
    struct Recorded {
        enum class Outcome : std::uint8_t { kNew, kKnown };
        Outcome outcome = Outcome::kNew;
        model::Cashback cashback;  ///< as it stands
        model::Customer customer;
    };
    /// Keeps each, or finds it: by its key, or, without one, by its digest. In one transaction: one
    /// wait for the disk. One that is refused leaves no trace and keeps no other back: kConflict,
    /// the key stands for another purchase; what `compute` gives. Customers are made, or take the
    /// name that came last. What is due becomes a pending delivery of the destination of kind
    /// cashback (kUnavailable for all: there is none).
    [[nodiscard]] Result<std::vector<Result<Recorded>>> record_all(std::span<const New> purchases);
    /// For a simulation: kNotFound customers have earned nothing.
    [[nodiscard]] Result<model::Money> month_so_far(const std::string& document, ProductId product,
                                                    Micros sold_at);

    [[nodiscard]] Result<model::Cashback> by_id(CashbackId id);
    [[nodiscard]] Result<std::vector<model::LedgerEntry>> ledger(CashbackId id);  ///< oldest first
    [[nodiscard]] Result<std::vector<model::Reversal>> reversals(CashbackId id);
    [[nodiscard]] Result<model::Reversal> reversal(ReversalId id);

    struct Filter {
        std::vector<model::CashbackState> states;  ///< empty: all
        std::optional<CustomerId> customer;
        std::optional<std::string> document;
        std::vector<ApplicationId> applications;  ///< that sent the purchases; empty: all
        std::optional<std::string> target;
        std::optional<Micros> received_from;  ///< at or after
        std::optional<Micros> received_to;    ///< before
        std::optional<Micros> sold_from;
        std::optional<Micros> sold_to;
        std::optional<model::Money> least;   ///< earned, at least
        std::optional<bool> settlement_due;  ///< somebody has to settle a reversal of it, or to say
                                             ///< whether it was taken back
    };
    enum class Order : std::uint8_t { kNewest, kOldest, kSoldNewest, kSoldOldest, kMost, kLeast };
    struct Row {
        model::Cashback cashback;
        model::Customer customer;
    };
    struct Found {
        std::vector<Row> rows;
        std::uint64_t count = 0;
    };
    /// Without their lines, as the next.
    [[nodiscard]] Result<Found> list(const Filter& filter, Order order, const NumberPage& page);
    /// The next `limit` with an id above `after`, by id: for exports.
    [[nodiscard]] Result<std::vector<Row>> after(const Filter& filter, CashbackId after,
                                                 std::uint32_t limit);

    /// Sends a failed one again, or a pending one at once; one that is due already is left as it
    /// is. kNotFound; kConflict: it is in another state (the detail says in which, and what can be
    /// done).
    [[nodiscard]] Result<model::Cashback> retry(CashbackId id, const model::Change& change);
    /// The same of those that a filter finds and that failed, at most `limit`, oldest first. Gives
    /// how many.
    [[nodiscard]] Result<std::uint64_t> retry_all(const Filter& filter, std::uint32_t limit,
                                                  const model::Change& change);
    /// Somebody's word on one of unknown outcome. The ledger keeps `note` for ever, as that of
    /// settle(): it must name nobody. kNotFound; kConflict: it is not unknown.
    enum class Outcome : std::uint8_t { kPaid, kNotPaid };
    [[nodiscard]] Result<model::Cashback> resolve(CashbackId id, Outcome outcome,
                                                  const std::string& note,
                                                  const model::Change& change);

    struct NewReversal {
        std::vector<model::ReturnedLine> lines;  ///< amounts are not looked at; empty: all there is
        std::string reason;
        ApplicationId application;  ///< whose `key` it is
        std::string key;            ///< of an Idempotency-Key, as a digest; empty: none
        Hash128 digest;             ///< of cashback and lines
        /// What becomes of a reversal of what was paid: none, it is settled between the parties.
        enum class Takeback : std::uint8_t { kSettled, kForwarded };
        Takeback takeback = Takeback::kSettled;
        /// `cancel`: kConflict where it was paid already.
        enum class Stage : std::uint8_t { kAny, kBeforePayment };
        Stage stage = Stage::kAny;
        /// What is taken back for a line of which `before` pieces were returned already, and now
        /// `now` more. Pure (cashback/rules.h).
        std::function<model::Money(const model::EarnedLine&, std::uint32_t before,
                                   std::uint32_t now)>
            amount_of;
    };
    struct Reversed {
        enum class Outcome : std::uint8_t { kNew, kKnown };
        Outcome outcome = Outcome::kNew;
        model::Cashback cashback;
        model::Reversal reversal;
    };
    /// Before the payment, what is due falls, and the delivery is replaced by one of the rest, or
    /// by none; after it, the amount is to be taken back. kNotFound; kInvalidArgument, `lines: …`:
    /// no such line, or more pieces than are left of it; kConflict: the payment is under way or its
    /// outcome unknown, nothing is left to reverse, there are kMostReversals, the key stands for
    /// another reversal, see Stage.
    static constexpr std::size_t kMostReversals = 1'000;  ///< of one cashback
    [[nodiscard]] Result<Reversed> reverse(CashbackId id, const NewReversal& reversal,
                                           const model::Change& change);
    /// Somebody's word that a reversal was settled between the parties. kNotFound; kConflict: it
    /// needs no settlement.
    [[nodiscard]] Result<model::Reversal> settle(ReversalId id, const std::string& note,
                                                 const model::Change& change);

    struct Total {
        Micros day;  ///< midnight UTC
        model::CashbackState state = model::CashbackState::kPending;
        std::string target;
        std::uint64_t count = 0;
        model::Money total;  ///< of the purchases
        model::Money earned;
        model::Money reversed;
    };
    enum class By : std::uint8_t { kReceived, kSold };
    /// Totals by day, state and target, newest day first, of what `applications` sent (empty: of
    /// all); at most `limit` rows. In steps, a day each, so that others get their turn.
    [[nodiscard]] Result<std::vector<Total>> totals(
        By by, Micros from, Micros to, std::uint32_t limit,
        const std::vector<ApplicationId>& applications = {});
    /// How many are pending, sent, unknown or failed, and how much is due of them: for metrics.
    struct StateTotal {
        model::CashbackState state = model::CashbackState::kPending;
        std::uint64_t count = 0;
        model::Money due;
    };
    [[nodiscard]] Result<std::vector<StateTotal>> state_totals();

  private:
    Connection& connection_;
};

}  // namespace eyed::catalog
