#include "catalog/keys.h"

#include <fmt/format.h>

#include "catalog/audit_lines.h"
#include "catalog/conditions.h"
#include "catalog/connection.h"
#include "catalog/key_rows.h"

namespace eyed::catalog {
namespace {

void add_unexpired(Conditions& conditions, Micros now) {
    conditions.add("(expires_at IS NULL OR expires_at > ", static_cast<long long>(now.value), ")");
}

Status refuse_too_many(soci::session& sql, const model::Key& key) {
    const long long application = key.application.value;
    const long long now = key.created_at.value;
    long long held = 0;
    sql << "SELECT count(*) FROM api_keys WHERE application_id = :application "
           "AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)",
        soci::use(application), soci::use(now), soci::into(held);
    if (held < Keys::kMostOfAnApplication) return {};
    return failure(Code::kConflict,
                   fmt::format("The application has {} keys that have neither expired nor been "
                               "revoked, and may have no more: revoke what is not used.",
                               held));
}

Result<model::Key> find(soci::session& sql, KeyId id) {
    Conditions one;
    one.add("id = ", static_cast<long long>(id.value));
    auto found = select_keys(sql, one);
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
    using enum model::KeyState;
    conditions.add(filter.state == kRevoked ? "revoked_at IS NOT NULL" : "revoked_at IS NULL");
    if (filter.state == kExpired) conditions.add("expires_at <= ", number(filter.now));
    if (filter.state != kValid && filter.state != kRefused) return conditions;
    add_unexpired(conditions, filter.now);
    conditions.add(std::string(kIsDormant) + (filter.state == kValid ? " = 0" : " = 1"));
    return conditions;
}

}  // namespace

Result<KeyId> Keys::create(const KeyRecord& key, const model::Actor& by) {
    return connection_.transact([&](soci::session& sql) -> Result<KeyId> {
        EYED_TRY(refuse_too_many(sql, key.key));
        return insert_key(sql, key, by);
    });
}

Result<KeyId> Keys::put_default(const KeyRecord& key, const model::Actor& by) {
    return connection_.transact([&](soci::session& sql) -> Result<KeyId> {
        const long long user = key.key.user.value;
        long long id = 0;
        sql << "SELECT id FROM api_keys WHERE user_id = :user AND is_default = 1 "
               "AND revoked_at IS NULL AND digest = :digest",
            soci::use(user), soci::use(key.digest), soci::into(id);
        if (sql.got_data()) return KeyId{id};
        revoke_default_key(sql, key.key.user, {by, key.key.created_at});
        return insert_key(sql, key, by);
    });
}

Result<std::vector<KeyRecord>> Keys::all() {
    return connection_.run([](soci::session& sql) -> Result<std::vector<KeyRecord>> {
        Conditions all;
        all.page("api_keys", {.limit = UINT32_MAX});
        return select_keys(sql, all);
    });
}

Result<std::vector<KeyRecord>> Keys::valid(Micros now) {
    return connection_.run([&](soci::session& sql) -> Result<std::vector<KeyRecord>> {
        Conditions valid;
        valid.add("revoked_at IS NULL");
        add_unexpired(valid, now);
        valid.page("api_keys", {.limit = UINT32_MAX});
        return select_keys(sql, valid);
    });
}

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
        for (auto& record : select_keys(sql, conditions))
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
        append_audit(sql, key_line(sql, key, "revoked", revocation.change));
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
