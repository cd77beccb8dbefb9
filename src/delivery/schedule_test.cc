#include "delivery/schedule.h"

#include <gtest/gtest.h>

namespace eyed::delivery {
namespace {

using model::AttemptOutcome;
using model::DeliveryState;
using model::OnUnknown;
using namespace std::chrono_literals;

constexpr Micros kNow{1'700'000'000'000'000};
constexpr double kMiddle = 0.5;

model::DestinationFields destination(OnUnknown on_unknown = OnUnknown::kRepeat) {
    model::DestinationFields fields;
    fields.schedule = {10s, 60s};
    fields.on_unknown = on_unknown;
    fields.unknown = {{408, 408}, {502, 502}, {504, 504}};
    return fields;
}

TEST(Decide, SuccessIsDelivered) {
    for (const int status : {200, 201, 299}) {
        const Decision decision = decide(destination(), {.status = status}, 0, kMiddle, kNow);
        EXPECT_EQ(decision.outcome, AttemptOutcome::kDelivered);
        EXPECT_EQ(decision.state, DeliveryState::kDelivered);
        EXPECT_FALSE(decision.next_at);
        EXPECT_FALSE(decision.counts_as_failure);
    }
}

TEST(Decide, OtherAnswersAreRetriedByTheSchedule) {
    for (const int status : {302, 400, 404, 429, 500, 503}) {
        const Decision decision =
            decide(destination(OnUnknown::kHold), {.status = status}, 1, kMiddle, kNow);
        EXPECT_EQ(decision.outcome, AttemptOutcome::kFailed) << status;
        EXPECT_EQ(decision.state, DeliveryState::kPending) << status;
        EXPECT_EQ(decision.next_at, kNow + 60s) << status;
    }
}

TEST(Decide, TheSchedulesEndIsTheDeliverys) {
    const Decision decision = decide(destination(), {.status = 500}, 2, kMiddle, kNow);
    EXPECT_EQ(decision.state, DeliveryState::kDead);
    EXPECT_FALSE(decision.next_at);
}

TEST(Decide, WaitsAreSpread) {
    EXPECT_EQ(decide(destination(), {.status = 500}, 0, 0, kNow).next_at, kNow + 8s);
    EXPECT_EQ(decide(destination(), {.status = 500}, 0, 1, kNow).next_at, kNow + 12s);
}

TEST(Decide, ALongerRetryAfterIsHonouredUpToADay) {
    const auto next = [](std::chrono::seconds wait) {
        return decide(destination(), {.status = 503, .retry_after = wait}, 0, kMiddle, kNow)
            .next_at;
    };
    EXPECT_EQ(next(3s), kNow + 10s);
    EXPECT_EQ(next(100s), kNow + 100s);
    EXPECT_EQ(next(std::chrono::hours(100)), kNow + std::chrono::hours(24));
}

TEST(Decide, WhatSurelyDidNotArriveIsNeverUnknown) {
    const Decision decision =
        decide(destination(OnUnknown::kHold), {.may_have_arrived = false}, 0, kMiddle, kNow);
    EXPECT_EQ(decision.outcome, AttemptOutcome::kFailed);
    EXPECT_EQ(decision.state, DeliveryState::kPending);
}

TEST(Decide, UnknownIsHeldLookedUpOrRepeated) {
    for (const Word& word :
         {Word{.may_have_arrived = true}, Word{.status = 504}, Word{.status = 408}}) {
        const Decision held = decide(destination(OnUnknown::kHold), word, 0, kMiddle, kNow);
        EXPECT_EQ(held.outcome, AttemptOutcome::kUnknown);
        EXPECT_EQ(held.state, DeliveryState::kUnknown);
        EXPECT_FALSE(held.next_at);

        const Decision asked = decide(destination(OnUnknown::kLookUp), word, 0, kMiddle, kNow);
        EXPECT_EQ(asked.state, DeliveryState::kUnknown);
        EXPECT_EQ(asked.next_at, kNow + 60s);

        const Decision again = decide(destination(OnUnknown::kRepeat), word, 0, kMiddle, kNow);
        EXPECT_EQ(again.outcome, AttemptOutcome::kUnknown);
        EXPECT_EQ(again.state, DeliveryState::kPending);
        EXPECT_EQ(again.next_at, kNow + 10s);
    }
}

TEST(Decide, GoneDisables) {
    EXPECT_TRUE(decide(destination(), {.status = 410}, 0, kMiddle, kNow).disables);
    EXPECT_FALSE(decide(destination(), {.status = 404}, 0, kMiddle, kNow).disables);
}

TEST(Decide, AWordAboutTheMessageIsNoFailureOfTheDestination) {
    for (const int status : {400, 409, 413, 415, 422})
        EXPECT_FALSE(decide(destination(), {.status = status}, 0, kMiddle, kNow).counts_as_failure);
    for (const int status : {0, 301, 401, 404, 429, 500, 503})
        EXPECT_TRUE(decide(destination(), {.status = status}, 0, kMiddle, kNow).counts_as_failure);
}

TEST(DecideLookup, FoundIsDelivered) {
    EXPECT_EQ(decide_lookup(destination(), {.status = 200}, {1, 1}, kMiddle, kNow).state,
              DeliveryState::kDelivered);
}

TEST(DecideLookup, NotFoundIsSentAgainByTheScheduleOfSends) {
    for (const std::uint32_t lookups : {1U, 2U, 20U}) {
        const auto decision = [lookups](std::uint32_t sends) {
            return decide_lookup(destination(), {.status = 404}, {sends, lookups}, kMiddle, kNow);
        };
        EXPECT_EQ(decision(1).outcome, AttemptOutcome::kFailed);
        EXPECT_EQ(decision(1).state, DeliveryState::kPending);
        EXPECT_EQ(decision(1).next_at, kNow + 10s);
        EXPECT_EQ(decision(2).next_at, kNow + 60s);
        EXPECT_EQ(decision(3).state, DeliveryState::kDead);
    }
}

TEST(DecideLookup, AnythingElseStaysUnknownAndIsHeldBehindTheSchedule) {
    for (const Word& word : {Word{.status = 500}, Word{.may_have_arrived = true}, Word{}}) {
        const Decision again = decide_lookup(destination(), word, {3, 2}, kMiddle, kNow);
        EXPECT_EQ(again.state, DeliveryState::kUnknown);
        EXPECT_EQ(again.next_at, kNow + 60s);
        const Decision held = decide_lookup(destination(), word, {1, 3}, kMiddle, kNow);
        EXPECT_EQ(held.state, DeliveryState::kUnknown);
        EXPECT_FALSE(held.next_at);
    }
}

TEST(DecideCutOff, IsNeverDeadAndCountsForNothing) {
    using enum model::AttemptKind;
    const auto decision = [](OnUnknown policy, model::AttemptKind kind, bool may_have_arrived) {
        auto fields = destination(policy);
        fields.schedule.clear();
        return decide_cut_off(fields, kind, {.may_have_arrived = may_have_arrived}, kNow);
    };
    for (const OnUnknown policy : {OnUnknown::kRepeat, OnUnknown::kLookUp, OnUnknown::kHold}) {
        const Decision unsent = decision(policy, kSend, false);
        EXPECT_EQ(unsent.outcome, AttemptOutcome::kFailed);
        EXPECT_EQ(unsent.state, DeliveryState::kPending);
        EXPECT_EQ(unsent.next_at, kNow);
        EXPECT_FALSE(unsent.counts);
    }
    const Decision again = decision(OnUnknown::kRepeat, kSend, true);
    EXPECT_EQ(again.outcome, AttemptOutcome::kUnknown);
    EXPECT_EQ(again.state, DeliveryState::kPending);
    EXPECT_EQ(again.next_at, kNow);
    for (const bool may_have_arrived : {false, true}) {
        const Decision asked = decision(OnUnknown::kLookUp, kLookUp, may_have_arrived);
        EXPECT_EQ(asked.state, DeliveryState::kUnknown);
        EXPECT_EQ(asked.next_at, kNow + 60s);
    }
    const Decision held = decision(OnUnknown::kHold, kSend, true);
    EXPECT_EQ(held.state, DeliveryState::kUnknown);
    EXPECT_FALSE(held.next_at);
}

TEST(Circuit, OpensAtItsThresholdAndTellsHalfWay) {
    Circuit circuit(4, 0, std::nullopt);
    EXPECT_EQ(circuit.ended(true, kNow), Circuit::Turned::kNothing);
    EXPECT_EQ(circuit.ended(true, kNow), Circuit::Turned::kHalfWay);
    EXPECT_EQ(circuit.ended(true, kNow), Circuit::Turned::kNothing);
    EXPECT_EQ(circuit.lets(kNow, 3), Circuit::Lets::kAll);
    EXPECT_EQ(circuit.ended(true, kNow), Circuit::Turned::kOpened);
    EXPECT_EQ(circuit.open_until(), kNow + 1min);
    EXPECT_EQ(circuit.lets(kNow, 0), Circuit::Lets::kNone);
}

TEST(Circuit, OneProbeGoesOutAndOpensItForLonger) {
    Circuit circuit(2, 2, kNow);
    Micros now = kNow;
    for (const auto wait : {2min, 4min, 8min, 16min, 30min, 30min}) {
        now = *circuit.open_until();
        EXPECT_EQ(circuit.lets(now, 0), Circuit::Lets::kOne);
        EXPECT_EQ(circuit.lets(now, 1), Circuit::Lets::kNone);
        EXPECT_EQ(circuit.ended(true, now), Circuit::Turned::kNothing);
        EXPECT_EQ(circuit.open_until(), now + wait);
    }
    EXPECT_EQ(circuit.ended(false, now), Circuit::Turned::kClosed);
    EXPECT_EQ(circuit.lets(now, 5), Circuit::Lets::kAll);
    EXPECT_EQ(circuit.failures(), 0U);
}

TEST(Circuit, WhatWasUnderWayWhenItOpenedSaysNothingNew) {
    Circuit circuit(2, 1, std::nullopt);
    EXPECT_EQ(circuit.ended(true, kNow), Circuit::Turned::kOpened);
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(circuit.ended(true, kNow + 1s), Circuit::Turned::kNothing);
    EXPECT_EQ(circuit.open_until(), kNow + 1min);
    EXPECT_EQ(circuit.failures(), 2U);
}

TEST(Circuit, OneSuccessBetweenBeginsAnew) {
    Circuit circuit(4, 0, std::nullopt);
    circuit.ended(true, kNow);
    EXPECT_EQ(circuit.ended(false, kNow), Circuit::Turned::kNothing);
    circuit.ended(true, kNow);
    circuit.ended(true, kNow);
    EXPECT_EQ(circuit.ended(false, kNow), Circuit::Turned::kClosed);
}

TEST(Circuit, WithoutAThresholdItNeverOpens) {
    Circuit circuit(0, 0, std::nullopt);
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(circuit.ended(true, kNow), Circuit::Turned::kNothing);
    EXPECT_EQ(circuit.lets(kNow, 7), Circuit::Lets::kAll);
}

}  // namespace
}  // namespace eyed::delivery
