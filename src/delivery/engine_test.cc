#include "delivery/engine.h"

#include <algorithm>
#include <future>
#include <map>

#include "delivery/engine_fixture.h"
#include "delivery/waits.h"

namespace eyed::delivery {
namespace {

using namespace std::chrono_literals;
using model::OnUnknown;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(EngineTest, SendsWithItsHeadersAndKeepsTheAttempt) {
    Peer peer([](const Peer::Request&) { return Peer::answer(201, R"({"id":"7"})"); });
    const auto to = webhook(peer.url("/hook/part?token=abc&x=1"), [this](auto& fields) {
        fields.sealed_headers = seal_headers(vault_, {{"Authorization", "Bearer hush"}});
        fields.content_type = "application/cloudevents+json";
    });
    start();
    const auto id = send(to, 1).front();
    ASSERT_TRUE(becomes(id, State::kDelivered));

    const auto asked = peer.requests().at(0);
    const auto delivery = get(id);
    EXPECT_EQ(asked.method(), "POST");
    EXPECT_EQ(asked.path(), "/hook/part?token=abc&x=1");
    EXPECT_EQ(asked.body, delivery.body);
    EXPECT_EQ(asked.header("Content-Type"), "application/cloudevents+json");
    EXPECT_EQ(asked.header("Authorization"), "Bearer hush");
    EXPECT_EQ(asked.header("Idempotency-Key"), delivery.message);
    EXPECT_EQ(asked.header("webhook-id"), delivery.message);
    const std::int64_t seconds = clock_.now().value / 1'000'000;
    EXPECT_EQ(asked.header("webhook-timestamp"), std::to_string(seconds));
    EXPECT_EQ(asked.header("webhook-signature"),
              sign(std::array{*secret_bytes(kSecret)}, delivery.message, seconds, delivery.body));

    const auto attempts = attempts_of(id);
    ASSERT_EQ(attempts.size(), 1U);
    EXPECT_EQ(attempts[0].status, 201);
    EXPECT_EQ(attempts[0].outcome, Outcome::kDelivered);
    EXPECT_EQ(attempts[0].response, R"({"id":"7"})");
    EXPECT_EQ(attempts[0].request,
              R"({"method":"POST","url":")" + peer.url("/hook/part?token=***&x=***") +
                  R"(","headers":{"Content-Type":"application/cloudevents+json",)"
                  R"("Idempotency-Key":")" +
                  delivery.message + R"(","webhook-id":")" + delivery.message +
                  R"(","webhook-timestamp":")" + std::to_string(seconds) +
                  R"(","webhook-signature":"***","Authorization":"***"}})");
    for (const std::string& line : logger_.lines())
        EXPECT_THAT(line, Not(HasSubstr("hush")));
}

TEST_F(EngineTest, AnUnsignedOneHasNoWebhookHeaders) {
    Peer peer(always(200));
    const auto to = webhook(peer.url(), [](auto& fields) { fields.is_signed = false; });
    start();
    ASSERT_TRUE(becomes(send(to, 1).front(), State::kDelivered));
    EXPECT_THAT(peer.requests().at(0).head, Not(HasSubstr("webhook-")));
    EXPECT_NE(peer.requests().at(0).header("Idempotency-Key"), "");
}

TEST_F(EngineTest, RetriesByTheScheduleUnderTheSameIdUntilItEnds) {
    Peer peer(always(500));
    const auto to = webhook(peer.url());  // 5 s, 300 s
    start();
    const auto id = send(to, 1).front();
    ASSERT_TRUE(becomes(id, State::kPending, 1));
    EXPECT_GE(*get(id).next_at, clock_.now() + 4s);
    EXPECT_LE(*get(id).next_at, clock_.now() + 6s);
    advance(7s);
    ASSERT_TRUE(becomes(id, State::kPending, 2));
    advance(400s);
    ASSERT_TRUE(becomes(id, State::kDead, 3));
    const auto asked = peer.requests();
    ASSERT_EQ(asked.size(), 3U);
    EXPECT_EQ(asked[0].header("webhook-id"), asked[2].header("webhook-id"));
    EXPECT_NE(asked[0].header("webhook-timestamp"), asked[2].header("webhook-timestamp"));
    EXPECT_NE(asked[0].header("webhook-signature"), asked[2].header("webhook-signature"));
}

TEST_F(EngineTest, HonoursRetryAfter) {
    Peer peer(always(503, "Retry-After: 1000\r\n"));
    const auto to = webhook(peer.url());
    start();
    const auto id = send(to, 1).front();
    ASSERT_TRUE(becomes(id, State::kPending, 1));
    EXPECT_EQ(get(id).next_at, clock_.now() + 1000s);
}

