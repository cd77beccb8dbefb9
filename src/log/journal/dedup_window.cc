#include "log/journal/dedup_window.h"

#include <algorithm>

#include "base/check.h"

namespace eyed::log::journal {
namespace {

constexpr std::uint32_t kIndexBits = 14;
constexpr std::uint32_t kChunkEntries = (1U << kIndexBits) - 1;  // index + 1 fits, 0 stays free
constexpr std::uint32_t kIndexMask = (1U << kIndexBits) - 1;
constexpr std::uint32_t kChunkNumbers = 1U << (32 - kIndexBits);
constexpr std::size_t kFirstSlots = 16;
constexpr std::size_t kEntryBytes = sizeof(Hash128) + sizeof(std::uint32_t);

}  // namespace

DedupWindow::DedupWindow(Options options)
    : options_(options),
      chunk_seconds_(static_cast<std::uint32_t>(
          std::clamp<std::int64_t>(options.window.count() / 64, 1, 1U << 30))),
      tables_(256) {
}

const DedupWindow::Chunk& DedupWindow::chunk_of(std::uint32_t reference) const {
    const std::uint32_t number = reference >> kIndexBits;
    return chunks_[(number - first_chunk_) & (kChunkNumbers - 1)];
}

const Hash128& DedupWindow::key_of(std::uint32_t reference) const {
    return chunk_of(reference).keys[(reference & kIndexMask) - 1];
}

std::uint32_t DedupWindow::home(const Table& table, const Hash128& key) const {
    return static_cast<std::uint32_t>(key.low) & static_cast<std::uint32_t>(table.slots.size() - 1);
}

std::optional<EventId> DedupWindow::find(const Hash128& key) const {
    const Table& table = table_of(key);
    if (table.slots.empty()) return std::nullopt;
    const std::size_t mask = table.slots.size() - 1;
    for (std::size_t at = home(table, key); table.slots[at] != 0; at = (at + 1) & mask) {
        const std::uint32_t reference = table.slots[at];
        const Chunk& chunk = chunk_of(reference);
        const std::uint32_t index = (reference & kIndexMask) - 1;
        if (chunk.keys[index] == key) return EventId{chunk.base + chunk.ids[index]};
    }
    return std::nullopt;
}

void DedupWindow::insert(const Hash128& key, EventId id, std::uint32_t time) {
    const auto fits = [&](const Chunk& chunk) {
        return chunk.keys.size() < kChunkEntries && id.value >= chunk.base &&
               id.value - chunk.base <= 0xffff'ffffULL &&
               (time <= chunk.first_time || time - chunk.first_time <= chunk_seconds_);
    };
    if (chunks_.empty() || !fits(chunks_.back())) start_chunk(id.value, time);
    Chunk& chunk = chunks_.back();
    const std::size_t had = chunk.keys.capacity();
    chunk.keys.push_back(key);
    if (chunk.keys.capacity() != had) {
        chunk.ids.reserve(chunk.keys.capacity());
        chunk_bytes_ += (chunk.keys.capacity() - had) * kEntryBytes;
    }
    chunk.ids.push_back(static_cast<std::uint32_t>(id.value - chunk.base));
    chunk.last_time = std::max(chunk.last_time, time);

    const auto number = static_cast<std::uint32_t>(first_chunk_ + chunks_.size() - 1);
    const std::uint32_t reference = (number & (kChunkNumbers - 1)) << kIndexBits |
                                    static_cast<std::uint32_t>(chunk.keys.size());
    Table& table = table_of(key);
    if (static_cast<std::size_t>(table.used + 1) * 5 > table.slots.size() * 4) grow(table);
    place(table, reference, key);
    ++table.used;
    ++size_;
}

void DedupWindow::start_chunk(std::uint64_t base, std::uint32_t time) {
    EYED_CHECK(chunks_.size() < kChunkNumbers - 1);
    chunks_.push_back({.base = base, .first_time = time, .last_time = time, .keys = {}, .ids = {}});
}

void DedupWindow::place(Table& table, std::uint32_t reference, const Hash128& key) {
    const std::size_t mask = table.slots.size() - 1;
    std::size_t at = home(table, key);
    while (table.slots[at] != 0)
        at = (at + 1) & mask;
    table.slots[at] = reference;
}

void DedupWindow::grow(Table& table) {
    const std::size_t before = table.slots.size();
    std::vector<std::uint32_t> old(before == 0 ? kFirstSlots : before * 2);
    old.swap(table.slots);
    table_bytes_ += (table.slots.size() - before) * sizeof(std::uint32_t);
    for (const std::uint32_t reference : old)
        if (reference != 0) place(table, reference, key_of(reference));
}

void DedupWindow::erase(const Hash128& key, std::uint32_t reference) {
    Table& table = table_of(key);
    const std::size_t mask = table.slots.size() - 1;
    std::size_t hole = home(table, key);
    while (table.slots[hole] != reference)
        hole = (hole + 1) & mask;
    // Moves later ones of the run back, so that no tombstone is needed.
    for (std::size_t at = (hole + 1) & mask; table.slots[at] != 0; at = (at + 1) & mask) {
        const std::size_t wants = home(table, key_of(table.slots[at]));
        if (((at - wants) & mask) < ((at - hole) & mask)) continue;
        table.slots[hole] = table.slots[at];
        hole = at;
    }
    table.slots[hole] = 0;
    --table.used;
    --size_;
}

void DedupWindow::forget_oldest() {
    Chunk& chunk = chunks_.front();
    const std::uint32_t prefix = (first_chunk_ & (kChunkNumbers - 1)) << kIndexBits;
    for (std::size_t i = 0; i < chunk.keys.size(); ++i)
        erase(chunk.keys[i], prefix | static_cast<std::uint32_t>(i + 1));
    chunk_bytes_ -= chunk.keys.capacity() * kEntryBytes;
    chunks_.pop_front();
    ++first_chunk_;
}

void DedupWindow::expire(std::uint32_t now) {
    const auto window = static_cast<std::uint64_t>(options_.window.count());
    while (!chunks_.empty() && chunks_.front().last_time + window < now)
        forget_oldest();
    while (chunks_.size() > 1 &&
           (bytes() > options_.memory_bytes || chunks_.size() > kChunkNumbers / 2)) {
        forgotten_up_to_ = std::max(forgotten_up_to_.value_or(0), chunks_.front().last_time);
        forget_oldest();
    }
}

void DedupWindow::undo(std::uint64_t count) {
    for (; count > 0; --count) {
        while (chunks_.back().keys.empty()) {
            chunk_bytes_ -= chunks_.back().keys.capacity() * kEntryBytes;
            chunks_.pop_back();
        }
        Chunk& chunk = chunks_.back();
        const auto number = static_cast<std::uint32_t>(first_chunk_ + chunks_.size() - 1);
        const Hash128 key = chunk.keys.back();
        erase(key, (number & (kChunkNumbers - 1)) << kIndexBits |
                       static_cast<std::uint32_t>(chunk.keys.size()));
        chunk.keys.pop_back();
        chunk.ids.pop_back();
    }
}

std::chrono::seconds DedupWindow::covers(std::uint32_t now) const {
    if (!forgotten_up_to_) return options_.window;
    if (*forgotten_up_to_ >= now) return std::chrono::seconds(0);
    return std::min(options_.window, std::chrono::seconds(now - *forgotten_up_to_));
}

}  // namespace eyed::log::journal
