#include "api/account_json.h"

#include <fmt/format.h>

#include "auth/memory_authenticator.h"
#include "base/json_text.h"
#include "catalog/catalog.h"
#include "catalog/users.h"

namespace eyed::api {

namespace {

void append_member(std::string_view name, std::string_view value, std::string& out) {
    out += ",\"";
    out += name;
    out += "\":";
    append_json_string(value, out);
}

void append_flag(std::string_view name, bool value, std::string& out) {
    out += fmt::format(",\"{}\":{}", name, value);
}

void append_instant(std::string_view name, std::optional<Micros> at, std::string& out) {
    if (at)
        append_member(name, to_iso8601(*at), out);
    else
        out += fmt::format(",\"{}\":null", name);
}

/// null for 0.
void append_id(std::string_view name, std::int64_t id, std::string& out) {
    out += id == 0 ? fmt::format(",\"{}\":null", name) : fmt::format(",\"{}\":{}", name, id);
}

void append_scopes(model::Scopes scopes, std::string& out) {
    out += ",\"scopes\":[";
    for (const std::string_view name : model::scope_names(scopes)) {
        if (out.back() != '[') out += ',';
        append_json_string(name, out);
    }
    out += ']';
}

}  // namespace

const std::string& AccountJson::user_name(UserId id) {
    const auto [at, fresh] = names_.try_emplace(id);
    if (fresh && id) {
        const auto record = services_.catalog.users().by_id(id);
        if (record) at->second = record->user.name;
    }
    return at->second;
}

void AccountJson::append_user_name(UserId id, std::string& out) {
    const std::string& name = user_name(id);
    if (name.empty())
        out += "null";
    else
        append_json_string(name, out);
}

void AccountJson::append(const model::User& user, std::string& out) {
    out += fmt::format("{{\"id\":{}", user.id.value);
    append_member("name", user.name, out);
    append_member("role", model::role_name(user.role), out);
    append_flag("active", user.active, out);
    append_member("application", services_.authenticator.application_name(user.application), out);
    append_instant("created_at", user.created_at, out);
    out += '}';
}

void AccountJson::append(const model::Application& application, std::string& out) {
    out += fmt::format("{{\"id\":{}", application.id.value);
    append_member("name", application.name, out);
    out += ",\"owner\":";
    append_user_name(application.owner, out);
    append_flag("reads_all", application.reads_all, out);
    append_instant("created_at", application.created_at, out);
    out += '}';
}

void AccountJson::append(const model::Key& key, std::string& out, std::string_view secret) {
    out += fmt::format("{{\"id\":{}", key.id.value);
    if (!secret.empty()) append_member("key", secret, out);
    append_member("name", key.name, out);
    append_member("hint", key.hint, out);
    append_member("application", services_.authenticator.application_name(key.application), out);
    out += ",\"user\":";
    append_user_name(key.user, out);
    append_flag("personal", key.personal, out);
    append_flag("default", key.is_default, out);
    append_scopes(key.scopes, out);
    append_member("state", model::key_state_name(model::state_of(key, services_.clock.now())), out);
    append_instant("created_at", key.created_at, out);
    append_instant("last_used_at", key.last_used_at, out);
    append_instant("expires_at", key.expires_at, out);
    append_instant("revoked_at", key.revoked_at, out);
    out += '}';
}

void AccountJson::append(const model::AuditEntry& entry, std::string& out) {
    out += fmt::format("{{\"id\":{}", entry.id.value);
    append_instant("at", entry.at, out);
    out += ",\"user\":";
    append_user_name(entry.actor.user, out);
    append_id("key", entry.actor.key.value, out);
    append_member("via", model::via_name(entry.actor.via), out);
    append_member("action", entry.action, out);
    append_member("kind", entry.kind, out);
    append_id("subject_id", entry.subject_id, out);
    append_member("subject", entry.subject, out);
    out += ",\"details\":" + entry.details + '}';
}

void AccountJson::append(const model::Principal& principal, std::string& out) {
    const bool person = principal.role >= model::Role::kMember;
    out += "{\"user\":";
    append_user_name(person ? principal.user : UserId{}, out);
    append_member("role", model::role_name(principal.role), out);
    append_member("application", services_.authenticator.application_name(principal.application),
                  out);
    append_id("key", principal.key.value, out);
    append_scopes(principal.scopes, out);
    append_flag("reads_all", principal.reads_all, out);
    out += '}';
}

}  // namespace eyed::api
