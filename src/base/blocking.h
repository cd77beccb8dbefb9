#pragma once

#include <optional>

#include "base/executor.h"
#include "base/task.h"

namespace eyed {

/// An executor that is the calling thread: for command-line programs and tests.
class BlockingLoop final : public Executor {
  public:
    BlockingLoop();
    ~BlockingLoop() override;
    void post(Resumption* chain) noexcept override;

    /// Runs a task to its end on the calling thread, resuming what is posted here meanwhile.
    template <class T>
    T run(Task<T> task) {
        std::optional<T> result;
        bool done = false;
        spawn(store_result(std::move(task), result, done));
        while (!done)
            run_some();
        return std::move(*result);
    }
    void run(Task<void> task) {
        bool done = false;
        spawn(note_end(std::move(task), done));
        while (!done)
            run_some();
    }

  private:
    template <class T>
    static Task<void> store_result(Task<T> task, std::optional<T>& out, bool& done) {
        out.emplace(co_await task);
        done = true;
    }
    static Task<void> note_end(Task<void> task, bool& done);
    /// Waits until something is posted, then resumes it.
    void run_some();

    struct Queue;
    Queue* queue_;
};

}  // namespace eyed
