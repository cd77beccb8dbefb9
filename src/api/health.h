#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "api/services.h"
#include "base/result.h"
#include "base/task.h"
#include "base/worker_pool.h"

namespace eyed::api {

/// Asks log, store and catalog whether they work, each on a thread of its own, so that one that
/// hangs is told as such instead of hanging the question. Thread-safe.
class Health {
  public:
    explicit Health(Services& services);

    struct Check {
        std::string name;
        Status status;
    };
    /// All three checks, within `deadline`: kTimeout for one that has not answered by then.
    /// kOverloaded: too many are asking.
    Task<Result<std::vector<Check>>> ask(Executor& executor,
                                         std::chrono::milliseconds deadline = kDeadline);

    static constexpr std::chrono::milliseconds kDeadline{2000};

  private:
    /// A part's answer, shared with the thread that may be late with it.
    struct Answer;
    std::shared_ptr<Answer> start(WorkerPool& pool, Status (*check)(Services&));
    std::vector<Check> ask_and_wait(std::chrono::milliseconds deadline);

    Services& services_;
    WorkerPool store_;
    WorkerPool catalog_;
    WorkerPool waiting_;  ///< first to go: its jobs wait for the two above
};

}  // namespace eyed::api
