#include "catalog/users.h"

#include "catalog/columns.h"
#include "catalog/connection.h"

namespace eyed::catalog {
namespace {

model::Role role_of(const std::string& name) {
    for (const model::Role role : {model::Role::kStaff, model::Role::kSuperuser})
        if (model::role_name(role) == name) return role;
    return model::Role::kMember;
}

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
        return {{UserId{id}, name, ApplicationId{application}, role_of(role), active != 0,
                 Micros{created_at}},
                password_hash,
                token_nonce,
                session_nonce};
    }
};

constexpr const char* kSelect =
    "SELECT id, name, application_id, password_hash, token_nonce, session_nonce, role, "
    "active, created_at FROM users ";

/// Prepares the select with `where`, which may have one parameter.
template <class... Use>
std::vector<UserRecord> select(soci::session& sql, const std::string& where,
                               const Use&... parameter) {
    Row row;
    soci::statement statement(sql);
    prepare(statement, kSelect + where, soci::into(row.id), soci::into(row.name),
            soci::into(row.application), soci::into(row.password_hash), soci::into(row.token_nonce),
            soci::into(row.session_nonce), soci::into(row.role), soci::into(row.active),
            soci::into(row.created_at), soci::use(parameter)...);
    statement.execute();
    std::vector<UserRecord> records;
    while (statement.fetch())
        records.push_back(row.record());
    return records;
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

Status changed_one(soci::statement& statement) {
    if (statement.get_affected_rows() == 0)
        return failure(Code::kNotFound, "there is no such user");
    return {};
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

Result<model::User> Users::create(const NewUser& user, When when) {
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
        return model::User{UserId{id}, user.name, ApplicationId{application},
                           user.role,  true,      user.created_at};
    });
}

Result<UserRecord> Users::by_name(std::string_view name) {
    return connection_.run([&](soci::session& sql) {
        return only(select(sql, "WHERE name = :name", std::string(name)));
    });
}

Result<UserRecord> Users::by_id(UserId id) {
    return connection_.run([&](soci::session& sql) {
        return only(select(sql, "WHERE id = :id", static_cast<long long>(id.value)));
    });
}

Result<std::vector<UserRecord>> Users::all() {
    return connection_.run([](soci::session& sql) -> Result<std::vector<UserRecord>> {
        return select(sql, "ORDER BY name");
    });
}

Result<std::uint64_t> Users::count() {
    return connection_.run([](soci::session& sql) -> Result<std::uint64_t> {
        long long users = 0;
        sql << "SELECT count(*) FROM users", soci::into(users);
        return static_cast<std::uint64_t>(users);
    });
}

Status Users::set_password(UserId id, const Password& password) {
    return connection_.transact([&](soci::session& sql) -> Status {
        const long long number = id.value;
        soci::statement update =
            (sql.prepare << "UPDATE users SET password_hash = :hash, session_nonce = :nonce "
                            "WHERE id = :id",
             soci::use(password.hash), soci::use(password.session_nonce), soci::use(number));
        update.execute(true);
        return changed_one(update);
    });
}

Status Users::set_state(UserId id, State state) {
    return connection_.transact([&](soci::session& sql) -> Status {
        const long long number = id.value;
        const long long active = state == State::kActive ? 1 : 0;
        soci::statement update = (sql.prepare << "UPDATE users SET active = :active WHERE id = :id",
                                  soci::use(active), soci::use(number));
        update.execute(true);
        return changed_one(update);
    });
}

Status Users::set_token_nonce(UserId id, const std::string& nonce) {
    return connection_.transact([&](soci::session& sql) -> Status {
        const long long number = id.value;
        soci::statement update =
            (sql.prepare << "UPDATE users SET token_nonce = :nonce WHERE id = :id",
             soci::use(nonce), soci::use(number));
        update.execute(true);
        return changed_one(update);
    });
}

}  // namespace eyed::catalog
