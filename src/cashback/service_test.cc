#include "cashback/service.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <iterator>
#include <latch>
#include <thread>

#include "base/blocking.h"
#include "base/stopped_clock.h"
#include "base/task.h"
#include "catalog/catalog.h"
#include "catalog/destinations.h"
#include "io/temporary_directory.h"

namespace eyed::cashback {
namespace {

using catalog::Cashbacks;
using Outcome = Cashbacks::Recorded::Outcome;

constexpr const char* kAnn = "11144477735";

class ServiceTest : public ::testing::Test {
  protected:
    ServiceTest() : catalog_(catalog::Catalog::open({directory_.file("catalog.db")}).value()) {
        const auto made = catalog_->destinations().create(
            {.kind = model::DestinationKind::kCashback,
             .fields = {.name = "cashback", .url = "https://example.org/", .schedule = {}}},
            {{}, clock_.now()});
        EXPECT_TRUE(made) << made.error().detail;
    }
    static Service::Options options() {
        return {.digest = [](std::string_view text) { return hash128(text, 7); }, .recorded = {}};
    }
    model::Purchase purchase(std::int64_t value) const {
        return {.sold_at = clock_.now(),
                .document = kAnn,
                .name = "Ann",
                .total = {value},
                .lines = {{"A", {value}, 1}}};
    }
    static Task<Result<Cashbacks::Recorded>> record(Service& service, Executor& executor,
                                                    model::Purchase purchase, std::string key) {
        Service::Recording recording(
            service, executor,
            {.purchase = std::move(purchase), .application = ApplicationId{1}, .key = key});
        co_return co_await recording;
    }
    Result<Cashbacks::Recorded> record_one(Service& service, std::int64_t value,
                                           const std::string& key = {}) {
        BlockingLoop loop;
        return loop.run(record(service, loop, purchase(value), key));
    }

