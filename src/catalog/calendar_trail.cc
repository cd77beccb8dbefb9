#include "catalog/calendar_trail.h"

#include "base/json_members.h"
#include "base/json_text.h"
#include "catalog/calendar_snapshot.h"
#include "catalog/columns.h"
#include "catalog/outbox_rows.h"

namespace eyed::catalog {

std::string actor_name(soci::session& sql, const model::Actor& actor) {
    const bool is_user{actor.user};
    const long long id = is_user ? actor.user.value : actor.key.value;
    std::string name;
    sql << (is_user ? "SELECT name FROM users WHERE id = :id"
                    : "SELECT name FROM applications WHERE id = "
                      "(SELECT application_id FROM api_keys WHERE id = :id)"),
        soci::use(id), soci::into(name);
    return sql.got_data() ? name : std::string();
}

void append_actor(soci::session& sql, const model::Actor& actor, std::string& out) {
    const std::string name = actor_name(sql, actor);
    append_key("user", out);
    if (name.empty())
        out += "null";
    else
        append_json_string(name, out);
}

void append_outbox(soci::session& sql, std::string_view name, const std::string& data, Micros at) {
    append_outbox(sql, {.application = "eyed-calendar",
                        .category = "calendar",
                        .name = name,
                        .data = data,
                        .at = at});
}

std::string json_names(const std::vector<std::string>& names) {
    std::string out = "[";
    for (const std::string& name : names) {
        if (out.size() > 1) out += ',';
        append_json_string(name, out);
    }
    return out + "]";
}

void append_history(soci::session& sql, const model::CalendarEvent& before,
                    const std::vector<model::OccurrenceChange>& changes_after,
                    const EventChange& what, const model::Change& change) {
    const long long event = before.id.value;
    const long long at = change.at.value;
    NullableNumber user(change.by.user.value);
    const std::string user_name = actor_name(sql, change.by);
    NullableNumber occurrence(what.occurrence);
    std::string changed;
    for (const std::string& name : what.changed)
        changed += (changed.empty() ? "" : ",") + name;
    const std::string values = snapshot_json(before, changes_after);
    sql << "INSERT INTO calendar_updates (event_id, created_at, user_id, user_name, action, "
           "occurrence, event_title, changed, previous_values) VALUES (:event, :at, :user, "
           ":user_name, :action, :occurrence, :title, :changed, :values)",
        soci::use(event), soci::use(at), soci::use(user.value, user.indicator),
        soci::use(user_name), soci::use(what.action),
        soci::use(occurrence.value, occurrence.indicator), soci::use(before.fields.title),
        soci::use(changed), soci::use(values);
}

void tell_event(soci::session& sql, const model::CalendarEvent& now, const EventChange& what,
                const model::Change& change) {
    std::string data = "{";
    append_id_member("event", static_cast<std::uint64_t>(now.id.value), data);
    append_text_member("uid", now.uid, data);
    append_actor(sql, change.by, data);
    if (what.occurrence) append_instant_member("occurrence", what.occurrence, data);
    if (!what.changed.empty()) append_json_member("changed", json_names(what.changed), data);
    append_json_member("values", log_values_json(now), data);
    data += '}';
    const bool of_one = what.action.starts_with("occurrence_");
    append_outbox(sql, of_one ? what.action : "event_" + what.action, data, change.at);
}

}  // namespace eyed::catalog
