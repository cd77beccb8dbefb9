#include "catalog/cashback_rows.h"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <chrono>
#include <utility>

#include "base/json_text.h"
#include "catalog/audit_lines.h"

namespace eyed::catalog {
namespace {

std::unexpected<Error> broken_lines() {
    return failure(Code::kCorrupt, "catalog: the lines of a cashback cannot be read");
}

/// An array of arrays as lines_text() writes them; its rows have `size` members.
Result<boost::json::array> parse_rows(std::string_view text, std::size_t size) {
    boost::system::error_code error;
    boost::json::value value = boost::json::parse({text.data(), text.size()}, error);
    if (error || !value.is_array()) return broken_lines();
    for (const boost::json::value& row : value.get_array())
        if (!row.is_array() || row.get_array().size() != size) return broken_lines();
    return std::move(value.get_array());
}

/// Reads a row from its front.
class RowReader {
  public:
    explicit RowReader(const boost::json::array& row) : row_(row) {}
    std::int64_t number() {
        const auto* number = row_[at_++].if_int64();
        good_ = good_ && number != nullptr;
        return number == nullptr ? 0 : *number;
    }
    std::string text() {
        const auto* text = row_[at_++].if_string();
        good_ = good_ && text != nullptr;
        return text == nullptr ? std::string() : std::string(text->data(), text->size());
    }
    bool good() const { return good_; }

  private:
    const boost::json::array& row_;
    std::size_t at_ = 0;
    bool good_ = true;
};

/// The columns of `cashbacks` as they are read.
struct CashbackColumns {
    static constexpr std::string_view kList =
        "cashbacks.id, customer_id, cashbacks.application_id, sold_at, received_at, total, earned, "
        "reversed, key_id, delivery_id, confirmed_at, answer_status, answered_at, state, rounding, "
        "target, answer_error, answer_body, "
        "COALESCE((SELECT message FROM deliveries WHERE deliveries.id = delivery_id), '')";
    long long id = 0;
    long long customer = 0;
    long long application = 0;
    long long sold_at = 0;
    long long received_at = 0;
    long long total = 0;
    long long earned = 0;
    long long reversed = 0;
    NullableNumber key;
    NullableNumber delivery;
    NullableNumber confirmed_at;
    NullableNumber answer_status;
    NullableNumber answered_at;
    std::string state;
    std::string rounding;
    std::string target;
    std::string answer_error;
    std::string answer_body;
    std::string message;
    std::string lines;

    void into(soci::statement& statement) {
        for (auto* number :
             {&id, &customer, &application, &sold_at, &received_at, &total, &earned, &reversed})
            statement.exchange(soci::into(*number));
        for (auto* number : {&key, &delivery, &confirmed_at, &answer_status, &answered_at})
            statement.exchange(soci::into(number->value, number->indicator));
        for (auto* text :
             {&state, &rounding, &target, &answer_error, &answer_body, &message, &lines})
            statement.exchange(soci::into(*text));
    }

