#include "app/upkeep.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace eyed::app {
namespace {

using namespace std::chrono_literals;

TEST(Upkeep, RunsAJobAgainAndAgain) {
    NullLogger logger;
    std::atomic<int> runs = 0;
    std::promise<void> third;
    Upkeep upkeep({{"count", 1ms,
                    [&]() -> Status {
                        if (++runs == 3) third.set_value();
                        return {};
                    }}},
                  logger);
    EXPECT_EQ(third.get_future().wait_for(20s), std::future_status::ready);
}

TEST(Upkeep, ReportsAFailureOnceAndTheRecovery) {
    CapturingLogger logger;
    std::atomic<int> runs = 0;
    std::promise<void> done;
    {
        Upkeep upkeep({{"catalog", 1ms,
                        [&]() -> Status {
                            const int run = ++runs;
                            if (run == 5) done.set_value();
                            if (run <= 3) return failure(Code::kUnavailable, "locked");
                            return {};
                        }}},
                      logger);
        ASSERT_EQ(done.get_future().wait_for(20s), std::future_status::ready);
    }
    ASSERT_EQ(logger.lines().size(), 2u);
    EXPECT_TRUE(logger.has("regular work fails; trying again (work=catalog why=locked)"));
    EXPECT_TRUE(logger.has("regular work goes on (work=catalog)"));
}

TEST(Upkeep, StopsWithoutWaitingForTheNextTurn) {
    NullLogger logger;
    const auto begin = std::chrono::steady_clock::now();
    {
        Upkeep upkeep({{"rare", 10min, []() -> Status { return {}; }}}, logger);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 1min);
}

}  // namespace
}  // namespace eyed::app
