#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "auth/accounts.h"
#include "base/result.h"
#include "config/settings.h"
#include "io/file_system.h"
#include "model/audit.h"

namespace eyed::cli {

/// Who changes what a command changes: whoever may write the files.
inline constexpr model::Actor kByCommand{.via = model::Via::kCli};

/// The accounts of a data directory, for commands; beside a running server too. Owns all its parts.
class OfflineAccounts {
  public:
    enum class Missing : std::uint8_t { kRefuse, kCreate };
    /// Of a directory without a catalog: kNotFound, or makes directory, catalog and secret.
    [[nodiscard]] static Result<std::unique_ptr<OfflineAccounts>> open(
        const config::Settings& settings, Missing missing = Missing::kRefuse);

    auth::Accounts& accounts() { return *accounts_; }
    /// kNotFound names the user.
    [[nodiscard]] Result<model::User> find_user(const std::string& name);
    /// An error of what was done to a user, with their name before it.
    static std::unexpected<Error> about_user(const std::string& name, const Error& error);
    /// Of users, inactive ones too; by id.
    [[nodiscard]] Result<std::map<UserId, std::string>> user_names();
    catalog::Catalog& catalog() { return *catalog_; }
    const auth::ServerSecret& secret() const { return *secret_; }
    const auth::MemoryAuthenticator& names() const { return authenticator_; }
    const Clock& clock() const { return clock_; }

  private:
    OfflineAccounts() : authenticator_(clock_) {}

    SystemClock clock_;
    std::unique_ptr<io::FileSystem> files_ = io::make_file_system();
    std::unique_ptr<catalog::Catalog> catalog_;
    std::unique_ptr<auth::ServerSecret> secret_;
    std::unique_ptr<auth::PasswordHasher> hasher_;
    auth::MemoryAuthenticator authenticator_;
    std::unique_ptr<auth::Accounts> accounts_;
};

}  // namespace eyed::cli
