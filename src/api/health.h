#pragma once

#include <chrono>
#include <coroutine>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/executor.h"
#include "base/logger.h"
#include "base/result.h"
#include "base/time.h"
#include "base/worker_pool.h"

namespace eyed::api {

/// Whether log, store and catalog work. Each is asked on a thread of its own, so that one that
/// hangs is told as such instead of hanging the question. However many ask, one probe runs at a
/// time: all who come meanwhile share its answer, which stays good for a second. Why a part does
/// not work goes to the log, once for each change; who asks is told a fixed sentence. Thread-safe.
/// Outlives all who ask.
class Health {
  public:
    struct Parts {
        std::function<Status()> log;      ///< must not block
        std::function<Status()> store;    ///< may block
        std::function<Status()> catalog;  ///< may block
        const Clock& clock;
        Logger& logger;
    };
    explicit Health(Parts parts);

    struct Check {
        std::string_view name;
        Status status;  ///< its detail is for the log
        /// A sentence without paths or names for whoever asks; empty when all is well.
        std::string_view reason;
    };
    using Checks = std::vector<Check>;

    /// `Health::Ask ask(health, executor); const auto checks = co_await ask;`: all three checks,
    /// within kDeadline: kTimeout for a part that has not answered by then. Lives in the asking
    /// coroutine's frame.
    class Ask {
      public:
        Ask(Health& health, Executor& executor) : health_(health), executor_(executor) {}
        Ask(const Ask&) = delete;
        Ask& operator=(const Ask&) = delete;
        bool await_ready() const noexcept { return false; }
        bool await_suspend(std::coroutine_handle<> handle);
        std::shared_ptr<const Checks> await_resume() { return std::move(checks_); }

      private:
        friend class Health;
        Health& health_;
        Executor& executor_;
        Resumption resumption_;
        std::shared_ptr<const Checks> checks_;
    };

    static constexpr std::chrono::milliseconds kDeadline{2000};
    static constexpr std::chrono::milliseconds kGoodFor{1000};

  private:
    /// A part's answer, shared with the thread that may be late with it.
    struct Answer;
    std::shared_ptr<Answer> start(WorkerPool& pool, const std::function<Status()>& check);
    bool join(Ask& ask);
    void probe();
    Checks ask_and_wait();
    void report(const Checks& checks);

    const Parts parts_;
    std::vector<std::string> told_;  ///< the probe's own: the details that the log has, by part

    std::mutex mutex_;                      ///< guards what follows
    std::shared_ptr<const Checks> latest_;  ///< null before the first answer
    std::chrono::nanoseconds latest_at_{0};
    bool probing_ = false;
    std::vector<Ask*> asking_;  ///< wait for the probe that runs

    WorkerPool store_;
    WorkerPool catalog_;
    WorkerPool probes_;  ///< first to go: its job waits for the two above
};

}  // namespace eyed::api
