// What people decide about deliveries, and what a crash decides for them.
#include <gmock/gmock.h>

#include "catalog/delivery_fixture.h"

namespace eyed::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DeliveryDecisionsTest : public DeliveryTest {
  protected:
    DeliveryDecisionsTest() : hook_(destination("hook")) { change_.at = seconds(50); }
    DeliveryId in_state(State state) {
        const auto id = add(hook_, seconds(5));
        if (state == State::kPending) return id;
        const auto claimed = claim(want(hook_), seconds(5)).at(0);
        if (state == State::kSending) return id;
        const auto next = state == State::kCancelled ? std::optional(seconds(90)) : std::nullopt;
        end(claimed, state == State::kCancelled ? State::kPending : state,
            state == State::kDelivered ? Outcome::kDelivered : Outcome::kFailed, seconds(6), next);
        if (state == State::kCancelled) {
            EXPECT_TRUE(deliveries().cancel(id, change_));
        }
        return id;
    }
    Code refusal(const Result<model::Delivery>& result) {
        return result ? Code::kInternal : result.error().code;
    }
    DestinationId hook_;
};

TEST_F(DeliveryDecisionsTest, DeadAndCancelledOnesAreSentAgainUnderTheirId) {
    for (const State state : {State::kDead, State::kCancelled}) {
        const auto id = in_state(state);
        const auto message = get(id).message;
        const auto again = deliveries().retry(id, change_).value();
        EXPECT_EQ(again.state, State::kPending);
        EXPECT_EQ(again.next_at, seconds(50));
        EXPECT_FALSE(again.finished_at);
        EXPECT_EQ(again.message, message);
        EXPECT_EQ(again.sends, 0U) << "its schedule begins anew";
        EXPECT_EQ(claim(want(hook_), seconds(50)).at(0).number, 2U);
    }
    EXPECT_THAT(audit_actions("delivery"), ElementsAre("retried", "cancelled", "retried"));
}

TEST_F(DeliveryDecisionsTest, WhatIsUnderWayDoneOrUnknownIsNotSentAgain) {
    for (const State state : {State::kSending, State::kDelivered, State::kUnknown})
        EXPECT_EQ(refusal(deliveries().retry(in_state(state), change_)), Code::kConflict);
    EXPECT_EQ(refusal(deliveries().retry(DeliveryId{99}, change_)), Code::kNotFound);
    EXPECT_THAT(audit_actions("delivery"), IsEmpty());
}

TEST_F(DeliveryDecisionsTest, PendingAndUnknownOnesAreCancelled) {
    for (const State state : {State::kPending, State::kUnknown}) {
        const auto cancelled = deliveries().cancel(in_state(state), change_).value();
        EXPECT_EQ(cancelled.state, State::kCancelled);
        EXPECT_EQ(cancelled.finished_at, seconds(50));
        EXPECT_FALSE(cancelled.next_at);
    }
    for (const State state : {State::kSending, State::kDelivered, State::kDead, State::kCancelled})
        EXPECT_EQ(refusal(deliveries().cancel(in_state(state), change_)), Code::kConflict);
    EXPECT_EQ(refusal(deliveries().cancel(DeliveryId{99}, change_)), Code::kNotFound);
}

TEST_F(DeliveryDecisionsTest, UnknownOnesAreResolvedBySomebodysWord) {
    using enum Deliveries::Outcome;
    EXPECT_EQ(deliveries().resolve(in_state(State::kUnknown), kDelivered, "seen", change_)->state,
              State::kDelivered);
    const auto again =
        deliveries().resolve(in_state(State::kUnknown), kNotDelivered, "", change_).value();
    EXPECT_EQ(again.state, State::kPending);
    EXPECT_EQ(again.next_at, seconds(50));
    EXPECT_EQ(again.sends, 0U);
    ASSERT_TRUE(deliveries().cancel(again.id, change_));
    for (const State state : {State::kPending, State::kDead})
        EXPECT_EQ(refusal(deliveries().resolve(in_state(state), kDelivered, "", change_)),
                  Code::kConflict);
    const auto lines = catalog_->audit().list({.kind = "delivery"}, {}).value().rows;
    EXPECT_EQ(lines.at(0).details, R"({"outcome":"delivered","note":"seen"})");
}

TEST_F(DeliveryDecisionsTest, ThoseOfAFilterAreSentAgainOldestFirst) {
    std::vector<DeliveryId> dead;
    for (int i = 0; i < 5; ++i)
        dead.push_back(in_state(State::kDead));
    const auto delivered = in_state(State::kDelivered);
    const auto cancelled = in_state(State::kCancelled);
    EXPECT_EQ(deliveries().retry_all({.states = {State::kDead}}, 2, change_), 2U);
    EXPECT_EQ(get(dead[0]).state, State::kPending);
    EXPECT_EQ(get(dead[1]).state, State::kPending);
    EXPECT_EQ(get(dead[2]).state, State::kDead);
    EXPECT_EQ(deliveries().retry_all({}, 1000, change_), 5U) << "pending ones, too, at once";
    EXPECT_EQ(get(delivered).state, State::kDelivered);
    EXPECT_EQ(get(cancelled).state, State::kCancelled);
    const auto lines = catalog_->audit().list({.kind = "delivery"}, {}).value().rows;
    EXPECT_EQ(lines.back().subject, "5 deliveries");
}

