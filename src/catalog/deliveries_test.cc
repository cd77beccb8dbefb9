#include "catalog/deliveries.h"

#include <gmock/gmock.h>

#include <set>

#include "catalog/delivery_fixture.h"
#include "catalog/outbox.h"

namespace eyed::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class DeliveriesTest : public DeliveryTest {
  protected:
    /// Of what is due at 5 s, the first is dead, and the others are tried again at 40 s.
    void attempt_all(DestinationId destination) {
        State state = State::kDead;
        for (const auto& claimed : claim(want(destination), seconds(5))) {
            end(claimed, state, Outcome::kFailed, seconds(6), seconds(40));
            state = State::kPending;
        }
    }
};

TEST_F(DeliveriesTest, AreAddedWithTheCursorThatTheirEventsWereReadAt) {
    const auto hook = destination("hook");
    add(hook, {"a", "b"}, seconds(5));
    const auto rows = deliveries().list({}, {}).value().rows;
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].state, State::kPending);
    EXPECT_EQ(rows[0].event, EventId{1});
    EXPECT_EQ(rows[0].order_key, "a");
    EXPECT_EQ(rows[0].next_at, seconds(5));
    EXPECT_EQ(rows[0].body, "") << "lists do without";
    EXPECT_THAT(rows[0].message, StartsWith("msg_"));
    EXPECT_NE(rows[0].message, rows[1].message);
    EXPECT_EQ(deliveries().by_message(rows[1].message)->body, "body 2");
    EXPECT_EQ(destinations().by_id(hook)->cursor, Position{2});
}

TEST_F(DeliveriesTest, AreNotAddedWhereTheCursorWasMovedMeanwhile) {
    const auto hook = destination("hook");
    const auto other = destination("other");
    const std::vector<Deliveries::New> events{{hook, EventId{1}, "", "body"},
                                              {other, EventId{1}, "", "body"},
                                              {DestinationId{99}, EventId{1}, "", "body"}};
    const std::vector<Deliveries::Moved> cursors{
        {hook, {0}, {4}, 1}, {other, {3}, {4}, 0}, {DestinationId{99}, {0}, {4}, 0}};
    ASSERT_TRUE(deliveries().add_events(events, cursors, seconds(5)));
    ASSERT_TRUE(deliveries().add_events(events, cursors, seconds(6))) << "each event once";
    EXPECT_EQ(deliveries().count({}), 1U);
    EXPECT_EQ(destinations().by_id(hook)->missed, 1U);
    EXPECT_EQ(destinations().by_id(other)->cursor, Position{0});
}

TEST_F(DeliveriesTest, AreClaimedOnceWhenTheyAreDue) {
    const auto hook = destination("hook");
    const auto other = destination("other");
    add(hook, {"", "", ""}, seconds(5));
    add(other, seconds(5));
    EXPECT_THAT(claim(want(hook), seconds(4)), IsEmpty());
    EXPECT_THAT(claim(want(hook, 0), seconds(5)), IsEmpty());
    const auto first = claim(want(hook, 2), seconds(5));
    ASSERT_EQ(first.size(), 2U);
    EXPECT_EQ(first[0].number, 1U);
    EXPECT_EQ(first[0].delivery.state, State::kSending);
    EXPECT_EQ(first[0].delivery.body, "body 1");
    EXPECT_FALSE(first[0].delivery.next_at);
    EXPECT_EQ(get(first[0].delivery.id).attempts, 1U);
    EXPECT_EQ(claim(want(hook), seconds(5)).size(), 1U);
    EXPECT_THAT(claim(want(hook), seconds(5)), IsEmpty());
    EXPECT_EQ(claim(want(other), seconds(5)).size(), 1U);
}

TEST_F(DeliveriesTest, AreNeverGivenToTwo) {
    const auto hook = destination("hook");
    add(hook, std::vector<std::string>(200), seconds(5));
    const auto second = open();
    std::set<DeliveryId> seen;
    for (int i = 0; i < 20; ++i) {
        const auto wanted = want(hook, 13);
        const Deliveries::Turn turn{.ended = {},
                                    .health = {},
                                    .disabled = {},
                                    .alerts = {},
                                    .wants = std::span(&wanted, 1),
                                    .now = seconds(5)};
        Catalog& one = i % 2 == 0 ? *catalog_ : *second;
        const auto claimed = one.deliveries().turn(turn).value();
        for (const auto& each : claimed)
            EXPECT_TRUE(seen.insert(each.delivery.id).second);
    }
    EXPECT_EQ(seen.size(), 200U);
}