TEST_F(EngineTest, GoneDisablesAndTheOthersWait) {
    Peer peer(always(410));
    const auto to = webhook(peer.url(), [](auto& fields) { fields.concurrency = 1; });
    const auto ids = send(to, 2);
    start();
    ASSERT_TRUE(eventually(
        [&] { return destinations().by_id(to)->state == model::DestinationState::kDisabled; }));
    EXPECT_THAT(destinations().by_id(to)->reason, HasSubstr("410"));
    EXPECT_EQ(get(ids[1]).state, State::kPending);
    EXPECT_EQ(get(ids[1]).attempts, 0U);
    EXPECT_THAT(alerts(), ElementsAre("destination_disabled"));
    EXPECT_TRUE(eventually([this] { return disabled_ == 1; }));
    const auto lines = catalog_->audit().list({.action = "disabled"}, {}).value().rows;
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].subject, "hook");
    EXPECT_EQ(lines[0].actor.via, model::Via::kProgram);
    EXPECT_FALSE(lines[0].actor.user);
    EXPECT_THAT(lines[0].details, HasSubstr("410"));
    advance(1h);
    ASSERT_TRUE(destinations().set_state(to, model::DestinationState::kActive, "", change_));
    engine_->changed();
    EXPECT_TRUE(peer.wait_for(2));
}

TEST_F(EngineTest, GoneFromATestOrATargetOfPaymentsIsAFailureAlone) {
    Peer peer(always(410));
    const auto to = webhook(peer.url());
    start();
    const auto test = deliveries().add_test(to, "{}", clock_.now())->id;
    engine_->wake();
    ASSERT_TRUE(becomes(test, State::kDead, 1));
    EXPECT_EQ(destinations().by_id(to)->state, model::DestinationState::kActive);

    auto pays = fields("pays");
    pays.url = peer.url();
    pays.is_signed = false;
    const auto target = destination(pays, model::DestinationKind::kCashback);
    engine_->changed();
    const auto id = send(target, 1).front();
    ASSERT_TRUE(becomes(id, State::kPending, 1));
    EXPECT_EQ(destinations().by_id(target)->state, model::DestinationState::kActive);
    EXPECT_EQ(disabled_, 0);
}

TEST_F(EngineTest, TheCircuitOpensAndAProbeClosesIt) {
    std::atomic<int> status = 500;
    Peer peer([&](const Peer::Request&) { return Peer::answer(status); });
    const auto to = webhook(peer.url(), [](auto& fields) {
        fields.breaker_failures = 4;
        fields.concurrency = 1;
    });
    const auto ids = send(to, 6);
    start();
    ASSERT_TRUE(eventually([&] { return destinations().by_id(to)->open_until.has_value(); }));
    EXPECT_EQ(peer.requests().size(), 4U);
    EXPECT_TRUE(eventually([&] { return figures_of(to).circuit_open; }));
    EXPECT_THAT(alerts(), ElementsAre("destination_failing", "destination_suspended"));
    EXPECT_TRUE(logger_.has("a destination fails"));
    status = 200;
    advance(61s);
    ASSERT_TRUE(eventually([&] {
        return std::ranges::all_of(
            ids, [&](DeliveryId id) { return get(id).state == State::kDelivered; });
    }));
    EXPECT_FALSE(destinations().by_id(to)->open_until);
    EXPECT_THAT(alerts(), ElementsAre("destination_failing", "destination_suspended",
                                      "destination_recovered"));
}

TEST_F(EngineTest, NoMoreAtOnceThanItsConcurrency) {
    Peer peer(hang);
    const auto to = webhook(peer.url(), [](auto& fields) { fields.concurrency = 3; });
    send(to, 10);
    start({.policy = loopback(), .stop_within = 0ms});
    ASSERT_TRUE(peer.wait_for(3));
    ASSERT_TRUE(eventually([&] { return figures_of(to).under_way == 3; }));
    engine_->stop();
    EXPECT_EQ(peer.requests().size(), 3U);
}

TEST_F(EngineTest, OneThatHangsSlowsNobodyElse) {
    Peer slow(hang);
    Peer quick(always(200));
    for (int i = 0; i < 10; ++i)
        send(webhook(slow.url(), {}, "slow " + std::to_string(i)), 20);
    const auto to = webhook(quick.url(), {}, "quick");
    start({.policy = loopback(), .stop_within = 0ms});
    ASSERT_TRUE(slow.wait_for(100));
    const auto ids = send(to, 100);
    EXPECT_TRUE(eventually([&] {
        return std::ranges::all_of(
            ids, [&](DeliveryId id) { return get(id).state == State::kDelivered; });
    }));
}

