#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "catalog/cashbacks.h"
#include "delivery/engine.h"
#include "http/router.h"
#include "http/server.h"
#include "ingest/settler.h"
#include "log/log.h"
#include "store/event_store.h"
#include "store/projector.h"

namespace eyed::app {

/// What /metrics tells, in Prometheus' text format. Requests are counted as they are answered, with
/// relaxed atomics and no lock; everything else is read from its part when somebody asks.
class Metrics {
  public:
    /// Read at each text(): must not block for long.
    struct Sources {
        std::function<log::State()> log;
        std::function<store::ProjectorState()> projector;
        std::function<store::StoreState()> store;
        std::function<http::Counters()> http;
        std::function<std::uint64_t()> event_types;
        std::function<ingest::Settler::Counts()> settled;
        std::function<std::uint64_t()> outbox_waiting;
        std::function<std::vector<delivery::Engine::Figures>()> deliveries;
        std::function<bool()> deliveries_work;
        std::function<std::uint64_t()> subscriptions_behind;
        std::function<std::vector<catalog::Cashbacks::StateTotal>()> cashback;
    };

    /// One slot a route; call once, before the server starts. The router must outlive this.
    void know_routes(const http::Router& router);
    /// Once, before the server starts.
    void know_sources(Sources sources) { sources_ = std::move(sources); }

    /// Any thread.
    void count(const http::Exchange& exchange);
    std::string text() const;

  private:
    static constexpr std::array<double, 11> kBounds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                    0.1,   0.25,   0.5,   1.0,  5.0};
    struct Slot {
        std::string method;
        std::string pattern;
        std::array<std::atomic<std::uint64_t>, 6> by_class{};  ///< [2]: 2xx …
        std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> by_duration{};
        std::atomic<std::uint64_t> nanoseconds{0};
    };

    std::unordered_map<const http::Route*, std::unique_ptr<Slot>> slots_;  ///< fixed once serving
    Slot unmatched_;  ///< no such path, or refused before a route was found
    Sources sources_;
};

}  // namespace eyed::app
