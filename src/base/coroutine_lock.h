#pragma once

#include <coroutine>
#include <mutex>

#include "base/executor.h"

namespace eyed {

/// A lock that coroutines hold over what they await. Waiters come in order, each on its own
/// executor. Thread-safe; blocks no thread.
/// `CoroutineLock::Acquire acquire(lock, executor); CoroutineLock::Held held = co_await acquire;`
class CoroutineLock {
  public:
    CoroutineLock() = default;
    CoroutineLock(const CoroutineLock&) = delete;
    CoroutineLock& operator=(const CoroutineLock&) = delete;

    /// The lock, until it goes out of scope; the next waiter then goes on.
    class [[nodiscard]] Held {
      public:
        explicit Held(CoroutineLock& lock) : lock_(&lock) {}
        Held(Held&& other) noexcept : lock_(other.lock_) { other.lock_ = nullptr; }
        Held& operator=(Held&&) = delete;
        ~Held() {
            if (lock_ != nullptr) lock_->release();
        }

      private:
        CoroutineLock* lock_;
    };

    /// Lives in the waiting coroutine's frame.
    class Acquire {
      public:
        Acquire(CoroutineLock& lock, Executor& executor) : lock_(lock), executor_(executor) {}
        Acquire(const Acquire&) = delete;
        Acquire& operator=(const Acquire&) = delete;
        bool await_ready() const noexcept { return false; }
        bool await_suspend(std::coroutine_handle<> handle);
        Held await_resume() const { return Held(lock_); }

      private:
        friend class CoroutineLock;
        CoroutineLock& lock_;
        Executor& executor_;
        Resumption resumption_;
        Acquire* next_ = nullptr;
    };

  private:
    void release();

    std::mutex mutex_;  ///< guards what follows
    bool held_ = false;
    Acquire* first_ = nullptr;
    Acquire* last_ = nullptr;
};

}  // namespace eyed