TEST_F(EngineTest, OneThatHangsLeavesPlacesToTheOthers) {
    Peer slow(hang);
    Peer quick(always(200));
    const auto hangs = webhook(slow.url(), [](auto& fields) { fields.concurrency = 50; }, "slow");
    send(hangs, 50);
    start({.policy = loopback(), .most = 8, .stop_within = 0ms});
    ASSERT_TRUE(slow.wait_for(6));
    for (const DeliveryId id : send(webhook(quick.url(), {}, "quick"), 20)) {
        engine_->changed();
        EXPECT_TRUE(becomes(id, State::kDelivered));
    }
    EXPECT_EQ(figures_of(hangs).under_way, 6U);
}

TEST_F(EngineTest, NoMoreAtOnceThanMost) {
    Peer peer(hang);
    for (int i = 0; i < 5; ++i)
        send(webhook(peer.url(), {}, "hook " + std::to_string(i)), 10);
    start({.policy = loopback(), .most = 7, .stop_within = 0ms});
    ASSERT_TRUE(peer.wait_for(7));
    engine_->wake();
    engine_->stop();
    EXPECT_EQ(peer.requests().size(), 7U);
}

TEST_F(EngineTest, ItsRateIsKept) {
    Peer peer(always(200));
    const auto to = webhook(peer.url(), [](auto& fields) { fields.rate_per_second = 2; });
    const auto ids = send(to, 3);
    start();
    ASSERT_TRUE(becomes(ids[0], State::kDelivered));
    engine_->wake();
    ASSERT_TRUE(eventually([&] { return figures_of(to).under_way == 0; }));
    EXPECT_EQ(peer.requests().size(), 1U);
    advance(500ms);
    ASSERT_TRUE(becomes(ids[1], State::kDelivered));
    EXPECT_EQ(peer.requests().size(), 2U);
    advance(500ms);
    ASSERT_TRUE(becomes(ids[2], State::kDelivered));
}

TEST_F(EngineTest, APausedOneSendsTestsAlone) {
    Peer peer(always(500));
    const auto to = webhook(peer.url());
    ASSERT_TRUE(destinations().set_state(to, model::DestinationState::kPaused, "", change_));
    const auto waiting = send(to, 1).front();
    start();
    const auto test = deliveries().add_test(to, "{}", clock_.now())->id;
    engine_->wake();
    ASSERT_TRUE(becomes(test, State::kDead, 1));
    EXPECT_EQ(get(waiting).attempts, 0U);
    EXPECT_EQ(peer.requests().size(), 1U);
    EXPECT_EQ(destinations().by_id(to)->failures, 0U);
    ASSERT_TRUE(destinations().set_state(to, model::DestinationState::kActive, "", change_));
    engine_->changed();
    ASSERT_TRUE(becomes(waiting, State::kPending, 1));
}

TEST_F(EngineTest, OfOneKeyTheNextWaitsForTheOneBefore) {
    std::atomic<int> status = 500;
    Peer peer([&](const Peer::Request&) { return Peer::answer(status); });
    const auto to =
        webhook(peer.url(), [](auto& fields) { fields.ordering = model::Ordering::kByKey; });
    const auto first = send(to, 3, "a");
    const auto other = send(to, 1, "b");
    start();
    ASSERT_TRUE(becomes(first[0], State::kPending, 1));
    ASSERT_TRUE(becomes(other[0], State::kPending, 1));
    EXPECT_EQ(get(first[1]).attempts, 0U);
    status = 200;
    advance(7s);
    ASSERT_TRUE(becomes(first[0], State::kDelivered, 2));
    ASSERT_TRUE(becomes(first[1], State::kDelivered, 1));
    ASSERT_TRUE(becomes(first[2], State::kDelivered, 1));
    ASSERT_TRUE(becomes(other[0], State::kDelivered, 2));
    const std::vector<std::string> bodies{get(first[0]).body, get(first[1]).body,
                                          get(first[2]).body};
    std::vector<std::string> seen;
    for (const auto& asked : peer.requests())
        if (std::ranges::find(bodies, asked.body) != bodies.end()) seen.push_back(asked.body);
    EXPECT_THAT(seen, ElementsAre(bodies[0], bodies[0], bodies[1], bodies[2]));
}