    Result<model::Cashback> cashback() const {
        model::Cashback cashback{.id = CashbackId{id},
                                 .customer = CustomerId{customer},
                                 .application = ApplicationId{application},
                                 .key = KeyId{key.id()},
                                 .sold_at = Micros{sold_at},
                                 .received_at = Micros{received_at},
                                 .total = {total},
                                 .earned = {earned},
                                 .reversed = {reversed},
                                 .delivery = DeliveryId{delivery.id()},
                                 .message = message,
                                 .target = target,
                                 .confirmed_at = confirmed_at.instant()};
        const auto known_state = model::cashback_state_named(state);
        const auto known_rounding = model::rounding_named(rounding);
        if (!known_state || !known_rounding)
            return failure(Code::kCorrupt, "catalog: a cashback's state cannot be read");
        cashback.state = *known_state;
        cashback.rounding = *known_rounding;
        if (const auto at = answered_at.instant())
            cashback.answer = {static_cast<int>(answer_status.id()), answer_body, answer_error,
                               *at};
        EYED_ASSIGN(cashback.lines, read_lines(lines));
        return cashback;
    }
};

Result<std::vector<model::ReturnedLine>> read_returned(std::string_view text) {
    EYED_ASSIGN(const auto rows, parse_rows(text, 3));
    std::vector<model::ReturnedLine> lines;
    for (const boost::json::value& row : rows) {
        RowReader reader(row.get_array());
        model::ReturnedLine line;
        line.number = static_cast<std::uint32_t>(reader.number());
        line.quantity = static_cast<std::uint32_t>(reader.number());
        line.amount = {reader.number()};
        if (!reader.good()) return broken_lines();
        lines.push_back(line);
    }
    return lines;
}

}  // namespace

void CustomerColumns::into(soci::statement& statement) {
    for (auto* number : {&id_, &created_at_, &updated_at_, &revision_})
        statement.exchange(soci::into(*number));
    statement.exchange(soci::into(document_.value, document_.indicator));
    statement.exchange(soci::into(erased_at_.value, erased_at_.indicator));
    for (auto* text : {&name_, &pseudonym_})
        statement.exchange(soci::into(*text));
}

model::Customer CustomerColumns::customer() const {
    return {CustomerId{id_},
            document_.text().value_or(""),
            name_,
            pseudonym_,
            Micros{created_at_},
            Micros{updated_at_},
            erased_at_.instant(),
            static_cast<std::uint64_t>(revision_)};
}

std::vector<model::Customer> select_customers(soci::session& sql, const Conditions& conditions,
                                              const std::string& ending) {
    CustomerColumns columns;
    soci::statement statement(sql);
    columns.into(statement);
    conditions.bind(statement);
    statement.alloc();
    statement.prepare(std::string("SELECT ") + CustomerColumns::kList + " FROM customers " +
                      conditions.text() + ending);
    statement.define_and_bind();
    statement.execute();
    std::vector<model::Customer> found;
    while (statement.fetch())
        found.push_back(columns.customer());
    return found;
}

Result<std::vector<Cashbacks::Row>> select_cashbacks(soci::session& sql,
                                                     const Conditions& conditions,
                                                     PurchaseLines lines) {
    CashbackColumns cashback;
    CustomerColumns customer;
    soci::statement statement(sql);
    cashback.into(statement);
    customer.into(statement);
    conditions.bind(statement);
    statement.alloc();
    statement.prepare(
        fmt::format("SELECT {}, {}, {} FROM cashbacks JOIN customers ON customers.id = "
                    "customer_id {}",
                    CashbackColumns::kList, lines == PurchaseLines::kWith ? "lines" : "'[]'",
                    CustomerColumns::kList, conditions.text()));
    statement.define_and_bind();
    statement.execute();
    std::vector<Cashbacks::Row> found;
    while (statement.fetch()) {
        EYED_ASSIGN(auto one, cashback.cashback());
        found.push_back({std::move(one), customer.customer()});
    }
    return found;
}

std::string is_of(std::string_view column, const std::vector<ApplicationId>& applications) {
    std::string ids;
    for (const ApplicationId application : applications)
        fmt::format_to(std::back_inserter(ids), "{}{}", ids.empty() ? "" : ", ", application.value);
    return fmt::format("{} IN ({})", column, ids);
}

Result<Cashbacks::Row> find_cashback(soci::session& sql, CashbackId id) {
    Conditions one;
    one.add("cashbacks.id = ", static_cast<long long>(id.value));
    EYED_ASSIGN(auto found, select_cashbacks(sql, one, PurchaseLines::kWith));
    if (found.empty()) return failure(Code::kNotFound, "There is no such cashback.");
    return std::move(found.front());
}

std::string lines_text(const std::vector<model::EarnedLine>& lines) {
    std::string text = "[";
    for (const model::EarnedLine& line : lines) {
        text += text.size() > 1 ? ",[" : "[";
        append_json_string(line.line.type, text);
        fmt::format_to(std::back_inserter(text), ",{},{},{},{},{},{},{},{},{},\"{}\"]",
                       line.line.value.minor, line.line.quantity, line.product.value,
                       line.rule.value, line.rule_version, line.rate.basis_points, line.exact,
                       line.rounded.minor, line.earned.minor, model::line_limit_name(line.limit));
    }
    return text + "]";
}

Result<std::vector<model::EarnedLine>> read_lines(std::string_view text) {
    constexpr std::size_t kMembers = 11;
    EYED_ASSIGN(const auto rows, parse_rows(text, kMembers));
    std::vector<model::EarnedLine> lines;
    lines.reserve(rows.size());
    for (const boost::json::value& row : rows) {
        RowReader reader(row.get_array());
        model::EarnedLine line;
        line.number = static_cast<std::uint32_t>(lines.size() + 1);
        line.line.type = reader.text();
        line.line.value = {reader.number()};
        line.line.quantity = static_cast<std::uint32_t>(reader.number());
        line.product = ProductId{reader.number()};
        line.rule = CashbackRuleId{reader.number()};
        line.rule_version = static_cast<std::uint32_t>(reader.number());
        line.rate = {static_cast<std::int32_t>(reader.number())};
        line.exact = reader.number();
        line.rounded = {reader.number()};
        line.earned = {reader.number()};
        const std::string limit = reader.text();
        const auto known = limit.empty() ? model::LineLimit::kNone : model::line_limit_named(limit);
        if (!reader.good() || !known) return broken_lines();
        line.limit = *known;
        lines.push_back(std::move(line));
    }
    return lines;
}

std::vector<model::LedgerEntry> select_ledger(soci::session& sql, CashbackId id) {
    const long long cashback = id.value;
    long long number = 0;
    long long amount = 0;
    long long at = 0;
    NullableNumber delivery;
    NullableNumber reversal;
    NullableNumber user;
    NullableNumber key;
    std::string kind;
    std::string note;
    soci::statement statement(sql);
    for (auto* one : {&number, &amount, &at})
        statement.exchange(soci::into(*one));
    for (auto* one : {&delivery, &reversal, &user, &key})
        statement.exchange(soci::into(one->value, one->indicator));
    for (auto* one : {&kind, &note})
        statement.exchange(soci::into(*one));
    prepare(statement,
            "SELECT id, amount, at, delivery_id, reversal_id, user_id, key_id, kind, note "
            "FROM cashback_ledger WHERE cashback_id = :id ORDER BY id",
            soci::use(cashback));
    statement.execute();
    std::vector<model::LedgerEntry> entries;
    while (statement.fetch())
        entries.push_back({LedgerEntryId{number},
                           id,
                           model::ledger_kind_named(kind).value_or(model::LedgerKind::kEarned),
                           {amount},
                           Micros{at},
                           DeliveryId{delivery.id()},
                           ReversalId{reversal.id()},
                           {UserId{user.id()}, KeyId{key.id()}},
                           note});
    return entries;
}

std::string returned_text(const std::vector<model::ReturnedLine>& lines) {
    std::string text = "[";
    for (const model::ReturnedLine& line : lines)
        fmt::format_to(std::back_inserter(text), "{}[{},{},{}]", text.size() > 1 ? "," : "",
                       line.number, line.quantity, line.amount.minor);
    return text + "]";
}

Result<std::vector<model::Reversal>> select_reversals(soci::session& sql,
                                                      const Conditions& conditions) {
    long long id = 0;
    long long cashback = 0;
    long long amount = 0;
    long long created_at = 0;
    NullableNumber delivery;
    NullableNumber user;
    NullableNumber key;
    std::string state;
    std::string reason;
    std::string lines;
    soci::statement statement(sql);
    for (auto* one : {&id, &cashback, &amount, &created_at})
        statement.exchange(soci::into(*one));
    for (auto* one : {&delivery, &user, &key})
        statement.exchange(soci::into(one->value, one->indicator));
    for (auto* one : {&state, &reason, &lines})
        statement.exchange(soci::into(*one));
    conditions.bind(statement);
    statement.alloc();
    statement.prepare(
        "SELECT id, cashback_id, amount, created_at, delivery_id, user_id, key_id, "
        "state, reason, lines FROM cashback_reversals " +
        conditions.text() + " ORDER BY id");
    statement.define_and_bind();
    statement.execute();
    std::vector<model::Reversal> found;
    while (statement.fetch()) {
        const auto known = model::reversal_state_named(state);
        if (!known) return failure(Code::kCorrupt, "catalog: a reversal's state cannot be read");
        EYED_ASSIGN(auto returned, read_returned(lines));
        found.push_back({ReversalId{id},
                         CashbackId{cashback},
                         {amount},
                         *known,
                         DeliveryId{delivery.id()},
                         reason,
                         std::move(returned),
                         Micros{created_at},
                         {UserId{user.id()}, KeyId{key.id()}}});
    }
    return found;
}

Result<model::Reversal> find_reversal(soci::session& sql, ReversalId id) {
    Conditions one;
    one.add("id = ", static_cast<long long>(id.value));
    EYED_ASSIGN(auto found, select_reversals(sql, one));
    if (found.empty()) return failure(Code::kNotFound, "There is no such reversal.");
    return std::move(found.front());
}

std::int32_t month_of(Micros at) {
    const auto days = std::chrono::floor<std::chrono::days>(
        std::chrono::sys_time<std::chrono::microseconds>(std::chrono::microseconds(at.value)));
    const std::chrono::year_month_day day(days);
    return int{day.year()} * 100 + static_cast<std::int32_t>(unsigned{day.month()});
}

std::string digest_text(const Hash128& digest) {
    return fmt::format("{:016x}{:016x}", digest.high, digest.low);
}

std::string target_body(std::string_view document, model::Money amount, std::string_view reverses) {
    std::string body = R"({"document":)";
    append_json_string(document, body);
    body += R"(,"cashback":")";
    model::append_money(amount, body);
    body += '"';
    if (!reverses.empty()) {
        body += R"(,"reverses":)";
        append_json_string(reverses, body);
    }
    return body + "}";
}

void append_cashback_audit(soci::session& sql, CashbackId id, const std::string& action,
                           const std::string& details, const model::Change& change) {
    append_audit(sql, {.at = change.at,
                       .actor = change.by,
                       .action = action,
                       .kind = "cashback",
                       .subject_id = id.value,
                       .subject = fmt::format("cashback {}", id.value),
                       .details = details});
}

}  // namespace eyed::catalog
