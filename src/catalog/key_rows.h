#pragma once

#include <soci/soci.h>

#include <string>
#include <string_view>
#include <vector>

#include "catalog/conditions.h"
#include "catalog/keys.h"
#include "model/audit.h"

namespace eyed::catalog {

/// Rows of keys and their lines of the audit log, for what changes them within its own transaction.
/// Included by the room's sources alone.

/// 1 where whom a key stands for is inactive: its user, or its application's owner; else 0.
inline constexpr std::string_view kIsDormant =
    "coalesce((SELECT active = 0 FROM users WHERE users.id = CASE api_keys.personal WHEN 1 THEN "
    "api_keys.user_id ELSE (SELECT owner_id FROM applications "
    "WHERE applications.id = api_keys.application_id) END), 0)";

std::vector<KeyRecord> select_keys(soci::session& sql, const Conditions& conditions);
/// The line's subject is the key's name, its details which key it is.
model::AuditEntry key_line(soci::session& sql, const model::Key& key, const std::string& action,
                           const model::Change& change);
/// Audited as `created`.
KeyId insert_key(soci::session& sql, const KeyRecord& record, const model::Actor& by);
/// The user's default key that holds, if there is one; audited as `revoked`.
void revoke_default_key(soci::session& sql, UserId user, const model::Change& change);

}  // namespace eyed::catalog
