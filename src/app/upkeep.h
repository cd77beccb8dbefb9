#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/logger.h"
#include "base/result.h"

namespace eyed::app {

/// Small regular work on a thread of its own: each job every so often, one after the other. A job
/// that fails is reported once until it works again. The destructor stops.
class Upkeep {
  public:
    struct Job {
        std::string name;
        std::chrono::milliseconds every;
        std::function<Status()> run;
    };
    Upkeep(std::vector<Job> jobs, Logger& logger);
    ~Upkeep();
    Upkeep(const Upkeep&) = delete;
    Upkeep& operator=(const Upkeep&) = delete;

  private:
    struct Planned {
        Job job;
        std::chrono::steady_clock::time_point due;
        bool failing = false;
    };
    void run();
    void run_one(Planned& planned);

    Logger& logger_;
    std::vector<Planned> jobs_;  ///< the thread's own
    std::mutex mutex_;           ///< guards stopping_
    std::condition_variable wake_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace eyed::app
