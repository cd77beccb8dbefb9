// Applications and their keys.
#include <fmt/format.h>

#include "auth/accounts.h"
#include "auth/tokens.h"
#include "catalog/keys.h"

namespace eyed::auth {
namespace {

constexpr std::string_view kPrefix = "eyed_";  // known by, where a key turns up by mistake
constexpr std::size_t kSecretBytes = 20;       // 160 bits, 40 hex digits
constexpr std::size_t kHintLength = 12;
constexpr std::size_t kNameLength = 150;
constexpr std::size_t kNonceBytes = 16;

}  // namespace

Result<model::Application> Accounts::create_application(const NewApplication& application,
                                                        const model::Actor& by) {
    if (auto problem = name_problem(application.name); !problem.empty())
        return failure(Code::kInvalidArgument, std::move(problem));
    EYED_ASSIGN(
        auto made,
        parts_.catalog.applications().create(
            {application.name, application.owner, parts_.clock.now(), application.reads}, by));
    EYED_TRY(take_effect());
    return made;
}

Result<model::Application> Accounts::change_application(ApplicationId application,
                                                        const catalog::Applications::Edit& edit,
                                                        const model::Actor& by) {
    EYED_ASSIGN(auto changed,
                parts_.catalog.applications().change(application, edit, {by, parts_.clock.now()}));
    EYED_TRY(take_effect());
    return changed;
}

Result<model::Application> Accounts::application_by_name(std::string_view name) {
    return parts_.catalog.applications().by_name(name);
}

std::string Accounts::key_name_problem(std::string_view name) {
    if (name.size() > kNameLength)
        return fmt::format("A key's name has at most {} bytes.", kNameLength);
    return {};
}

Result<Accounts::CreatedKey> Accounts::create_key(const NewKey& key, const model::Actor& by) {
    EYED_ASSIGN(const auto record, parts_.catalog.users().by_id(key.user));
    const auto now = parts_.clock.now();
    if (key.scopes == model::Scopes{})
        return failure(Code::kInvalidArgument, "A key needs at least one scope.");
    if (key.expires_at && *key.expires_at <= now)
        return failure(Code::kInvalidArgument, "A key may not have expired already.");
    if (auto problem = key_name_problem(key.name); !problem.empty())
        return failure(Code::kInvalidArgument, std::move(problem));
    ApplicationId application = record.user.application;
    if (!key.application.empty()) {
        if (auto problem = name_problem(key.application); !problem.empty())
            return failure(Code::kInvalidArgument, "Application: " + problem);
        EYED_ASSIGN(const auto found, parts_.catalog.applications().find_or_create(
                                          {key.application, key.user, now}, by));
        application = found.id;
    }
    CreatedKey created;
    created.secret = std::string(kPrefix) + random_hex(kSecretBytes);
    created.key.name = key.name;
    created.key.hint = created.secret.substr(0, kHintLength);
    created.key.user = key.user;
    created.key.application = application;
    created.key.scopes = key.scopes;
    created.key.personal = key.application.empty();
    created.key.created_at = now;
    created.key.expires_at = key.expires_at;
    EYED_ASSIGN(const auto id,
                parts_.catalog.keys().create({created.key, token_digest(created.secret)}, by));
    EYED_TRY(take_effect());
    EYED_ASSIGN(created.key, parts_.catalog.keys().by_id(id));
    return created;
}

Result<std::vector<model::Key>> Accounts::keys() {
    EYED_ASSIGN(const auto records, parts_.catalog.keys().all());
    std::vector<model::Key> keys;
    for (const auto& record : records)
        keys.push_back(record.key);
    return keys;
}

Status Accounts::revoke_key(KeyId key, const model::Actor& by) {
    EYED_TRY(
        parts_.catalog.keys().revoke({key, random_hex(kNonceBytes), {by, parts_.clock.now()}}));
    return take_effect();
}

}  // namespace eyed::auth
