#include "catalog/delivery_rows.h"

#include <array>
#include <utility>

#include "base/uuid.h"
#include "catalog/audit_lines.h"

namespace eyed::catalog {
namespace {

/// `msg_` and 32 hex digits: 48 bits of the time in milliseconds, then random ones. Rising with
/// time, so that new ones lie side by side in their index.
std::string new_message(Micros at) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    constexpr std::size_t kTimeBytes = 6;
    auto bytes = random_uuid().bytes;
    const auto time_ms = static_cast<std::uint64_t>(at.value / 1000);
    for (std::size_t i = 0; i < kTimeBytes; ++i)
        bytes[i] = static_cast<std::uint8_t>(time_ms >> (8 * (kTimeBytes - 1 - i)));
    std::string message = "msg_";
    for (const std::uint8_t byte : bytes) {
        message += kDigits[byte >> 4];
        message += kDigits[byte & 15];
    }
    return message;
}

/// Whether the statement, run once with `id` and `at`, changed a row.
bool changes(soci::session& sql, const std::string& query, DeliveryId id, Micros at) {
    const long long number = id.value;
    const long long instant = at.value;
    soci::statement statement(sql);
    prepare(statement, query, soci::use(instant, "at"), soci::use(number, "id"));
    statement.execute(true);
    return statement.get_affected_rows() > 0;
}

/// The next of its key, whose delivery is finished.
void unpark_behind(soci::session& sql, DeliveryId id, Micros at) {
    const long long number = id.value;
    long long destination = 0;
    std::string order_key;
    sql << "SELECT destination_id, order_key FROM deliveries WHERE id = :id", soci::use(number),
        soci::into(destination), soci::into(order_key);
    if (sql.got_data()) unpark_next(sql, DestinationId{destination}, order_key, at);
}

}  // namespace

struct DeliveryInserts::Statement {
    explicit Statement(soci::session& sql) : statement(sql) {
        prepare(statement,
                "INSERT INTO deliveries (destination_id, state, next_at, event_id, cashback_id, "
                "reversal_id, is_test, created_at, message, order_key, body) VALUES (:destination, "
                "'pending', :next, :event, :cashback, :reversal, :test, :at, :message, :key, "
                ":body) RETURNING id",
                soci::into(id), soci::use(destination), soci::use(at),
                soci::use(event.value, event.indicator),
                soci::use(cashback.value, cashback.indicator),
                soci::use(reversal.value, reversal.indicator), soci::use(is_test), soci::use(at),
                soci::use(message), soci::use(order_key), soci::use(body));
    }

    long long id = 0;
    long long destination = 0;
    long long at = 0;
    NullableNumber event;
    NullableNumber cashback;
    NullableNumber reversal;
    long long is_test = 0;
    std::string message;
    std::string order_key;
    std::string body;
    soci::statement statement;
};

DeliveryInserts::DeliveryInserts(soci::session& sql)
    : statement_(std::make_unique<Statement>(sql)) {
}

DeliveryInserts::~DeliveryInserts() = default;

DeliveryId DeliveryInserts::insert(const NewDelivery& delivery) {
    statement_->destination = delivery.destination.value;
    statement_->at = delivery.at.value;
    statement_->event = NullableNumber(static_cast<long long>(delivery.event.value));
    statement_->cashback = NullableNumber(static_cast<long long>(delivery.cashback.value));
    statement_->reversal = NullableNumber(static_cast<long long>(delivery.reversal.value));
    statement_->is_test = delivery.is_test ? 1 : 0;
    statement_->message = new_message(delivery.at);
    statement_->order_key = delivery.order_key;
    statement_->body = delivery.body;
    statement_->statement.execute(true);
    statement_->statement.fetch();  // it is under way until it has told that this was the only row
    return DeliveryId{statement_->id};
}

const std::string& DeliveryInserts::message() const {
    return statement_->message;
}

DeliveryId insert_delivery(soci::session& sql, const NewDelivery& delivery) {
    return DeliveryInserts(sql).insert(delivery);
}

bool cancel_delivery(soci::session& sql, DeliveryId id, Micros at) {
    const bool done = changes(sql,
                              "UPDATE deliveries SET state = 'cancelled', next_at = NULL, "
                              "finished_at = :at WHERE id = :id AND state IN ('pending', 'dead')",
                              id, at);
    if (done) unpark_behind(sql, id, at);
    return done;
}

void requeue_delivery(soci::session& sql, DeliveryId id, Micros at) {
    changes(sql,
            "UPDATE deliveries SET state = 'pending', next_at = :at, finished_at = NULL, "
            "sends = 0, lookups = 0 WHERE id = :id",
            id, at);
}

bool resolve_delivery(soci::session& sql, DeliveryId id, model::DeliveryState state, Micros at) {
    const std::string name(model::delivery_state_name(state));
    const bool done = changes(sql,
                              "UPDATE deliveries SET state = '" + name +
                                  "', next_at = NULL, finished_at = :at "
                                  "WHERE id = :id AND state IN ('unknown', 'pending', 'dead')",
                              id, at);
    if (done) unpark_behind(sql, id, at);
    return done;
}

Result<DestinationId> destination_of_kind(soci::session& sql, model::DestinationKind kind) {
    const std::string name(model::destination_kind_name(kind));
    long long id = 0;
    sql << "SELECT id FROM destinations WHERE kind = :kind ORDER BY id LIMIT 1", soci::use(name),
        soci::into(id);
    if (sql.got_data()) return DestinationId{id};
    return failure(Code::kUnavailable, "There is no destination of kind " + name + ".");
}

