#pragma once

#include <gmock/gmock.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/blocking.h"
#include "base/stopped_clock.h"
#include "catalog/delivery_fixture.h"
#include "catalog/outbox.h"
#include "delivery/engine.h"
#include "delivery/schedule.h"
#include "delivery/signature.h"
#include "delivery/test_peer.h"

namespace eyed::delivery {

inline Peer::Reply hang(const Peer::Request&) {
    return {"", Peer::Then::kHang};
}
inline Peer::Script always(int status, const std::string& headers = {}) {
    return [status, headers](const Peer::Request&) { return Peer::answer(status, "{}", headers); };
}

/// An engine on a real catalog and a clock that stands still, for tests: loopback is allowed.
class EngineTest : public catalog::DeliveryTest {
  protected:
    using Edit = std::function<void(model::DestinationFields&)>;

    EngineTest() {
        catalog_ = *catalog::Catalog::open({path(), std::chrono::milliseconds(50)});
        resolver_ = make_system_resolver();
    }
    ~EngineTest() override {
        engine_.reset();
        if (HasFailure())
            for (const std::string& line : logger_.lines())
                std::printf("log: %s\n", line.c_str());
    }

    void make_engine(Engine::Options options = {.policy = loopback()}) {
        engine_.reset();
        auto made = Engine::create({.catalog = *catalog_,
                                    .clock = clock_,
                                    .logger = logger_,
                                    .resolver = resolver_,
                                    .vault = vault_,
                                    .disabled = [this] { ++disabled_; }},
                                   std::move(options));
        ASSERT_TRUE(made) << made.error().detail;
        engine_ = std::move(*made);
    }
    void start(Engine::Options options = {.policy = loopback()}) {
        make_engine(std::move(options));
        engine_->start();
    }
    static AddressPolicy loopback() { return AddressPolicy({*Network::parse("127.0.0.0/8")}); }

    DestinationId webhook(const std::string& url, const Edit& edit = {},
                          const std::string& name = "hook") {
        auto wanted = fields(name);
        wanted.url = url;
        wanted.timeout = std::chrono::milliseconds(5'000);
        if (edit) edit(wanted);
        const auto made = destinations().create(
            {model::DestinationKind::kWebhook, wanted,
             seal_secrets(vault_, {{kSecret, Micros{1}, std::nullopt}}), Position{}},
            change_);
        EXPECT_TRUE(made) << made.error().detail;
        return made->id;
    }
    /// Deliveries of new events, due at once.
    std::vector<DeliveryId> send(DestinationId destination, std::size_t count,
                                 const std::string& key = "") {
        const std::uint64_t first = events_ + 1;
        add(destination, std::vector<std::string>(count, key), clock_.now());
        std::vector<DeliveryId> ids;
        for (std::uint64_t event = first; event <= events_; ++event)
            ids.push_back(deliveries().of_event(EventId{event}, 1).value().at(0).id);
        EXPECT_EQ(ids.size(), count);
        if (engine_) engine_->wake();
        return ids;
    }
    void advance(std::chrono::nanoseconds by) {
        clock_.advance(by);
        engine_->wake();
    }
    /// Whether it holds within 10 s.
    static bool eventually(const std::function<bool()>& holds) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (!holds()) {
            if (std::chrono::steady_clock::now() > end) return false;
            std::this_thread::yield();
        }
        return true;
    }
    bool becomes(DeliveryId id, State state, std::uint32_t attempts = 1) {
        return eventually([&] {
            const auto now = deliveries().by_id(id);
            return now && now->state == state && now->attempts == attempts;
        });
    }
    std::vector<model::Attempt> attempts_of(DeliveryId id) {
        catalog::Deliveries::AttemptFilter filter;
        filter.delivery = id;
        auto rows = deliveries().attempts(filter, {}).value().rows;
        std::ranges::sort(rows, {}, &model::Attempt::number);
        return rows;
    }
    std::vector<std::string> alerts() {
        std::vector<std::string> names;
        const auto entries = catalog_->outbox().first(100).value();
        for (const auto& entry : entries)
            names.push_back(entry.name);
        return names;
    }
    Engine::Figures figures_of(DestinationId id) {
        for (const Engine::Figures& one : engine_->figures())
            if (one.destination == id) return one;
        return {};
    }

    inline static const std::string kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const Vault vault_{std::array<std::uint8_t, 32>{7}};
    StoppedClock clock_;
    CapturingLogger logger_;
    std::shared_ptr<Resolver> resolver_;
    std::atomic<int> disabled_{0};
    std::unique_ptr<Engine> engine_;
};

}  // namespace eyed::delivery
