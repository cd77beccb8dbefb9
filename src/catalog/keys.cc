#include "catalog/keys.h"

#include <cstdint>

#include "catalog/columns.h"
#include "catalog/connection.h"

namespace eyed::catalog {
namespace {

/// One row on its way in or out.
struct Row {
    long long id = 0;
    std::string digest;
    std::string name;
    std::string hint;
    long long user = 0;
    long long application = 0;
    long long scopes = 0;
    long long personal = 0;
    long long is_default = 0;
    long long created_at = 0;
    NullableNumber last_used_at;
    NullableNumber expires_at;
    NullableNumber revoked_at;

    Row() = default;
    explicit Row(const KeyRecord& record)
        : digest(record.digest),
          name(record.key.name),
          hint(record.key.hint),
          user(record.key.user.value),
          application(record.key.application.value),
          scopes(record.key.scopes.bits),
          personal(record.key.personal ? 1 : 0),
          is_default(record.key.is_default ? 1 : 0),
          created_at(record.key.created_at.value),
          last_used_at(record.key.last_used_at),
          expires_at(record.key.expires_at),
          revoked_at(record.key.revoked_at) {}

    KeyRecord record() const {
        model::Key key{KeyId{id},
                       name,
                       hint,
                       UserId{user},
                       ApplicationId{application},
                       model::Scopes{static_cast<std::uint8_t>(scopes)},
                       personal != 0,
                       is_default != 0,
                       Micros{created_at},
                       last_used_at.instant(),
                       expires_at.instant(),
                       revoked_at.instant()};
        return {std::move(key), digest};
    }
};

std::vector<KeyRecord> select(soci::session& sql, const std::string& where) {
    Row row;
    soci::statement statement =
        (sql.prepare << "SELECT id, digest, name, hint, user_id, application_id, scopes, personal, "
                        "is_default, "
                        "created_at, last_used_at, expires_at, revoked_at FROM api_keys " +
                            where,
         soci::into(row.id), soci::into(row.digest), soci::into(row.name), soci::into(row.hint),
         soci::into(row.user), soci::into(row.application), soci::into(row.scopes),
         soci::into(row.personal), soci::into(row.is_default), soci::into(row.created_at),
         soci::into(row.last_used_at.value, row.last_used_at.indicator),
         soci::into(row.expires_at.value, row.expires_at.indicator),
         soci::into(row.revoked_at.value, row.revoked_at.indicator));
    statement.execute();
    std::vector<KeyRecord> records;
    while (statement.fetch())
        records.push_back(row.record());
    return records;
}

KeyId insert(soci::session& sql, const KeyRecord& record) {
    Row row(record);
    sql << "INSERT INTO api_keys (digest, name, hint, user_id, application_id, scopes, personal, "
           "is_default, "
           "created_at, last_used_at, expires_at, revoked_at) "
           "VALUES (:digest, :name, :hint, :user, :application, :scopes, :personal, :default, "
           ":created, :used, "
           ":expires, :revoked) RETURNING id",
        soci::use(row.digest), soci::use(row.name), soci::use(row.hint), soci::use(row.user),
        soci::use(row.application), soci::use(row.scopes), soci::use(row.personal),
        soci::use(row.is_default), soci::use(row.created_at),
        soci::use(row.last_used_at.value, row.last_used_at.indicator),
        soci::use(row.expires_at.value, row.expires_at.indicator),
        soci::use(row.revoked_at.value, row.revoked_at.indicator), soci::into(row.id);
    return KeyId{row.id};
}

}  // namespace

Result<KeyId> Keys::create(const KeyRecord& key) {
    return connection_.transact(
        [&](soci::session& sql) -> Result<KeyId> { return insert(sql, key); });
}

Result<KeyId> Keys::put_default(const KeyRecord& key) {
    return connection_.transact([&](soci::session& sql) -> Result<KeyId> {
        const long long user = key.key.user.value;
        const long long at = key.key.created_at.value;
        long long id = 0;
        sql << "SELECT id FROM api_keys WHERE user_id = :user AND is_default = 1 "
               "AND revoked_at IS NULL AND digest = :digest",
            soci::use(user), soci::use(key.digest), soci::into(id);
        if (sql.got_data()) return KeyId{id};
        sql << "UPDATE api_keys SET revoked_at = :at WHERE user_id = :user AND is_default = 1 "
               "AND revoked_at IS NULL",
            soci::use(at), soci::use(user);
        return insert(sql, key);
    });
}

Result<std::vector<KeyRecord>> Keys::all() {
    return connection_.run([](soci::session& sql) -> Result<std::vector<KeyRecord>> {
        return select(sql, "ORDER BY id");
    });
}

Result<std::vector<KeyRecord>> Keys::valid() {
    return connection_.run([](soci::session& sql) -> Result<std::vector<KeyRecord>> {
        return select(sql, "WHERE revoked_at IS NULL ORDER BY id");
    });
}

Status Keys::revoke(const Revocation& revocation) {
    return connection_.transact([&](soci::session& sql) -> Status {
        const long long number = revocation.id.value;
        const long long instant = revocation.at.value;
        soci::statement update = (sql.prepare << "UPDATE api_keys SET revoked_at = :at "
                                                 "WHERE id = :id AND revoked_at IS NULL",
                                  soci::use(instant), soci::use(number));
        update.execute(true);
        if (update.get_affected_rows() == 0)
            return failure(Code::kNotFound, "there is no such key, or it is revoked already");
        sql << "UPDATE users SET token_nonce = :nonce WHERE id = "
               "(SELECT user_id FROM api_keys WHERE id = :id AND is_default = 1)",
            soci::use(revocation.token_nonce), soci::use(number);
        return {};
    });
}

Status Keys::note_uses(const std::vector<std::pair<KeyId, Micros>>& uses) {
    if (uses.empty()) return {};
    return connection_.transact([&](soci::session& sql) -> Status {
        long long id = 0;
        long long at = 0;
        soci::statement update =
            (sql.prepare << "UPDATE api_keys SET last_used_at = max(coalesce(last_used_at, 0), "
                            ":at) WHERE id = :id",
             soci::use(at), soci::use(id));
        for (const auto& [key, used_at] : uses) {
            id = key.value;
            at = used_at.value;
            update.execute(true);
        }
        return {};
    });
}

}  // namespace eyed::catalog
