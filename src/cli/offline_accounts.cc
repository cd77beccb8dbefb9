#include "cli/offline_accounts.h"

#include <fmt/format.h>

#include "config/data_layout.h"

namespace eyed::cli {

Result<std::unique_ptr<OfflineAccounts>> OfflineAccounts::open(const config::Settings& settings,
                                                               Missing missing) {
    std::unique_ptr<OfflineAccounts> opened(new OfflineAccounts);
    const config::DataLayout layout{settings.data};
    if (missing == Missing::kRefuse && !opened->files_->exists(layout.catalog()))
        return failure(Code::kNotFound,
                       fmt::format("{} holds no accounts: is it the right --data?", settings.data));
    EYED_TRY(opened->files_->create_directories(settings.data));
    EYED_ASSIGN(opened->catalog_, catalog::Catalog::open({layout.catalog()}));
    EYED_ASSIGN(auto secret, auth::ServerSecret::open_or_create(*opened->files_, settings.data));
    opened->secret_ = std::make_unique<auth::ServerSecret>(secret);
    EYED_ASSIGN(auto hasher, auth::PasswordHasher::create(
                                 {settings.auth.hash_memory, settings.auth.hash_passes}));
    opened->hasher_ = std::make_unique<auth::PasswordHasher>(std::move(hasher));
    opened->accounts_ = std::make_unique<auth::Accounts>(
        auth::Accounts::Parts{*opened->catalog_, opened->authenticator_, *opened->hasher_,
                              *opened->secret_, opened->clock_});
    EYED_TRY(opened->accounts_->load());
    return opened;
}

Result<model::User> OfflineAccounts::find_user(const std::string& name) {
    auto user = accounts_->user_by_name(name);
    if (!user) return about_user(name, user.error());
    return user;
}

std::unexpected<Error> OfflineAccounts::about_user(const std::string& name, const Error& error) {
    return failure(error.code, fmt::format("user {}: {}", name, error.detail));
}

Result<std::map<UserId, std::string>> OfflineAccounts::user_names() {
    EYED_ASSIGN(const auto users, accounts_->users());
    std::map<UserId, std::string> names;
    for (const auto& user : users)
        names[user.id] = user.name;
    return names;
}

}  // namespace eyed::cli
