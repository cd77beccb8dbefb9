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

/// Slows the guessing of passwords: a bucket of `attempts` tries for each user and address, and one
/// of `address_factor` times as many for each address, whatever the names; both fill again within
/// `period`. Of an IPv6 address its first 64 bits count: whoever has one has them all.
/// Bounded memory: a bucket goes only once it is full again, and so says nothing. When there is no
/// such bucket to make room, new names and addresses wait: nobody's bucket can be pushed out.
/// Thread-safe.
class LoginThrottle {
  public:
    struct Options {
        std::uint32_t attempts = 10;
        std::chrono::nanoseconds period = std::chrono::minutes(1);
        std::size_t capacity = 10'000;  ///< buckets of either kind
        std::uint32_t address_factor = 5;
    };
    LoginThrottle(Options options, const Clock& clock);

    struct Who {
        std::string_view user;
        std::string_view address;
    };
    /// Takes one try. Zero: go on, then tell succeeded() or unchecked() if it came to that. Else
    /// how long to wait until the next (for 429 and Retry-After, rounded up to whole seconds), and
    /// none was taken.
    [[nodiscard]] std::chrono::seconds take(const Who& who);
    /// A login that went well gives the user's tries back, and its own to the address.
    void succeeded(const Who& who);
    /// The password was never looked at: gives the try back.
    void unchecked(const Who& who);

  private:
    using Time = std::chrono::nanoseconds;  ///< of the steady clock

    /// Buckets of one size.
    class Buckets {
      public:
        Buckets(double size, Time period, std::size_t capacity);
        /// How long until take() may be called for this key; zero: now.
        Time wait(const Hash128& key, Time now);
        void take(const Hash128& key);
        void give_back(const Hash128& key);
        void forget(const Hash128& key) { buckets_.erase(key); }

      private:
        struct Bucket {
            double tokens = 0;
            Time at{0};  ///< of `tokens`
        };
        Time until(double tokens, const Bucket& bucket) const;
        void drop_full(Time now);

        const double size_;
        const double per_nanosecond_;
        const std::size_t capacity_;
        std::unordered_map<Hash128, Bucket> buckets_;
        Time all_live_until_{0};  ///< drop_full() need not look again before
    };

    const Clock& clock_;
    std::mutex mutex_;  ///< guards the buckets
    Buckets users_;     ///< by user and address
    Buckets addresses_;
};

}  // namespace eyed::auth