TEST_F(DeliveriesTest, KeepEachAttemptAndWhatBecameOfThem) {
    const auto hook = destination("hook");
    const auto id = add(hook, seconds(5));
    attempt(hook, State::kPending, Outcome::kFailed, seconds(6), seconds(11));
    EXPECT_EQ(get(id).state, State::kPending);
    EXPECT_EQ(get(id).next_at, seconds(11));
    EXPECT_EQ(get(id).last_status, 500);
    EXPECT_FALSE(get(id).finished_at);
    EXPECT_THAT(claim(want(hook), seconds(10)), IsEmpty());
    attempt(hook, State::kDelivered, Outcome::kDelivered, seconds(11));
    EXPECT_EQ(get(id).state, State::kDelivered);
    EXPECT_EQ(get(id).finished_at, seconds(11));
    EXPECT_FALSE(get(id).next_at);
    const auto attempts = deliveries().attempts({.delivery = id}, {}).value().rows;
    ASSERT_EQ(attempts.size(), 2U);
    EXPECT_EQ(attempts[0].number, 1U);
    EXPECT_EQ(attempts[0].outcome, Outcome::kFailed);
    EXPECT_EQ(attempts[0].next_at, seconds(11));
    EXPECT_EQ(attempts[0].destination, hook);
    EXPECT_EQ(attempts[0].latency, std::chrono::microseconds(1500));
    EXPECT_EQ(attempts[1].number, 2U);
    EXPECT_EQ(attempts[1].status, 200);
    EXPECT_EQ(deliveries().attempt(attempts[1].id)->response, "answer");
    EXPECT_EQ(deliveries().attempt(AttemptId{99}).error().code, Code::kNotFound);
    EXPECT_EQ(deliveries().attempts({.outcome = Outcome::kFailed}, {})->rows.size(), 1U);
}

TEST_F(DeliveriesTest, AnswersAreCutToTheirFirst4KiB) {
    const auto hook = destination("hook");
    add(hook, seconds(5));
    auto one = ended(claim(want(hook), seconds(5)).at(0), State::kDead, Outcome::kFailed);
    one.attempt.response = std::string(10'000, 'x');
    end(one, seconds(6));
    EXPECT_EQ(deliveries().attempts({}, {})->rows.at(0).response.size(), model::kMostResponse);
}

TEST_F(DeliveriesTest, OfUnknownOutcomeAreLookedUpUnderANumberOfTheirOwn) {
    const auto hook = destination("hook");
    const auto id = add(hook, seconds(5));
    attempt(hook, State::kUnknown, Outcome::kUnknown, seconds(6), seconds(60));
    EXPECT_THAT(claim(want(hook), seconds(59)), IsEmpty());
    const auto asked = claim(want(hook), seconds(60));
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked[0].delivery.state, State::kUnknown);
    EXPECT_EQ(asked[0].number, 2U);
    EXPECT_THAT(claim(want(hook), seconds(60)), IsEmpty()) << "it is under way";
    end(asked[0], State::kUnknown, Outcome::kUnknown, seconds(61));
    EXPECT_FALSE(get(id).next_at) << "held";
    EXPECT_EQ(get(id).state, State::kUnknown);
    const auto attempts = deliveries().attempts({.delivery = id}, {}).value().rows;
    EXPECT_EQ(attempts.at(1).kind, model::AttemptKind::kLookUp);
}

TEST_F(DeliveriesTest, ThatSomebodyDecidedAboutMeanwhileAreLeftAlone) {
    const auto hook = destination("hook");
    const auto id = add(hook, seconds(5));
    attempt(hook, State::kUnknown, Outcome::kUnknown, seconds(6), seconds(60));
    const auto asked = claim(want(hook), seconds(60)).at(0);
    ASSERT_TRUE(deliveries().resolve(id, Deliveries::Outcome::kDelivered, "seen", change_));
    end(asked, State::kPending, Outcome::kFailed, seconds(61), seconds(61));
    EXPECT_EQ(get(id).state, State::kDelivered);
    EXPECT_EQ(deliveries().attempts({.delivery = id}, {})->rows.size(), 2U) << "kept all the same";
}

