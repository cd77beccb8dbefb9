#pragma once

#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

#include "duckdb.h"

namespace eyed::store {

/// Interrupts queries that outlive their deadline. One thread, asleep while nothing runs.
/// Thread-safe.
class Watchdog {
  public:
    using Time = std::chrono::steady_clock::time_point;

    Watchdog();
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    /// While it lives, its connection is interrupted once the deadline has passed.
    class Guard {
      public:
        Guard(Watchdog& dog, duckdb_connection connection, Time deadline);
        ~Guard();
        Guard(const Guard&) = delete;
        Guard& operator=(const Guard&) = delete;

      private:
        Watchdog& dog_;
        std::list<std::pair<duckdb_connection, Time>>::iterator place_;
    };

  private:
    void run();

    std::mutex mutex_;  ///< guards what follows; held while interrupting, so no guard goes then
    std::condition_variable wake_;
    std::list<std::pair<duckdb_connection, Time>> watched_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace eyed::store
