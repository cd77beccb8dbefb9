#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "base/hash.h"
#include "base/ids.h"

namespace eyed::log::journal {

/// The keys of the last days and the event ids they got: exact on 128 bits. Keys lie in the order
/// they came in chunks of 16 Ki (key, and the id as a distance: 20 bytes); 256 hash tables of
/// 4-byte references find them, each growing by itself so that no growth takes long. Old chunks
/// are forgotten whole, by age or for memory. One thread.
class DedupWindow {
  public:
    struct Options {
        std::chrono::seconds window{};
        std::uint64_t memory_bytes = 0;
    };
    explicit DedupWindow(Options options);

    /// The id that a key got, nullopt when it is not known.
    std::optional<EventId> find(const Hash128& key) const;
    /// Adds a key that is not known. `time`: seconds since the epoch. Ids rise.
    void insert(const Hash128& key, EventId id, std::uint32_t time);
    /// Forgets what is older than the window, and more while memory is over its limit.
    void expire(std::uint32_t now);
    /// Takes the last `count` inserts back.
    void undo(std::uint64_t count);

    std::uint64_t size() const { return size_; }
    std::uint64_t bytes() const { return chunk_bytes_ + table_bytes_; }
    /// How far back from `now` every key is known.
    std::chrono::seconds covers(std::uint32_t now) const;

  private:
    struct Chunk {
        std::uint64_t base = 0;  ///< ids are distances from it
        std::uint32_t first_time = 0;
        std::uint32_t last_time = 0;
        std::vector<Hash128> keys;
        std::vector<std::uint32_t> ids;
    };
    /// Linear probing; a slot is a reference (chunk number, index + 1), 0 when free.
    struct Table {
        std::vector<std::uint32_t> slots;
        std::uint32_t used = 0;
    };

    const Chunk& chunk_of(std::uint32_t reference) const;
    const Hash128& key_of(std::uint32_t reference) const;
    std::uint32_t home(const Table& table, const Hash128& key) const;
    Table& table_of(const Hash128& key) { return tables_[key.high >> 56]; }
    const Table& table_of(const Hash128& key) const { return tables_[key.high >> 56]; }
    void place(Table& table, std::uint32_t reference, const Hash128& key);
    void grow(Table& table);
    void erase(const Hash128& key, std::uint32_t reference);
    void start_chunk(std::uint64_t base, std::uint32_t time);
    void forget_oldest();

    const Options options_;
    const std::uint32_t chunk_seconds_;  ///< a chunk spans no longer, so that it expires in time
    std::vector<Table> tables_;
    std::deque<Chunk> chunks_;
    std::uint32_t first_chunk_ = 0;  ///< number of chunks_.front(); wraps
    std::uint64_t size_ = 0;
    std::uint64_t chunk_bytes_ = 0;
    std::uint64_t table_bytes_ = 0;
    std::optional<std::uint32_t> forgotten_up_to_;  ///< for memory: time of the last key so lost
};

}  // namespace eyed::log::journal
