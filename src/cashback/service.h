#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <coroutine>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/executor.h"
#include "base/hash.h"
#include "base/result.h"
#include "base/time.h"
#include "cashback/purchase.h"
#include "cashback/rules.h"
#include "catalog/cashbacks.h"
#include "model/cashback.h"

namespace eyed {
namespace catalog {
class Catalog;
}
}  // namespace eyed

namespace eyed::cashback {

/// Takes purchases: checks them, works out what they earn, and keeps them, those that wait at the
/// same time in one transaction. One thread of its own (`cashback`) writes; while it syncs, the
/// next ones gather. Thread-safe.
class Service {
  public:
    struct Options {
        std::chrono::microseconds future_tolerance{0};
        std::chrono::microseconds oldest{0};
        model::Rounding rounding = model::Rounding::kHalfUp;
        std::size_t queue_capacity = 10'000;  ///< purchases; more answers kOverloaded
        /// A digest that this installation alone can make, the same for ever: what purchases and
        /// their keys are known by, also once their customer was erased. Whoever could make it
        /// could find a document by trying them all. Called from any thread.
        std::function<Hash128(std::string_view)> digest;
        /// Called by the thread after each transaction that made deliveries: wakes the engine.
        std::function<void()> recorded;
    };
    Service(catalog::Catalog& catalog, const Clock& clock, Options options);
    ~Service();  ///< no coroutine waits any more
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    /// Reads products and rules anew: at the start, after each change of them, and by upkeep for
    /// what other processes changed. Errors of the catalog.
    [[nodiscard]] Status refresh();

    /// What is kept of an Idempotency-Key, which may name somebody; of none: nothing. Thread-safe.
    std::string kept_key(std::string_view key) const;

    Bounds bounds() const;
    model::Rounding rounding() const { return options_.rounding; }
    std::shared_ptr<const Rules> rules() const;

    /// A purchase on its way: `Recording recording(service, executor, …); auto r = co_await
    /// recording;`. Lives in the awaiting coroutine's frame. kOverloaded: the queue is full;
    /// kConflict and errors of the catalog: Cashbacks::record_all.
    class Recording;

    /// What it would earn, by what the catalog says of the customer's month. Blocks on the disk.
    [[nodiscard]] Result<std::vector<model::EarnedLine>> simulate(const model::Purchase& purchase);

  private:
    void run();
    void record(const std::vector<Recording*>& batch);

    catalog::Catalog& catalog_;
    const Clock& clock_;
    const Options options_;
    std::mutex refresh_mutex_;        ///< one refresh() at a time: the last has what is newest
    mutable std::mutex rules_mutex_;  ///< guards rules_
    std::shared_ptr<const Rules> rules_;
    std::mutex mutex_;  ///< guards what follows
    std::condition_variable wake_;
    std::deque<Recording*> waiting_;
    bool stopping_ = false;
    std::thread thread_;
};

class Service::Recording {
  public:
    struct Wanted {
        model::Purchase purchase;
        model::Actor by;
        ApplicationId application;
        std::string key;
    };
    Recording(Service& service, Executor& executor, Wanted wanted);
    Recording(const Recording&) = delete;
    Recording& operator=(const Recording&) = delete;
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> handle);
    Result<catalog::Cashbacks::Recorded> await_resume();

  private:
    friend class Service;
    Service& service_;
    Executor& executor_;
    Wanted wanted_;
    Resumption resumption_;
    std::optional<Result<catalog::Cashbacks::Recorded>> result_;
};

}  // namespace eyed::cashback
