#include "auth/login_throttle.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace eyed::auth {
namespace {

constexpr std::size_t kNetworkBytes = 8;

/// What one client has for itself: an IPv4 address, or an IPv6 network of 64 bits.
std::string network_of(std::string_view address) {
    std::string text(address);
    in6_addr parsed{};
    if (::inet_pton(AF_INET6, text.c_str(), &parsed) == 1)
        text.assign(reinterpret_cast<const char*>(parsed.s6_addr), kNetworkBytes);
    return text;
}

struct BucketKeys {
    Hash128 user;
    Hash128 address;
};

BucketKeys keys_of(const LoginThrottle::Who& who) {
    const std::string network = network_of(who.address);
    std::string both(who.user);
    both += '\0';
    both += network;
    return {hash128(both), hash128(network)};
}

}  // namespace

LoginThrottle::Buckets::Buckets(double size, Time period, std::size_t capacity)
    : size_(size),
      per_nanosecond_(size / static_cast<double>(period.count())),
      capacity_(capacity) {
}

/// How long after bucket.at it holds that many; below zero: it has more.
LoginThrottle::Time LoginThrottle::Buckets::until(double tokens, const Bucket& bucket) const {
    return Time(std::llround((tokens - bucket.tokens) / per_nanosecond_));
}

LoginThrottle::Time LoginThrottle::Buckets::wait(const Hash128& key, Time now) {
    auto found = buckets_.find(key);
    if (found == buckets_.end()) {
        if (buckets_.size() >= capacity_) drop_full(now);
        if (buckets_.size() >= capacity_) return all_live_until_ - now;
        found = buckets_.emplace(key, Bucket{size_, now}).first;
    }
    Bucket& bucket = found->second;
    const auto passed = static_cast<double>((now - bucket.at).count());
    bucket.tokens = std::min(size_, bucket.tokens + passed * per_nanosecond_);
    bucket.at = now;
    return std::max(Time(0), until(1, bucket));
}

void LoginThrottle::Buckets::take(const Hash128& key) {
    if (const auto found = buckets_.find(key); found != buckets_.end()) found->second.tokens -= 1;
}

void LoginThrottle::Buckets::give_back(const Hash128& key) {
    const auto found = buckets_.find(key);
    if (found == buckets_.end()) return;
    double& tokens = found->second.tokens;
    tokens = std::min(size_, tokens + 1);
}

/// Looks through all, but not again before one of them can be full.
void LoginThrottle::Buckets::drop_full(Time now) {
    if (now < all_live_until_) return;
    Time soonest = Time::max();
    std::erase_if(buckets_, [&](const auto& entry) {
        const Time full_at = entry.second.at + until(size_, entry.second);
        if (full_at > now) soonest = std::min(soonest, full_at);
        return full_at <= now;
    });
    if (buckets_.size() >= capacity_) all_live_until_ = soonest;
}

LoginThrottle::LoginThrottle(Options options, const Clock& clock)
    : clock_(clock),
      users_(options.attempts, options.period, options.capacity),
      addresses_(static_cast<double>(options.attempts) * options.address_factor, options.period,
                 options.capacity) {
}

std::chrono::seconds LoginThrottle::take(const Who& who) {
    const BucketKeys keys = keys_of(who);
    const Time now = clock_.steady();
    const std::lock_guard lock(mutex_);
    // The address first: one that is refused leaves no trace of the names it tried.
    Time wait = addresses_.wait(keys.address, now);
    if (wait.count() == 0) wait = users_.wait(keys.user, now);
    if (wait.count() > 0) return std::chrono::ceil<std::chrono::seconds>(wait);
    addresses_.take(keys.address);
    users_.take(keys.user);
    return std::chrono::seconds(0);
}

void LoginThrottle::succeeded(const Who& who) {
    const BucketKeys keys = keys_of(who);
    const std::lock_guard lock(mutex_);
    users_.forget(keys.user);
    addresses_.give_back(keys.address);
}

void LoginThrottle::unchecked(const Who& who) {
    const BucketKeys keys = keys_of(who);
    const std::lock_guard lock(mutex_);
    users_.give_back(keys.user);
    addresses_.give_back(keys.address);
}

}  // namespace eyed::auth