TEST_F(DeliveriesTest, AttemptsOfOneThatIsGoneAreNone) {
    const auto hook = destination("hook");
    add(hook, seconds(5));
    const auto claimed = claim(want(hook), seconds(5)).at(0);
    ASSERT_TRUE(destinations().remove(hook, change_));
    end(claimed, State::kDelivered, Outcome::kDelivered, seconds(6));
    EXPECT_EQ(deliveries().attempts({}, {})->rows.size(), 0U);
}

TEST_F(DeliveriesTest, ByKeyGoOutOneAfterTheOther) {
    const auto hook = by_key("hook");
    const auto ordered = want(hook, 100, model::Ordering::kByKey);
    add(hook, {"a", "a", "b", "", "", "a"}, seconds(5));
    auto claimed = claim(ordered, seconds(5));
    EXPECT_THAT(keys(claimed), ElementsAre("a", "b", "", ""));
    EXPECT_THAT(claim(ordered, seconds(6)), IsEmpty());
    EXPECT_THAT(deliveries().due().value(), IsEmpty()) << "who waits for another is not due";
    end(claimed[0], State::kPending, Outcome::kFailed, seconds(7), seconds(20));
    EXPECT_THAT(claim(ordered, seconds(19)), IsEmpty());
    claimed = claim(ordered, seconds(20));
    EXPECT_THAT(keys(claimed), ElementsAre("a"));
    EXPECT_EQ(claimed[0].number, 2U);
    end(claimed[0], State::kDelivered, Outcome::kDelivered, seconds(21));
    claimed = claim(ordered, seconds(21));
    ASSERT_EQ(claimed.size(), 1U);
    EXPECT_EQ(claimed[0].delivery.event, EventId{2});
    end(claimed[0], State::kDead, Outcome::kFailed, seconds(22));
    EXPECT_EQ(claim(ordered, seconds(22)).at(0).delivery.event, EventId{6});
}

TEST_F(DeliveriesTest, ByKeyFindTheFirstsBehindManyThatWait) {
    const auto hook = by_key("hook");
    const auto ordered = want(hook, 2, model::Ordering::kByKey);
    std::vector<std::string> many(500, "busy");
    many.emplace_back("b");
    many.emplace_back("c");
    add(hook, many, seconds(5));
    std::vector<std::string> found;
    for (int i = 0; i < 40 && found.size() < 3; ++i)
        for (const auto& key : keys(claim(ordered, seconds(5))))
            found.push_back(key);
    EXPECT_THAT(found, ElementsAre("busy", "b", "c"));
}

TEST_F(DeliveriesTest, ByKeyGoOnBehindOneThatIsCancelledResolvedOrErased) {
    const auto hook = by_key("hook");
    const auto ordered = want(hook, 100, model::Ordering::kByKey);
    add(hook, {"a", "a", "a", "a"}, seconds(5));
    auto claimed = claim(ordered, seconds(5));
    end(claimed.at(0), State::kUnknown, Outcome::kUnknown, seconds(6));
    EXPECT_THAT(claim(ordered, seconds(7)), IsEmpty()) << "the first is not finished";
    change_.at = seconds(8);
    ASSERT_TRUE(
        deliveries().resolve(claimed[0].delivery.id, Deliveries::Outcome::kDelivered, "", change_));
    const auto second = deliveries().of_event(EventId{2}, 1)->at(0).id;
    ASSERT_TRUE(deliveries().cancel(second, change_));
    const std::vector<EventId> erased{EventId{3}};
    ASSERT_TRUE(deliveries().erase_events(erased, seconds(8)));
    claimed = claim(ordered, seconds(8));
    ASSERT_EQ(claimed.size(), 1U);
    EXPECT_EQ(claimed[0].delivery.event, EventId{4});
}

TEST_F(DeliveriesTest, ThatWaitForTheirKeyAreFreeWhenTheOrderingIs) {
    const auto hook = by_key("hook");
    add(hook, {"a", "a", "a"}, seconds(5));
    EXPECT_EQ(claim(want(hook, 100, model::Ordering::kByKey), seconds(5)).size(), 1U);
    ASSERT_TRUE(destinations().change(
        hook, {},
        [](model::Destination& destination) -> Status {
            destination.fields.ordering = model::Ordering::kFree;
            return {};
        },
        "changed", change_));
    EXPECT_EQ(claim(want(hook), seconds(6)).size(), 2U);
}

