// What product types earn: the rules' part of Products.
#include <fmt/format.h>

#include <utility>

#include "catalog/audit_lines.h"
#include "catalog/columns.h"
#include "catalog/conditions.h"
#include "catalog/connection.h"
#include "catalog/product_rows.h"
#include "catalog/products.h"

namespace eyed::catalog {
namespace {

std::vector<model::CashbackRule> select_rules(soci::session& sql, const Conditions& conditions,
                                              const std::string& ending) {
    long long id = 0;
    long long product = 0;
    long long version = 0;
    long long rate = 0;
    long long minimum = 0;
    long long created_at = 0;
    NullableNumber valid_from;
    NullableNumber valid_until;
    NullableMoney cap_per_purchase;
    NullableMoney cap_per_month;
    NullableNumber created_by;
    NullableNumber withdrawn_at;
    std::string note;
    soci::statement statement(sql);
    for (auto* number : {&id, &product, &version, &rate, &minimum, &created_at})
        statement.exchange(soci::into(*number));
    for (NullableNumber* number :
         std::initializer_list<NullableNumber*>{&valid_from, &valid_until, &cap_per_purchase,
                                                &cap_per_month, &created_by, &withdrawn_at})
        statement.exchange(soci::into(number->value, number->indicator));
    statement.exchange(soci::into(note));
    conditions.bind(statement);
    statement.alloc();
    statement.prepare(
        "SELECT rules.id, product_id, version, rate, minimum, rules.created_at, "
        "valid_from, valid_until, cap_per_purchase, cap_per_month, created_by, "
        "withdrawn_at, note FROM cashback_rules AS rules "
        "JOIN products ON products.id = product_id " +
        conditions.text() + " ORDER BY type, version DESC" + ending);
    statement.define_and_bind();
    statement.execute();
    std::vector<model::CashbackRule> found;
    while (statement.fetch())
        found.push_back({CashbackRuleId{id},
                         ProductId{product},
                         static_cast<std::uint32_t>(version),
                         {static_cast<std::int32_t>(rate)},
                         valid_from.instant(),
                         valid_until.instant(),
                         {minimum},
                         cap_per_purchase.money(),
                         cap_per_month.money(),
                         note,
                         Micros{created_at},
                         UserId{created_by.id()},
                         withdrawn_at.instant()});
    return found;
}

Result<model::CashbackRule> find_rule(soci::session& sql, CashbackRuleId id) {
    Conditions one;
    one.add("rules.id = ", static_cast<long long>(id.value));
    auto found = select_rules(sql, one, {});
    if (found.empty()) return failure(Code::kNotFound, "There is no such rule.");
    return std::move(found.front());
}

Status append_line(soci::session& sql, const model::CashbackRule& rule, const std::string& action,
                   const model::Change& change) {
    EYED_ASSIGN(const auto product, find_product(sql, rule.product));
    AuditDetails details;
    details.json("version", std::to_string(rule.version));
    details.text("rate", model::to_string(rule.rate));
    if (rule.valid_from) details.text("valid_from", to_iso8601(*rule.valid_from));
    if (rule.valid_until) details.text("valid_until", to_iso8601(*rule.valid_until));
    if (rule.minimum.minor > 0) details.text("minimum", model::to_string(rule.minimum));
    if (rule.cap_per_purchase)
        details.text("cap_per_purchase", model::to_string(*rule.cap_per_purchase));
    if (rule.cap_per_month) details.text("cap_per_month", model::to_string(*rule.cap_per_month));
    if (!rule.note.empty()) details.text("note", rule.note);
    append_audit(sql, {.at = change.at,
                       .actor = change.by,
                       .action = action,
                       .kind = "cashback_rule",
                       .subject_id = rule.id.value,
                       .subject = product.type,
                       .details = details.str()});
    return {};
}

Result<model::CashbackRule> insert(soci::session& sql, const Products::NewRule& wanted,
                                   const model::Change& change) {
    if (!find_product(sql, wanted.product))
        return failure(Code::kInvalidArgument, "product: There is no such product.");
    const long long product = wanted.product.value;
    long long count = 0;
    long long version = 0;
    sql << "SELECT count(*), coalesce(max(version), 0) + 1 FROM cashback_rules "
           "WHERE product_id = :product",
        soci::use(product), soci::into(count), soci::into(version);
    if (static_cast<std::uint64_t>(count) >= Products::kMostRules)
        return failure(Code::kConflict,
                       fmt::format("The product has {} rules, and there may be no more.",
                                   Products::kMostRules));
    const long long rate = wanted.rate.basis_points;
    const long long minimum = wanted.minimum.minor;
    const long long at = change.at.value;
    NullableNumber from(wanted.valid_from);
    NullableNumber until(wanted.valid_until);
    NullableMoney in_purchase(wanted.cap_per_purchase);
    NullableMoney in_month(wanted.cap_per_month);
    NullableNumber user(static_cast<long long>(change.by.user.value));
    long long id = 0;
    sql << "INSERT INTO cashback_rules (product_id, version, rate, minimum, created_at, "
           "valid_from, valid_until, cap_per_purchase, cap_per_month, created_by, note) VALUES "
           "(:product, :version, :rate, :minimum, :at, :from, :until, :in_purchase, :in_month, "
           ":user, :note) RETURNING id",
        soci::use(product), soci::use(version), soci::use(rate), soci::use(minimum), soci::use(at),
        soci::use(from.value, from.indicator), soci::use(until.value, until.indicator),
        soci::use(in_purchase.value, in_purchase.indicator),
        soci::use(in_month.value, in_month.indicator), soci::use(user.value, user.indicator),
        soci::use(wanted.note), soci::into(id);
    EYED_ASSIGN(auto rule, find_rule(sql, CashbackRuleId{id}));
    EYED_TRY(append_line(sql, rule, "created", change));
    return rule;
}

Result<model::CashbackRule> withdraw_one(soci::session& sql, CashbackRuleId id,
                                         const model::Change& change) {
    EYED_ASSIGN(auto rule, find_rule(sql, id));
    if (rule.withdrawn_at) return failure(Code::kConflict, "The rule is withdrawn already.");
    const long long number = id.value;
    const long long at = change.at.value;
    sql << "UPDATE cashback_rules SET withdrawn_at = :at WHERE id = :id", soci::use(at),
        soci::use(number);
    rule.withdrawn_at = change.at;
    EYED_TRY(append_line(sql, rule, "withdrawn", change));
    return rule;
}

}  // namespace

Result<model::CashbackRule> Products::add_rule(const NewRule& rule, const model::Change& change) {
    return connection_.transact([&](soci::session& sql) { return insert(sql, rule, change); });
}

Result<model::CashbackRule> Products::withdraw_rule(CashbackRuleId id,
                                                    const model::Change& change) {
    return connection_.transact([&](soci::session& sql) { return withdraw_one(sql, id, change); });
}

Result<model::CashbackRule> Products::rule_by_id(CashbackRuleId id) {
    return connection_.run([&](soci::session& sql) { return find_rule(sql, id); });
}

Result<Products::FoundRules> Products::list_rules(const RuleFilter& filter,
                                                  const NumberPage& page) {
    return connection_.run([&](soci::session& sql) -> Result<FoundRules> {
        Conditions conditions;
        if (filter.product)
            conditions.add("product_id = ", static_cast<long long>(filter.product->value));
        if (filter.valid_at) {
            const auto at = static_cast<long long>(filter.valid_at->value);
            conditions.add("coalesce(valid_from, " + std::to_string(at) + ") <= ", at);
            conditions.add("coalesce(valid_until, " + std::to_string(at) + " + 1) > ", at);
        }
        if (filter.withdrawn)
            conditions.add(*filter.withdrawn ? "withdrawn_at IS NOT NULL" : "withdrawn_at IS NULL");
        return FoundRules{select_rules(sql, conditions, page_text(page)),
                          count_rows(sql, "cashback_rules", conditions)};
    });
}

Result<Products::All> Products::all() {
    return connection_.transact([](soci::session& sql) -> Result<All> {
        Conditions valid;
        valid.add("withdrawn_at IS NULL");
        return All{select_products(sql, {}, " ORDER BY type"), select_rules(sql, valid, {})};
    });
}

}  // namespace eyed::catalog
