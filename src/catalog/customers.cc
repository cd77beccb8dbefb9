#include "catalog/customers.h"

#include <fmt/format.h>

#include <utility>

#include "base/uuid.h"
#include "catalog/audit_lines.h"
#include "catalog/cashback_rows.h"
#include "catalog/connection.h"
#include "catalog/customer_traces.h"
#include "catalog/revision_check.h"

namespace eyed::catalog {
namespace {

/// A customer's line tells no more of the document than its last two digits, and no name: what the
/// audit log has cannot be erased.
void append_line(soci::session& sql, const model::Customer& customer, const std::string& action,
                 const std::string& details, const model::Change& change) {
    append_audit(sql, {.at = change.at,
                       .actor = change.by,
                       .action = action,
                       .kind = "customer",
                       .subject_id = customer.id.value,
                       .subject = model::masked_cpf(customer.document),
                       .details = details});
}

std::optional<model::Customer> find_document(soci::session& sql, std::string_view document) {
    Conditions one;
    one.add("document = ", std::string(document));
    auto found = select_customers(sql, one);
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

/// See Customers::by_id.
void add_reach(const std::vector<ApplicationId>& applications, Conditions& conditions) {
    if (applications.empty()) return;
    conditions.add(
        fmt::format("({} OR EXISTS (SELECT 1 FROM cashbacks WHERE customer_id = customers.id "
                    "AND {}))",
                    is_of("customers.application_id", applications),
                    is_of("cashbacks.application_id", applications)));
}

Result<model::Customer> find(soci::session& sql, CustomerId id,
                             const std::vector<ApplicationId>& applications = {}) {
    Conditions one;
    one.add("id = ", static_cast<long long>(id.value));
    add_reach(applications, one);
    auto found = select_customers(sql, one);
    if (found.empty()) return failure(Code::kNotFound, "There is no such customer.");
    return std::move(found.front());
}

Result<model::Customer> find_known(soci::session& sql, CustomerId id) {
    EYED_ASSIGN(auto customer, find(sql, id));
    if (customer.erased_at) return failure(Code::kNotFound, "The customer was erased.");
    return customer;
}

Result<model::Customer> insert(soci::session& sql, const Customers::New& wanted,
                               const model::Change& change) {
    if (find_document(sql, wanted.document))
        return failure(Code::kInvalidArgument,
                       "document: customer with this document already exists.");
    const long long at = change.at.value;
    const long long application = wanted.application.value;
    long long id = 0;
    sql << "INSERT INTO customers (application_id, document, name, pseudonym, created_at, "
           "updated_at, revision) VALUES (:application, :document, :name, '', :created, :updated, "
           "1) RETURNING id",
        soci::use(application), soci::use(wanted.document), soci::use(wanted.name), soci::use(at),
        soci::use(at), soci::into(id);
    model::Customer customer{.id = CustomerId{id},
                             .document = wanted.document,
                             .name = wanted.name,
                             .created_at = change.at,
                             .updated_at = change.at,
                             .revision = 1};
    append_line(sql, customer, "created", "{}", change);
    return customer;
}

Result<model::Customer> rename_one(soci::session& sql, CustomerId id,
                                   const std::optional<std::string>& name,
                                   const std::optional<std::vector<std::uint64_t>>& revisions,
                                   const model::Change& change) {
    EYED_ASSIGN(auto customer, find_known(sql, id));
    EYED_TRY(check_revision(customer.revision, revisions));
    if (!name || customer.name == *name) return customer;
    const long long number = id.value;
    const long long at = change.at.value;
    sql << "UPDATE customers SET name = :name, updated_at = :at, revision = revision + 1 "
           "WHERE id = :id",
        soci::use(*name), soci::use(at), soci::use(number);
    append_line(sql, customer, "renamed", "{}", change);
    return find(sql, id);
}

/// Those of a customer's that somebody has still to do something about.
long long count_open(soci::session& sql, CustomerId id) {
    const long long customer = id.value;
    long long open = 0;
    sql << "SELECT (SELECT count(*) FROM cashbacks WHERE customer_id = :one AND "
           "state IN ('pending', 'sent', 'unknown', 'failed')) + "
           "(SELECT count(*) FROM cashback_reversals AS back JOIN cashbacks ON cashbacks.id = "
           "back.cashback_id WHERE customer_id = :two AND "
           "back.state IN ('pending', 'sent', 'unknown', 'settlement_due'))",
        soci::use(customer, "one"), soci::use(customer, "two"), soci::into(open);
    return open;
}

Status erase_one(soci::session& sql, CustomerId id,
                 const std::optional<std::vector<std::uint64_t>>& revisions,
                 const model::Change& change) {
    EYED_ASSIGN(const auto customer, find_known(sql, id));
    EYED_TRY(check_revision(customer.revision, revisions));
    const long long open = count_open(sql, id);
    if (open > 0)
        return failure(
            Code::kConflict,
            fmt::format("{} cashbacks or reversals of the customer are not settled.", open));
    erase_traces(sql, customer);
    const std::string pseudonym = "erased-" + to_string(random_uuid()).substr(0, 8);
    const long long number = id.value;
    const long long at = change.at.value;
    sql << "UPDATE customers SET document = NULL, name = '', pseudonym = :pseudonym, "
           "updated_at = :at, erased_at = :erased, revision = revision + 1 WHERE id = :id",
        soci::use(pseudonym, "pseudonym"), soci::use(at, "at"), soci::use(at, "erased"),
        soci::use(number, "id");
    append_line(sql, customer, "erased", AuditDetails().text("pseudonym", pseudonym).str(), change);
    return {};
}

Conditions conditions_of(const Customers::Filter& filter) {
    Conditions conditions;
    if (filter.document) conditions.add("document = ", *filter.document);
    if (!filter.text.empty()) conditions.contains("name", filter.text);
    if (filter.erased)
        conditions.add(*filter.erased ? "erased_at IS NOT NULL" : "erased_at IS NULL");
    add_reach(filter.applications, conditions);
    return conditions;
}

std::string order_of(Customers::Order order) {
    switch (order) {
        case Customers::Order::kName:
            return " ORDER BY lower(name), id";
        case Customers::Order::kIdAscending:
            return " ORDER BY id";
        case Customers::Order::kIdDescending:
            break;
    }
    return " ORDER BY id DESC";
}

}  // namespace

Result<model::Customer> Customers::create(const New& customer, const model::Change& change) {
    return connection_.transact([&](soci::session& sql) { return insert(sql, customer, change); });
}

Result<model::Customer> Customers::rename(
    CustomerId id, const std::optional<std::string>& name,
    const std::optional<std::vector<std::uint64_t>>& revisions, const model::Change& change) {
    return connection_.transact(
        [&](soci::session& sql) { return rename_one(sql, id, name, revisions, change); });
}

Status Customers::erase(CustomerId id, const std::optional<std::vector<std::uint64_t>>& revisions,
                        const model::Change& change) {
    EYED_TRY(connection_.transact(
        [&](soci::session& sql) { return erase_one(sql, id, revisions, change); }));
    connection_.overwrite_log();
    return {};
}

Result<model::Customer> Customers::by_id(CustomerId id,
                                         const std::vector<ApplicationId>& applications) {
    return connection_.run([&](soci::session& sql) { return find(sql, id, applications); });
}

Result<model::Customer> Customers::by_document(std::string_view document) {
    return connection_.run([&](soci::session& sql) -> Result<model::Customer> {
        auto customer = find_document(sql, document);
        if (!customer) return failure(Code::kNotFound, "There is no customer with this document.");
        return std::move(*customer);
    });
}

Result<Customers::Found> Customers::list(const Filter& filter, Order order,
                                         const NumberPage& page) {
    return connection_.run([&](soci::session& sql) -> Result<Found> {
        const Conditions conditions = conditions_of(filter);
        return Found{select_customers(sql, conditions, order_of(order) + page_text(page)),
                     count_rows(sql, "customers", conditions)};
    });
}

}  // namespace eyed::catalog
