#include "catalog/reconciliation_payments.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <span>
#include <unordered_set>
#include <utility>

#include "catalog/columns.h"
#include "catalog/conditions.h"
#include "catalog/connection.h"

namespace eyed::catalog {
namespace {

/// One that is not paid has the amount that is due.
std::string payments_query(const Conditions& conditions, const std::string& ending) {
    return "SELECT cashbacks.id, earned, reversed, confirmed_at, "
           "(SELECT amount FROM cashback_ledger WHERE cashback_id = cashbacks.id AND "
           "kind = 'confirmed' ORDER BY id LIMIT 1), cashbacks.state, document, message "
           "FROM cashbacks JOIN customers ON customers.id = customer_id "
           "LEFT JOIN deliveries ON deliveries.id = delivery_id " +
           conditions.text() + ending;
}

/// The payments that conditions on `cashbacks` find.
class Payments {
  public:
    Payments(soci::session& sql, const Conditions& conditions, const std::string& ending)
        : statement_(sql) {
        for (auto* number : {&id_, &earned_, &reversed_})
            statement_.exchange(soci::into(*number));
        for (auto* number : {&confirmed_at_, &paid_})
            statement_.exchange(soci::into(number->value, number->indicator));
        statement_.exchange(soci::into(state_));
        for (auto* text : {&document_, &message_})
            statement_.exchange(soci::into(text->value, text->indicator));
        conditions.bind(statement_);
        statement_.alloc();
        statement_.prepare(payments_query(conditions, ending));
        statement_.define_and_bind();
        statement_.execute();
    }
    bool next(OurPayment& payment) {
        if (!statement_.fetch()) return false;
        const auto confirmed = confirmed_at_.instant();
        payment.cashback = CashbackId{id_};
        payment.document = document_.text().value_or("");
        payment.message = message_.text().value_or("");
        payment.is_paid = confirmed.has_value();
        payment.amount = {payment.is_paid ? paid_.id() : earned_ - reversed_};
        payment.at = confirmed.value_or(Micros{});
        payment.state = state_;
        return true;
    }

  private:
    long long id_ = 0;
    long long earned_ = 0;
    long long reversed_ = 0;
    NullableNumber confirmed_at_;
    NullableNumber paid_;
    std::string state_;
    NullableText document_;
    NullableText message_;
    soci::statement statement_;
};

/// Adds what is found; gives how much that is.
Result<std::size_t> load(Connection& connection, const Conditions& conditions,
                         const std::string& ending, OurPayment payment,
                         std::vector<OurPayment>& payments) {
    const std::size_t before = payments.size();
    EYED_TRY(connection.run([&](soci::session& sql) -> Status {
        for (Payments found(sql, conditions, ending); found.next(payment);)
            payments.push_back(payment);
        return {};
    }));
    return payments.size() - before;
}

constexpr std::size_t kStep = 2'000;
constexpr const char* kByTime = " ORDER BY confirmed_at, cashbacks.id LIMIT 2000";  // kStep

/// Confirmed from `from` on, but for those up to `last` of that very moment; before `to`.
Conditions confirmed(Micros from, CashbackId last, Micros to) {
    Conditions conditions;
    conditions.add("confirmed_at >= ", static_cast<long long>(from.value));
    conditions.add("confirmed_at < ", static_cast<long long>(to.value));
    if (last)
        conditions.add(
            fmt::format("(confirmed_at, cashbacks.id) > ({}, {})", from.value, last.value));
    return conditions;
}

Status load_confirmed(Connection& connection, const Reconciliations::New& file,
                      std::vector<OurPayment>& payments) {
    Micros from = file.from;
    CashbackId last;
    while (true) {
        EYED_ASSIGN(const std::size_t count,
                    load(connection, confirmed(from, last, file.to), kByTime, {}, payments));
        if (payments.size() > file.most)
            return failure(Code::kInvalidArgument,
                           fmt::format("to: More than {} payments were confirmed in that time: "
                                       "ask for fewer days.",
                                       file.most));
        if (count < kStep) return {};
        from = payments.back().at;
        last = payments.back().cashback;
    }
}

Conditions with_ids(std::span<const long long> ids) {
    Conditions conditions;
    conditions.in("cashbacks.id", ids);
    return conditions;
}

Conditions with_messages(std::span<const std::string> messages) {
    Conditions conditions;
    conditions.in(
        "cashbacks.id IN (SELECT cashback_id FROM deliveries WHERE reversal_id IS NULL AND message",
        messages, ")");
    return conditions;
}

/// What else the file refers to: by ids of cashbacks, or of messages.
struct References {
    std::vector<long long> ids;
    std::vector<std::string> messages;
};
References other_references(const Reconciliations::New& file,
                            const std::vector<OurPayment>& known) {
    constexpr std::size_t kMessageDigits = 32;
    std::unordered_set<std::string> seen;
    for (const OurPayment& payment : known) {
        seen.insert(plain_reference(payment.message));
        seen.insert(std::to_string(payment.cashback.value));
    }
    References references;
    for (const Reconciliations::TheirLine& line : file.lines) {
        const std::string reference = plain_reference(line.reference);
        if (reference.empty() || !seen.insert(reference).second) continue;
        if (reference.size() == kMessageDigits) references.messages.push_back("msg_" + reference);
        long long number = 0;
        const char* end = reference.data() + reference.size();
        const auto [read, fault] = std::from_chars(reference.data(), end, number);
        if (fault == std::errc() && read == end) references.ids.push_back(number);
    }
    return references;
}

template <class Reference, class ConditionsOf>
Status load_others(Connection& connection, const std::vector<Reference>& all,
                   ConditionsOf conditions_of, std::vector<OurPayment>& payments) {
    constexpr std::size_t kAtOnce = 200;
    for (std::span<const Reference> left(all); !left.empty();) {
        const auto some = left.first(std::min(left.size(), kAtOnce));
        EYED_TRY(load(connection, conditions_of(some), {}, {.is_compared = false}, payments));
        left = left.subspan(some.size());
    }
    return {};
}

}  // namespace

Result<std::vector<OurPayment>> load_payments(Connection& connection,
                                              const Reconciliations::New& file) {
    std::vector<OurPayment> payments;
    EYED_TRY(load_confirmed(connection, file, payments));
    const References others = other_references(file, payments);
    EYED_TRY(load_others(connection, others.ids, with_ids, payments));
    EYED_TRY(load_others(connection, others.messages, with_messages, payments));
    return payments;
}

std::vector<std::string> payment_queries() {
    const std::vector<long long> ids{1, 2};
    const std::vector<std::string> messages{"a", "b"};
    return {payments_query(confirmed(Micros{1}, CashbackId{1}, Micros{9}), kByTime),
            payments_query(with_ids(ids), {}), payments_query(with_messages(messages), {})};
}

}  // namespace eyed::catalog