TEST_F(DeliveriesTest, ForATestComeFirstAndAlone) {
    const auto hook = destination("hook");
    add(hook, seconds(1));
    const auto test = deliveries().add_test(hook, "sample", seconds(5)).value();
    EXPECT_TRUE(test.is_test);
    EXPECT_EQ(test.body, "sample");
    EXPECT_EQ(deliveries().add_test(DestinationId{99}, "", seconds(5)).error().code,
              Code::kNotFound);
    auto tests = want(hook);
    tests.which = Want::Which::kTests;
    const auto claimed = claim(tests, seconds(5));
    ASSERT_EQ(claimed.size(), 1U);
    EXPECT_EQ(claimed[0].delivery.id, test.id);
    EXPECT_THAT(claim(tests, seconds(5)), IsEmpty());
    ASSERT_TRUE(deliveries().add_test(hook, "another", seconds(5)));
    EXPECT_TRUE(claim(want(hook, 1), seconds(6)).at(0).delivery.is_test);
    EXPECT_FALSE(claim(want(hook, 1), seconds(6)).at(0).delivery.is_test);
}

TEST_F(DeliveriesTest, ATurnWritesHealthStateAndAlerts) {
    const auto hook = destination("hook");
    const std::vector<Deliveries::Health> health{{hook, 20, seconds(70)}};
    const std::vector<Deliveries::Alert> alerts{{"destination_suspended", R"({"destination":1})"}};
    ASSERT_TRUE(deliveries().turn({.ended = {},
                                   .health = health,
                                   .disabled = {},
                                   .alerts = alerts,
                                   .wants = {},
                                   .now = seconds(10)}));
    auto found = destinations().by_id(hook).value();
    EXPECT_EQ(found.failures, 20U);
    EXPECT_EQ(found.open_until, seconds(70));
    EXPECT_EQ(found.revision, 1U) << "health is no change";
    const auto entries = catalog_->outbox().first(10).value();
    ASSERT_EQ(entries.size(), 1U);
    EXPECT_EQ(entries[0].application, "eyed-delivery");
    EXPECT_EQ(entries[0].category, "delivery");
    EXPECT_EQ(entries[0].name, "destination_suspended");
    EXPECT_EQ(entries[0].data, R"({"destination":1})");

    const std::vector<Deliveries::Disabled> disabled{{hook, "It answered 410."}};
    ASSERT_TRUE(deliveries().turn({.ended = {},
                                   .health = {},
                                   .disabled = disabled,
                                   .alerts = {},
                                   .wants = {},
                                   .now = seconds(11)}));
    found = destinations().by_id(hook).value();
    EXPECT_EQ(found.state, model::DestinationState::kDisabled);
    EXPECT_EQ(found.reason, "It answered 410.");
    EXPECT_EQ(found.revision, 2U);
}

TEST_F(DeliveriesTest, ATurnThatFailsChangesNothingAndTheNextOneDoesItAll) {
    const auto hook = destination("hook");
    add(hook, {"", ""}, seconds(5));
    const auto claimed = claim(want(hook, 1), seconds(5)).at(0);
    const auto one = ended(claimed, State::kDelivered, Outcome::kDelivered);
    const auto wanted = want(hook);
    const std::vector<Deliveries::Alert> alerts{{"destination_failing", "{}"}};
    const Deliveries::Turn all{.ended = std::span(&one, 1),
                               .health = {},
                               .disabled = {},
                               .alerts = alerts,
                               .wants = std::span(&wanted, 1),
                               .now = seconds(6)};
    soci::session sql(soci::sqlite3, path());
    sql << "ALTER TABLE outbox RENAME TO elsewhere";
    EXPECT_FALSE(deliveries().turn(all));
    EXPECT_EQ(get(claimed.delivery.id).state, State::kSending);
    EXPECT_EQ(deliveries().attempts({}, {})->rows.size(), 0U);
    sql << "ALTER TABLE elsewhere RENAME TO outbox";
    EXPECT_EQ(turn(all).size(), 1U);
    EXPECT_EQ(get(claimed.delivery.id).state, State::kDelivered);
    EXPECT_EQ(catalog_->outbox().size(), 1U);
}

