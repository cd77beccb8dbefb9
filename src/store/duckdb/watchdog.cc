#include "store/duckdb/watchdog.h"

#include <pthread.h>

namespace eyed::store {

namespace {
/// A query may look at its interrupt only now and then: it is told again until it ends.
constexpr std::chrono::milliseconds kRepeat{20};
}  // namespace

Watchdog::Watchdog() : thread_([this] { run(); }) {
}

Watchdog::~Watchdog() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

Watchdog::Guard::Guard(Watchdog& dog, duckdb_connection connection, Time deadline) : dog_(dog) {
    const std::lock_guard lock(dog_.mutex_);
    dog_.watched_.emplace_back(connection, deadline);
    place_ = std::prev(dog_.watched_.end());
    if (dog_.watched_.size() == 1) dog_.wake_.notify_one();
}

Watchdog::Guard::~Guard() {
    const std::lock_guard lock(dog_.mutex_);
    dog_.watched_.erase(place_);
}

void Watchdog::run() {
    pthread_setname_np(pthread_self(), "store-watchdog");
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        if (watched_.empty()) {
            wake_.wait(lock);
            continue;
        }
        const Time now = std::chrono::steady_clock::now();
        // At least every second: a guard that came later may have the sooner deadline.
        Time next = now + std::chrono::seconds(1);
        for (auto& [connection, deadline] : watched_) {
            if (deadline <= now) {
                duckdb_interrupt(connection);
                next = std::min(next, now + kRepeat);
            } else {
                next = std::min(next, deadline);
            }
        }
        wake_.wait_until(lock, next);
    }
}

}  // namespace eyed::store
