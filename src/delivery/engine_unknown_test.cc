// Requests of which nobody knows whether they arrived: held, repeated, looked up, decided about.
#include <future>

#include "delivery/engine.h"
#include "delivery/engine_fixture.h"

namespace eyed::delivery {
namespace {

using namespace std::chrono_literals;
using model::OnUnknown;
using ::testing::HasSubstr;

TEST_F(EngineTest, WhatIsUnknownIsHeld) {
    Peer peer(hang);
    const auto to = webhook(peer.url(), [](auto& fields) {
        fields.on_unknown = OnUnknown::kHold;
        fields.timeout = 100ms;
    });
    start();
    const auto id = send(to, 1).front();
    ASSERT_TRUE(becomes(id, State::kUnknown, 1));
    EXPECT_FALSE(get(id).next_at);
    EXPECT_EQ(attempts_of(id).at(0).outcome, Outcome::kUnknown);
    EXPECT_EQ(figures_of(to).unknown, 1U);
}

TEST_F(EngineTest, WhatIsUnknownIsRepeatedWhereTheReceiverKnowsIt) {
    Peer peer([](const Peer::Request& asked) {
        return asked.connection == 1 ? Peer::Reply{"", Peer::Then::kReset} : Peer::answer(200);
    });
    const auto to = webhook(peer.url());
    start();
    const auto id = send(to, 1).front();
    ASSERT_TRUE(becomes(id, State::kPending, 1));
    EXPECT_EQ(attempts_of(id).at(0).outcome, Outcome::kUnknown);
    advance(7s);
    ASSERT_TRUE(becomes(id, State::kDelivered, 2));
}

TEST_F(EngineTest, WhatIsUnknownIsLookedUp) {
    std::atomic<int> sent = 0;
    Peer peer([&](const Peer::Request& asked) {
        if (asked.method() == "GET") return Peer::answer(sent > 1 ? 200 : 404);
        ++sent;
        return Peer::Reply{"", Peer::Then::kClose};
    });
    const auto to = webhook(peer.url("/pay"), [&](auto& fields) {
        fields.on_unknown = OnUnknown::kLookUp;
        fields.lookup_url = peer.url("/paid/{id}?key=k&id={id}");
        fields.sealed_headers = seal_headers(vault_, {{"Authorization", "Bearer hush"}});
    });
    start();
    const auto id = send(to, 1).front();
    ASSERT_TRUE(becomes(id, State::kUnknown, 1));
    EXPECT_EQ(get(id).next_at, clock_.now() + 60s);
    advance(61s);  // asked: not there, so it is sent again by the schedule, and lost again
    ASSERT_TRUE(becomes(id, State::kPending, 2));
    EXPECT_GE(*get(id).next_at, clock_.now() + 4s);
    advance(7s);
    ASSERT_TRUE(becomes(id, State::kUnknown, 3));
    advance(61s);
    ASSERT_TRUE(becomes(id, State::kDelivered, 4));
    const auto attempts = attempts_of(id);
    ASSERT_EQ(attempts.size(), 4U);
    EXPECT_EQ(attempts[1].kind, model::AttemptKind::kLookUp);
    EXPECT_EQ(attempts[1].outcome, Outcome::kFailed);
    EXPECT_EQ(attempts[2].kind, model::AttemptKind::kSend);
    EXPECT_EQ(attempts[3].outcome, Outcome::kDelivered);
    const auto asked = peer.requests().at(1);
    const std::string message = get(id).message;
    EXPECT_EQ(asked.path(), "/paid/" + message + "?key=k&id=" + message);
    EXPECT_EQ(asked.header("Authorization"), "Bearer hush");
    EXPECT_THAT(attempts[1].request,
                HasSubstr("/paid/" + message + "?key=***&id=" + message + "\""));
}

TEST_F(EngineTest, LookupsUseUpNothingOfTheSchedule) {
    Peer peer([](const Peer::Request& asked) {
        return asked.method() == "GET" ? Peer::answer(500) : Peer::Reply{"", Peer::Then::kClose};
    });
    const auto to = webhook(peer.url("/pay"), [&](auto& fields) {  // 5 s, 300 s
        fields.on_unknown = OnUnknown::kLookUp;
        fields.lookup_url = peer.url("/paid/{id}");
    });
    start();
    const auto id = send(to, 1).front();
    ASSERT_TRUE(becomes(id, State::kUnknown, 1));
    for (const std::uint32_t lookups : {1U, 2U, 3U}) {
        advance(400s);
        ASSERT_TRUE(eventually([&] { return attempts_of(id).size() == 1 + lookups; }));
        EXPECT_EQ(get(id).state, State::kUnknown);
        EXPECT_EQ(get(id).lookups, lookups);
        EXPECT_EQ(get(id).sends, 1U);
    }
    EXPECT_FALSE(get(id).next_at) << "it is held behind the last wait";
}

/// A receiver that loses what is sent first, and lets a lookup wait until it is told.
class AskedPeer {
  public:
    explicit AskedPeer(int found)
        : peer([this, found](const Peer::Request& asked) {
              if (asked.method() == "GET") {
                  answer_.get_future().wait();
                  return Peer::answer(found);
              }
              return ++sent_ == 1 ? Peer::Reply{"", Peer::Then::kClose} : Peer::answer(201);
          }) {}
    void answer() { answer_.set_value(); }
    int sent() const { return sent_; }

