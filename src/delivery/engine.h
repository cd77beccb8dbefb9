#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/executor.h"
#include "base/ids.h"
#include "base/logger.h"
#include "base/result.h"
#include "base/time.h"
#include "delivery/address.h"
#include "delivery/resolver.h"
#include "delivery/vault.h"
#include "model/delivery.h"

namespace eyed {
namespace catalog {
class Catalog;
}
}  // namespace eyed

namespace eyed::delivery {

/// Sends what the catalog says is due, and writes how it ended. One thread (`delivery`) takes turns
/// with the catalog (Deliveries::turn) and hands requests to Transfers; memory holds what is under
/// way alone: at most `concurrency` of each destination, `most` of all. When the catalog fails,
/// what ended is kept and written later, and nothing new begins.
class Engine {
  public:
    struct Parts {
        catalog::Catalog& catalog;
        const Clock& clock;
        Logger& logger;
        std::shared_ptr<Resolver> resolver;
        Vault vault;
        /// Something was answered that disabled a destination, and that is written. On the
        /// engine's thread; must not block.
        std::function<void()> disabled;
    };
    struct Options {
        AddressPolicy policy;
        std::size_t most = 2'000;                      ///< requests at once
        std::chrono::milliseconds stop_within{3'000};  ///< what is under way at the stop
        std::chrono::microseconds keep{std::chrono::hours(24 * 30)};  ///< finished deliveries
    };
    /// Recovers what a crash left (Deliveries::recover).
    [[nodiscard]] static Result<std::unique_ptr<Engine>> create(Parts parts, Options options);
    ~Engine();  ///< stop()s
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    void start();
    /// Nobody waits for a delivery's outcome any more: who does is resumed, with what there is. For
    /// a stop, before the server waits for its handlers. Any thread; does not block.
    void end_waits();
    /// Begins nothing new, gives what is under way `stop_within`, writes how it ended.
    void stop();
    /// Something may be due. Any thread; does not block.
    void wake();
    /// Destinations changed: read them anew. Any thread; does not block.
    void changed();
    /// Removes finished deliveries that are older than `keep`: for upkeep. Blocks on the disk.
    [[nodiscard]] Status purge();

    /// How a delivery ended, for who waits: `Engine::Wait wait(engine, id, executor, 2s); const
    /// bool ended = co_await wait;`. Lives in the waiting coroutine's frame. True once an attempt
    /// of the delivery that began has ended and is written; false when the time is over or the
    /// engine stops. One that ended before gives true at once when it is among the last 10 000.
    class Wait {
      public:
        Wait(Engine& engine, DeliveryId delivery, Executor& executor,
             std::chrono::milliseconds timeout)
            : engine_(engine), delivery_(delivery), executor_(executor), timeout_(timeout) {}
        Wait(const Wait&) = delete;
        Wait& operator=(const Wait&) = delete;
        bool await_ready() const noexcept { return false; }
        bool await_suspend(std::coroutine_handle<> handle);
        bool await_resume() const noexcept { return ended_; }

      private:
        friend class Engine;
        Engine& engine_;
        const DeliveryId delivery_;
        Executor& executor_;
        const std::chrono::milliseconds timeout_;
        std::chrono::steady_clock::time_point deadline_;
        Resumption resumption_;
        bool ended_ = false;
    };

    /// For metrics: read from what is in memory, any thread, never blocks for long.
    struct Figures {
        DestinationId destination;
        std::string name;
        model::DestinationState state = model::DestinationState::kActive;
        bool circuit_open = false;
        std::uint64_t delivered = 0;  ///< attempts since the start, by outcome
        std::uint64_t failed = 0;
        std::uint64_t unknown = 0;
        std::uint64_t under_way = 0;
        std::uint64_t open = 0;  ///< as of a few seconds ago; to Deliveries::kMostCounted
        std::uint64_t dead = 0;
        std::chrono::microseconds spent{0};  ///< all attempts' latency
        static constexpr std::array<double, 8> kBounds{0.005, 0.025, 0.1, 0.5, 1, 2.5, 5, 15};
        std::array<std::uint64_t, kBounds.size() + 1> by_latency{};
    };
    std::vector<Figures> figures() const;
    /// What keeps it from its work; empty: nothing does.
    std::string problem() const;

  private:
    Engine();
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace eyed::delivery
