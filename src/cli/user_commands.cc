#include <fmt/format.h>

#include <ostream>

#include "cli/context.h"
#include "cli/offline_accounts.h"
#include "cli/password_prompt.h"
#include "cli/text.h"

namespace eyed::cli {
namespace {

std::string user_json(const model::User& user) {
    JsonObject object;
    object.number("id", user.id.value)
        .text("name", user.name)
        .text("role", model::role_name(user.role))
        .flag("superuser", user.role == model::Role::kSuperuser)
        .flag("active", user.active)
        .instant("created_at", user.created_at);
    return object.str();
}

/// Where `user create` and `user passwd` are told to take the password from.
template <class Command>
PasswordFrom source_of(const Command& command) {
    return command.password_stdin ? PasswordFrom::kStandardInput : PasswordFrom::kTerminal;
}

}  // namespace

Result<int> create_user(const Context& context, const UserCreate& command) {
    if (auto problem = auth::Accounts::name_problem(command.name); !problem.empty())
        return failure(Code::kInvalidArgument, std::move(problem));
    EYED_ASSIGN(const std::string password, read_new_password(context.start, source_of(command)));
    EYED_ASSIGN(const auto opened,
                OfflineAccounts::open(context.settings(), OfflineAccounts::Missing::kCreate));
    const model::Role role = command.superuser ? model::Role::kSuperuser
                             : command.staff   ? model::Role::kStaff
                                               : model::Role::kMember;
    const auto user = opened->accounts().create_user({command.name, password, role}, kByCommand);
    if (!user) return OfflineAccounts::about_user(command.name, user.error());
    auto& out = context.start.out;
    if (context.style == Style::kJson) {
        out << user_json(*user) << '\n';
    } else if (context.style == Style::kQuiet) {
        out << user->name << '\n';
    } else {
        out << fmt::format("Created {} {}.\n", model::role_name(user->role), user->name);
    }
    return kDone;
}

Result<int> list_users(const Context& context) {
    EYED_ASSIGN(const auto opened, OfflineAccounts::open(context.settings()));
    EYED_ASSIGN(const auto users, opened->accounts().users());
    auto& out = context.start.out;
    std::vector<std::vector<std::string>> rows;
    for (const auto& user : users) {
        rows.push_back({user.name, std::string(model::role_name(user.role)),
                        user.active ? "yes" : "no", when(user.created_at)});
        if (context.style == Style::kJson) out << user_json(user) << '\n';
        if (context.style == Style::kQuiet) out << user.name << '\n';
    }
    if (context.style == Style::kHuman)
        out << table({"NAME", "ROLE", "ACTIVE", "CREATED (UTC)"}, rows);
    return kDone;
}

Result<int> set_password(const Context& context, const UserPasswd& command) {
    EYED_ASSIGN(const auto opened, OfflineAccounts::open(context.settings()));
    EYED_ASSIGN(const auto user, opened->find_user(command.name));
    EYED_ASSIGN(const std::string password, read_new_password(context.start, source_of(command)));
    const auto changed =
        opened->accounts().change_user(user.id, {.password = password}, kByCommand);
    if (!changed) return OfflineAccounts::about_user(command.name, changed.error());
    if (context.style == Style::kJson) context.start.out << user_json(user) << '\n';
    if (context.style == Style::kHuman)
        context.start.out << fmt::format(
            "The password of {} is set; their browsers and JWTs are logged out.\n", user.name);
    return kDone;
}

Result<int> set_user_role(const Context& context, const UserSetRole& command) {
    EYED_ASSIGN(const auto opened, OfflineAccounts::open(context.settings()));
    EYED_ASSIGN(const auto found, opened->find_user(command.name));
    const auto user = opened->accounts().change_user(found.id, {.role = command.role}, kByCommand);
    if (!user) return OfflineAccounts::about_user(command.name, user.error());
    if (context.style == Style::kJson) context.start.out << user_json(*user) << '\n';
    if (context.style == Style::kHuman)
        context.start.out << fmt::format("{} is {} now.\n", user->name,
                                         model::role_name(user->role));
    return kDone;
}

Result<int> set_user_state(const Context& context, const UserSetState& command) {
    using State = catalog::Users::State;
    const bool active = command.to == UserSetState::To::kActive;
    EYED_ASSIGN(const auto opened, OfflineAccounts::open(context.settings()));
    EYED_ASSIGN(const auto found, opened->find_user(command.name));
    const auto changed = opened->accounts().change_user(
        found.id, {.state = active ? State::kActive : State::kInactive}, kByCommand);
    if (!changed) return OfflineAccounts::about_user(command.name, changed.error());
    const model::User& user = *changed;
    if (context.style == Style::kJson) context.start.out << user_json(user) << '\n';
    if (context.style == Style::kHuman)
        context.start.out << fmt::format("{} is {}: their logins, tokens and sessions {}.\n",
                                         user.name, active ? "active" : "deactivated",
                                         active ? "count again" : "are refused");
    return kDone;
}

}  // namespace eyed::cli
