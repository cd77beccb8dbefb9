#include "auth/memory_authenticator.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <unordered_map>

#include "base/ascii.h"
#include "base/hash.h"
#include "catalog/applications.h"
#include "catalog/keys.h"
#include "catalog/users.h"

namespace eyed::auth {
namespace {

using Digest = std::array<unsigned char, crypto_hash_sha256_BYTES>;

/// A digest is as good as random: any eight bytes of it hash it.
struct DigestHash {
    std::size_t operator()(const Digest& digest) const {
        std::size_t value = 0;
        std::memcpy(&value, digest.data(), sizeof value);
        return value;
    }
};
struct DigestEqual {
    bool operator()(const Digest& a, const Digest& b) const {
        return sodium_memcmp(a.data(), b.data(), a.size()) == 0;
    }
};

struct Presented {
    enum class Scheme { kToken, kBearer } scheme = Scheme::kToken;
    std::string_view secret;
};

/// What an Authorization header brings; nullopt: it is of no scheme of ours.
std::optional<Presented> presented_by(std::string_view header) {
    const auto space = std::min(header.find(' '), header.size());
    const auto scheme = header.substr(0, space);
    const bool bearer = equal_ignoring_case(scheme, "bearer");
    if (!bearer && !equal_ignoring_case(scheme, "token")) return std::nullopt;
    auto secret = header.substr(space);
    while (!secret.empty() && secret.front() == ' ')
        secret.remove_prefix(1);
    while (!secret.empty() && secret.back() == ' ')
        secret.remove_suffix(1);
    return Presented{bearer ? Presented::Scheme::kBearer : Presented::Scheme::kToken, secret};
}

std::unexpected<Error> invalid(std::string_view why) {
    return failure(Code::kUnauthenticated, "invalid: " + std::string(why));
}

}  // namespace

struct MemoryAuthenticator::Snapshot {
    struct Known {
        model::Principal principal;
        std::optional<Micros> expires_at;
        std::size_t use = 0;  ///< index into uses
    };
    std::unordered_map<Digest, Known, DigestHash, DigestEqual> keys;
    struct KnownApplication {
        std::string name;
        bool reads_all = false;
        bool counts = true;  ///< false while its owner is inactive
    };
    std::unordered_map<UserId, KnownUser> users;
    std::unordered_map<ApplicationId, KnownApplication> applications;
    std::unordered_map<std::string, ApplicationId, StringHash, std::equal_to<>>
        applications_by_name;
    std::unordered_map<UserId, std::vector<ApplicationId>> applications_by_owner;
    bool has_users = false;
    /// Last uses, Micros; 0: not since they were told.
    mutable std::vector<std::atomic<std::int64_t>> uses;

    explicit Snapshot(std::size_t key_count) : uses(key_count) {}

    void add_applications(const std::vector<model::Application>& all);
    void add_users(const std::vector<catalog::UserRecord>& all);
    void add_keys(const std::vector<catalog::KeyRecord>& all);
    /// Whom a key stands for; nullopt: it does not count now.
    std::optional<model::Principal> principal_of(const model::Key& key) const;
};

MemoryAuthenticator::MemoryAuthenticator(const Clock& clock, JwtTrust trust)
    : clock_(clock), trust_(std::move(trust)), snapshot_(std::make_shared<const Snapshot>(0)) {
}

model::Principal MemoryAuthenticator::KnownUser::principal() const {
    model::Principal principal;
    principal.user = user.id;
    principal.application = user.application;
    principal.scopes = model::kAllScopes;
    principal.role = user.role;
    principal.reads_all = reads_all;
    return principal;
}

MemoryAuthenticator::~MemoryAuthenticator() = default;

std::shared_ptr<const MemoryAuthenticator::Snapshot> MemoryAuthenticator::snapshot() const {
    const std::lock_guard lock(mutex_);
    return snapshot_;
}

Result<model::Principal> MemoryAuthenticator::authenticate(std::string_view authorization) const {
    const auto presented = presented_by(authorization);
    if (!presented) return failure(Code::kUnauthenticated, "missing");
    if (presented->secret.find('.') != std::string_view::npos)  // no key has a dot
        return by_jwt(presented->secret);
    auto principal = by_key(presented->secret);
    if (!principal && presented->scheme == Presented::Scheme::kBearer)
        return invalid("Not enough segments");
    return principal;
}

Result<model::Principal> MemoryAuthenticator::by_key(std::string_view secret) const {
    Digest digest;
    crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(secret.data()),
                       secret.size());
    const auto now = clock_.now();
    const auto held = snapshot();
    const auto found = held->keys.find(digest);
    if (found == held->keys.end() || (found->second.expires_at && *found->second.expires_at <= now))
        return failure(Code::kUnauthenticated, "invalid");
    held->uses[found->second.use].store(now.value, std::memory_order_relaxed);
    return found->second.principal;
}

Result<model::Principal> MemoryAuthenticator::by_jwt(std::string_view token) const {
    const auto taken = trust_.take(token, clock_.now());
    if (!taken) return invalid(taken.error().detail);
    if (taken->origin == JwtTrust::Taken::Origin::kOwn) {
        const auto known = jwt_user(taken->claims, "access");
        if (!known) return invalid(known.error().detail);
        return known->principal();
    }
    const auto held = snapshot();
    const auto named = held->applications_by_name.find(trust_.elsewhere().application);
    if (named == held->applications_by_name.end()) return invalid("No such application");
    const auto& application = held->applications.at(named->second);
    if (!application.counts) return invalid("The application is inactive");
    model::Principal principal;
    principal.application = named->second;
    principal.scopes = trust_.elsewhere().scopes;
    principal.reads_all = application.reads_all;
    return principal;
}

