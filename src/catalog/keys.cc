#include "catalog/keys.h"

#include <cstdint>

#include "catalog/audit_lines.h"
#include "catalog/columns.h"
#include "catalog/conditions.h"
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

std::vector<KeyRecord> select(soci::session& sql, const Conditions& conditions) {
    Row row;
    soci::statement statement(sql);
    statement.exchange(soci::into(row.id));
    for (auto* text : {&row.digest, &row.name, &row.hint})
        statement.exchange(soci::into(*text));
    for (auto* number : {&row.user, &row.application, &row.scopes, &row.personal, &row.is_default,
                         &row.created_at})
        statement.exchange(soci::into(*number));
    for (auto* number : {&row.last_used_at, &row.expires_at, &row.revoked_at})
        statement.exchange(soci::into(number->value, number->indicator));
    conditions.bind(statement);
    statement.alloc();
    statement.prepare(
        "SELECT id, digest, name, hint, user_id, application_id, scopes, personal, is_default, "
        "created_at, last_used_at, expires_at, revoked_at FROM api_keys " +
        conditions.text());
    statement.define_and_bind();
    statement.execute();
    std::vector<KeyRecord> records;
    while (statement.fetch())
        records.push_back(row.record());
    return records;
}

std::string scopes_json(model::Scopes scopes) {
    using enum model::Scope;
    std::string text = "[";
    for (const auto& [scope, name] :
         {std::pair{kIngest, "\"ingest\""}, {kRead, "\"read\""}, {kManage, "\"manage\""}})
        if (scopes.has(scope)) text += (text.size() > 1 ? "," : "") + std::string(name);
    return text + "]";
}

/// The line's subject is the key's name, its details which key it is.
model::AuditEntry line(soci::session& sql, const model::Key& key, const std::string& action,
                       const model::Change& change) {
    const long long id = key.application.value;
    std::string application;
    sql << "SELECT name FROM applications WHERE id = :id", soci::use(id), soci::into(application);
    AuditDetails details;
    details.text("application", application).json("scopes", scopes_json(key.scopes));
    if (key.personal) details.json("personal", "true");
    if (!key.hint.empty()) details.text("hint", key.hint);
    if (key.expires_at) details.text("expires_at", to_iso8601(*key.expires_at));
    return {.at = change.at,
            .actor = change.by,
            .action = action,
            .kind = "key",
            .subject_id = key.id.value,
            .subject = key.name,
            .details = details.str()};
}

KeyId insert(soci::session& sql, const KeyRecord& record, const model::Actor& by) {
    Row row(record);
    sql << "INSERT INTO api_keys (digest, name, hint, user_id, application_id, scopes, personal, "
           "is_default, created_at, last_used_at, expires_at, revoked_at) "
           "VALUES (:digest, :name, :hint, :user, :application, :scopes, :personal, :default, "
           ":created, :used, :expires, :revoked) RETURNING id",
        soci::use(row.digest), soci::use(row.name), soci::use(row.hint), soci::use(row.user),
        soci::use(row.application), soci::use(row.scopes), soci::use(row.personal),
        soci::use(row.is_default), soci::use(row.created_at),
        soci::use(row.last_used_at.value, row.last_used_at.indicator),
        soci::use(row.expires_at.value, row.expires_at.indicator),
        soci::use(row.revoked_at.value, row.revoked_at.indicator), soci::into(row.id);
    model::Key key = record.key;
    key.id = KeyId{row.id};
    append_audit(sql, line(sql, key, "created", {by, key.created_at}));
    return key.id;
}

}  // namespace

Result<KeyId> Keys::create(const KeyRecord& key, const model::Actor& by) {
    return connection_.transact(
        [&](soci::session& sql) -> Result<KeyId> { return insert(sql, key, by); });
}

Result<KeyId> Keys::put_default(const KeyRecord& key, const model::Actor& by) {
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
        return insert(sql, key, by);
    });
}

Result<std::vector<KeyRecord>> Keys::all() {
    return connection_.run([](soci::session& sql) -> Result<std::vector<KeyRecord>> {
        Conditions all;
        all.page("api_keys", {.limit = UINT32_MAX});
        return select(sql, all);
    });
}

Result<std::vector<KeyRecord>> Keys::valid() {
    return connection_.run([](soci::session& sql) -> Result<std::vector<KeyRecord>> {
        Conditions valid;
        valid.add("revoked_at IS NULL");
        valid.page("api_keys", {.limit = UINT32_MAX});
        return select(sql, valid);
    });
}

namespace {

Result<model::Key> find(soci::session& sql, KeyId id) {
    Conditions one;
    one.add("id = ", static_cast<long long>(id.value));
    auto found = select(sql, one);
    if (found.empty()) return failure(Code::kNotFound, "there is no such key");
    return std::move(found.front().key);
}

Conditions conditions_of(const Keys::Filter& filter) {
    Conditions conditions;
    const auto number = [](const auto& id) { return static_cast<long long>(id.value); };
    if (filter.application) conditions.add("application_id = ", number(*filter.application));
    if (filter.user) conditions.add("user_id = ", number(*filter.user));
    if (filter.visible_to) {
        const std::string id = std::to_string(filter.visible_to->value);
        conditions.add("(user_id = " + id +
                       " OR application_id IN (SELECT id FROM applications WHERE owner_id = " + id +
                       "))");
    }
    if (!filter.state) return conditions;
    conditions.add(*filter.state == Keys::State::kRevoked ? "revoked_at IS NOT NULL"
                                                          : "revoked_at IS NULL");
    if (*filter.state == Keys::State::kValid)
        conditions.add("(expires_at IS NULL OR expires_at > ", number(filter.now), ")");
    if (*filter.state == Keys::State::kExpired)
        conditions.add("expires_at <= ", number(filter.now));
    return conditions;
}

}  // namespace

Result<model::Key> Keys::by_id(KeyId id) {
    return connection_.run([&](soci::session& sql) { return find(sql, id); });
}

Result<Keys::Found> Keys::list(const Filter& filter, const RowPage& page) {
    return connection_.run([&](soci::session& sql) -> Result<Found> {
        Conditions conditions = conditions_of(filter);
        RowPage by_id = page;
        by_id.order = RowPage::Order::kId;
        conditions.page("api_keys", by_id);
        Found found;
        for (auto& record : select(sql, conditions))
            found.rows.push_back(std::move(record.key));
        found.more = found.rows.size() > page.limit;
        if (found.more) found.rows.pop_back();
        return found;
    });
}

Status Keys::revoke(const Revocation& revocation) {
    return connection_.transact([&](soci::session& sql) -> Status {
        EYED_ASSIGN(const auto key, find(sql, revocation.id));
        if (key.revoked_at) return failure(Code::kConflict, "This key is revoked already.");
        const long long number = revocation.id.value;
        const long long instant = revocation.change.at.value;
        sql << "UPDATE api_keys SET revoked_at = :at WHERE id = :id", soci::use(instant),
            soci::use(number);
        sql << "UPDATE users SET token_nonce = :nonce WHERE id = "
               "(SELECT user_id FROM api_keys WHERE id = :id AND is_default = 1)",
            soci::use(revocation.token_nonce), soci::use(number);
        append_audit(sql, line(sql, key, "revoked", revocation.change));
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
