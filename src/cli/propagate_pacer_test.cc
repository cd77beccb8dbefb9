#include "cli/propagate_pacer.h"
#include "base/stopped_clock.h"

#include <gtest/gtest.h>

namespace eyed::cli {
namespace {

using namespace std::chrono_literals;

constexpr Micros kStart{3'600'000'000};  // an hour

TEST(Pacer, TheScheduleDoesNotDriftWithTheTimeThatSendingTakes) {
    StoppedClock clock(kStart);
    Pacer pacer(clock, {.interval = 500us});
    for (int i = 0; i < 20'000; ++i) {
        EXPECT_EQ(pacer.take(1), 1h + i * 500us);
        clock.advance(480us + (i % 5) * 10us);  // on average the interval
    }
}

TEST(Pacer, ABatchIsDueAfterTheTimeOfAllItsEvents) {
    StoppedClock clock(kStart);
    Pacer pacer(clock, {.interval = 10ms});
    EXPECT_EQ(pacer.take(100), 1h);
    EXPECT_EQ(pacer.take(50), 1h + 1s);
    EXPECT_EQ(pacer.take(1), 1h + 1500ms);
}

TEST(Pacer, WhatIsLateIsMadeUpForBoundedly) {
    StoppedClock clock(kStart);
    Pacer pacer(clock, {.interval = 100ms});
    EXPECT_EQ(pacer.take(1), 1h);
    clock.advance(700ms);
    EXPECT_EQ(pacer.take(1), 1h + 100ms) << "made up for";
    clock.advance(1h);
    EXPECT_EQ(pacer.take(1), clock.steady() - Pacer::kMadeUpFor)
        << "but no flood after a long time";
    for (int i = 0; i < 9; ++i)
        EXPECT_LT(*pacer.take(1), clock.steady());
    EXPECT_EQ(pacer.take(1), clock.steady());
}

TEST(Pacer, WithoutAnIntervalAllIsDueAtOnce) {
    StoppedClock clock(kStart);
    Pacer pacer(clock, {});
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(pacer.take(1000), clock.steady());
        clock.advance(1ms);
    }
}

TEST(Pacer, ACountEndsIt) {
    StoppedClock clock(kStart);
    Pacer pacer(clock, {.count = 25});
    EXPECT_EQ(pacer.room(10), 10u);
    pacer.take(10);
    pacer.take(10);
    EXPECT_EQ(pacer.room(10), 5u);
    pacer.take(5);
    EXPECT_EQ(pacer.room(10), 0u);
}

TEST(Pacer, ADurationEndsIt) {
    StoppedClock clock(kStart);
    Pacer paced(clock, {.interval = 400ms, .duration = 1s});
    EXPECT_TRUE(paced.take(1));
    EXPECT_TRUE(paced.take(1));
    EXPECT_TRUE(paced.take(1)) << "due at 0.8 s";
    EXPECT_EQ(paced.room(1), 0u) << "due at 1.2 s";
    EXPECT_EQ(paced.take(1), std::nullopt);
    Pacer fast(clock, {.duration = 1s});
    EXPECT_TRUE(fast.take(1));
    clock.advance(1s);
    EXPECT_EQ(fast.room(1), 0u);
    EXPECT_EQ(fast.take(1), std::nullopt);
}

TEST(Pacer, IsBehindWhenSendingTakesLongerThanTheInterval) {
    StoppedClock clock(kStart);
    Pacer pacer(clock, {.interval = 10ms, .duration = 2s});
    EXPECT_FALSE(pacer.is_behind());
    while (pacer.room(1) > 0) {
        ASSERT_TRUE(pacer.take(1));
        clock.advance(12ms);
    }
    EXPECT_TRUE(pacer.is_behind());
}

TEST(Pacer, IsNotBehindWhenWhatWasLateIsMadeUpFor) {
    StoppedClock clock(kStart);
    Pacer pacer(clock, {.interval = 10ms});
    pacer.take(1);
    clock.advance(500ms);
    pacer.take(1);
    EXPECT_TRUE(pacer.is_behind());
    for (int i = 0; i < 1000; ++i) {
        const auto due = pacer.take(1);
        clock.advance(std::max<std::chrono::nanoseconds>(1ms, *due - clock.steady()));
    }
    EXPECT_FALSE(pacer.is_behind());
}

TEST(Pacer, IsBehindWhenOneAnswerTakesTheWholeTime) {
    StoppedClock clock(kStart);
    Pacer pacer(clock, {.interval = 10ms, .duration = 1s});
    pacer.take(1);
    clock.advance(5s);
    EXPECT_EQ(pacer.room(1), 0u);
    EXPECT_TRUE(pacer.is_behind());
}

TEST(Pacer, IsNeverBehindWithoutARateNorByALastAnswer) {
    StoppedClock clock(kStart);
    Pacer fast(clock, {.duration = 1s});
    Pacer counted(clock, {.interval = 10ms, .count = 1});
    fast.take(1);
    counted.take(1);
    clock.advance(5s);
    EXPECT_EQ(fast.room(1), 0u);
    EXPECT_EQ(counted.room(1), 0u);
    EXPECT_FALSE(fast.is_behind());
    EXPECT_FALSE(counted.is_behind());
}

}  // namespace
}  // namespace eyed::cli
