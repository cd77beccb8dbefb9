#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/ids.h"
#include "base/logger.h"
#include "base/result.h"
#include "base/time.h"

namespace eyed {
namespace catalog {
class Catalog;
}
namespace log {
class Log;
}
}  // namespace eyed

namespace eyed::delivery {

/// Brings events from the log to the destinations that want them: a cursor for each destination,
/// and those at the same place read the log together. A destination with `most_open` deliveries
/// that are not finished is given no more: the log is its queue. Events that are erased leave
/// deliveries, too. A thread of its own (`subscriptions`).
class Subscriptions {
  public:
    struct Parts {
        catalog::Catalog& catalog;
        log::Log& log;
        const Clock& clock;
        Logger& logger;
        std::function<std::string(ApplicationId)> application_name;  ///< any thread
        std::function<void()> added;  ///< after deliveries were added: wakes the engine
    };
    struct Options {
        std::uint64_t most_open = 10'000;  ///< of one destination
        std::uint32_t at_once = 1'000;     ///< records read between two transactions
    };
    Subscriptions(Parts parts, Options options);
    ~Subscriptions();  ///< stop()s
    void start();
    /// log::Log::interrupt() must have been called: it ends the wait for more.
    void stop();
    /// Destinations changed: read them anew. Any thread.
    void changed();

    /// How many durable records the slowest active destination has not been given. Any thread.
    std::uint64_t behind() const { return behind_.load(std::memory_order_relaxed); }

  private:
    void run();
    struct State;
    Parts parts_;
    const Options options_;
    std::unique_ptr<State> state_;
    std::atomic<std::uint64_t> behind_{0};
    std::thread thread_;
};

}  // namespace eyed::delivery