TEST_F(EngineTest, WhatEndedIsKeptWhileTheCatalogFails) {
    std::promise<void> locked;
    std::shared_future<void> go = locked.get_future().share();
    Peer peer([&](const Peer::Request&) {
        go.wait();
        return Peer::answer(200);
    });
    const auto to = webhook(peer.url());
    start();
    const auto ids = send(to, 5);
    ASSERT_TRUE(peer.wait_for(5));
    {
        soci::session other(soci::sqlite3, path());
        other << "BEGIN IMMEDIATE";
        locked.set_value();
        ASSERT_TRUE(eventually([this] { return !engine_->problem().empty(); }));
        EXPECT_TRUE(eventually([this] { return logger_.has("deliveries wait"); }));
        other << "ROLLBACK";
    }
    for (const DeliveryId id : ids)
        ASSERT_TRUE(becomes(id, State::kDelivered, 1));
    ASSERT_TRUE(eventually([this] { return engine_->problem().empty(); }));
    EXPECT_EQ(peer.requests().size(), 5U);
    const auto lines = logger_.lines();
    EXPECT_EQ(std::ranges::count_if(
                  lines, [](const auto& line) { return line.contains("deliveries wait"); }),
              1);
}

TEST_F(EngineTest, AStopWritesWhatWasUnderWay) {
    Peer peer(hang);
    const auto repeats = webhook(peer.url(), {}, "repeats");
    const auto holds =
        webhook(peer.url(), [](auto& fields) { fields.on_unknown = OnUnknown::kHold; }, "holds");
    const auto first = send(repeats, 1).front();
    const auto second = send(holds, 1).front();
    start({.policy = loopback(), .stop_within = 20ms});
    ASSERT_TRUE(peer.wait_for(2));
    engine_->stop();
    EXPECT_EQ(get(first).state, State::kPending);
    EXPECT_EQ(get(second).state, State::kUnknown);
    EXPECT_THAT(attempts_of(second).at(0).error, HasSubstr("the program stopped"));
    EXPECT_EQ(destinations().by_id(repeats)->failures, 0U);
}

TEST_F(EngineTest, WhatAStopCutsOffIsSentAgainAtOnceAndCountsForNothing) {
    Peer peer(hang);
    const auto to = webhook(peer.url(), [](auto& fields) { fields.schedule = {}; });
    const auto id = send(to, 1).front();
    start({.policy = loopback(), .stop_within = 0ms});
    ASSERT_TRUE(peer.wait_for(1));
    engine_->stop();
    EXPECT_EQ(get(id).state, State::kPending);
    EXPECT_EQ(get(id).next_at, clock_.now());
    EXPECT_EQ(get(id).attempts, 1U);
    EXPECT_EQ(get(id).sends, 0U);
    EXPECT_EQ(attempts_of(id).at(0).outcome, Outcome::kUnknown);
}

TEST_F(EngineTest, AStopGivesWhatEndsInTimeItsTime) {
    std::promise<void> answer;
    Peer peer([&](const Peer::Request&) {
        answer.get_future().wait();
        return Peer::answer(200);
    });
    const auto to = webhook(peer.url());
    const auto id = send(to, 1).front();
    start();
    ASSERT_TRUE(peer.wait_for(1));
    std::thread stopping([this] { engine_->stop(); });
    answer.set_value();
    stopping.join();
    EXPECT_EQ(get(id).state, State::kDelivered);
}

TEST_F(EngineTest, WhatACrashLeftIsRepeatedOrHeld) {
    Peer peer(always(200));
    const auto repeats = webhook(peer.url(), {}, "repeats");
    const auto holds =
        webhook(peer.url(), [](auto& fields) { fields.on_unknown = OnUnknown::kHold; }, "holds");
    const auto first = send(repeats, 1).front();
    const auto second = send(holds, 1).front();
    for (const DestinationId to : {repeats, holds})
        ASSERT_EQ(claim(want(to), clock_.now()).size(), 1U);
    start();
    ASSERT_TRUE(becomes(first, State::kDelivered, 2));
    EXPECT_EQ(get(second).state, State::kUnknown);
    EXPECT_EQ(peer.requests().size(), 1U);
    EXPECT_TRUE(logger_.has("were under way when the program ended"));
}

TEST_F(EngineTest, AnAddressThatIsNotAllowedIsAFailure) {
    Peer peer(always(200));
    const auto to = webhook(peer.url(), [](auto& fields) { fields.on_unknown = OnUnknown::kHold; });
    start({.policy = AddressPolicy({})});
    const auto id = send(to, 1).front();
    ASSERT_TRUE(becomes(id, State::kPending, 1));
    EXPECT_THAT(get(id).last_error, HasSubstr("delivery.allow_networks"));
    EXPECT_EQ(peer.connections(), 0U);
}

