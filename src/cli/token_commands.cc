#include <fmt/format.h>

#include <ostream>

#include "cli/context.h"
#include "cli/offline_accounts.h"
#include "cli/text.h"
#include "config/values.h"

namespace eyed::cli {
namespace {

JsonObject key_json(const OfflineAccounts& opened, const model::Key& key, const std::string& user) {
    JsonObject object;
    object.number("id", key.id.value)
        .text("name", key.name)
        .text("hint", key.hint)
        .text("user", user)
        .text("application", opened.names().application_name(key.application))
        .json("scopes", scopes_json(key.scopes))
        .flag("personal", key.personal)
        .flag("default", key.is_default)
        .text("state", model::key_state_name(model::state_of(key, opened.clock().now())))
        .instant("created_at", key.created_at)
        .instant("last_used_at", key.last_used_at)
        .instant("expires_at", key.expires_at)
        .instant("revoked_at", key.revoked_at);
    return object;
}

}  // namespace

Result<int> create_token(const Context& context, const TokenCreate& command) {
    EYED_ASSIGN(const auto opened, OfflineAccounts::open(context.settings()));
    EYED_ASSIGN(const auto user, opened->find_user(command.user));
    auth::Accounts::NewKey key;
    key.user = user.id;
    key.name = command.name;
    key.application = command.application;
    if (!command.scopes.empty())
        key.scopes = parse_scopes(command.scopes);
    else if (!command.application.empty())
        key.scopes = model::kEventScopes;
    if (!command.expires.empty()) {
        const auto duration = config::parse_duration(command.expires);
        if (!duration || duration->count() == 0)
            return failure(Code::kInvalidArgument,
                           "--expires must be a duration such as 12h or 90d");
        key.expires_at = opened->clock().now() + *duration;
    }
    const bool makes = !key.application.empty() &&
                       !opened->names().application_by_name(key.application).has_value();
    EYED_ASSIGN(const auto created, opened->accounts().create_key(key, kByCommand));
    if (makes && context.style != Style::kJson)
        context.start.err << fmt::format("Made the application {}, owned by {}.\n", key.application,
                                         user.name);
    auto& out = context.start.out;
    if (context.style == Style::kJson) {
        out << key_json(*opened, created.key, user.name)
                   .flag("application_created", makes)
                   .text("token", created.secret)
                   .str()
            << '\n';
        return kDone;
    }
    if (context.style == Style::kHuman)
        context.start.err << fmt::format(
            "Key {} of {}, sends as {}, may {}. This is the only time it is shown:\n",
            created.key.id.value, user.name,
            opened->names().application_name(created.key.application),
            scopes_text(created.key.scopes));
    out << created.secret << '\n';  // alone on standard output: TOKEN=$(eyed token create …)
    return kDone;
}

Result<int> list_tokens(const Context& context, const TokenList& command) {
    EYED_ASSIGN(const auto opened, OfflineAccounts::open(context.settings()));
    UserId only;
    if (!command.user.empty()) {
        EYED_ASSIGN(const auto user, opened->find_user(command.user));
        only = user.id;
    }
    EYED_ASSIGN(const auto keys, opened->accounts().keys());
    EYED_ASSIGN(auto names, opened->user_names());
    auto& out = context.start.out;
    std::vector<std::vector<std::string>> rows;
    for (const auto& key : keys) {
        if (only && key.user != only) continue;
        const std::string& user = names[key.user];
        rows.push_back(
            {std::to_string(key.id.value), key.hint.empty() ? "-" : key.hint + "…",
             key.name.empty() ? "-" : key.name, user,
             opened->names().application_name(key.application), scopes_text(key.scopes),
             when(key.last_used_at), when(key.expires_at),
             std::string(model::key_state_name(model::state_of(key, opened->clock().now())))});
        if (context.style == Style::kJson) out << key_json(*opened, key, user).str() << '\n';
        if (context.style == Style::kQuiet) out << key.id.value << '\n';
    }
    if (context.style == Style::kHuman)
        out << table({"ID", "BEGINS", "NAME", "USER", "APPLICATION", "SCOPES", "LAST USED",
                      "EXPIRES", "STATE"},
                     rows);
    return kDone;
}

Result<int> revoke_token(const Context& context, const TokenRevoke& command) {
    EYED_ASSIGN(const auto opened, OfflineAccounts::open(context.settings()));
    if (command.id) {
        EYED_TRY(opened->accounts().revoke_key(KeyId{*command.id}, kByCommand));
    } else {
        EYED_ASSIGN(const auto user, opened->find_user(command.user));
        EYED_TRY(opened->accounts().renew_user_token(user.id, kByCommand));
    }
    if (context.style == Style::kHuman)
        context.start.out << (command.id ? fmt::format("Key {} is revoked.\n", *command.id)
                                         : fmt::format("The default token of {} is revoked; "
                                                       "their next login gives a new one.\n",
                                                       command.user));
    if (context.style == Style::kJson) context.start.out << "{\"revoked\":true}\n";
    return kDone;
}

}  // namespace eyed::cli
