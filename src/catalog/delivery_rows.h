#pragma once

#include <soci/soci.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "catalog/columns.h"
#include "catalog/conditions.h"
#include "model/audit.h"
#include "model/delivery.h"

namespace eyed::catalog {

/// The rows of deliveries, and what whoever causes deliveries does to them within a transaction of
/// its own. Included by the room's sources alone.

struct NewDelivery {
    DestinationId destination;
    CashbackId cashback;
    ReversalId reversal;
    std::string order_key;
    std::string body;
    Micros at;
    EventId event = {};
    bool is_test = false;
};
/// Inserts deliveries with a statement that is prepared once: for a batch. Lives no longer than the
/// transaction.
class DeliveryInserts {
  public:
    explicit DeliveryInserts(soci::session& sql);
    ~DeliveryInserts();
    DeliveryInserts(const DeliveryInserts&) = delete;
    DeliveryInserts& operator=(const DeliveryInserts&) = delete;
    /// A pending delivery, due at once, under a new message id.
    DeliveryId insert(const NewDelivery& delivery);
    /// The message id of the one that was inserted last.
    const std::string& message() const;

  private:
    struct Statement;
    std::unique_ptr<Statement> statement_;
};
/// The same of one alone.
DeliveryId insert_delivery(soci::session& sql, const NewDelivery& delivery);
/// Takes back a pending or dead one: false when it is in another state by now.
bool cancel_delivery(soci::session& sql, DeliveryId id, Micros at);
/// Makes it pending and due at once, its schedule anew: whatever its state, so look at it before.
void requeue_delivery(soci::session& sql, DeliveryId id, Micros at);
/// Somebody's word on what became of one that is unknown, waits to be repeated, or is not repeated
/// any more: delivered, dead or cancelled. False when it is in another state by now.
bool resolve_delivery(soci::session& sql, DeliveryId id, model::DeliveryState state, Micros at);
/// kUnavailable: there is none of that kind.
[[nodiscard]] Result<DestinationId> destination_of_kind(soci::session& sql,
                                                        model::DestinationKind kind);
/// kNotFound.
[[nodiscard]] Result<model::Delivery> load_delivery(soci::session& sql, DeliveryId id);

/// Bodies are as large as events: lists do without.
enum class Bodies : std::uint8_t { kWith, kWithout };
/// `ending`: what follows the conditions.
std::vector<model::Delivery> select_deliveries(soci::session& sql, const Conditions& conditions,
                                               Bodies bodies, const std::string& ending = {});

/// One row on its way out: for statements that give deliveries.
struct DeliveryRow {
    /// In the order in which into() takes them.
    static std::string columns(Bodies bodies);
    void into(soci::statement& statement);
    model::Delivery delivery() const;

    long long id = 0;
    long long destination = 0;
    long long is_test = 0;
    long long created_at = 0;
    long long attempts = 0;
    long long sends = 0;
    long long lookups = 0;
    long long last_status = 0;
    NullableNumber next_at;
    NullableNumber event;
    NullableNumber cashback;
    NullableNumber reversal;
    NullableNumber finished_at;
    std::string state;
    std::string message;
    std::string order_key;
    std::string last_error;
    std::string body;
};

/// `'pending', 'sending', 'unknown'`: not finished. As in the index deliveries_open.
inline constexpr std::string_view kOpenStates = "'pending', 'sending', 'unknown'";

/// Ordering by key: a pending delivery that waits for another one of its key is parked, without
/// `next_at`, so that nobody looks at it again until it is the first. Whatever finishes a delivery
/// calls this: the next of its key is due then. Nothing for an empty key, which orders nothing. Its
/// statement is prepared once: for a batch.
class Unparking {
  public:
    explicit Unparking(soci::session& sql);
    ~Unparking();
    Unparking(const Unparking&) = delete;
    Unparking& operator=(const Unparking&) = delete;
    void next(DestinationId destination, const std::string& order_key, Micros at);

  private:
    struct Statement;
    soci::session& sql_;
    std::unique_ptr<Statement> statement_;
};
/// The same of one alone.
void unpark_next(soci::session& sql, DestinationId destination, const std::string& order_key,
                 Micros at);
/// All of the destination: when its ordering changes.
void unpark_all(soci::session& sql, DestinationId destination, Micros at);

/// Removes those that meet the conditions, with their attempts, at most `limit`. Gives how many.
std::uint64_t remove_deliveries(soci::session& sql, const Conditions& conditions,
                                std::uint32_t limit);
inline constexpr std::uint32_t kRemovedAtOnce = 500;

/// A line of the audit log.
void append_delivery_line(soci::session& sql, const model::Delivery& delivery,
                          const std::string& action, const std::string& details,
                          const model::Change& change);

}  // namespace eyed::catalog
