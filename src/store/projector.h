#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/ids.h"
#include "base/logger.h"
#include "log/log.h"
#include "store/applied_signal.h"
#include "store/event_store.h"

namespace eyed::store {

struct ProjectorOptions {
    std::size_t batch_rows = 100'000;           ///< records a transaction, at most
    std::size_t batch_bytes = 32u << 20;        ///< bytes of their bodies, about
    std::chrono::milliseconds pause_idle{5};    ///< between small batches
    std::chrono::milliseconds pause_busy{100};  ///< between batches of busy_rows and more
    std::size_t busy_rows = 500;
    std::chrono::milliseconds retry_first{50};    ///< after a failure, doubling …
    std::chrono::milliseconds retry_last{5'000};  ///< … up to this
};

struct ProjectorState {
    Position applied;
    std::string problem;        ///< why it does not get on; empty when it does
    std::uint64_t batches = 0;  ///< since start
    std::uint64_t records = 0;
    std::uint64_t failures = 0;
};

/// Feeds the store from the log on a thread of its own, each record once: a batch and its
/// position are one transaction of the store. What waits is a batch, so an event alone is applied
/// at once, and under load batches grow up to batch_rows. A failure, of the store or of the log
/// (kCorrupt at a position), stops it there: it says so in state() and in the logger, and tries
/// again with back-off. Records that the log no longer has (a gap) are said in the logger. All
/// references outlive it. Thread-safe.
class Projector {
  public:
    Projector(log::Log& log, EventStore& store, AppliedSignal& signal, Logger& logger,
              ProjectorOptions options = {});
    /// stop()s.
    ~Projector();
    Projector(const Projector&) = delete;
    Projector& operator=(const Projector&) = delete;

    void start();
    /// Ends after the batch at hand and joins. What is not applied is at the next start.
    void stop();
    ProjectorState state() const;

  private:
    void run();
    Status step();
    Status collect();
    Status apply();
    void report_gaps();
    void pause(std::chrono::milliseconds time);
    bool stopping() const;
    void report(const Error& error);
    void recovered();

    log::Log& log_;
    EventStore& store_;
    AppliedSignal& signal_;
    Logger& logger_;
    const ProjectorOptions options_;

    // The thread's own.
    std::unique_ptr<log::Cursor> cursor_;
    std::string bodies_;
    std::vector<log::Entry> batch_;
    std::chrono::milliseconds back_off_{0};

    mutable std::mutex mutex_;  ///< guards stopping_ and state_
    std::condition_variable wake_;
    bool stopping_ = false;
    ProjectorState state_;
    std::thread thread_;
};

}  // namespace eyed::store
