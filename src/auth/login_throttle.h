#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "base/hash.h"
#include "base/time.h"

namespace eyed::auth {

/// Slows the guessing of passwords: a bucket of `attempts` tries per user and address that fills
/// again within `period`. Bounded memory: when full, the bucket longest untouched goes.
/// Thread-safe.
class LoginThrottle {
  public:
    struct Options {
        std::uint32_t attempts = 10;
        std::chrono::nanoseconds period = std::chrono::minutes(1);
        std::size_t capacity = 10'000;  ///< buckets
    };
    LoginThrottle(Options options, const Clock& clock) : options_(options), clock_(clock) {}

    struct Who {
        std::string_view user;
        std::string_view address;
    };
    /// Takes one try. Zero: go on. Else how long to wait until the next (for 429 and Retry-After,
    /// rounded up to whole seconds).
    [[nodiscard]] std::chrono::seconds take(const Who& who);
    /// A login that went well gives its tries back.
    void succeeded(const Who& who);

  private:
    struct Bucket {
        double tokens = 0;
        std::chrono::nanoseconds at{0};  ///< steady time of `tokens`
    };
    void evict_one();

    const Options options_;
    const Clock& clock_;
    std::mutex mutex_;  ///< guards buckets_
    std::unordered_map<Hash128, Bucket> buckets_;
};

}  // namespace eyed::auth
