#pragma once

#include <map>
#include <string>
#include <string_view>

#include "api/services.h"
#include "base/ids.h"
#include "base/time.h"
#include "model/account.h"
#include "model/audit.h"

namespace eyed::api {

/// Accounts as the API shows them. Asks the catalog for the names of users, inactive ones too, each
/// once: on a worker, for one answer.
class AccountJson {
  public:
    explicit AccountJson(const Services& services) : services_(services) {}

    /// {id, name, role, active, application, created_at}
    void append(const model::User& user, std::string& out);
    /// {id, name, owner, reads_all, created_at}
    void append(const model::Application& application, std::string& out);
    /// {id, name, hint, application, user, personal, default, scopes, state, created_at,
    /// last_used_at, expires_at, revoked_at}; with a secret: `key` as well
    void append(const model::Key& key, std::string& out, std::string_view secret = {});
    /// {id, at, user, key, via, action, kind, subject_id, subject, details}
    void append(const model::AuditEntry& entry, std::string& out);
    /// {user, role, application, key, scopes, reads_all}
    void append(const model::Principal& principal, std::string& out);

  private:
    const std::string& user_name(UserId id);
    /// The name as JSON; null: there is none.
    void append_user_name(UserId id, std::string& out);

    const Services& services_;
    std::map<UserId, std::string> names_;
};

}  // namespace eyed::api
