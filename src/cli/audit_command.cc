#include <fmt/format.h>

#include <ostream>

#include "catalog/audit.h"
#include "cli/context.h"
#include "cli/offline_accounts.h"
#include "cli/text.h"
#include "query/parameters.h"

namespace eyed::cli {
namespace {

Result<std::optional<Micros>> read_instant(const char* option, const std::string& text) {
    if (text.empty()) return std::optional<Micros>();
    const auto at = query::parse_instant(text);
    if (!at)
        return failure(Code::kInvalidArgument,
                       fmt::format("{} must be an instant such as 2026-01-31T12:00:00Z", option));
    return at;
}

Result<catalog::Audit::Filter> filter_of(OfflineAccounts& opened, const AuditList& command) {
    catalog::Audit::Filter filter;
    if (!command.kind.empty()) filter.kind = command.kind;
    if (!command.action.empty()) filter.action = command.action;
    EYED_ASSIGN(filter.from, read_instant("--from", command.from));
    EYED_ASSIGN(filter.to, read_instant("--to", command.to));
    if (command.user.empty()) return filter;
    EYED_ASSIGN(const auto user, opened.find_user(command.user));
    filter.user = user.id;
    return filter;
}

std::string entry_json(const model::AuditEntry& entry, const std::string& user) {
    JsonObject object;
    object.number("id", entry.id.value).instant("at", entry.at);
    if (user.empty())
        object.json("user", "null");
    else
        object.text("user", user);
    if (entry.actor.key)
        object.number("key", entry.actor.key.value);
    else
        object.json("key", "null");
    object.text("via", model::via_name(entry.actor.via))
        .text("action", entry.action)
        .text("kind", entry.kind);
    if (entry.subject_id != 0)
        object.number("subject_id", entry.subject_id);
    else
        object.json("subject_id", "null");
    object.text("subject", entry.subject).json("details", entry.details);
    return object.str();
}

}  // namespace

Result<int> list_audit(const Context& context, const AuditList& command) {
    EYED_ASSIGN(const auto opened, OfflineAccounts::open(context.settings()));
    EYED_ASSIGN(const auto filter, filter_of(*opened, command));
    EYED_ASSIGN(const auto found,
                opened->catalog().audit().list(filter, catalog::Audit::newest(command.limit)));
    EYED_ASSIGN(auto names, opened->user_names());
    auto& out = context.start.out;
    std::vector<std::vector<std::string>> rows;
    for (const auto& entry : found.rows) {
        const std::string user = entry.actor.user ? names[entry.actor.user] : std::string();
        rows.push_back({when(entry.at), user.empty() ? "-" : user,
                        std::string(model::via_name(entry.actor.via)), entry.kind, entry.action,
                        entry.subject.empty() ? "-" : entry.subject,
                        entry.details == "{}" ? "-" : entry.details});
        if (context.style == Style::kJson) out << entry_json(entry, user) << '\n';
        if (context.style == Style::kQuiet) out << entry.id.value << '\n';
    }
    if (context.style == Style::kHuman)
        out << table({"AT (UTC)", "USER", "VIA", "KIND", "ACTION", "SUBJECT", "DETAILS"}, rows);
    return kDone;
}

}  // namespace eyed::cli
