#include "auth/accounts.h"

#include <fmt/format.h>

#include "auth/tokens.h"
#include "catalog/keys.h"

namespace eyed::auth {
namespace {

constexpr std::size_t kNameLength = 150;  // of a Django user
constexpr std::size_t kPasswordLength = 8;
constexpr std::size_t kPasswordLimit = 1024;
constexpr std::size_t kNonceBytes = 16;
constexpr std::size_t kTokenDigits = 40;  // of a default token
constexpr auto kFlushUsesEvery = std::chrono::minutes(1);

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("@.+-_").find(c) != std::string_view::npos;
}

std::string user_secret(const ServerSecret& secret, const catalog::UserRecord& record) {
    const auto code =
        secret.sign("token", fmt::format("{}|{}", record.user.id.value, record.token_nonce));
    return to_hex(code).substr(0, kTokenDigits);
}

}  // namespace

std::string Accounts::name_problem(std::string_view name) {
    if (name.empty()) return "A name is required.";
    if (name.size() > kNameLength)
        return fmt::format("A name has at most {} characters.", kNameLength);
    for (const char c : name)
        if (!is_name_character(c))
            return "A name may hold letters, digits and @ . + - _ only (ASCII).";
    return {};
}

std::string Accounts::password_problem(std::string_view name, std::string_view password) {
    if (password.size() < kPasswordLength)
        return fmt::format("A password has at least {} characters.", kPasswordLength);
    if (password.size() > kPasswordLimit)
        return fmt::format("A password has at most {} bytes.", kPasswordLimit);
    if (password == name) return "A password may not be the name.";
    return {};
}

Result<model::User> Accounts::create_user(const NewUser& user, const model::Actor& by,
                                          catalog::Users::When when) {
    if (auto problem = name_problem(user.name); !problem.empty())
        return failure(Code::kInvalidArgument, std::move(problem));
    if (auto problem = password_problem(user.name, user.password); !problem.empty())
        return failure(Code::kInvalidArgument, std::move(problem));
    catalog::NewUser record;
    record.name = user.name;
    EYED_ASSIGN(record.password_hash, parts_.hasher.hash(user.password));
    record.token_nonce = random_hex(kNonceBytes);
    record.session_nonce = random_hex(kNonceBytes);
    record.role = user.role;
    record.created_at = parts_.clock.now();
    EYED_ASSIGN(auto created, parts_.catalog.users().create(record, when, by));
    EYED_TRY(take_effect());
    return created;
}

Result<VerifiedUser> Accounts::login(const Credentials& credentials) {
    auto record = parts_.catalog.users().by_name(credentials.name);
    if (!record && record.error().code != Code::kNotFound) return std::unexpected(record.error());
    const bool right = record ? parts_.hasher.verify(credentials.password, record->password_hash)
                              : parts_.hasher.verify_nobody(credentials.password);
    if (!right || !record->user.active)
        return failure(Code::kUnauthenticated, "no such user, or another password");
    return VerifiedUser{std::move(record->user), std::move(record->session_nonce)};
}

Result<std::string> Accounts::user_token(UserId user, const model::Actor& by) {
    EYED_ASSIGN(const auto record, parts_.catalog.users().by_id(user));
    std::string secret = user_secret(parts_.secret, record);
    if (parts_.authenticator.authenticate("Token " + secret)) return secret;

    catalog::KeyRecord key;
    key.digest = token_digest(secret);
    key.key.name = "default";
    key.key.user = user;
    key.key.application = record.user.application;
    key.key.scopes = model::kAllScopes;
    key.key.personal = true;
    key.key.is_default = true;
    key.key.created_at = parts_.clock.now();
    EYED_TRY(parts_.catalog.keys().put_default(key, by));
    EYED_TRY(take_effect());
    return secret;
}

Status Accounts::renew_user_token(UserId user, const model::Actor& by) {
    const model::Change change{by, parts_.clock.now()};
    EYED_TRY(parts_.catalog.users().set_token_nonce(user, random_hex(kNonceBytes), change));
    EYED_TRY(take_effect());  // the old one is refused, even if the new one cannot be stored
    EYED_TRY(user_token(user, by));
    return {};
}

Result<model::User> Accounts::change_user(UserId user, const UserEdit& edit,
                                          const model::Actor& by) {
    catalog::Users::Edit change;
    change.role = edit.role;
    change.state = edit.state;
    if (edit.password) {
        EYED_ASSIGN(const auto record, parts_.catalog.users().by_id(user));
        if (auto problem = password_problem(record.user.name, *edit.password); !problem.empty())
            return failure(Code::kInvalidArgument, std::move(problem));
        EYED_ASSIGN(auto hash, parts_.hasher.hash(*edit.password));
        change.password = {std::move(hash), random_hex(kNonceBytes)};
    }
    EYED_ASSIGN(auto changed,
                parts_.catalog.users().change(user, change, {by, parts_.clock.now()}));
    EYED_TRY(take_effect());
    return changed;
}

Result<std::vector<model::User>> Accounts::users() {
    EYED_ASSIGN(const auto records, parts_.catalog.users().all());
    std::vector<model::User> users;
    for (const auto& record : records)
        users.push_back(record.user);
    return users;
}

Result<model::User> Accounts::user_by_name(std::string_view name) {
    EYED_ASSIGN(auto record, parts_.catalog.users().by_name(name));
    return std::move(record.user);
}

Status Accounts::load() {
    // The version first: what is committed between the two is then read again, not missed.
    EYED_ASSIGN(const auto version, parts_.catalog.version());
    EYED_TRY(parts_.authenticator.reload(parts_.catalog));
    catalog_version_ = version;
    return {};
}

Status Accounts::upkeep() {
    EYED_ASSIGN(const auto version, parts_.catalog.version());
    if (version != catalog_version_) EYED_TRY(load());
    const auto now = parts_.clock.now();
    if (now - Micros{uses_flushed_at_} < kFlushUsesEvery) return {};
    uses_flushed_at_ = now.value;
    return flush_uses();
}

Status Accounts::take_effect() {
    auto status = parts_.authenticator.reload(parts_.catalog);
    if (!status) catalog_version_ = 0;  // no version is 0: the next upkeep reads everything
    return status;
}

Status Accounts::flush_uses() {
    return parts_.catalog.keys().note_uses(parts_.authenticator.take_uses());
}

}  // namespace eyed::auth
