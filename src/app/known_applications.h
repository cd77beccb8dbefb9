#pragma once

#include "auth/memory_authenticator.h"
#include "query/application_names.h"

namespace eyed::app {

/// Names of applications as the authenticator knows them, kept for good once asked for, so that
/// views of them stay valid while the authenticator reloads. Thread-safe.
class KnownApplications final : public query::ApplicationNames {
  public:
    explicit KnownApplications(const auth::MemoryAuthenticator& authenticator)
        : authenticator_(authenticator) {}

    std::optional<ApplicationId> id(std::string_view name) const override;
    std::string_view name(ApplicationId id) const override;

  private:
    const auth::MemoryAuthenticator& authenticator_;
    mutable query::ApplicationNameCache cache_;
};

}  // namespace eyed::app
