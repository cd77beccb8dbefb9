#include "ingest/duplicates.h"

namespace eyed::ingest {

void Duplicates::note(const Hash128& key, Micros at) {
    const std::lock_guard lock(mutex_);
    if (const auto known = by_key_.find(key); known != by_key_.end()) {
        entries_.splice(entries_.begin(), entries_, known->second);
    } else {
        if (entries_.size() == capacity_) {
            by_key_.erase(entries_.back().key);
            entries_.pop_back();
        }
        entries_.push_front({key, {}});
        by_key_.emplace(key, entries_.begin());
    }
    Count& count = entries_.front().count;
    ++count.count;
    count.last_at = at;
}

Duplicates::Count Duplicates::find(const Hash128& key) const {
    const std::lock_guard lock(mutex_);
    const auto known = by_key_.find(key);
    return known == by_key_.end() ? Count{} : known->second->count;
}

}  // namespace eyed::ingest
