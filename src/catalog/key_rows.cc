#include "catalog/key_rows.h"

#include <cstdint>

#include "catalog/audit_lines.h"
#include "catalog/columns.h"

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
    long long dormant = 0;

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
                       revoked_at.instant(),
                       dormant != 0};
        return {std::move(key), digest};
    }
};

std::string scopes_json(model::Scopes scopes) {
    std::string text = "[";
    for (const std::string_view name : model::scope_names(scopes)) {
        if (text.size() > 1) text += ',';
        append_json_string(name, text);
    }
    return text + "]";
}

}  // namespace

std::vector<KeyRecord> select_keys(soci::session& sql, const Conditions& conditions) {
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
    statement.exchange(soci::into(row.dormant));
    conditions.bind(statement);
    statement.alloc();
    statement.prepare(
        "SELECT id, digest, name, hint, user_id, application_id, scopes, personal, is_default, "
        "created_at, last_used_at, expires_at, revoked_at, " +
        std::string(kIsDormant) + " FROM api_keys " + conditions.text());
    statement.define_and_bind();
    statement.execute();
    std::vector<KeyRecord> records;
    while (statement.fetch())
        records.push_back(row.record());
    return records;
}

model::AuditEntry key_line(soci::session& sql, const model::Key& key, const std::string& action,
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

KeyId insert_key(soci::session& sql, const KeyRecord& record, const model::Actor& by) {
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
    append_audit(sql, key_line(sql, key, "created", {by, key.created_at}));
    return key.id;
}

void revoke_default_key(soci::session& sql, UserId user, const model::Change& change) {
    Conditions conditions;
    conditions.add("is_default = 1 AND revoked_at IS NULL");
    conditions.add("user_id = ", static_cast<long long>(user.value));
    for (const KeyRecord& record : select_keys(sql, conditions)) {
        const long long id = record.key.id.value;
        const long long at = change.at.value;
        sql << "UPDATE api_keys SET revoked_at = :at WHERE id = :id", soci::use(at), soci::use(id);
        append_audit(sql, key_line(sql, record.key, "revoked", change));
    }
}

}  // namespace eyed::catalog
