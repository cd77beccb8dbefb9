// Deliveries that go, and how the database finds what it is asked for.
#include <gmock/gmock.h>

#include "catalog/delivery_claims.h"
#include "catalog/delivery_fixture.h"

namespace eyed::catalog {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class DeliveryPurgeTest : public DeliveryTest {
  protected:
    DeliveryPurgeTest() : hook_(destination("hook")) {}
    void deliver(std::size_t count, Micros at) {
        add(hook_, std::vector<std::string>(count), at);
        std::vector<Deliveries::Ended> ends;
        for (const auto& claimed : claim(want(hook_, 10'000), at))
            ends.push_back(ended(claimed, State::kDelivered, Outcome::kDelivered));
        turn({.ended = ends, .health = {}, .disabled = {}, .alerts = {}, .wants = {}, .now = at});
    }
    std::string plan(const std::string& query) const {
        soci::session sql(soci::sqlite3, path());
        const soci::rowset<soci::row> rows = sql.prepare << "EXPLAIN QUERY PLAN " + query;
        std::string plan;
        for (const auto& row : rows)
            plan += row.get<std::string>(3) + "\n";
        return plan;
    }
    DestinationId hook_;
};

TEST_F(DeliveryPurgeTest, FinishedOnesGoWithTheirAttemptsAndNoMoreThanAskedFor) {
    deliver(1'300, seconds(5));
    deliver(10, seconds(50));
    const auto open = add(hook_, seconds(5));
    EXPECT_EQ(deliveries().purge(seconds(50), 700), 700U);
    EXPECT_EQ(deliveries().count({}), 611U);
    EXPECT_EQ(deliveries().purge(seconds(50), 10'000), 600U);
    EXPECT_EQ(deliveries().purge(seconds(50), 10'000), 0U);
    EXPECT_EQ(deliveries().count({}), 11U);
    EXPECT_EQ(number("SELECT count(*) FROM attempts"), 10);
    EXPECT_EQ(get(open).state, State::kPending);
}

TEST_F(DeliveryPurgeTest, WhatPaidOrTookBackCashbackStays) {
    deliver(3, seconds(5));
    soci::session sql(soci::sqlite3, path());
    sql << "UPDATE deliveries SET cashback_id = 1 WHERE id = 1";
    sql << "UPDATE deliveries SET reversal_id = 1 WHERE id = 2";
    EXPECT_EQ(deliveries().purge(seconds(50), 100), 1U);
    EXPECT_EQ(deliveries().count({}), 2U);
}

TEST_F(DeliveryPurgeTest, ErasedEventsLeaveNoBodyNoAnswerAndNothingToSend) {
    deliver(1, seconds(5));
    const auto waits = add(hook_, seconds(5));
    attempt(hook_, State::kPending, Outcome::kFailed, seconds(6), seconds(90));
    const auto sends = add(hook_, seconds(6));
    const auto sending = claim(want(hook_), seconds(6)).at(0);
    const auto other = add(hook_, seconds(7));
    const std::vector<EventId> erased{EventId{1}, EventId{2}, EventId{3}, EventId{77}};
    ASSERT_TRUE(deliveries().erase_events(erased, seconds(8)));
    EXPECT_EQ(get(waits).state, State::kCancelled);
    EXPECT_EQ(get(waits).body, "");
    EXPECT_EQ(get(sends).state, State::kSending) << "it is under way";
    EXPECT_EQ(get(other).body, "body 4");
    const auto attempts = deliveries().attempts({}, {});
    for (const auto& attempt : attempts->rows)
        EXPECT_EQ(attempt.response, "");
    end(sending, State::kPending, Outcome::kFailed, seconds(9), seconds(20));
    EXPECT_EQ(get(sends).state, State::kCancelled) << "it has nothing to send any more";
    EXPECT_FALSE(get(sends).next_at);
    EXPECT_EQ(get(sends).finished_at, seconds(9));
    EXPECT_EQ(number("SELECT count(*) FROM attempts WHERE response <> ''"), 0);
    for (const auto id : {waits, sends})
        EXPECT_EQ(deliveries().retry(id, change_).error().code, Code::kConflict);
    EXPECT_EQ(deliveries().retry_all({}, 10, change_), 1U);
}

TEST_F(DeliveryPurgeTest, OneThatWasUnderWayWhenItsEventWasErasedIsNotRepeatedAfterACrash) {
    const auto id = add(hook_, seconds(5));
    ASSERT_EQ(claim(want(hook_), seconds(5)).size(), 1U);
    const std::vector<EventId> erased{EventId{1}};
    ASSERT_TRUE(deliveries().erase_events(erased, seconds(6)));
    EXPECT_EQ(deliveries().recover(seconds(7)), 1U);
    EXPECT_EQ(get(id).state, State::kCancelled);
}

TEST_F(DeliveryPurgeTest, TheNextOfItsKeyGoesOnBehindOneThatWasErasedUnderWay) {
    const auto ordered = by_key("ordered");
    add(ordered, {"a", "a"}, seconds(5));
    const auto want_ordered = want(ordered, 100, model::Ordering::kByKey);
    ASSERT_EQ(claim(want_ordered, seconds(5)).size(), 1U);
    ASSERT_TRUE(claim(want_ordered, seconds(5)).empty());  // parks the second
    const std::vector<EventId> erased{EventId{1}};
    ASSERT_TRUE(deliveries().erase_events(erased, seconds(6)));
    EXPECT_EQ(deliveries().recover(seconds(7)), 1U);
    const auto next = claim(want_ordered, seconds(8));
    ASSERT_EQ(next.size(), 1U);
    EXPECT_EQ(next[0].delivery.event, EventId{2});
}

TEST_F(DeliveryPurgeTest, ClaimsReadTheIndexOfWhatIsDue) {
    for (const std::string& query : claim_queries()) {
        EXPECT_THAT(plan(query), HasSubstr("(destination_id=? AND next_at<?)")) << query;
        EXPECT_THAT(plan(query), Not(HasSubstr("TEMP B-TREE"))) << query;
        EXPECT_THAT(plan(query), Not(HasSubstr("SCAN deliveries"))) << query;
    }
    EXPECT_THAT(claim_queries().size(), 3U);
}

TEST_F(DeliveryPurgeTest, WhatIsLookedForOftenIsInAnIndex) {
    EXPECT_THAT(plan("SELECT min(next_at) FROM deliveries WHERE destination_id = 1 "
                     "AND next_at IS NOT NULL AND asking = 0"),
                HasSubstr("deliveries_due"));
    EXPECT_THAT(plan("SELECT 1 FROM deliveries WHERE 1 = 1 AND destination_id = 1 "
                     "AND state IN ('pending', 'sending', 'unknown') LIMIT 100000"),
                HasSubstr("COVERING INDEX"));
    EXPECT_THAT(plan("SELECT id FROM deliveries WHERE 1 = 1 AND finished_at IS NOT NULL "
                     "AND cashback_id IS NULL AND reversal_id IS NULL AND finished_at < 5 LIMIT 5"),
                HasSubstr("deliveries_finished"));
    EXPECT_THAT(plan("SELECT body FROM deliveries WHERE 1 = 1 AND event_id IN (1, 2) ORDER BY id"),
                HasSubstr("deliveries_event"));
    EXPECT_THAT(plan("SELECT body FROM deliveries WHERE 1 = 1 AND message = 'm' LIMIT 1"),
                HasSubstr("deliveries_message"));
    EXPECT_THAT(plan("SELECT id FROM deliveries WHERE 1 = 1 AND state IN ('dead') "
                     "AND id >= 1 AND id <= 20000 ORDER BY id DESC LIMIT 101"),
                HasSubstr("deliveries_state"));
    EXPECT_THAT(plan("SELECT min(id) FROM deliveries WHERE destination_id = 1 AND order_key = 'k' "
                     "AND state IN ('pending', 'sending', 'unknown')"),
                HasSubstr("deliveries_open"));
}

}  // namespace
}  // namespace eyed::catalog
