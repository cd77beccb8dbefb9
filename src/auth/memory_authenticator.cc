#include "auth/memory_authenticator.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <unordered_map>

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

bool equal_ignoring_case(std::string_view text, std::string_view lower) {
    if (text.size() != lower.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] + 32) : text[i];
        if (c != lower[i]) return false;
    }
    return true;
}

/// The secret of an Authorization header; nullopt: the header is of no scheme of ours.
std::optional<std::string_view> secret_of(std::string_view header) {
    const auto space = std::min(header.find(' '), header.size());
    const auto scheme = header.substr(0, space);
    if (!equal_ignoring_case(scheme, "token") && !equal_ignoring_case(scheme, "bearer"))
        return std::nullopt;
    auto secret = header.substr(space);
    while (!secret.empty() && secret.front() == ' ')
        secret.remove_prefix(1);
    while (!secret.empty() && secret.back() == ' ')
        secret.remove_suffix(1);
    return secret;
}

}  // namespace

struct MemoryAuthenticator::Snapshot {
    struct Known {
        model::Principal principal;
        std::optional<Micros> expires_at;
        std::size_t use = 0;  ///< index into uses
    };
    std::unordered_map<Digest, Known, DigestHash, DigestEqual> keys;
    std::unordered_map<UserId, KnownUser> users;
    std::unordered_map<ApplicationId, std::string> applications;
    std::unordered_map<std::string, ApplicationId, StringHash, std::equal_to<>>
        applications_by_name;
    bool has_users = false;
    /// Last uses, Micros; 0: not since they were told.
    mutable std::vector<std::atomic<std::int64_t>> uses;

    explicit Snapshot(std::size_t key_count) : uses(key_count) {}
};

MemoryAuthenticator::MemoryAuthenticator(const Clock& clock)
    : clock_(clock), snapshot_(std::make_shared<const Snapshot>(0)) {
}

MemoryAuthenticator::~MemoryAuthenticator() = default;

std::shared_ptr<const MemoryAuthenticator::Snapshot> MemoryAuthenticator::snapshot() const {
    const std::lock_guard lock(mutex_);
    return snapshot_;
}

Result<model::Principal> MemoryAuthenticator::authenticate(std::string_view authorization) const {
    const auto secret = secret_of(authorization);
    if (!secret) return failure(Code::kUnauthenticated, "missing");
    Digest digest;
    crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(secret->data()),
                       secret->size());
    const auto now = clock_.now();
    const auto held = snapshot();
    const auto found = held->keys.find(digest);
    if (found == held->keys.end() || (found->second.expires_at && *found->second.expires_at <= now))
        return failure(Code::kUnauthenticated, "invalid");
    held->uses[found->second.use].store(now.value, std::memory_order_relaxed);
    return found->second.principal;
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
    return found == held->applications.end() ? std::string() : found->second;
}

std::optional<ApplicationId> MemoryAuthenticator::application_by_name(std::string_view name) const {
    const auto held = snapshot();
    const auto found = held->applications_by_name.find(name);
    if (found == held->applications_by_name.end()) return std::nullopt;
    return found->second;
}

Status MemoryAuthenticator::reload(catalog::Catalog& catalog) {
    const std::lock_guard reloading(reload_mutex_);
    EYED_ASSIGN(const auto users, catalog.users().all());
    EYED_ASSIGN(const auto applications, catalog.applications().all());
    EYED_ASSIGN(const auto keys, catalog.keys().valid());

    auto fresh = std::make_shared<Snapshot>(keys.size());
    fresh->has_users = !users.empty();
    for (const auto& record : users)
        if (record.user.active)
            fresh->users.emplace(record.user.id, KnownUser{record.user, record.session_nonce});
    for (const auto& application : applications) {
        fresh->applications.emplace(application.id, application.name);
        fresh->applications_by_name.emplace(application.name, application.id);
    }
    std::size_t next = 0;
    for (const auto& record : keys) {
        const auto user = fresh->users.find(record.key.user);
        Digest digest;
        std::size_t length = 0;
        const bool read = sodium_hex2bin(digest.data(), digest.size(), record.digest.data(),
                                         record.digest.size(), nullptr, &length, nullptr) == 0;
        if (user == fresh->users.end() || !read || length != digest.size()) continue;
        Snapshot::Known known;
        known.principal.user = record.key.user;
        known.principal.application = record.key.application;
        known.principal.key = record.key.id;
        known.principal.scopes = record.key.scopes;
        if (record.key.personal) known.principal.role = user->second.user.role;
        known.principal.reads_all = known.principal.role >= model::Role::kStaff;
        known.expires_at = record.key.expires_at;
        known.use = next++;
        fresh->keys.emplace(digest, known);
    }

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
