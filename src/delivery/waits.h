#pragma once

#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <span>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/executor.h"
#include "base/ids.h"

namespace eyed::delivery {

/// Coroutines that wait for deliveries: what Engine::Wait stands on. Thread-safe. A thread of its
/// own (`delivery-waits`) watches the deadlines; it starts with the first waiter.
class Waits {
  public:
    static constexpr std::size_t kRemembered = 10'000;

    /// In the waiting coroutine's frame.
    struct Waiter {
        DeliveryId delivery;
        Executor& executor;
        Resumption& resumption;
        bool& ended;
        std::chrono::steady_clock::time_point deadline;
    };

    Waits() = default;
    ~Waits();  ///< stop()s
    Waits(const Waits&) = delete;
    Waits& operator=(const Waits&) = delete;

    /// False: there is nothing to wait for, and `ended` says whether it has. True: from then on
    /// another thread may resume the waiter.
    bool add(const Waiter& waiter);
    /// Attempts of these have ended, and are written.
    void ended(std::span<const DeliveryId> deliveries);
    /// Resumes all with what they have; later ones do not wait.
    void stop();

  private:
    using ByDeadline = std::list<Waiter>;
    void remember(DeliveryId delivery);
    void take(ByDeadline::iterator waiter, ResumeBatch& resumes);
    void watch();

    std::mutex mutex_;  ///< guards what follows
    std::condition_variable wake_;
    ByDeadline waiters_;  ///< soonest first
    std::unordered_multimap<DeliveryId, ByDeadline::iterator> by_delivery_;
    std::vector<DeliveryId> ended_;                              ///< a ring
    std::size_t oldest_ = 0;                                     ///< of the ring, once it is full
    std::unordered_map<DeliveryId, std::uint32_t> ended_times_;  ///< in the ring
    bool stopped_ = false;
    std::thread watcher_;
};

}  // namespace eyed::delivery
