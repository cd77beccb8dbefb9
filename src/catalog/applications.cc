#include "catalog/applications.h"

#include <fmt/format.h>

#include <string>

#include "catalog/audit_lines.h"
#include "catalog/columns.h"
#include "catalog/conditions.h"
#include "catalog/connection.h"

namespace eyed::catalog {
namespace {

std::vector<model::Application> select(soci::session& sql, const Conditions& conditions) {
    long long id = 0;
    std::string name;
    NullableNumber owner;
    long long created_at = 0;
    long long reads_all = 0;
    soci::statement statement(sql);
    statement.exchange(soci::into(id));
    statement.exchange(soci::into(name));
    statement.exchange(soci::into(owner.value, owner.indicator));
    statement.exchange(soci::into(created_at));
    statement.exchange(soci::into(reads_all));
    conditions.bind(statement);
    statement.alloc();
    statement.prepare("SELECT id, name, owner_id, created_at, reads_all FROM applications " +
                      conditions.text());
    statement.define_and_bind();
    statement.execute();
    std::vector<model::Application> found;
    while (statement.fetch())
        found.push_back(
            {ApplicationId{id}, name, UserId{owner.id()}, Micros{created_at}, reads_all != 0});
    return found;
}

std::vector<model::Application> select_one(soci::session& sql, const std::string& column,
                                           Conditions::Value value) {
    Conditions conditions;
    conditions.add(column + " = ", std::move(value));
    return select(sql, conditions);
}

Result<model::Application> only(std::vector<model::Application> found) {
    if (found.empty()) return failure(Code::kNotFound, "there is no such application");
    return std::move(found.front());
}

model::AuditEntry line(const model::Application& application, const std::string& action,
                       const model::Change& change) {
    return {.at = change.at,
            .actor = change.by,
            .action = action,
            .kind = "application",
            .subject_id = application.id.value,
            .subject = application.name};
}

/// The name of an owner; empty: the installation's. kNotFound.
Result<std::string> owner_name(soci::session& sql, UserId owner) {
    if (!owner) return std::string();
    const long long id = owner.value;
    std::string name;
    sql << "SELECT name FROM users WHERE id = :id", soci::use(id), soci::into(name);
    if (!sql.got_data()) return failure(Code::kNotFound, "there is no such user");
    return name;
}

Status refuse_too_many(soci::session& sql, UserId owner) {
    if (!owner) return {};
    const long long id = owner.value;
    long long owned = 0;
    sql << "SELECT count(*) FROM applications WHERE owner_id = :id", soci::use(id),
        soci::into(owned);
    if (owned < Applications::kMostOfAUser) return {};
    return failure(Code::kConflict,
                   fmt::format("The owner has {} applications, and may have no more.", owned));
}

/// Whether some user was made with this application: their logins and tokens send as it.
bool is_somebodys_own(soci::session& sql, ApplicationId application) {
    const long long id = application.value;
    long long users = 0;
    sql << "SELECT count(*) FROM users WHERE application_id = :id", soci::use(id),
        soci::into(users);
    return users != 0;
}

Result<model::Application> insert(soci::session& sql, const Applications::New& application,
                                  const model::Actor& by) {
    EYED_ASSIGN(const auto owned_by, owner_name(sql, application.owner));
    EYED_TRY(refuse_too_many(sql, application.owner));
    NullableNumber owner(application.owner.value);
    const long long created_at = application.created_at.value;
    const long long reads_all = application.reads == Reads::kAll ? 1 : 0;
    long long id = 0;
    sql << "INSERT INTO applications (name, owner_id, created_at, reads_all) "
           "VALUES (:name, :owner, :at, :reads) RETURNING id",
        soci::use(application.name), soci::use(owner.value, owner.indicator), soci::use(created_at),
        soci::use(reads_all), soci::into(id);
    model::Application made{ApplicationId{id}, application.name, application.owner,
                            application.created_at, reads_all != 0};
    auto entry = line(made, "created", {by, application.created_at});
    AuditDetails details;
    if (!owned_by.empty()) details.text("owner", owned_by);
    if (made.reads_all) details.json("reads_all", "true");
    entry.details = details.str();
    append_audit(sql, entry);
    return made;
}

void set_reads(soci::session& sql, model::Application& application, Reads reads,
               const model::Change& change) {
    const bool all = reads == Reads::kAll;
    if (application.reads_all == all) return;
    const long long value = all ? 1 : 0;
    const long long id = application.id.value;
    sql << "UPDATE applications SET reads_all = :reads WHERE id = :id", soci::use(value),
        soci::use(id);
    append_audit(sql, line(application, all ? "granted" : "grant_withdrawn", change));
    application.reads_all = all;
}

Status set_owner(soci::session& sql, model::Application& application, UserId owner,
                 const model::Change& change) {
    if (application.owner == owner) return {};
    if (is_somebodys_own(sql, application.id))
        return failure(Code::kConflict,
                       "This application was made with its owner, who logs in as it: it stays "
                       "theirs.");
    EYED_ASSIGN(const auto from, owner_name(sql, application.owner));
    EYED_ASSIGN(const auto to, owner_name(sql, owner));
    EYED_TRY(refuse_too_many(sql, owner));
    NullableNumber value(owner.value);
    const long long id = application.id.value;
    sql << "UPDATE applications SET owner_id = :owner WHERE id = :id",
        soci::use(value.value, value.indicator), soci::use(id);
    auto entry = line(application, "owner_changed", change);
    entry.details = AuditDetails().changed("owner", from, to).str();
    append_audit(sql, entry);
    application.owner = owner;
    return {};
}

}  // namespace

Result<model::Application> Applications::create(const New& application, const model::Actor& by) {
    return connection_.transact([&](soci::session& sql) -> Result<model::Application> {
        if (!select_one(sql, "name", application.name).empty())
            return failure(Code::kConflict, "There is an application of that name already.");
        return insert(sql, application, by);
    });
}

Result<model::Application> Applications::find_or_create(const New& application,
                                                        const model::Actor& by) {
    return connection_.transact([&](soci::session& sql) -> Result<model::Application> {
        auto found = select_one(sql, "name", application.name);
        if (!found.empty()) return std::move(found.front());
        return insert(sql, application, by);
    });
}

Result<model::Application> Applications::by_name(std::string_view name) {
    return connection_.run(
        [&](soci::session& sql) { return only(select_one(sql, "name", std::string(name))); });
}

Result<model::Application> Applications::by_id(ApplicationId id) {
    return connection_.run([&](soci::session& sql) {
        return only(select_one(sql, "id", static_cast<long long>(id.value)));
    });
}

Result<std::vector<model::Application>> Applications::all() {
    return connection_.run([](soci::session& sql) -> Result<std::vector<model::Application>> {
        Conditions all;
        all.page("applications", {.limit = UINT32_MAX});
        return select(sql, all);
    });
}

Result<Applications::Found> Applications::list(const Filter& filter, const RowPage& page) {
    return connection_.run([&](soci::session& sql) -> Result<Found> {
        Conditions conditions;
        if (filter.owner)
            conditions.add("owner_id = ", static_cast<long long>(filter.owner->value));
        if (!filter.search.empty()) conditions.contains("name", filter.search);
        conditions.page("applications", page);
        Found found{select(sql, conditions), false};
        found.more = found.rows.size() > page.limit;
        if (found.more) found.rows.pop_back();
        return found;
    });
}

Result<model::Application> Applications::change(ApplicationId id, const Edit& edit,
                                                const model::Change& change) {
    return connection_.transact([&](soci::session& sql) -> Result<model::Application> {
        EYED_ASSIGN(auto application,
                    only(select_one(sql, "id", static_cast<long long>(id.value))));
        if (edit.reads) set_reads(sql, application, *edit.reads, change);
        if (edit.owner) EYED_TRY(set_owner(sql, application, *edit.owner, change));
        return application;
    });
}

}  // namespace eyed::catalog
