#include "catalog/refresh_tokens.h"

#include <optional>

#include "catalog/audit_lines.h"
#include "catalog/columns.h"
#include "catalog/connection.h"

namespace eyed::catalog {
namespace {

struct Kept {
    std::string family;
    long long user = 0;
    Micros expires_at;
    bool used = false;
    bool revoked = false;

    /// Neither revoked nor expired: its family lives, whether it has been used or not.
    bool lives(Micros now) const { return !revoked && expires_at > now; }
    bool counts(Micros now) const { return lives(now) && !used; }
};

std::optional<Kept> find(soci::session& sql, const std::string& digest) {
    Kept kept;
    long long expires_at = 0;
    long long used = 0;
    long long revoked = 0;
    sql << "SELECT family, user_id, expires_at, used_at IS NOT NULL, revoked_at IS NOT NULL "
           "FROM refresh_tokens WHERE digest = :digest",
        soci::use(digest), soci::into(kept.family), soci::into(kept.user), soci::into(expires_at),
        soci::into(used), soci::into(revoked);
    if (!sql.got_data()) return std::nullopt;
    kept.expires_at = Micros{expires_at};
    kept.used = used != 0;
    kept.revoked = revoked != 0;
    return kept;
}

void insert(soci::session& sql, const RefreshToken& token, const std::string& family) {
    const long long user = token.user.value;
    const long long issued_at = token.issued_at.value;
    const long long expires_at = token.expires_at.value;
    sql << "INSERT INTO refresh_tokens (digest, family, user_id, issued_at, expires_at) "
           "VALUES (:digest, :family, :user, :issued, :expires)",
        soci::use(token.digest), soci::use(family), soci::use(user), soci::use(issued_at),
        soci::use(expires_at);
}

void revoke(soci::session& sql, const std::string& family, Micros at) {
    const long long instant = at.value;
    sql << "UPDATE refresh_tokens SET revoked_at = :at WHERE family = :family "
           "AND revoked_at IS NULL",
        soci::use(instant), soci::use(family);
}

void audit_reuse(soci::session& sql, const Kept& kept, const model::Change& change) {
    std::string name;
    sql << "SELECT name FROM users WHERE id = :id", soci::use(kept.user), soci::into(name);
    append_audit(sql, {.at = change.at,
                       .actor = change.by,
                       .action = "refresh_token_reused",
                       .kind = "user",
                       .subject_id = kept.user,
                       .subject = name});
}

}  // namespace

Status RefreshTokens::add(const RefreshToken& token) {
    return connection_.transact([&](soci::session& sql) -> Status {
        insert(sql, token, token.family);
        return {};
    });
}

Result<RefreshTokens::Use> RefreshTokens::rotate(const std::string& digest,
                                                 const RefreshToken& next, const model::Actor& by) {
    return connection_.transact([&](soci::session& sql) -> Result<Use> {
        const auto kept = find(sql, digest);
        const Micros now = next.issued_at;
        if (!kept || !kept->lives(now)) return Use::kInvalid;
        if (kept->used) {
            revoke(sql, kept->family, now);
            audit_reuse(sql, *kept, {by, now});
            return Use::kUsedTwice;
        }
        const long long at = now.value;
        sql << "UPDATE refresh_tokens SET used_at = :at WHERE digest = :digest", soci::use(at),
            soci::use(digest);
        insert(sql, next, kept->family);
        return Use::kUsed;
    });
}

Result<bool> RefreshTokens::counts(const std::string& digest, Micros now) {
    return connection_.run([&](soci::session& sql) -> Result<bool> {
        const auto kept = find(sql, digest);
        return kept && kept->counts(now);
    });
}

Result<RefreshTokens::Use> RefreshTokens::revoke_family(const std::string& digest,
                                                        const model::Change& change) {
    return connection_.transact([&](soci::session& sql) -> Result<Use> {
        const auto kept = find(sql, digest);
        if (!kept || !kept->lives(change.at)) return Use::kInvalid;
        revoke(sql, kept->family, change.at);
        if (!kept->used) return Use::kUsed;
        audit_reuse(sql, *kept, change);
        return Use::kUsedTwice;
    });
}

Status RefreshTokens::purge(Micros now) {
    return connection_.transact([&](soci::session& sql) -> Status {
        const long long at = now.value;
        sql << "DELETE FROM refresh_tokens WHERE expires_at < :at", soci::use(at);
        return {};
    });
}

}  // namespace eyed::catalog
