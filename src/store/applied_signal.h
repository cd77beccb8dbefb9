#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <coroutine>
#include <cstdint>
#include <mutex>
#include <thread>

#include "base/executor.h"
#include "base/ids.h"

namespace eyed::store {

/// How far the store has applied the log, for coroutines that wait to read what was written:
/// `AppliedSignal::Wait wait(signal, position, executor, 1s); const bool reached = co_await wait;`
/// Thread-safe. One thread of its own watches the deadlines; it starts with the first waiter.
class AppliedSignal {
  public:
    /// Lives in the waiting coroutine's frame. Gives true once `position` is applied, false when
    /// the timeout passed or the signal was stopped.
    class Wait {
      public:
        Wait(AppliedSignal& signal, Position position, Executor& executor,
             std::chrono::milliseconds timeout)
            : signal_(signal), position_(position), executor_(executor), timeout_(timeout) {}
        Wait(const Wait&) = delete;
        Wait& operator=(const Wait&) = delete;
        bool await_ready() noexcept;
        bool await_suspend(std::coroutine_handle<> handle) noexcept;
        bool await_resume() const noexcept { return reached_; }

      private:
        friend class AppliedSignal;
        AppliedSignal& signal_;
        const Position position_;
        Executor& executor_;
        const std::chrono::milliseconds timeout_;
        std::chrono::steady_clock::time_point deadline_;
        Resumption resumption_;
        bool reached_ = false;
        Wait* previous_ = nullptr;  ///< the signal's list
        Wait* next_ = nullptr;
    };

    AppliedSignal() = default;
    /// stop()s. No coroutine may begin to wait meanwhile.
    ~AppliedSignal();
    AppliedSignal(const AppliedSignal&) = delete;
    AppliedSignal& operator=(const AppliedSignal&) = delete;

    /// The projector's word: everything up to here is applied. Resumes who waited for it. A
    /// position may go back (a store was rebuilt).
    void advance(Position position) noexcept;
    Position applied() const noexcept { return {applied_.load(std::memory_order_acquire)}; }
    /// Resumes all waiters with false; later ones do not wait.
    void stop() noexcept;

  private:
    bool add(Wait& wait) noexcept;
    void unlink(Wait& wait) noexcept;
    void watch_deadlines();

    std::atomic<std::uint64_t> applied_{0};
    std::mutex mutex_;  ///< guards what follows
    std::condition_variable wake_;
    Wait* first_ = nullptr;  ///< by deadline, soonest first
    Wait* last_ = nullptr;
    bool stopped_ = false;
    std::thread watcher_;
};

}  // namespace eyed::store
