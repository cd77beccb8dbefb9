#include "catalog/known_settings.h"

#include "catalog/audit_lines.h"
#include "catalog/connection.h"

namespace eyed::catalog {
namespace {

void audit(soci::session& sql, const KnownSettings::Setting& setting, const std::string& before,
           Micros now) {
    model::AuditEntry entry{.at = now,
                            .actor = {.via = model::Via::kStart},
                            .action = "changed",
                            .kind = "setting",
                            .subject = setting.name};
    if (setting.shown == KnownSettings::Setting::Shown::kOpenly)
        entry.details = AuditDetails().changed("value", before, setting.value).str();
    append_audit(sql, entry);
}

}  // namespace

Status KnownSettings::update(const std::vector<Setting>& settings, Micros now) {
    return connection_.transact([&](soci::session& sql) -> Status {
        for (const Setting& setting : settings) {
            std::string before;
            sql << "SELECT value FROM known_settings WHERE name = :name", soci::use(setting.name),
                soci::into(before);
            const bool known = sql.got_data();
            if (known && before == setting.value) continue;
            if (known) audit(sql, setting, before, now);
            sql << "INSERT INTO known_settings (name, value) VALUES (:name, :value) "
                   "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                soci::use(setting.name), soci::use(setting.value);
        }
        return {};
    });
}

}  // namespace eyed::catalog
