#include "delivery/waits.h"

#include <pthread.h>

#include <iterator>

namespace eyed::delivery {

Waits::~Waits() {
    stop();
    if (watcher_.joinable()) watcher_.join();
}

bool Waits::add(const Waiter& waiter) {
    const std::lock_guard lock(mutex_);
    waiter.ended = ended_times_.contains(waiter.delivery);
    if (waiter.ended || stopped_ || waiter.deadline <= std::chrono::steady_clock::now())
        return false;
    auto behind = waiters_.end();  // most waits are as long as the last one
    while (behind != waiters_.begin() && std::prev(behind)->deadline > waiter.deadline)
        --behind;
    const auto place = waiters_.insert(behind, waiter);
    by_delivery_.emplace(waiter.delivery, place);
    if (!watcher_.joinable()) watcher_ = std::thread([this] { watch(); });
    if (place == waiters_.begin()) wake_.notify_one();
    return true;
}

void Waits::remember(DeliveryId delivery) {
    ++ended_times_[delivery];
    if (ended_.size() < kRemembered) {
        ended_.push_back(delivery);
        return;
    }
    const auto forgotten = ended_times_.find(ended_[oldest_]);
    if (--forgotten->second == 0) ended_times_.erase(forgotten);
    ended_[oldest_] = delivery;
    oldest_ = (oldest_ + 1) % kRemembered;
}

void Waits::ended(std::span<const DeliveryId> deliveries) {
    ResumeBatch resumes;
    const std::lock_guard lock(mutex_);
    for (const DeliveryId delivery : deliveries) {
        remember(delivery);
        const auto [first, last] = by_delivery_.equal_range(delivery);
        for (auto at = first; at != last; ++at) {
            at->second->ended = true;
            resumes.add(at->second->executor, at->second->resumption);
            waiters_.erase(at->second);
        }
        by_delivery_.erase(first, last);
    }
    resumes.flush();
}

void Waits::take(ByDeadline::iterator waiter, ResumeBatch& resumes) {
    const auto [first, last] = by_delivery_.equal_range(waiter->delivery);
    for (auto at = first; at != last; ++at) {
        if (at->second != waiter) continue;
        by_delivery_.erase(at);
        break;
    }
    resumes.add(waiter->executor, waiter->resumption);
    waiters_.erase(waiter);
}

void Waits::stop() {
    ResumeBatch resumes;
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    while (!waiters_.empty())
        take(waiters_.begin(), resumes);
    resumes.flush();
    wake_.notify_one();
}

void Waits::watch() {
    pthread_setname_np(pthread_self(), "delivery-waits");
    std::unique_lock lock(mutex_);
    while (!stopped_) {
        if (waiters_.empty()) {
            wake_.wait(lock);
            continue;
        }
        const auto soonest = waiters_.front().deadline;
        if (soonest > std::chrono::steady_clock::now()) {
            wake_.wait_until(lock, soonest);
            continue;
        }
        ResumeBatch resumes;
        take(waiters_.begin(), resumes);
    }
}

}  // namespace eyed::delivery