Result<MemoryAuthenticator::KnownUser> MemoryAuthenticator::jwt_user(const JwtClaims& claims,
                                                                     std::string_view type) const {
    if (claims.token_type != type || !claims.expires_at)
        return failure(Code::kUnauthenticated, "Token has wrong type");
    auto known = user(UserId{claims.user_id});
    if (!known) return failure(Code::kUnauthenticated, "User not found");
    if (trust_.session_mark(known->user.id, known->session_nonce) != claims.session)
        return failure(Code::kUnauthenticated, "The user's password has been changed.");
    return *std::move(known);
}

std::optional<MemoryAuthenticator::KnownUser> MemoryAuthenticator::user(UserId id) const {
    const auto held = snapshot();
    const auto found = held->users.find(id);
    if (found == held->users.end()) return std::nullopt;
    return found->second;
}

bool MemoryAuthenticator::has_users() const {
    return snapshot()->has_users;
}

std::string MemoryAuthenticator::application_name(ApplicationId id) const {
    const auto held = snapshot();
    const auto found = held->applications.find(id);
    return found == held->applications.end() ? std::string() : found->second.name;
}

std::optional<ApplicationId> MemoryAuthenticator::application_by_name(std::string_view name) const {
    const auto held = snapshot();
    const auto found = held->applications_by_name.find(name);
    if (found == held->applications_by_name.end()) return std::nullopt;
    return found->second;
}

std::vector<ApplicationId> MemoryAuthenticator::applications_of(UserId owner) const {
    const auto held = snapshot();
    const auto found = held->applications_by_owner.find(owner);
    if (found == held->applications_by_owner.end()) return {};
    return found->second;
}

/// After the users: whether an owner is active.
void MemoryAuthenticator::Snapshot::add_applications(const std::vector<model::Application>& all) {
    for (const auto& application : all) {
        const bool counts = !application.owner || users.contains(application.owner);
        applications.emplace(application.id,
                             KnownApplication{application.name, application.reads_all, counts});
        applications_by_name.emplace(application.name, application.id);
        if (application.owner) applications_by_owner[application.owner].push_back(application.id);
        const auto owner = users.find(application.owner);
        if (owner != users.end() && owner->second.user.application == application.id)
            owner->second.reads_all |= application.reads_all;
    }
}

void MemoryAuthenticator::Snapshot::add_users(const std::vector<catalog::UserRecord>& all) {
    has_users = !all.empty();
    for (const auto& record : all)
        if (record.user.active)
            users.emplace(record.user.id, KnownUser{record.user, record.session_nonce,
                                                    record.user.role >= model::Role::kStaff});
}

std::optional<model::Principal> MemoryAuthenticator::Snapshot::principal_of(
    const model::Key& key) const {
    model::Principal principal;
    if (key.personal) {
        const auto user = users.find(key.user);
        if (user == users.end()) return std::nullopt;
        principal = user->second.principal();
    } else {
        const auto application = applications.find(key.application);
        if (application == applications.end() || !application->second.counts) return std::nullopt;
        principal.user = key.user;
        principal.application = key.application;
        principal.reads_all = application->second.reads_all;
    }
    principal.key = key.id;
    principal.scopes = key.scopes;
    return principal;
}

void MemoryAuthenticator::Snapshot::add_keys(const std::vector<catalog::KeyRecord>& all) {
    std::size_t next = 0;
    for (const auto& record : all) {
        const auto principal = principal_of(record.key);
        Digest digest;
        std::size_t length = 0;
        const bool read = sodium_hex2bin(digest.data(), digest.size(), record.digest.data(),
                                         record.digest.size(), nullptr, &length, nullptr) == 0;
        if (!principal || !read || length != digest.size()) continue;
        keys.emplace(digest, Known{*principal, record.key.expires_at, next++});
    }
}

Status MemoryAuthenticator::reload(catalog::Catalog& catalog) {
    const std::lock_guard reloading(reload_mutex_);
    EYED_ASSIGN(const auto users, catalog.users().all());
    EYED_ASSIGN(const auto applications, catalog.applications().all());
    EYED_ASSIGN(const auto keys, catalog.keys().valid(clock_.now()));

    auto fresh = std::make_shared<Snapshot>(keys.size());
    fresh->add_users(users);
    fresh->add_applications(applications);
    fresh->add_keys(keys);

    const std::lock_guard lock(mutex_);
    collect_uses(*snapshot_, past_uses_);
    snapshot_ = std::move(fresh);
    return {};
}

void MemoryAuthenticator::collect_uses(const Snapshot& from,
                                       std::vector<std::pair<KeyId, Micros>>& into) {
    for (const auto& [digest, known] : from.keys) {
        const auto at = from.uses[known.use].exchange(0, std::memory_order_relaxed);
        if (at != 0) into.emplace_back(known.principal.key, Micros{at});
    }
}

std::vector<std::pair<KeyId, Micros>> MemoryAuthenticator::take_uses() {
    const std::lock_guard lock(mutex_);
    auto uses = std::exchange(past_uses_, {});
    collect_uses(*snapshot_, uses);
    return uses;
}

}  // namespace eyed::auth
