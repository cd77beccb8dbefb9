#include "catalog/users.h"

#include "catalog/audit_lines.h"
#include "catalog/columns.h"
#include "catalog/conditions.h"
#include "catalog/connection.h"
#include "catalog/key_rows.h"

namespace eyed::catalog {
namespace {

/// One row on its way in or out.
struct Row {
    long long id = 0;
    std::string name;
    long long application = 0;
    std::string password_hash;
    std::string token_nonce;
    std::string session_nonce;
    std::string role;
    long long active = 0;
    long long created_at = 0;

    UserRecord record() const {
        return {{UserId{id}, name, ApplicationId{application},
                 model::role_named(role).value_or(model::Role::kMember), active != 0,
                 Micros{created_at}},
                password_hash,
                token_nonce,
                session_nonce};
    }
};

constexpr const char* kSelect =
    "SELECT id, name, application_id, password_hash, token_nonce, session_nonce, role, "
    "active, created_at FROM users ";

std::vector<UserRecord> select(soci::session& sql, const Conditions& conditions) {
    Row row;
    soci::statement statement(sql);
    statement.exchange(soci::into(row.id));
    statement.exchange(soci::into(row.name));
    statement.exchange(soci::into(row.application));
    statement.exchange(soci::into(row.password_hash));
    statement.exchange(soci::into(row.token_nonce));
    statement.exchange(soci::into(row.session_nonce));
    statement.exchange(soci::into(row.role));
    statement.exchange(soci::into(row.active));
    statement.exchange(soci::into(row.created_at));
    conditions.bind(statement);
    statement.alloc();
    statement.prepare(kSelect + conditions.text());
    statement.define_and_bind();
    statement.execute();
    std::vector<UserRecord> records;
    while (statement.fetch())
        records.push_back(row.record());
    return records;
}

std::vector<UserRecord> select_one(soci::session& sql, const std::string& column,
                                   Conditions::Value value) {
    Conditions conditions;
    conditions.add(column + " = ", std::move(value));
    return select(sql, conditions);
}

Result<UserRecord> only(std::vector<UserRecord> records) {
    if (records.empty()) return failure(Code::kNotFound, "there is no such user");
    return std::move(records.front());
}

long long count_of(soci::session& sql, const std::string& query, const std::string& name) {
    long long count = 0;
    sql << query, soci::use(name), soci::into(count);
    return count;
}

model::AuditEntry line(const model::User& user, const std::string& action,
                       const model::Change& change) {
    return {.at = change.at,
            .actor = change.by,
            .action = action,
            .kind = "user",
            .subject_id = user.id.value,
            .subject = user.name};
}

/// Whether nobody else could administer once `user` no longer can.
bool is_last_superuser(soci::session& sql, const model::User& user) {
    if (user.role != model::Role::kSuperuser || !user.active) return false;
    const long long id = user.id.value;
    long long others = 0;
    sql << "SELECT count(*) FROM users WHERE role = 'superuser' AND active = 1 AND id <> :id",
        soci::use(id), soci::into(others);
    return others == 0;
}

void revoke_refresh_tokens(soci::session& sql, UserId user, Micros at) {
    const long long id = user.value;
    const long long instant = at.value;
    sql << "UPDATE refresh_tokens SET revoked_at = :at WHERE user_id = :user "
           "AND revoked_at IS NULL",
        soci::use(instant), soci::use(id);
}

void set_role(soci::session& sql, model::User& user, model::Role role,
              const model::Change& change) {
    if (user.role == role) return;
    const std::string name(model::role_name(role));
    const long long id = user.id.value;
    sql << "UPDATE users SET role = :role WHERE id = :id", soci::use(name), soci::use(id);
    auto entry = line(user, "role_changed", change);
    entry.details = AuditDetails().changed("role", model::role_name(user.role), name).str();
    append_audit(sql, entry);
    user.role = role;
}

void set_state(soci::session& sql, model::User& user, Users::State state,
               const model::Change& change) {
    const bool active = state == Users::State::kActive;
    if (user.active == active) return;
    const long long value = active ? 1 : 0;
    const long long id = user.id.value;
    sql << "UPDATE users SET active = :active WHERE id = :id", soci::use(value), soci::use(id);
    if (!active) revoke_refresh_tokens(sql, user.id, change.at);
    append_audit(sql, line(user, active ? "activated" : "deactivated", change));
    user.active = active;
}

void set_password(soci::session& sql, const model::User& user, const Users::Password& password,
                  const model::Change& change) {
    const long long id = user.id.value;
    sql << "UPDATE users SET password_hash = :hash, session_nonce = :nonce WHERE id = :id",
        soci::use(password.hash), soci::use(password.session_nonce), soci::use(id);
    revoke_refresh_tokens(sql, user.id, change.at);
    append_audit(sql, line(user, "password_changed", change));
}

Status refuse_taken(soci::session& sql, const std::string& name) {
    if (count_of(sql, "SELECT count(*) FROM users WHERE name = :name", name) != 0)
        return failure(Code::kConflict, "there is a user of that name already");
    if (count_of(sql, "SELECT count(*) FROM applications WHERE name = :name", name) != 0)
        return failure(
            Code::kConflict,
            "there is an application of that name already: a user gets one of their own");
    return {};
}

}  // namespace

Result<model::User> Users::create(const NewUser& user, When when, const model::Actor& by) {
    return connection_.transact([&](soci::session& sql) -> Result<model::User> {
        long long users = 0;
        sql << "SELECT count(*) FROM users", soci::into(users);
        if (when == When::kNoUserYet && users != 0)
            return failure(Code::kConflict, "there is a user already");
        EYED_TRY(refuse_taken(sql, user.name));

        const long long created_at = user.created_at.value;
        long long application = 0;
        sql << "INSERT INTO applications (name, owner_id, created_at) VALUES (:name, NULL, :at) "
               "RETURNING id",
            soci::use(user.name), soci::use(created_at), soci::into(application);
        const std::string role(model::role_name(user.role));
        long long id = 0;
        sql << "INSERT INTO users (name, application_id, password_hash, token_nonce, "
               "session_nonce, role, active, created_at) "
               "VALUES (:name, :application, :hash, :token, :session, :role, 1, :at) "
               "RETURNING id",
            soci::use(user.name), soci::use(application), soci::use(user.password_hash),
            soci::use(user.token_nonce), soci::use(user.session_nonce), soci::use(role),
            soci::use(created_at), soci::into(id);
        sql << "UPDATE applications SET owner_id = :owner WHERE id = :id", soci::use(id),
            soci::use(application);
        model::User made{UserId{id}, user.name, ApplicationId{application},
                         user.role,  true,      user.created_at};
        model::Change change{by, user.created_at};
        if (!by.user && when == When::kNoUserYet) change.by.user = made.id;  // they made themselves
        append_audit(sql, {.at = change.at,
                           .actor = change.by,
                           .action = "created",
                           .kind = "application",
                           .subject_id = application,
                           .subject = made.name,
                           .details = AuditDetails().text("owner", made.name).str()});
        auto entry = line(made, "created", change);
        entry.details = AuditDetails().text("role", role).str();
        append_audit(sql, entry);
        return made;
    });
}

Result<UserRecord> Users::by_name(std::string_view name) {
    return connection_.run(
        [&](soci::session& sql) { return only(select_one(sql, "name", std::string(name))); });
}

Result<UserRecord> Users::by_id(UserId id) {
    return connection_.run([&](soci::session& sql) {
        return only(select_one(sql, "id", static_cast<long long>(id.value)));
    });
}

Result<std::vector<UserRecord>> Users::all() {
    return connection_.run([](soci::session& sql) -> Result<std::vector<UserRecord>> {
        Conditions all;
        all.page("users", {.order = RowPage::Order::kName, .limit = UINT32_MAX});
        return select(sql, all);
    });
}

Result<std::uint64_t> Users::count() {
    return connection_.run([](soci::session& sql) -> Result<std::uint64_t> {
        long long users = 0;
        sql << "SELECT count(*) FROM users", soci::into(users);
        return static_cast<std::uint64_t>(users);
    });
}

Result<Users::Found> Users::list(const Filter& filter, const RowPage& page) {
    return connection_.run([&](soci::session& sql) -> Result<Found> {
        Conditions conditions;
        if (filter.role) conditions.add("role = ", std::string(model::role_name(*filter.role)));
        if (filter.state)
            conditions.add(*filter.state == State::kActive ? "active = 1" : "active = 0");
        if (!filter.search.empty()) conditions.contains("name", filter.search);
        conditions.page("users", page);
        Found found;
        for (auto& record : select(sql, conditions))
            found.rows.push_back(std::move(record.user));
        found.more = found.rows.size() > page.limit;
        if (found.more) found.rows.pop_back();
        return found;
    });
}

Result<model::User> Users::change(UserId id, const Edit& edit, const model::Change& change) {
    return connection_.transact([&](soci::session& sql) -> Result<model::User> {
        EYED_ASSIGN(auto record, only(select_one(sql, "id", static_cast<long long>(id.value))));
        model::User& user = record.user;
        const bool demotes = edit.role && *edit.role != model::Role::kSuperuser;
        const bool deactivates = edit.state == State::kInactive;
        if ((demotes || deactivates) && is_last_superuser(sql, user))
            return failure(Code::kConflict,
                           "This is the last active superuser: nobody could administer.");
        if (edit.role) set_role(sql, user, *edit.role, change);
        if (edit.state) set_state(sql, user, *edit.state, change);
        if (edit.password) set_password(sql, user, *edit.password, change);
        return user;
    });
}

Status Users::set_token_nonce(UserId id, const std::string& nonce, const model::Change& change) {
    return connection_.transact([&](soci::session& sql) -> Status {
        const long long number = id.value;
        EYED_ASSIGN(const auto record, only(select_one(sql, "id", number)));
        sql << "UPDATE users SET token_nonce = :nonce WHERE id = :id", soci::use(nonce),
            soci::use(number);
        revoke_default_key(sql, id, change);
        append_audit(sql, line(record.user, "token_renewed", change));
        return {};
    });
}

}  // namespace eyed::catalog
