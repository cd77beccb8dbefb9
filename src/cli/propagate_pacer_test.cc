#include "cli/propagate_pacer.h"

#include <gtest/gtest.h>

namespace eyed::cli {
namespace {

using namespace std::chrono_literals;

/// Stands still until it is moved.
class StoppedClock final : public Clock {
  public:
    Micros now() const override { return {}; }
    std::chrono::nanoseconds steady() const override { return at; }
    std::chrono::nanoseconds at{1h};
};

TEST(Pacer, TheScheduleDoesNotDriftWithTheTimeThatSendingTakes) {
    StoppedClock clock;
    Pacer pacer(clock, {.interval = 500us});
    for (int i = 0; i < 20'000; ++i) {
        EXPECT_EQ(pacer.take(1), 1h + i * 500us);
        clock.at += 480us + (i % 5) * 10us;  // on average the interval
    }
}

TEST(Pacer, ABatchIsDueAfterTheTimeOfAllItsEvents) {
    StoppedClock clock;
    Pacer pacer(clock, {.interval = 10ms});
    EXPECT_EQ(pacer.take(100), 1h);
    EXPECT_EQ(pacer.take(50), 1h + 1s);
    EXPECT_EQ(pacer.take(1), 1h + 1500ms);
}

TEST(Pacer, WhatIsLateIsMadeUpForBoundedly) {
    StoppedClock clock;
    Pacer pacer(clock, {.interval = 100ms});
    EXPECT_EQ(pacer.take(1), 1h);
    clock.at += 700ms;
    EXPECT_EQ(pacer.take(1), 1h + 100ms) << "made up for";
    clock.at += 1h;
    EXPECT_EQ(pacer.take(1), clock.at - Pacer::kMadeUpFor) << "but no flood after a long time";
    for (int i = 0; i < 9; ++i)
        EXPECT_LT(*pacer.take(1), clock.at);
    EXPECT_EQ(pacer.take(1), clock.at);
}

TEST(Pacer, WithoutAnIntervalAllIsDueAtOnce) {
    StoppedClock clock;
    Pacer pacer(clock, {});
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(pacer.take(1000), clock.at);
        clock.at += 1ms;
    }
}

TEST(Pacer, ACountEndsIt) {
    StoppedClock clock;
    Pacer pacer(clock, {.count = 25});
    EXPECT_EQ(pacer.room(10), 10u);
    pacer.take(10);
    pacer.take(10);
    EXPECT_EQ(pacer.room(10), 5u);
    pacer.take(5);
    EXPECT_EQ(pacer.room(10), 0u);
}

TEST(Pacer, ADurationEndsIt) {
    StoppedClock clock;
    Pacer paced(clock, {.interval = 400ms, .duration = 1s});
    EXPECT_TRUE(paced.take(1));
    EXPECT_TRUE(paced.take(1));
    EXPECT_TRUE(paced.take(1)) << "due at 0.8 s";
    EXPECT_EQ(paced.room(1), 0u) << "due at 1.2 s";
    EXPECT_EQ(paced.take(1), std::nullopt);
    Pacer fast(clock, {.duration = 1s});
    EXPECT_TRUE(fast.take(1));
    clock.at += 1s;
    EXPECT_EQ(fast.room(1), 0u);
    EXPECT_EQ(fast.take(1), std::nullopt);
}

TEST(Pacer, IsBehindWhenSendingTakesLongerThanTheInterval) {
    StoppedClock clock;
    Pacer pacer(clock, {.interval = 10ms, .duration = 2s});
    EXPECT_FALSE(pacer.is_behind());
    while (pacer.room(1) > 0) {
        ASSERT_TRUE(pacer.take(1));
        clock.at += 12ms;
    }
    EXPECT_TRUE(pacer.is_behind());
}

TEST(Pacer, IsNotBehindWhenWhatWasLateIsMadeUpFor) {
    StoppedClock clock;
    Pacer pacer(clock, {.interval = 10ms});
    pacer.take(1);
    clock.at += 500ms;
    pacer.take(1);
    EXPECT_TRUE(pacer.is_behind());
    for (int i = 0; i < 1000; ++i) {
        const auto due = pacer.take(1);
        clock.at = std::max(clock.at + 1ms, *due);
    }
    EXPECT_FALSE(pacer.is_behind());
}

TEST(Pacer, IsBehindWhenOneAnswerTakesTheWholeTime) {
    StoppedClock clock;
    Pacer pacer(clock, {.interval = 10ms, .duration = 1s});
    pacer.take(1);
    clock.at += 5s;
    EXPECT_EQ(pacer.room(1), 0u);
    EXPECT_TRUE(pacer.is_behind());
}

TEST(Pacer, IsNeverBehindWithoutARateNorByALastAnswer) {
    StoppedClock clock;
    Pacer fast(clock, {.duration = 1s});
    Pacer counted(clock, {.interval = 10ms, .count = 1});
    fast.take(1);
    counted.take(1);
    clock.at += 5s;
    EXPECT_EQ(fast.room(1), 0u);
    EXPECT_EQ(counted.room(1), 0u);
    EXPECT_FALSE(fast.is_behind());
    EXPECT_FALSE(counted.is_behind());
}

}  // namespace
}  // namespace eyed::cli