  private:
    std::promise<void> answer_;
    std::atomic<int> sent_ = 0;

  public:
    Peer peer;  ///< last: its threads use what is above
};

TEST_F(EngineTest, WhatIsDecidedWhileItIsAskedForBeginsBehindTheLookup) {
    AskedPeer asked(404);
    const auto to = webhook(asked.peer.url("/pay"), [&](auto& fields) {
        fields.on_unknown = OnUnknown::kLookUp;
        fields.lookup_url = asked.peer.url("/paid/{id}");
        fields.lookup_delay = 0s;
    });
    start();
    const auto id = send(to, 1).front();
    ASSERT_TRUE(asked.peer.wait_for(2));
    ASSERT_TRUE(becomes(id, State::kUnknown, 2));
    using enum catalog::Deliveries::Outcome;
    ASSERT_TRUE(deliveries().resolve(id, kNotDelivered, "", change_));
    const auto other = send(to, 1).front();
    ASSERT_TRUE(becomes(other, State::kDelivered));
    EXPECT_EQ(get(id).attempts, 2U) << "it is still under way";
    EXPECT_EQ(get(id).state, State::kPending);
    asked.answer();
    ASSERT_TRUE(becomes(id, State::kDelivered, 3));
    EXPECT_EQ(asked.sent(), 3);
    EXPECT_TRUE(eventually([&] { return figures_of(to).under_way == 0; }));
    EXPECT_EQ(attempts_of(id).at(1).outcome, Outcome::kFailed);
}

TEST_F(EngineTest, WhatALookupFindsIsNotSentAgainWhateverWasDecidedMeanwhile) {
    AskedPeer asked(200);
    const auto to = webhook(asked.peer.url("/pay"), [&](auto& fields) {
        fields.on_unknown = OnUnknown::kLookUp;
        fields.lookup_url = asked.peer.url("/paid/{id}");
        fields.lookup_delay = 0s;
    });
    start();
    const auto id = send(to, 1).front();
    ASSERT_TRUE(asked.peer.wait_for(2));
    using enum catalog::Deliveries::Outcome;
    ASSERT_TRUE(deliveries().resolve(id, kNotDelivered, "", change_));
    engine_->wake();
    asked.answer();
    ASSERT_TRUE(becomes(id, State::kDelivered, 2));
    EXPECT_EQ(asked.sent(), 1);
}

}  // namespace
}  // namespace eyed::delivery