Result<model::Delivery> load_delivery(soci::session& sql, DeliveryId id) {
    Conditions one;
    one.add("id = ", static_cast<long long>(id.value));
    auto found = select_deliveries(sql, one, Bodies::kWith);
    if (found.empty()) return failure(Code::kNotFound, "There is no such delivery.");
    return std::move(found.front());
}

std::string DeliveryRow::columns(Bodies bodies) {
    return std::string(
               "id, destination_id, is_test, created_at, attempts, sends, lookups, last_status, "
               "next_at, event_id, cashback_id, reversal_id, finished_at, state, message, "
               "order_key, last_error") +
           (bodies == Bodies::kWith ? ", body" : ", ''");
}

void DeliveryRow::into(soci::statement& statement) {
    for (auto* number :
         {&id, &destination, &is_test, &created_at, &attempts, &sends, &lookups, &last_status})
        statement.exchange(soci::into(*number));
    for (auto* number : {&next_at, &event, &cashback, &reversal, &finished_at})
        statement.exchange(soci::into(number->value, number->indicator));
    for (auto* text : {&state, &message, &order_key, &last_error, &body})
        statement.exchange(soci::into(*text));
}

model::Delivery DeliveryRow::delivery() const {
    return {
        .id = DeliveryId{id},
        .message = message,
        .destination = DestinationId{destination},
        .state = model::delivery_state_named(state).value_or(model::DeliveryState::kUnknown),
        .event = EventId{static_cast<std::uint64_t>(event.id())},
        .cashback = CashbackId{cashback.id()},
        .reversal = ReversalId{reversal.id()},
        .is_test = is_test != 0,
        .order_key = order_key,
        .created_at = Micros{created_at},
        .next_at = next_at.instant(),
        .finished_at = finished_at.instant(),
        .attempts = static_cast<std::uint32_t>(attempts),
        .sends = static_cast<std::uint32_t>(sends),
        .lookups = static_cast<std::uint32_t>(lookups),
        .last_status = static_cast<int>(last_status),
        .last_error = last_error,
        .body = body,
    };
}

std::vector<model::Delivery> select_deliveries(soci::session& sql, const Conditions& conditions,
                                               Bodies bodies, const std::string& ending) {
    DeliveryRow row;
    soci::statement statement(sql);
    row.into(statement);
    conditions.bind(statement);
    statement.alloc();
    statement.prepare("SELECT " + DeliveryRow::columns(bodies) + " FROM deliveries " +
                      conditions.text() + ending);
    statement.define_and_bind();
    statement.execute();
    std::vector<model::Delivery> found;
    while (statement.fetch())
        found.push_back(row.delivery());
    return found;
}

struct Unparking::Statement {
    explicit Statement(soci::session& sql) : statement(sql) {
        prepare(statement,
                "UPDATE deliveries SET next_at = :at WHERE id = (SELECT min(id) FROM deliveries "
                "WHERE destination_id = :destination AND order_key = :key AND state IN (" +
                    std::string(kOpenStates) + ")) AND state = 'pending' AND next_at IS NULL",
                soci::use(at), soci::use(destination), soci::use(order_key));
    }
    long long at = 0;
    long long destination = 0;
    std::string order_key;
    soci::statement statement;
};

Unparking::Unparking(soci::session& sql) : sql_(sql) {
}

Unparking::~Unparking() = default;

void Unparking::next(DestinationId destination, const std::string& order_key, Micros at) {
    if (order_key.empty()) return;
    if (!statement_) statement_ = std::make_unique<Statement>(sql_);
    statement_->at = at.value;
    statement_->destination = destination.value;
    statement_->order_key = order_key;
    statement_->statement.execute(true);
}

void unpark_next(soci::session& sql, DestinationId destination, const std::string& order_key,
                 Micros at) {
    Unparking(sql).next(destination, order_key, at);
}

void unpark_all(soci::session& sql, DestinationId destination, Micros at) {
    const long long number = destination.value;
    const long long instant = at.value;
    sql << "UPDATE deliveries SET next_at = :at WHERE destination_id = :destination "
           "AND state = 'pending' AND next_at IS NULL",
        soci::use(instant), soci::use(number);
}

std::uint64_t remove_deliveries(soci::session& sql, const Conditions& conditions,
                                std::uint32_t limit) {
    long long id = 0;
    soci::statement select(sql);
    select.exchange(soci::into(id));
    conditions.bind(select);
    select.alloc();
    select.prepare("SELECT id FROM deliveries " + conditions.text() + " LIMIT " +
                   std::to_string(limit));
    select.define_and_bind();
    select.execute();
    std::vector<long long> ids;
    while (select.fetch())
        ids.push_back(id);
    soci::statement remove_attempts(sql);
    prepare(remove_attempts, "DELETE FROM attempts WHERE delivery_id = :id", soci::use(id));
    soci::statement remove_delivery(sql);
    prepare(remove_delivery, "DELETE FROM deliveries WHERE id = :id", soci::use(id));
    for (const long long one : ids) {
        id = one;
        remove_attempts.execute(true);
        remove_delivery.execute(true);
    }
    return ids.size();
}

void append_delivery_line(soci::session& sql, const model::Delivery& delivery,
                          const std::string& action, const std::string& details,
                          const model::Change& change) {
    append_audit(sql, {.at = change.at,
                       .actor = change.by,
                       .action = action,
                       .kind = "delivery",
                       .subject_id = delivery.id.value,
                       .subject = delivery.message,
                       .details = details});
}

}  // namespace eyed::catalog
