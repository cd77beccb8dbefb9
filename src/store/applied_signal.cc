#include "store/applied_signal.h"

#include <pthread.h>

namespace eyed::store {

bool AppliedSignal::Wait::await_ready() noexcept {
    reached_ = signal_.applied() >= position_;
    return reached_;
}

bool AppliedSignal::Wait::await_suspend(std::coroutine_handle<> handle) noexcept {
    resumption_.handle = handle;
    deadline_ = std::chrono::steady_clock::now() + timeout_;
    return signal_.add(*this);
}

AppliedSignal::~AppliedSignal() {
    stop();
    if (watcher_.joinable()) watcher_.join();
}

/// False: there is nothing to wait for. True: from then on another thread may resume the waiter.
bool AppliedSignal::add(Wait& wait) noexcept {
    const std::lock_guard lock(mutex_);
    wait.reached_ = applied() >= wait.position_;
    if (wait.reached_ || stopped_ || wait.timeout_.count() <= 0) return false;
    Wait* before = last_;  // most waits are as long as the last one
    while (before != nullptr && before->deadline_ > wait.deadline_)
        before = before->previous_;
    wait.previous_ = before;
    wait.next_ = before == nullptr ? first_ : before->next_;
    (before == nullptr ? first_ : before->next_) = &wait;
    (wait.next_ == nullptr ? last_ : wait.next_->previous_) = &wait;
    if (!watcher_.joinable()) watcher_ = std::thread([this] { watch_deadlines(); });
    if (first_ == &wait) wake_.notify_one();
    return true;
}

void AppliedSignal::unlink(Wait& wait) noexcept {
    (wait.previous_ == nullptr ? first_ : wait.previous_->next_) = wait.next_;
    (wait.next_ == nullptr ? last_ : wait.next_->previous_) = wait.previous_;
}

void AppliedSignal::advance(Position position) noexcept {
    ResumeBatch resumes;
    const std::lock_guard lock(mutex_);
    applied_.store(position.value, std::memory_order_release);
    for (Wait* wait = first_; wait != nullptr;) {
        Wait* const next = wait->next_;
        if (position >= wait->position_) {
            unlink(*wait);
            wait->reached_ = true;
            resumes.add(wait->executor_, wait->resumption_);
        }
        wait = next;
    }
    resumes.flush();
}

void AppliedSignal::stop() noexcept {
    ResumeBatch resumes;
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    while (first_ != nullptr) {
        Wait& wait = *first_;
        unlink(wait);
        resumes.add(wait.executor_, wait.resumption_);
    }
    resumes.flush();
    wake_.notify_one();
}

void AppliedSignal::watch_deadlines() {
    pthread_setname_np(pthread_self(), "applied-signal");
    std::unique_lock lock(mutex_);
    while (!stopped_) {
        if (first_ == nullptr) {
            wake_.wait(lock);
            continue;
        }
        if (const auto soonest = first_->deadline_; soonest > std::chrono::steady_clock::now()) {
            wake_.wait_until(lock, soonest);
            continue;
        }
        ResumeBatch resumes;
        Wait& late = *first_;
        unlink(late);
        resumes.add(late.executor_, late.resumption_);
    }
}

}  // namespace eyed::store
