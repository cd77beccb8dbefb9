#include "log/log.h"

#include "base/blocking.h"

namespace eyed::log {

bool Append::await_suspend(std::coroutine_handle<> handle) {
    resumption_.handle = handle;
    Status queued = log_.submit(*this);
    if (queued) return true;  // from here on the writer owns *this: touch nothing
    error = std::move(queued).error();
    return false;
}

Result<std::vector<Verdict>> Append::await_resume() {
    if (error) return std::unexpected(std::move(*error));
    return std::move(verdicts);
}

namespace {

Task<Result<std::vector<Verdict>>> append_task(Log& log, Executor& executor, Batch batch) {
    Append append(log, executor, std::move(batch));
    co_return co_await append;
}

}  // namespace

Result<std::vector<Verdict>> append_and_wait(Log& log, Batch batch) {
    BlockingLoop loop;
    return loop.run(append_task(log, loop, std::move(batch)));
}

}  // namespace eyed::log
