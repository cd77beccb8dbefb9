#pragma once

#include <coroutine>

namespace eyed {

/// A suspended coroutine on its way back to its own thread. Lives in the coroutine's frame, so
/// bringing it back allocates nothing. Owned by the coroutine; touched by nobody after it was
/// posted.
struct Resumption {
    std::coroutine_handle<> handle;
    Resumption* next = nullptr;
};

/// One thread that runs coroutines: an io thread, or a test's own loop.
class Executor {
  public:
    virtual ~Executor() = default;
    /// Queues a chain of resumptions (linked by `next`) to run on this executor's thread, in order.
    /// One wake-up for the whole chain. Thread-safe; never blocks, never fails.
    virtual void post(Resumption* chain) noexcept = 0;
};

/// `co_await EndOfTurn(executor)`, on the executor's own thread: goes on in a later turn, as a rule
/// after all that is ready to run there by now. What several coroutines then hand to another
/// thread arrives together.
class EndOfTurn {
  public:
    explicit EndOfTurn(Executor& executor) : executor_(executor) {}
    EndOfTurn(const EndOfTurn&) = delete;
    EndOfTurn& operator=(const EndOfTurn&) = delete;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) noexcept {
        resumption_.handle = handle;
        executor_.post(&resumption_);
    }
    void await_resume() const noexcept {}

  private:
    Executor& executor_;
    Resumption resumption_;
};

/// Collects resumptions for a few executors and posts each executor's chain at once.
/// Single-threaded; flush() before it goes.
class ResumeBatch {
  public:
    ResumeBatch() = default;
    ResumeBatch(const ResumeBatch&) = delete;
    ResumeBatch& operator=(const ResumeBatch&) = delete;
    ~ResumeBatch() { flush(); }

    void add(Executor& executor, Resumption& resumption) noexcept;
    void flush() noexcept;

  private:
    struct Chain {
        Executor* executor = nullptr;
        Resumption* first = nullptr;
        Resumption* last = nullptr;
    };
    static constexpr int kChains = 16;
    Chain chains_[kChains];
    int used_ = 0;
};

}  // namespace eyed
