#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "auth/memory_authenticator.h"
#include "query/application_names.h"

namespace eyed::api {

/// Applications' names as the authenticator knows them, kept once asked for: names are never
/// changed or reused. Thread-safe.
class AuthenticatorNames final : public query::ApplicationNames {
  public:
    explicit AuthenticatorNames(const auth::MemoryAuthenticator& authenticator)
        : authenticator_(authenticator) {}
    std::optional<ApplicationId> id(std::string_view name) const override {
        return authenticator_.application_by_name(name);
    }
    std::string_view name(ApplicationId id) const override {
        const std::string_view known = kept_.name(id);
        if (!known.empty()) return known;
        const std::string name = authenticator_.application_name(id);
        if (!name.empty()) kept_.add(id, name);  // one that was just made may not be known yet
        return kept_.name(id);
    }

    std::vector<ApplicationId> owned_by(UserId owner) const override {
        return authenticator_.applications_of(owner);
    }

  private:
    const auth::MemoryAuthenticator& authenticator_;
    mutable query::ApplicationNameCache kept_;
};

}  // namespace eyed::api
