#include "catalog/products.h"

#include <fmt/format.h>

#include <utility>

#include "catalog/audit_lines.h"
#include "catalog/columns.h"
#include "catalog/conditions.h"
#include "catalog/connection.h"
#include "catalog/product_rows.h"
#include "catalog/revision_check.h"

namespace eyed::catalog {
namespace {

void append_line(soci::session& sql, const model::Product& product, const std::string& action,
                 const std::string& details, const model::Change& change) {
    append_audit(sql, {.at = change.at,
                       .actor = change.by,
                       .action = action,
                       .kind = "product",
                       .subject_id = product.id.value,
                       .subject = product.type,
                       .details = details});
}

/// kInvalidArgument: another product has it.
Status check_type(soci::session& sql, const std::string& type, ProductId own) {
    Conditions same;
    same.add("type = ", type);
    const auto found = select_products(sql, same);
    if (found.empty() || found.front().id == own) return {};
    return failure(Code::kInvalidArgument, "type: product with this type already exists.");
}

bool is_used(soci::session& sql, ProductId id) {
    const long long number = id.value;
    long long used = 0;
    sql << "SELECT used FROM products WHERE id = :id", soci::use(number), soci::into(used);
    return used != 0;
}

std::string_view text_of(bool flag) {
    return flag ? "true" : "false";
}

Result<model::Product> insert(soci::session& sql, const Products::Fields& wanted,
                              const model::Change& change) {
    if (count_rows(sql, "products", {}) >= Products::kMost)
        return failure(
            Code::kConflict,
            fmt::format("There are {} products, and there may be no more.", Products::kMost));
    EYED_TRY(check_type(sql, wanted.type, {}));
    const long long active = wanted.active ? 1 : 0;
    const long long at = change.at.value;
    long long id = 0;
    sql << "INSERT INTO products (type, name, description, active, created_at, updated_at, "
           "revision) VALUES (:type, :name, :description, :active, :created, :updated, 1) "
           "RETURNING id",
        soci::use(wanted.type), soci::use(wanted.name), soci::use(wanted.description),
        soci::use(active), soci::use(at), soci::use(at), soci::into(id);
    EYED_ASSIGN(auto product, find_product(sql, ProductId{id}));
    append_line(sql, product, "created", "{}", change);
    return product;
}

Result<model::Product> change_one(soci::session& sql, ProductId id,
                                  const Products::Changes& changes,
                                  const std::optional<std::vector<std::uint64_t>>& revisions,
                                  const model::Change& change) {
    EYED_ASSIGN(auto old, find_product(sql, id));
    EYED_TRY(check_revision(old.revision, revisions));
    const Products::Fields wanted{.type = changes.type.value_or(old.type),
                                  .name = changes.name.value_or(old.name),
                                  .description = changes.description.value_or(old.description),
                                  .active = changes.active.value_or(old.active)};
    AuditDetails details;
    if (wanted.type != old.type) {
        EYED_TRY(check_type(sql, wanted.type, id));
        if (is_used(sql, id))
            return failure(Code::kConflict, "Cashbacks name the product: its type cannot change.");
        details.changed("type", old.type, wanted.type);
    }
    if (wanted.name != old.name) details.changed("name", old.name, wanted.name);
    if (wanted.description != old.description)
        details.changed("description", old.description, wanted.description);
    if (wanted.active != old.active)
        details.changed("active", text_of(old.active), text_of(wanted.active));
    if (details.str() == "{}") return old;
    const long long active = wanted.active ? 1 : 0;
    const long long at = change.at.value;
    const long long number = id.value;
    sql << "UPDATE products SET type = :type, name = :name, description = :description, "
           "active = :active, updated_at = :at, revision = revision + 1 WHERE id = :id",
        soci::use(wanted.type), soci::use(wanted.name), soci::use(wanted.description),
        soci::use(active), soci::use(at), soci::use(number);
    append_line(sql, old, "changed", details.str(), change);
    return find_product(sql, id);
}

Status remove_one(soci::session& sql, ProductId id,
                  const std::optional<std::vector<std::uint64_t>>& revisions,
                  const model::Change& change) {
    EYED_ASSIGN(const auto product, find_product(sql, id));
    EYED_TRY(check_revision(product.revision, revisions));
    if (is_used(sql, id))
        return failure(Code::kConflict,
                       "Cashbacks name the product: it can be made inactive, but not removed.");
    const long long number = id.value;
    sql << "DELETE FROM cashback_rules WHERE product_id = :id", soci::use(number);
    sql << "DELETE FROM products WHERE id = :id", soci::use(number);
    append_line(sql, product, "removed", "{}", change);
    return {};
}

}  // namespace

std::vector<model::Product> select_products(soci::session& sql, const Conditions& conditions,
                                            const std::string& ending) {
    long long id = 0;
    long long active = 0;
    long long created_at = 0;
    long long updated_at = 0;
    long long revision = 0;
    std::string type;
    std::string name;
    std::string description;
    soci::statement statement(sql);
    for (auto* number : {&id, &active, &created_at, &updated_at, &revision})
        statement.exchange(soci::into(*number));
    for (auto* text : {&type, &name, &description})
        statement.exchange(soci::into(*text));
    conditions.bind(statement);
    statement.alloc();
    statement.prepare(
        "SELECT id, active, created_at, updated_at, revision, type, name, "
        "description FROM products " +
        conditions.text() + ending);
    statement.define_and_bind();
    statement.execute();
    std::vector<model::Product> found;
    while (statement.fetch())
        found.push_back({ProductId{id}, type, name, description, active != 0, Micros{created_at},
                         Micros{updated_at}, static_cast<std::uint64_t>(revision)});
    return found;
}

Result<model::Product> find_product(soci::session& sql, ProductId id) {
    Conditions one;
    one.add("id = ", static_cast<long long>(id.value));
    auto found = select_products(sql, one);
    if (found.empty()) return failure(Code::kNotFound, "There is no such product.");
    return std::move(found.front());
}

Result<model::Product> Products::create(const Fields& product, const model::Change& change) {
    return connection_.transact([&](soci::session& sql) { return insert(sql, product, change); });
}

Result<model::Product> Products::change(ProductId id, const Changes& wanted,
                                        const std::optional<std::vector<std::uint64_t>>& revisions,
                                        const model::Change& change) {
    return connection_.transact(
        [&](soci::session& sql) { return change_one(sql, id, wanted, revisions, change); });
}

Status Products::remove(ProductId id, const std::optional<std::vector<std::uint64_t>>& revisions,
                        const model::Change& change) {
    return connection_.transact(
        [&](soci::session& sql) { return remove_one(sql, id, revisions, change); });
}

Result<model::Product> Products::by_id(ProductId id) {
    return connection_.run([&](soci::session& sql) { return find_product(sql, id); });
}

Result<Products::Found> Products::list(const Filter& filter, const NumberPage& page) {
    return connection_.run([&](soci::session& sql) -> Result<Found> {
        Conditions conditions;
        if (!filter.text.empty())
            conditions.contains(std::vector<std::string>{"type", "name", "description"},
                                filter.text);
        if (filter.active) conditions.add(*filter.active ? "active = 1" : "active = 0");
        return Found{select_products(sql, conditions, " ORDER BY type" + page_text(page)),
                     count_rows(sql, "products", conditions)};
    });
}

}  // namespace eyed::catalog
