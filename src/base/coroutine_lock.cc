#include "base/coroutine_lock.h"

namespace eyed {

bool CoroutineLock::Acquire::await_suspend(std::coroutine_handle<> handle) {
    resumption_.handle = handle;
    const std::lock_guard guard(lock_.mutex_);
    if (!lock_.held_) {
        lock_.held_ = true;
        return false;
    }
    if (lock_.last_ != nullptr)
        lock_.last_->next_ = this;
    else
        lock_.first_ = this;
    lock_.last_ = this;
    return true;
}

void CoroutineLock::release() {
    Executor* executor = nullptr;
    Resumption* resumption = nullptr;
    {
        const std::lock_guard guard(mutex_);
        Acquire* next = first_;
        if (next == nullptr) {
            held_ = false;
            return;
        }
        first_ = next->next_;
        if (first_ == nullptr) last_ = nullptr;
        executor = &next->executor_;
        resumption = &next->resumption_;
    }
    executor->post(resumption);  // the lock goes over to it, held all the time
}

}  // namespace eyed
