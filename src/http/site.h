#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <string_view>

#include "base/executor.h"
#include "base/worker_pool.h"
#include "http/server.h"

namespace eyed::http {

class Connection;

using Instant = std::chrono::steady_clock::time_point;

/// What all connections of a server share. Outlives them. The atomics are touched by every io
/// thread; the rest does not change while the server runs.
struct Site {
    const Options& options;
    const Router& router;
    const Hooks& hooks;
    WorkerPool& workers;                ///< files, and packing of them and of large bodies
    const std::function<void()> ended;  ///< told by each connection as the last thing it does
    std::atomic<bool> stopping{false};
    std::atomic<std::uint64_t> accepted{0};
    std::atomic<std::uint64_t> refused{0};
    std::atomic<std::uint64_t> accept_errors{0};
    std::atomic<std::uint64_t> timeouts{0};
    std::atomic<std::uint64_t> requests{0};
    std::atomic<std::uint64_t> open{0};
    std::atomic<std::uint64_t> body_bytes{0};
};

/// The connections of one io thread and what they share. Used on that thread only.
class Shard {
  public:
    Shard(Executor& executor, Site& site);

    Executor& executor() { return executor_; }
    Site& site() { return site_; }

    /// Connections it has, those on their way included. Any thread.
    int load() const { return load_.load(std::memory_order_relaxed); }
    void add_load(int connections) { load_.fetch_add(connections, std::memory_order_relaxed); }

    /// Called by each connection at its beginning and end; the end takes one off the load.
    void add(Connection& connection);
    void remove(Connection& connection);

    /// Ends what is past its deadline; called a few times a second.
    void check_deadlines();
    /// Closes the connection that has been idle longest. False: none is idle.
    bool drop_oldest_idle();
    /// Lets what has begun end, closes the rest.
    void stop();
    /// Closes all.
    void abort();

    /// How often check_deadlines is called: several times within the shortest timeout.
    std::chrono::milliseconds tick() const { return tick_; }

    /// `Wed, 25 Nov 2026 04:18:05 GMT` (RFC 9110 §5.6.7), made once a second.
    std::string_view http_date();
    /// A version 4 UUID. Unique, not secret: from a generator of this thread, not the system's.
    void make_request_id(std::string& out);

  private:
    std::uint64_t random();

    Executor& executor_;
    Site& site_;
    const std::chrono::milliseconds tick_;
    std::atomic<int> load_{0};
    std::list<Connection*> connections_;
    std::string date_;
    std::int64_t date_second_ = -1;
    std::uint64_t random_state_[4];
};

}  // namespace eyed::http