    io::TemporaryDirectory directory_;
    StoppedClock clock_;
    std::unique_ptr<catalog::Catalog> catalog_;
};

TEST_F(ServiceTest, ARecordedPurchaseHasEarnedByTheRules) {
    std::atomic<int> recorded = 0;
    auto options = this->options();
    options.recorded = [&] { ++recorded; };
    Service service(*catalog_, clock_, options);
    ASSERT_TRUE(service.refresh());
    const auto first = record_one(service, 1000).value();
    EXPECT_EQ(first.outcome, Outcome::kNew);
    EXPECT_EQ(first.cashback.earned, model::Money{50});
    EXPECT_EQ(first.cashback.received_at, clock_.now());
    EXPECT_EQ(record_one(service, 1000)->outcome, Outcome::kKnown);
    EXPECT_EQ(record_one(service, 2000, "k")->outcome, Outcome::kNew);
    EXPECT_EQ(record_one(service, 3000, "k").error().code, Code::kConflict);
}

TEST_F(ServiceTest, OfPurchasesAndKeysKeyedDigestsAloneAreKept) {
    Service service(*catalog_, clock_, options());
    ASSERT_TRUE(service.refresh());
    const std::string key = fmt::format("till-{}", kAnn);
    ASSERT_TRUE(record_one(service, 1000, key));
    EXPECT_EQ(service.kept_key(""), "");
    EXPECT_NE(service.kept_key(key), service.kept_key("till"));
    std::string kept;
    for (const char* end : {"", "-wal"}) {
        std::ifstream file(directory_.file("catalog.db") + end, std::ios::binary);
        kept.append(std::istreambuf_iterator<char>(file), {});
    }
    EXPECT_TRUE(kept.contains(service.kept_key(key)));
    EXPECT_FALSE(kept.contains(key));
    const Hash128 keyless = hash128(identity_of(purchase(1000)));
    EXPECT_FALSE(kept.contains(fmt::format("{:016x}{:016x}", keyless.high, keyless.low)));
}

/// Whoever reads the rules first but swaps them last would bring the older ones back.
TEST_F(ServiceTest, OfRefreshesAtTheSameTimeTheNewestRulesStay) {
    Service service(*catalog_, clock_, options());
    constexpr int kThreads = 4;
    constexpr int kEach = 25;
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread)
        threads.emplace_back([&] {
            for (int i = 0; i < kEach; ++i) {
                const auto rule = catalog_->products().add_rule(
                    {.product = ProductId{1}, .rate = {1}}, {{}, clock_.now()});
                ASSERT_TRUE(rule) << rule.error().detail;
                ASSERT_TRUE(service.refresh());
                const auto rules = service.rules();  // keeps the rule that is looked at
                const auto* now = rules->rule_for(ProductId{1}, clock_.now());
                EXPECT_GE(now->version, rule->version);
            }
        });
}

TEST_F(ServiceTest, NewRulesCountOnceTheyAreRead) {
    Service service(*catalog_, clock_, options());
    EXPECT_EQ(service.rules()->check(purchase(1)).size(), 1U);
    ASSERT_TRUE(service.refresh());
    EXPECT_TRUE(service.rules()->check(purchase(1)).empty());
    ASSERT_TRUE(catalog_->products().add_rule(
        {.product = ProductId{1}, .rate = {2000}, .cap_per_month = model::Money{250}},
        {{}, clock_.now()}));
    EXPECT_EQ(record_one(service, 1000)->cashback.earned, model::Money{50});
    ASSERT_TRUE(service.refresh());
    EXPECT_EQ(record_one(service, 1001)->cashback.earned, model::Money{200});
    EXPECT_EQ(service.simulate(purchase(1000))->at(0).earned, model::Money{0});
    EXPECT_EQ(record_one(service, 1002)->cashback.state, model::CashbackState::kNothingDue);
}

TEST_F(ServiceTest, CapsByMonthHoldOverWhatComesTogether) {
    ASSERT_TRUE(catalog_->products().add_rule(
        {.product = ProductId{1}, .rate = {1000}, .cap_per_month = model::Money{1000}},
        {{}, clock_.now()}));
    Service service(*catalog_, clock_, options());
    ASSERT_TRUE(service.refresh());
    constexpr int kThreads = 8;
    constexpr int kEach = 20;
    std::atomic<std::int64_t> earned = 0;
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread)
        threads.emplace_back([&, thread] {
            for (int i = 0; i < kEach; ++i)
                earned += record_one(service, 1000 + thread * kEach + i)->cashback.earned.minor;
        });
    threads.clear();
    EXPECT_EQ(earned.load(), 1000);
}

TEST_F(ServiceTest, OneThatTheDatabaseRefusesKeepsNoOtherBack) {
    Service service(*catalog_, clock_, options());
    ASSERT_TRUE(service.refresh());
    constexpr int kThreads = 8;
    constexpr int kEach = 10;
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread)
        threads.emplace_back([&, thread] {
            for (int i = 0; i < kEach; ++i) {
                auto wanted = purchase(1000 + thread * kEach + i);
                if (thread == 0) wanted.total = {-1};
                BlockingLoop loop;
                const auto recorded = loop.run(record(service, loop, wanted, ""));
                if (thread == 0)
                    EXPECT_EQ(recorded.error().code, Code::kInternal);
                else
                    EXPECT_TRUE(recorded) << recorded.error().detail;
            }
        });
    threads.clear();
}

TEST_F(ServiceTest, AFullQueueRefuses) {
    auto options = this->options();
    options.queue_capacity = 0;
    Service service(*catalog_, clock_, options);
    EXPECT_EQ(record_one(service, 1000).error().code, Code::kOverloaded);
}

TEST_F(ServiceTest, BoundsFollowTheClock) {
    auto options = this->options();
    options.oldest = std::chrono::hours(1);
    Service service(*catalog_, clock_, options);
    EXPECT_EQ(service.bounds().now, clock_.now());
    EXPECT_EQ(service.bounds().oldest, std::chrono::hours(1));
}

}  // namespace
}  // namespace eyed::cashback