TEST_F(DeliveryDecisionsTest, ManyAreSentAgainInSteps) {
    add(hook_, std::vector<std::string>(2'500), seconds(5));
    std::vector<Deliveries::Ended> ends;
    for (const auto& claimed : claim(want(hook_, 2'500), seconds(5)))
        ends.push_back(ended(claimed, State::kDead, Outcome::kFailed));
    turn({.ended = ends, .health = {}, .disabled = {}, .alerts = {}, .wants = {}, .now = {}});
    EXPECT_EQ(deliveries().retry_all({.states = {State::kDead}}, 2'400, change_), 2'400U);
    EXPECT_EQ(deliveries().count({.states = {State::kDead}}), 100U);
    EXPECT_EQ(audit_actions("delivery").size(), 3U);
}

TEST_F(DeliveryDecisionsTest, TestsAreNotSentAgainByAFilter) {
    ASSERT_TRUE(deliveries().add_test(hook_, "{}", seconds(5)));
    attempt(hook_, State::kDead, Outcome::kFailed, seconds(5));
    EXPECT_EQ(deliveries().retry_all({}, 10, change_), 0U);
}

TEST_F(DeliveryDecisionsTest, ThoseOfCashbackAreDecidedAboutThere) {
    const auto id = in_state(State::kUnknown);
    soci::session sql(soci::sqlite3, path());
    sql << "UPDATE deliveries SET cashback_id = 7";
    using enum Deliveries::Outcome;
    for (const auto& refused : {deliveries().retry(id, change_), deliveries().cancel(id, change_),
                                deliveries().resolve(id, kDelivered, "", change_)}) {
        EXPECT_EQ(refusal(refused), Code::kConflict);
        EXPECT_THAT(refused.error().detail, HasSubstr("cashback"));
    }
    sql << "UPDATE deliveries SET state = 'dead'";
    EXPECT_EQ(deliveries().retry_all({}, 10, change_), 0U);
}

class DeliveryRecoveryTest : public DeliveryTest {
  protected:
    DestinationId with_policy(const std::string& name, model::OnUnknown policy) {
        auto wanted = fields(name);
        wanted.on_unknown = policy;
        wanted.lookup_delay = std::chrono::seconds(60);
        return destination(wanted);
    }
};

TEST_F(DeliveryRecoveryTest, WhatWasUnderWayIsRepeatedLookedUpOrHeld) {
    const auto repeats = with_policy("repeats", model::OnUnknown::kRepeat);
    const auto asks = with_policy("asks", model::OnUnknown::kLookUp);
    const auto holds = with_policy("holds", model::OnUnknown::kHold);
    std::vector<DeliveryId> ids;
    for (const auto one : {repeats, asks, holds}) {
        ids.push_back(add(one, seconds(5)));
        ASSERT_EQ(claim(want(one), seconds(5)).size(), 1U);
    }
    const auto waits = add(repeats, seconds(6));
    EXPECT_EQ(deliveries().recover(seconds(100)), 3U);
    EXPECT_EQ(get(ids[0]).state, State::kPending);
    EXPECT_EQ(get(ids[0]).next_at, seconds(100));
    EXPECT_EQ(get(ids[1]).state, State::kUnknown);
    EXPECT_EQ(get(ids[1]).next_at, seconds(160));
    EXPECT_EQ(get(ids[2]).state, State::kUnknown);
    EXPECT_FALSE(get(ids[2]).next_at);
    EXPECT_EQ(get(waits).next_at, seconds(6));
    const auto attempts = deliveries().attempts({.delivery = ids[0]}, {}).value().rows;
    ASSERT_EQ(attempts.size(), 1U) << "that one began is on record";
    EXPECT_EQ(attempts[0].outcome, Outcome::kUnknown);
    EXPECT_EQ(attempts[0].number, 1U);
    EXPECT_THAT(attempts[0].error, HasSubstr("The program ended"));
    EXPECT_EQ(deliveries().recover(seconds(101)), 0U);
    EXPECT_EQ(claim(want(repeats), seconds(100)).at(0).number, 2U);
}

TEST_F(DeliveryRecoveryTest, LookupsThatWereUnderWayBeginAnewAndWhatIsHeldStaysHeld) {
    const auto asks = with_policy("asks", model::OnUnknown::kLookUp);
    const auto asked = add(asks, seconds(5));
    attempt(asks, State::kUnknown, Outcome::kUnknown, seconds(5), seconds(10));
    ASSERT_EQ(claim(want(asks), seconds(10)).size(), 1U);
    const auto held = add(asks, seconds(11));
    attempt(asks, State::kUnknown, Outcome::kUnknown, seconds(11));
    EXPECT_EQ(deliveries().recover(seconds(100)), 1U);
    EXPECT_EQ(get(asked).next_at, seconds(160));
    EXPECT_EQ(get(asked).state, State::kUnknown);
    EXPECT_FALSE(get(held).next_at);
    EXPECT_EQ(claim(want(asks), seconds(160)).at(0).number, 3U);
}

TEST_F(DeliveryRecoveryTest, ATestIsNotRepeated) {
    const auto hook = destination("hook");
    const auto test = deliveries().add_test(hook, "sample", seconds(5)).value();
    ASSERT_EQ(claim(want(hook), seconds(5)).size(), 1U);
    EXPECT_EQ(deliveries().recover(seconds(100)), 1U);
    EXPECT_EQ(get(test.id).state, State::kDead);
}

}  // namespace
}  // namespace eyed::catalog