TEST_F(EngineTest, SecretsOfAnotherInstallationKeepItFromSending) {
    Peer peer(always(200));
    const auto broken = webhook(
        peer.url(), [](auto& fields) { fields.sealed_headers = "not sealed here"; }, "broken");
    const auto works = webhook(peer.url(), {}, "works");
    const auto waits = send(broken, 1).front();
    const auto goes = send(works, 1).front();
    start();
    ASSERT_TRUE(becomes(goes, State::kDelivered));
    EXPECT_EQ(get(waits).attempts, 0U);
    EXPECT_TRUE(logger_.has("nothing can be sent to a destination (destination=broken"));
}

TEST_F(EngineTest, ChangesOfADestinationAreTakenUp) {
    Peer before(always(500));
    Peer after(always(200));
    const auto to = webhook(before.url());
    start();
    const auto id = send(to, 1).front();
    ASSERT_TRUE(becomes(id, State::kPending, 1));
    ASSERT_TRUE(destinations().change(
        to, std::nullopt,
        [&](model::Destination& destination) -> Status {
            destination.fields.url = after.url();
            return {};
        },
        "changed", change_));
    engine_->changed();
    advance(7s);
    ASSERT_TRUE(becomes(id, State::kDelivered, 2));
    ASSERT_TRUE(destinations().remove(to, change_));
    engine_->changed();
    EXPECT_TRUE(eventually([this] { return engine_->figures().empty(); }));
}

Task<bool> wait_for(Engine& engine, DeliveryId id, Executor& executor,
                    std::chrono::milliseconds timeout) {
    Engine::Wait waiting(engine, id, executor, timeout);
    co_return co_await waiting;
}

TEST_F(EngineTest, AWaiterIsToldOnceTheAttemptIsWritten) {
    Peer peer(always(500));
    const auto to = webhook(peer.url());
    start();
    BlockingLoop loop;
    const auto wait = [&](DeliveryId id, std::chrono::milliseconds timeout) {
        return wait_for(*engine_, id, loop, timeout);
    };
    const auto id = send(to, 1).front();
    EXPECT_TRUE(loop.run(wait(id, 10s)));
    EXPECT_EQ(get(id).last_status, 500);
    EXPECT_TRUE(loop.run(wait(id, 10s)));  // it ended before
    EXPECT_FALSE(loop.run(wait(DeliveryId{4711}, 20ms)));
    EXPECT_FALSE(loop.run(wait(DeliveryId{4711}, 0ms)));
    engine_->end_waits();
    EXPECT_FALSE(loop.run(wait(DeliveryId{4711}, 10s)));
}

TEST_F(EngineTest, ThousandsArriveEachOnce) {
    Peer peer(always(200));
    const auto to = webhook(peer.url(), [](auto& fields) { fields.concurrency = 50; });
    const auto ids = send(to, 3'000);
    start();
    ASSERT_TRUE(eventually([&] { return figures_of(to).delivered == 3'000; }));
    std::map<std::string, int> seen;
    for (const auto& asked : peer.requests())
        ++seen[asked.header("webhook-id")];
    EXPECT_EQ(seen.size(), 3'000U);
    EXPECT_EQ(peer.requests().size(), 3'000U);
    EXPECT_LE(peer.connections(), 60U);
    engine_->stop();
    for (const DeliveryId id : ids)
        ASSERT_EQ(get(id).state, State::kDelivered);
    clock_.advance(std::chrono::hours(24 * 40));
    ASSERT_TRUE(engine_->purge());
    EXPECT_FALSE(deliveries().by_id(ids.front()));
}

TEST(Waits, RemembersTheLastThatEnded) {
    Waits waits;
    BlockingLoop loop;
    Resumption resumption;
    const auto has_ended = [&](std::int64_t id) {
        bool ended = false;
        EXPECT_FALSE(waits.add({DeliveryId{id}, loop, resumption, ended, {}}));
        return ended;
    };
    for (std::int64_t id = 1; id <= 10'001; ++id)
        waits.ended(std::array{DeliveryId{id}});
    EXPECT_FALSE(has_ended(1));
    EXPECT_TRUE(has_ended(2));
    EXPECT_TRUE(has_ended(10'001));
}

}  // namespace
}  // namespace eyed::delivery
