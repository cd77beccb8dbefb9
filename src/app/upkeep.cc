#include "app/upkeep.h"

#include <pthread.h>

#include <algorithm>

namespace eyed::app {

Upkeep::Upkeep(std::vector<Job> jobs, Logger& logger) : logger_(logger) {
    const auto now = std::chrono::steady_clock::now();
    for (Job& job : jobs) {
        const auto due = now + job.every;
        jobs_.push_back({std::move(job), due});
    }
    thread_ = std::thread([this] { run(); });
}

Upkeep::~Upkeep() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

void Upkeep::run() {
    pthread_setname_np(pthread_self(), "upkeep");
    std::unique_lock lock(mutex_);
    while (!stopping_ && !jobs_.empty()) {
        const auto next = std::ranges::min_element(jobs_, {}, &Planned::due);
        if (wake_.wait_until(lock, next->due, [this] { return stopping_; })) return;
        lock.unlock();
        run_one(*next);
        next->due = std::chrono::steady_clock::now() + next->job.every;
        lock.lock();
    }
}

void Upkeep::run_one(Planned& planned) {
    const Status done = planned.job.run();
    if (!done && !planned.failing)
        logger_.warning("regular work fails; trying again",
                        {{"work", planned.job.name}, {"why", done.error().detail}});
    if (done && planned.failing) logger_.info("regular work goes on", {{"work", planned.job.name}});
    planned.failing = !done;
}

}  // namespace eyed::app
