#include "base/worker_pool.h"

#include <pthread.h>

namespace eyed {

WorkerPool::WorkerPool(Options options) : options_(std::move(options)) {
    threads_.reserve(options_.threads);
    for (std::size_t i = 0; i < options_.threads; ++i)
        threads_.emplace_back([this] { run(); });
}

WorkerPool::~WorkerPool() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_)
        thread.join();
}

Status WorkerPool::submit(Job job) {
    {
        const std::lock_guard lock(mutex_);
        if (queue_.size() >= options_.queue_capacity)
            return failure(Code::kOverloaded, "too much work is waiting for " + options_.name);
        queue_.push_back(std::move(job));
    }
    wake_.notify_one();
    return {};
}

std::size_t WorkerPool::queued() const {
    const std::lock_guard lock(mutex_);
    return queue_.size();
}

void WorkerPool::run() {
    pthread_setname_np(pthread_self(), options_.name.substr(0, 15).c_str());
    std::unique_lock lock(mutex_);
    while (true) {
        wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (queue_.empty()) return;
        Job job = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        job();
        job = nullptr;
        lock.lock();
    }
}

}  // namespace eyed
