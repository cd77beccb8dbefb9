#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/hash.h"
#include "base/time.h"

namespace eyed::ingest {

/// How often events came again since the program was started. Duplicates are not in the log: this
/// is all that is known of them, for the receipt of their event. Of the keys that came again it
/// keeps the `capacity` latest. Thread-safe; touched by duplicates alone.
class Duplicates {
  public:
    static constexpr std::size_t kCapacity = 100'000;  ///< some 12 MiB when full
    struct Count {
        std::uint64_t count = 0;
        Micros last_at;
    };

    explicit Duplicates(Micros since, std::size_t capacity = kCapacity)
        : since_(since), capacity_(capacity) {}

    /// An event with this key (log::dedup_key) came again.
    void note(const Hash128& key, Micros at);
    /// None: it did not, or that was long ago.
    Count find(const Hash128& key) const;
    /// When the counting began.
    Micros since() const { return since_; }

  private:
    struct Entry {
        Hash128 key;
        Count count;
    };
    const Micros since_;
    const std::size_t capacity_;
    mutable std::mutex mutex_;  ///< guards what follows
    std::list<Entry> entries_;  ///< the latest first
    std::unordered_map<Hash128, std::list<Entry>::iterator> by_key_;
};

}  // namespace eyed::ingest
