#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "store/duckdb/connection.h"
#include "store/event_store.h"

namespace eyed::store {

/// Events counted by type and application. Kept in memory: events come in the order of their ids,
/// so each call reads only those that came since the last one. Changing and erasing events makes
/// what was counted wrong; then all are read again, once in kRecountAfter at most. Thread-safe; one
/// caller at a time reads, others wait.
class TypeTally {
  public:
    static constexpr std::chrono::seconds kRecountAfter{10};

    /// For each of `types`, in order; of `applications` (none: all). `amendments` rises with every
    /// change and erasure that the store has applied.
    [[nodiscard]] Result<std::vector<TypeCounts>> counts(
        Connection& connection, std::uint64_t amendments, const std::vector<TypeName>& types,
        const std::vector<ApplicationId>& applications);
    /// The store's file is another one now.
    void forget();

  private:
    using Clock = std::chrono::steady_clock;
    [[nodiscard]] Status catch_up(Connection& connection, std::uint64_t amendments);
    void clear();

    std::mutex mutex_;                                ///< guards all that follows
    using Key = std::pair<std::string, std::string>;  ///< category, name
    std::map<Key, std::map<ApplicationId, TypeCounts>> counted_;
    std::uint64_t upto_ = 0;        ///< events to here are counted
    std::uint64_t amendments_ = 0;  ///< as of the last reading of all
    Clock::time_point read_all_at_;
};

}  // namespace eyed::store
