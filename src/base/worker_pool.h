#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "base/executor.h"
#include "base/result.h"

namespace eyed {

/// A few threads and a bounded queue for work that blocks (store, catalog, password hashing).
/// Thread-safe. The destructor runs what is queued, then joins.
class WorkerPool {
  public:
    struct Options {
        std::string name;  ///< of the threads, at most 15 characters; used in errors too
        std::size_t threads = 1;
        std::size_t queue_capacity = 256;  ///< jobs waiting; one more is refused
    };
    using Job = std::move_only_function<void()>;

    explicit WorkerPool(Options options);
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    /// kOverloaded when the queue is full: the job is dropped unrun.
    [[nodiscard]] Status submit(Job job);
    std::size_t queued() const;

  private:
    void run();

    const Options options_;
    mutable std::mutex mutex_;  ///< guards queue_ and stopping_
    std::condition_variable wake_;
    std::deque<Job> queue_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

/// `co_await Offload(pool, executor, work)`: runs `work` (returning Result<T>) on the pool and
/// comes back on the executor with its result; kOverloaded at once when the pool's queue is full.
template <class Work>
class Offload {
  public:
    using Value = std::invoke_result_t<Work&>;
    Offload(WorkerPool& pool, Executor& executor, Work work)
        : pool_(pool), executor_(executor), work_(std::move(work)) {}

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> handle) {
        resumption_.handle = handle;
        Status queued = pool_.submit([this] {
            value_.emplace(work_());
            executor_.post(&resumption_);
        });
        if (queued) return true;
        refused_.emplace(std::move(queued).error());
        return false;
    }
    Value await_resume() {
        if (refused_) return std::unexpected(std::move(*refused_));
        return std::move(*value_);
    }

  private:
    WorkerPool& pool_;
    Executor& executor_;
    Work work_;
    Resumption resumption_;
    std::optional<Value> value_;
    std::optional<Error> refused_;  ///< set only when never queued: the pool's thread never sees it
};

}  // namespace eyed