TEST_F(DeliveriesTest, SayWhenTheNextIsDueAndHowManyAreOpen) {
    const auto hook = destination("hook");
    const auto idle = destination("idle");
    add(hook, {"", "", ""}, seconds(5));
    attempt_all(hook);
    const auto due = deliveries().due().value();
    ASSERT_EQ(due.size(), 1U);
    EXPECT_EQ(due[0].destination, hook);
    EXPECT_EQ(due[0].next_at, seconds(40));
    const auto waiting = deliveries().waiting().value();
    ASSERT_EQ(waiting.size(), 2U);
    EXPECT_EQ(waiting[0].next_at, seconds(40));
    EXPECT_EQ(waiting[0].open, 2U);
    EXPECT_EQ(waiting[0].dead, 1U);
    EXPECT_EQ(waiting[1].destination, idle);
    EXPECT_FALSE(waiting[1].next_at);
    EXPECT_EQ(waiting[1].open, 0U);
}

TEST_F(DeliveriesTest, AreListedAndCountedByWhatTheyAre) {
    const auto hook = destination("hook");
    const auto other = destination("other");
    add(hook, {"", "", ""}, seconds(5));
    add(other, seconds(9));
    attempt_all(hook);
    const auto count = [&](const Deliveries::Filter& filter) {
        const auto rows = deliveries().list(filter, {}).value().rows.size();
        EXPECT_EQ(deliveries().count(filter), rows);
        return rows;
    };
    EXPECT_EQ(count({}), 4U);
    EXPECT_EQ(count({.destination = hook}), 3U);
    EXPECT_EQ(count({.states = {State::kDead}}), 1U);
    EXPECT_EQ(count({.states = {State::kDead, State::kPending}}), 4U);
    EXPECT_EQ(count({.destination = hook, .states = {State::kPending}}), 2U);
    EXPECT_EQ(count({.event = EventId{2}}), 1U);
    EXPECT_EQ(count({.cashback = CashbackId{2}}), 0U);
    EXPECT_EQ(count({.from = seconds(9)}), 1U);
    EXPECT_EQ(count({.to = seconds(9)}), 3U);
    EXPECT_EQ(count({.last_status = 500}), 3U);
    const auto page =
        deliveries().list({}, {.direction = RowPage::Direction::kDescending, .limit = 3});
    ASSERT_EQ(page->rows.size(), 3U);
    EXPECT_TRUE(page->more);
    EXPECT_EQ(page->rows[0].destination, other);
    const auto rest = deliveries().list({}, {.direction = RowPage::Direction::kDescending,
                                             .limit = 3,
                                             .after = page->rows[2].id.value});
    EXPECT_EQ(rest->rows.size(), 1U);
    EXPECT_FALSE(rest->more);
}

TEST_F(DeliveriesTest, AreListedWhereverTheyAreAmongOthers) {
    const auto hook = destination("hook");
    soci::session sql(soci::sqlite3, path());
    const auto insert = [&](std::int64_t id, int status) {
        sql << "INSERT INTO deliveries (id, destination_id, state, created_at, last_status, "
               "message, order_key, body) VALUES (" +
                   std::to_string(id) + ", " + std::to_string(hook.value) + ", 'delivered', 1, " +
                   std::to_string(status) + ", 'm', '', '')";
    };
    for (const std::int64_t id : {5, 20'004, 20'005, 61'000, 90'000})
        insert(id, id == 20'005 ? 200 : 418);
    const auto ids = [&](const RowPage& page) {
        std::vector<std::int64_t> ids;
        const auto found = deliveries().list({.last_status = 418}, page).value();
        for (const auto& row : found.rows)
            ids.push_back(row.id.value);
        EXPECT_EQ(found.more, ids.size() == page.limit);
        return ids;
    };
    using enum RowPage::Direction;
    EXPECT_THAT(ids({}), ElementsAre(5, 20'004, 61'000, 90'000));
    EXPECT_THAT(ids({.direction = kDescending, .limit = 3}), ElementsAre(90'000, 61'000, 20'004));
    EXPECT_THAT(ids({.direction = kDescending, .limit = 3, .after = 20'004}), ElementsAre(5));
    EXPECT_THAT(ids({.limit = 2, .after = 7}), ElementsAre(20'004, 61'000)) << "7 is gone";
    EXPECT_EQ(deliveries().count({.last_status = 418}), 4U);
}

}  // namespace
}  // namespace eyed::catalog
