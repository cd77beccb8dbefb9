#pragma once

#include <array>
#include <coroutine>
#include <cstddef>
#include <mutex>

#include "base/executor.h"
#include "base/ids.h"

namespace eyed::api {

/// Makes "read an event, then append what it becomes" one step: who edits an event holds its lock
/// meanwhile, so two editors of one event never interleave. Locks are striped by id: strangers may
/// share one. Waiters come in order. Thread-safe; blocks no thread.
/// `EditLocks::Acquire acquire(locks, id, executor); EditLocks::Held held = co_await acquire;`
class EditLocks {
    struct Stripe;

  public:
    /// The lock, until it goes out of scope; the next waiter then goes on, on its own executor.
    class [[nodiscard]] Held {
      public:
        explicit Held(Stripe& stripe) : stripe_(&stripe) {}
        Held(Held&& other) noexcept : stripe_(other.stripe_) { other.stripe_ = nullptr; }
        Held& operator=(Held&&) = delete;
        ~Held();

      private:
        Stripe* stripe_;
    };

    /// Lives in the waiting coroutine's frame.
    class Acquire {
      public:
        Acquire(EditLocks& locks, EventId id, Executor& executor);
        Acquire(const Acquire&) = delete;
        Acquire& operator=(const Acquire&) = delete;
        bool await_ready() const noexcept { return false; }
        bool await_suspend(std::coroutine_handle<> handle);
        Held await_resume() const { return Held(stripe_); }

      private:
        friend class EditLocks;
        Stripe& stripe_;
        Executor& executor_;
        Resumption resumption_;
        Acquire* next_ = nullptr;
    };

  private:
    static constexpr std::size_t kStripes = 256;
    struct Stripe {
        std::mutex mutex;  ///< guards what follows
        bool held = false;
        Acquire* first = nullptr;
        Acquire* last = nullptr;
    };
    static void release(Stripe& stripe);

    std::array<Stripe, kStripes> stripes_;
};

}  // namespace eyed::api
