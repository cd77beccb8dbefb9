// What people decide about deliveries.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "catalog/audit_lines.h"
#include "catalog/columns.h"
#include "catalog/connection.h"
#include "catalog/deliveries.h"
#include "catalog/delivery_filters.h"
#include "catalog/delivery_rows.h"

namespace eyed::catalog {
namespace {

using model::DeliveryState;

/// How many are retried in one transaction, so that others get their turn.
constexpr std::uint32_t kRetriedAtOnce = 1'000;

std::string state_sentence(const model::Delivery& delivery, std::string_view what) {
    return fmt::format("The delivery is {}: {}", model::delivery_state_name(delivery.state), what);
}

/// kNotFound; kConflict: ledger and delivery of a cashback change together.
Result<model::Delivery> load_changeable(soci::session& sql, DeliveryId id) {
    EYED_ASSIGN(auto delivery, load_delivery(sql, id));
    if (delivery.cashback || delivery.reversal)
        return failure(Code::kConflict,
                       "The delivery is of a cashback: decide at the cashback, which keeps both "
                       "in step.");
    return delivery;
}

Status refuse_erased(soci::session& sql, DeliveryId id) {
    const long long number = id.value;
    long long erased = 0;
    sql << "SELECT erased FROM deliveries WHERE id = :id", soci::use(number), soci::into(erased);
    if (erased == 0) return {};
    return failure(Code::kConflict, "The event was erased: there is nothing to send any more.");
}

bool has_state(const model::Delivery& delivery, std::initializer_list<DeliveryState> states) {
    return std::ranges::find(states, delivery.state) != states.end();
}

/// Stores the end of one that is not sent any more.
void finish(soci::session& sql, const model::Delivery& delivery, DeliveryState state, Micros now) {
    const std::string name(model::delivery_state_name(state));
    const long long at = now.value;
    const long long id = delivery.id.value;
    sql << "UPDATE deliveries SET state = :state, next_at = NULL, finished_at = :at WHERE id = :id",
        soci::use(name), soci::use(at), soci::use(id);
    unpark_next(sql, delivery.destination, delivery.order_key, now);
}

/// The ids of those in the range that a filter finds, in order.
std::vector<long long> retryable(soci::session& sql, const Deliveries::Filter& filter,
                                 const IdRange& range, std::uint32_t limit) {
    Deliveries::Filter wanted = filter;
    wanted.which = Deliveries::Filter::Which::kRetryable;
    Conditions conditions = conditions_of(wanted);
    add_range(conditions, range);
    long long id = 0;
    soci::statement statement(sql);
    statement.exchange(soci::into(id));
    conditions.bind(statement);
    statement.alloc();
    statement.prepare("SELECT id FROM deliveries " + conditions.text() + " ORDER BY id LIMIT " +
                      std::to_string(limit));
    statement.define_and_bind();
    statement.execute();
    std::vector<long long> ids;
    while (statement.fetch())
        ids.push_back(id);
    return ids;
}

/// Some of them, with a line of the audit log; their ids.
Result<std::vector<long long>> retry_some(soci::session& sql, const Deliveries::Filter& filter,
                                          const IdRange& range, std::uint32_t limit,
                                          const model::Change& change) {
    auto ids = retryable(sql, filter, range, limit);
    for (const long long id : ids)
        requeue_delivery(sql, DeliveryId{id}, change.at);
    if (!ids.empty())
        append_audit(sql, {.at = change.at,
                           .actor = change.by,
                           .action = "retried",
                           .kind = "delivery",
                           .subject_id = 0,
                           .subject = fmt::format("{} deliveries", ids.size()),
                           .details = AuditDetails()
                                          .json("first", std::to_string(ids.front()))
                                          .json("last", std::to_string(ids.back()))
                                          .json("count", std::to_string(ids.size()))
                                          .str()});
    return ids;
}

}  // namespace

Result<model::Delivery> Deliveries::retry(DeliveryId id, const model::Change& change) {
    return connection_.transact([&](soci::session& sql) -> Result<model::Delivery> {
        EYED_ASSIGN(const auto delivery, load_changeable(sql, id));
        using enum DeliveryState;
        if (!has_state(delivery, {kPending, kDead, kCancelled}))
            return failure(Code::kConflict,
                           state_sentence(delivery, delivery.state == kUnknown
                                                        ? "say first what became of it."
                                                        : "only one that is pending, dead or "
                                                          "cancelled is sent again."));
        EYED_TRY(refuse_erased(sql, id));
        requeue_delivery(sql, id, change.at);
        append_delivery_line(
            sql, delivery, "retried",
            AuditDetails().text("was", model::delivery_state_name(delivery.state)).str(), change);
        return load_delivery(sql, id);
    });
}

Result<std::uint64_t> Deliveries::retry_all(const Filter& filter, std::uint32_t limit,
                                            const model::Change& change) {
    EYED_ASSIGN(auto windows, IdWindows::create(connection_, "deliveries", {}));
    std::uint64_t retried = 0;
    auto window = windows.next();
    while (window && retried < limit) {
        const auto at_once = std::min(kRetriedAtOnce, static_cast<std::uint32_t>(limit - retried));
        EYED_ASSIGN(const auto ids, connection_.transact([&](soci::session& sql) {
            return retry_some(sql, filter, *window, at_once, change);
        }));
        retried += ids.size();
        if (ids.size() < at_once)
            window = windows.next();
        else
            window->first = ids.back() + 1;
    }
    return retried;
}

Result<model::Delivery> Deliveries::cancel(DeliveryId id, const model::Change& change) {
    return connection_.transact([&](soci::session& sql) -> Result<model::Delivery> {
        EYED_ASSIGN(const auto delivery, load_changeable(sql, id));
        using enum DeliveryState;
        if (!has_state(delivery, {kPending, kUnknown}))
            return failure(Code::kConflict,
                           state_sentence(delivery,
                                          "only one that is pending or unknown can be "
                                          "cancelled."));
        finish(sql, delivery, kCancelled, change.at);
        append_delivery_line(
            sql, delivery, "cancelled",
            AuditDetails().text("was", model::delivery_state_name(delivery.state)).str(), change);
        return load_delivery(sql, id);
    });
}

Result<model::Delivery> Deliveries::resolve(DeliveryId id, Outcome outcome, const std::string& note,
                                            const model::Change& change) {
    return connection_.transact([&](soci::session& sql) -> Result<model::Delivery> {
        EYED_ASSIGN(const auto delivery, load_changeable(sql, id));
        if (delivery.state != DeliveryState::kUnknown)
            return failure(Code::kConflict,
                           state_sentence(delivery, "there is nothing to decide."));
        const bool delivered = outcome == Outcome::kDelivered;
        if (delivered) {
            finish(sql, delivery, DeliveryState::kDelivered, change.at);
        } else {
            EYED_TRY(refuse_erased(sql, id));
            requeue_delivery(sql, id, change.at);
        }
        AuditDetails details;
        details.text("outcome", delivered ? "delivered" : "not_delivered");
        if (!note.empty()) details.text("note", note);
        append_delivery_line(sql, delivery, "resolved", details.str(), change);
        return load_delivery(sql, id);
    });
}

}  // namespace eyed::catalog
