#include <fmt/format.h>

#include <ostream>

#include "catalog/applications.h"
#include "cli/context.h"
#include "cli/offline_accounts.h"
#include "cli/text.h"

namespace eyed::cli {
namespace {

std::string owner_name(OfflineAccounts& opened, const model::Application& application) {
    if (!application.owner) return {};
    const auto record = opened.catalog().users().by_id(application.owner);
    return record ? record->user.name : std::string();
}

std::string application_json(OfflineAccounts& opened, const model::Application& application) {
    JsonObject object;
    const std::string owner = owner_name(opened, application);
    object.number("id", application.id.value).text("name", application.name);
    if (owner.empty())
        object.json("owner", "null");
    else
        object.text("owner", owner);
    object.flag("reads_all", application.reads_all).instant("created_at", application.created_at);
    return object.str();
}

std::unexpected<Error> with_name(const Error& error, const std::string& name) {
    return failure(error.code, fmt::format("application {}: {}", name, error.detail));
}

}  // namespace

Result<int> list_applications(const Context& context) {
    EYED_ASSIGN(const auto opened, OfflineAccounts::open(context.settings()));
    EYED_ASSIGN(const auto applications, opened->catalog().applications().all());
    auto& out = context.start.out;
    std::vector<std::vector<std::string>> rows;
    for (const auto& application : applications) {
        const std::string owner = owner_name(*opened, application);
        rows.push_back({std::to_string(application.id.value), application.name,
                        owner.empty() ? "-" : owner, application.reads_all ? "all" : "its own",
                        when(application.created_at)});
        if (context.style == Style::kJson) out << application_json(*opened, application) << '\n';
        if (context.style == Style::kQuiet) out << application.name << '\n';
    }
    if (context.style == Style::kHuman)
        out << table({"ID", "NAME", "OWNER", "READS", "CREATED (UTC)"}, rows);
    return kDone;
}

Result<int> create_application(const Context& context, const ApplicationCreate& command) {
    EYED_ASSIGN(const auto opened, OfflineAccounts::open(context.settings()));
    auth::Accounts::NewApplication wanted{.name = command.name};
    if (!command.owner.empty()) {
        EYED_ASSIGN(const auto owner, opened->find_user(command.owner));
        wanted.owner = owner.id;
    }
    const auto made = opened->accounts().create_application(wanted, kByCommand);
    if (!made) return with_name(made.error(), command.name);
    auto& out = context.start.out;
    if (context.style == Style::kJson) out << application_json(*opened, *made) << '\n';
    if (context.style == Style::kQuiet) out << made->name << '\n';
    if (context.style == Style::kHuman) out << fmt::format("Created application {}.\n", made->name);
    return kDone;
}

Result<int> grant_application(const Context& context, const ApplicationGrant& command) {
    const bool all = command.to == ApplicationGrant::To::kAll;
    EYED_ASSIGN(const auto opened, OfflineAccounts::open(context.settings()));
    const auto found = opened->accounts().application_by_name(command.name);
    if (!found) return with_name(found.error(), command.name);
    const auto changed = opened->accounts().change_application(
        found->id, {.reads = all ? catalog::Reads::kAll : catalog::Reads::kOwn}, kByCommand);
    if (!changed) return with_name(changed.error(), command.name);
    auto& out = context.start.out;
    if (context.style == Style::kJson) out << application_json(*opened, *changed) << '\n';
    if (context.style == Style::kHuman)
        out << fmt::format("Keys of {} that may read now read {}.\n", changed->name,
                           all ? "every application" : "its own events alone");
    return kDone;
}

}  // namespace eyed::cli
