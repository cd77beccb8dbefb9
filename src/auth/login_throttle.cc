#include "auth/login_throttle.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace eyed::auth {
namespace {

Hash128 bucket_key(const LoginThrottle::Who& who) {
    std::string text(who.user);
    text += '\0';
    text += who.address;
    return hash128(text);
}

}  // namespace

std::chrono::seconds LoginThrottle::take(const Who& who) {
    const auto key = bucket_key(who);
    const auto now = clock_.steady();
    const double limit = options_.attempts;
    const double per_nanosecond = limit / static_cast<double>(options_.period.count());
    const std::lock_guard lock(mutex_);
    auto found = buckets_.find(key);
    if (found == buckets_.end()) {
        if (buckets_.size() >= options_.capacity) evict_one();
        found = buckets_.emplace(key, Bucket{limit, now}).first;
    }
    Bucket& bucket = found->second;
    const auto passed = static_cast<double>((now - bucket.at).count());
    bucket.tokens = std::min(limit, bucket.tokens + passed * per_nanosecond);
    bucket.at = now;
    if (bucket.tokens >= 1) {
        bucket.tokens -= 1;
        return std::chrono::seconds(0);
    }
    const double wait_seconds = (1 - bucket.tokens) / per_nanosecond / 1e9;
    return std::chrono::seconds(std::max<std::int64_t>(1, std::llround(std::ceil(wait_seconds))));
}

void LoginThrottle::succeeded(const Who& who) {
    const std::lock_guard lock(mutex_);
    buckets_.erase(bucket_key(who));
}

void LoginThrottle::evict_one() {
    const auto oldest =
        std::ranges::min_element(buckets_, {}, [](const auto& entry) { return entry.second.at; });
    if (oldest != buckets_.end()) buckets_.erase(oldest);
}

}  // namespace eyed::auth
