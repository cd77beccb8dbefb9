#include "base/blocking.h"

#include <condition_variable>
#include <mutex>

namespace eyed {

/// `first` and `last` are guarded by `mutex`.
struct BlockingLoop::Queue {
    std::mutex mutex;
    std::condition_variable posted;
    Resumption* first = nullptr;
    Resumption* last = nullptr;
};

BlockingLoop::BlockingLoop() : queue_(new Queue) {
}
BlockingLoop::~BlockingLoop() {
    delete queue_;
}

void BlockingLoop::post(Resumption* chain) noexcept {
    const std::lock_guard lock(queue_->mutex);
    if (queue_->last != nullptr)
        queue_->last->next = chain;
    else
        queue_->first = chain;
    queue_->last = chain;
    while (queue_->last->next != nullptr)
        queue_->last = queue_->last->next;
    queue_->posted.notify_one();  // under the lock: the loop may be gone as soon as it is free
}

void BlockingLoop::run_some() {
    Resumption* chain = nullptr;
    {
        std::unique_lock lock(queue_->mutex);
        queue_->posted.wait(lock, [this] { return queue_->first != nullptr; });
        chain = queue_->first;
        queue_->first = queue_->last = nullptr;
    }
    while (chain != nullptr) {
        Resumption* const next = chain->next;
        chain->handle.resume();
        chain = next;
    }
}

Task<void> BlockingLoop::note_end(Task<void> task, bool& done) {
    co_await task;
    done = true;
}

}  // namespace eyed
