#include "delivery/transfers.h"

#include <gmock/gmock.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "delivery/test_peer.h"

namespace eyed::delivery {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using Reached = TransferResult::Reached;

/// Answers as it was told, one list after another; the last for ever.
class FakeResolver final : public Resolver {
  public:
    using Addresses = std::vector<std::string>;
    void set(const std::string& host, std::vector<Addresses> answers) {
        const std::lock_guard lock(mutex_);
        answers_[host] = std::move(answers);
    }
    Result<std::vector<std::string>> resolve(const std::string& host) override {
        std::unique_lock lock(mutex_);
        ++asked_;
        if (host == hanging_) wake_.wait(lock, [this] { return hanging_.empty(); });
        auto& answers = answers_[host];
        if (answers.empty()) return failure(Code::kUnavailable, "looking up " + host + ": nobody");
        Addresses now = answers.front();
        if (answers.size() > 1) answers.erase(answers.begin());
        return now;
    }
    void hang(const std::string& host) {
        const std::lock_guard lock(mutex_);
        hanging_ = host;
        wake_.notify_all();
    }
    int asked() const { return asked_.load(); }

  private:
    std::mutex mutex_;
    std::condition_variable wake_;
    std::map<std::string, std::vector<Addresses>> answers_;
    std::string hanging_;
    std::atomic<int> asked_{0};
};

class TransfersTest : public ::testing::Test {
  protected:
    TransfersTest() { make(4'000); }
    ~TransfersTest() override { resolver_->hang(""); }

    void make(std::size_t most, bool loopback = true) {
        transfers_.reset();
        std::vector<Network> allowed;
        if (loopback) allowed.push_back(*Network::parse("127.0.0.0/8"));
        auto made = Transfers::create(
            {.policy = AddressPolicy(std::move(allowed)), .most = most, .user_agent = "eyed/test"},
            resolver_, clock_, [this](TransferResult result) {
                const std::lock_guard lock(mutex_);
                results_.push_back(std::move(result));
                ended_.notify_all();
            });
        ASSERT_TRUE(made);
        transfers_ = std::move(*made);
    }
    static TransferRequest request(const std::string& url, std::uint64_t id = 1) {
        auto target = parse_target(url);
        EXPECT_TRUE(target) << url;
        return {.id = id,
                .target = *target,
                .headers = {{"Content-Type", "application/json"}},
                .body = R"({"a":1})",
                .timeout = 5s};
    }
    std::vector<TransferResult> wait(std::size_t count) {
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(ended_.wait_for(lock, 20s, [&] { return results_.size() >= count; }));
        return std::exchange(results_, {});
    }
    TransferResult run(TransferRequest wanted) {
        EXPECT_TRUE(transfers_->start(std::move(wanted)));
        auto results = wait(1);
        EXPECT_EQ(results.size(), 1U);
        return results.empty() ? TransferResult{} : std::move(results.front());
    }

    SystemClock clock_;
    std::shared_ptr<FakeResolver> resolver_ = std::make_shared<FakeResolver>();
    std::mutex mutex_;
    std::condition_variable ended_;
    std::vector<TransferResult> results_;
    std::unique_ptr<Transfers> transfers_;
};

TEST_F(TransfersTest, SendsAndTakesTheAnswer) {
    Peer peer([](const Peer::Request&) { return Peer::answer(201, R"({"ok":true})"); });
    auto wanted = request(peer.url("/hook?x=1"));
    wanted.headers.emplace_back("X-Empty", "");
    const auto result = run(std::move(wanted));
    EXPECT_EQ(result.reached, Reached::kAnswered);
    EXPECT_EQ(result.status, 201);
    EXPECT_EQ(result.response, R"({"ok":true})");
    EXPECT_EQ(result.error, "");
    EXPECT_EQ(result.address, "127.0.0.1");
    EXPECT_GT(result.latency.count(), 0);
    const auto asked = peer.requests().at(0);
    EXPECT_EQ(asked.method(), "POST");
    EXPECT_EQ(asked.path(), "/hook?x=1");
    EXPECT_EQ(asked.body, R"({"a":1})");
    EXPECT_EQ(asked.header("User-Agent"), "eyed/test");
    EXPECT_EQ(asked.header("Content-Type"), "application/json");
    EXPECT_THAT(asked.head, HasSubstr("\r\nX-Empty:\r\n"));
    EXPECT_EQ(asked.head.find("Expect:"), std::string::npos);
}

TEST_F(TransfersTest, GetHasNoBody) {
    Peer peer([](const Peer::Request&) { return Peer::answer(404); });
    auto wanted = request(peer.url("/look"));
    wanted.method = "GET";
    wanted.body.clear();
    wanted.headers.clear();
    EXPECT_EQ(run(std::move(wanted)).status, 404);
    EXPECT_EQ(peer.requests().at(0).method(), "GET");
    EXPECT_EQ(peer.requests().at(0).header("Content-Length"), "");
}

TEST_F(TransfersTest, PutAndPatchAreSentAsSuch) {
    Peer peer([](const Peer::Request&) { return Peer::answer(200); });
    for (const char* method : {"PUT", "PATCH"}) {
        for (const bool may_repeat : {true, false}) {
            auto wanted = request(peer.url());
            wanted.method = method;
            wanted.may_repeat = may_repeat;
            EXPECT_EQ(run(std::move(wanted)).status, 200);
            EXPECT_EQ(peer.requests().back().method(), method);
            EXPECT_EQ(peer.requests().back().body, R"({"a":1})");
        }
    }
}

TEST_F(TransfersTest, ConnectionsAreKept) {
    Peer peer([](const Peer::Request&) { return Peer::answer(200); });
    for (int i = 0; i < 5; ++i) {
        auto wanted = request(peer.url());
        wanted.may_repeat = i % 2 == 0;
        EXPECT_EQ(run(std::move(wanted)).status, 200);
    }
    EXPECT_EQ(peer.connections(), 1U);
}

TEST_F(TransfersTest, RedirectsAreNotFollowed) {
    Peer peer([](const Peer::Request&) {
        return Peer::answer(302, "", "Location: http://127.0.0.1:1/\r\n");
    });
    EXPECT_EQ(run(request(peer.url())).status, 302);
    EXPECT_EQ(peer.requests().size(), 1U);
}

TEST_F(TransfersTest, RetryAfterIsReadInSecondsAndAsADate) {
    Peer peer([](const Peer::Request& asked) {
        return Peer::answer(503, "",
                            asked.path() == "/date"
                                ? "Retry-After: Wed, 01 Jan 2098 00:00:00 GMT\r\n"
                                : "Retry-After: 120\r\n");
    });
    EXPECT_EQ(run(request(peer.url("/seconds"))).retry_after, 120s);
    EXPECT_GT(run(request(peer.url("/date"))).retry_after.value_or(0s), 24h);
}

TEST_F(TransfersTest, RefusedIsSurelyNotSent) {
    std::string url;
    {
        url = Peer([](const Peer::Request&) { return Peer::answer(200); }).url();
    }
    const auto result = run(request(url));
    EXPECT_EQ(result.reached, Reached::kNotSent);
    EXPECT_EQ(result.status, 0);
    EXPECT_NE(result.error, "");
}

TEST_F(TransfersTest, FailedTlsIsSurelyNotSent) {
    Peer peer([](const Peer::Request&) { return Peer::answer(200); });
    auto wanted = request("https://127.0.0.1:" + std::to_string(peer.port()) + "/");
    wanted.timeout = 1s;  // the peer waits for a request, and libcurl for a handshake
    EXPECT_EQ(run(std::move(wanted)).reached, Reached::kNotSent);
    EXPECT_TRUE(peer.requests().empty());
}

TEST_F(TransfersTest, AHangingPeerIsSentAndUnanswered) {
    Peer peer([](const Peer::Request&) { return Peer::Reply{"", Peer::Then::kHang}; });
    for (const bool may_repeat : {true, false}) {
        auto wanted = request(peer.url());
        wanted.timeout = 200ms;
        wanted.may_repeat = may_repeat;
        const auto result = run(std::move(wanted));
        EXPECT_EQ(result.reached, Reached::kSent);
        EXPECT_NE(result.error, "");
        EXPECT_GE(result.latency, 200ms);
    }
}

TEST_F(TransfersTest, AnswersThatBreakOffBeforeTheStatusAreSent) {
    for (const auto& [bytes, then] : std::vector<std::pair<std::string, Peer::Then>>{
             {"", Peer::Then::kReset},
             {"", Peer::Then::kClose},
             {"HTTP/1.", Peer::Then::kClose},
             {"SSH-2.0-OpenSSH_9.2\r\n", Peer::Then::kClose},
             {"HTTP/1.1 abc\r\n\r\n", Peer::Then::kClose},
             {"HTTP/1.1 100 Continue\r\n\r\n", Peer::Then::kClose},
             {"\x16\x03\x01", Peer::Then::kClose}}) {
        Peer peer([&](const Peer::Request&) { return Peer::Reply{bytes, then}; });
        const auto result = run(request(peer.url()));
        EXPECT_EQ(result.reached, Reached::kSent) << bytes;
        EXPECT_EQ(result.status, 0) << bytes;
        EXPECT_NE(result.error, "") << bytes;
    }
}

TEST_F(TransfersTest, AStatusCountsWhateverBecomesOfTheBody) {
    const std::string huge(3 * 1024 * 1024, 'x');
    for (const auto& [bytes, then] : std::vector<std::pair<std::string, Peer::Then>>{
             {"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\nshort", Peer::Then::kClose},
             {"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\nshort", Peer::Then::kReset},
             {"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
              Peer::Then::kClose},
             {"HTTP/1.1 201 Created\r\n\r\n" + huge, Peer::Then::kClose},
             {"HTTP/1.1 201 Created\r\nContent-Length: 1000000\r\n\r\n", Peer::Then::kTrickle},
             {"HTTP/1.1 201 Created\r\nX: ", Peer::Then::kTrickle}}) {
        Peer peer([&](const Peer::Request&) { return Peer::Reply{bytes, then}; });
        auto wanted = request(peer.url());
        wanted.timeout = 500ms;
        const auto result = run(std::move(wanted));
        EXPECT_EQ(result.reached, Reached::kAnswered) << bytes.substr(0, 60);
        EXPECT_EQ(result.status, 201) << bytes.substr(0, 60);
        EXPECT_NE(result.error, "") << bytes.substr(0, 60);
        EXPECT_LE(result.response.size(), 4096U);
    }
}

TEST_F(TransfersTest, AnEndlessHeaderIsGivenUp) {
    std::string bytes = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 20'000; ++i)
        bytes += "X-" + std::to_string(i) + ": some value or other\r\n";
    Peer peer([&](const Peer::Request&) { return Peer::Reply{bytes, Peer::Then::kHang}; });
    const auto result = run(request(peer.url()));
    EXPECT_THAT(result.error, HasSubstr("header is too large"));
}

// A kept connection that dies under a request: libcurl would send it again.
TEST_F(TransfersTest, WhatMayNotBeRepeatedLeavesOnce) {
    Peer peer([](const Peer::Request& asked) {
        return asked.on_connection == 1 ? Peer::answer(200) : Peer::Reply{"", Peer::Then::kReset};
    });
    auto wanted = request(peer.url("/first"), 1);
    EXPECT_EQ(run(wanted).status, 200);
    wanted = request(peer.url("/pay"), 2);
    wanted.may_repeat = false;
    const auto result = run(wanted);
    EXPECT_EQ(result.reached, Reached::kSent) << result.status;
    const auto asked = peer.requests();
    ASSERT_EQ(asked.size(), 2U);
    EXPECT_EQ(asked[1].connection, 1U);
    // Nothing of it is on another connection.
    EXPECT_EQ(peer.bytes(), asked[0].head.size() + asked[0].body.size() + asked[1].head.size() +
                                asked[1].body.size() + 4);
}

TEST_F(TransfersTest, WhatMayBeRepeatedIsSentAgainOnANewConnection) {
    Peer peer([](const Peer::Request& asked) {
        return asked.on_connection == 1 ? Peer::answer(200) : Peer::Reply{"", Peer::Then::kClose};
    });
    EXPECT_EQ(run(request(peer.url())).status, 200);
    EXPECT_EQ(run(request(peer.url())).status, 200);
    EXPECT_EQ(peer.requests().size(), 3U);
}

TEST_F(TransfersTest, PrivateAddressesAreRefusedInWhateverSpelling) {
    Peer peer([](const Peer::Request&) { return Peer::answer(200); });
    make(4'000, false);
    const std::string port = ":" + std::to_string(peer.port()) + "/";
    for (const char* host : {"127.0.0.1", "2130706433", "0177.0.0.1", "0x7f.1", "127.1",
                             "[::ffff:127.0.0.1]", "[::1]", "0.0.0.0", "[::]"}) {
        const auto result = run(request("http://" + std::string(host) + port));
        EXPECT_EQ(result.reached, Reached::kNotSent) << host;
        EXPECT_THAT(result.error, HasSubstr("not an address of the public Internet")) << host;
    }
    EXPECT_EQ(peer.connections(), 0U);
}

TEST_F(TransfersTest, NamesOfPrivateAddressesAreRefused) {
    Peer peer([](const Peer::Request&) { return Peer::answer(200); });
    make(4'000, false);
    const std::string port = ":" + std::to_string(peer.port()) + "/";
    resolver_->set("localhost", {{"127.0.0.1"}});
    resolver_->set("localhost.", {{"127.0.0.1"}});
    resolver_->set("one-of-two.test", {{"1.1.1.1", "127.0.0.1"}});
    for (const char* host : {"localhost", "localhost.", "one-of-two.test"}) {
        const auto result = run(request("http://" + std::string(host) + port));
        EXPECT_EQ(result.reached, Reached::kNotSent) << host;
        EXPECT_THAT(result.error, HasSubstr("127.0.0.1")) << host;
    }
    EXPECT_EQ(peer.connections(), 0U);
}

TEST_F(TransfersTest, TheConnectionGoesToTheAddressThatWasChecked) {
    Peer peer([](const Peer::Request&) { return Peer::answer(200); });
    const std::string port = ":" + std::to_string(peer.port()) + "/";
    // Nobody but this resolver knows the name; and it answers something else the next time.
    resolver_->set("rebind.test", {{"127.0.0.1"}, {"10.0.0.1"}});
    const auto result = run(request("http://rebind.test" + port));
    EXPECT_EQ(result.status, 200);
    EXPECT_EQ(result.address, "127.0.0.1");
    EXPECT_EQ(peer.requests().at(0).header("Host"), "rebind.test:" + std::to_string(peer.port()));
    EXPECT_EQ(resolver_->asked(), 1);
}

TEST_F(TransfersTest, ANameThatNobodyKnowsIsNotSent) {
    const auto result = run(request("http://nobody.test/"));
    EXPECT_EQ(result.reached, Reached::kNotSent);
    EXPECT_THAT(result.error, HasSubstr("nobody.test"));
}

TEST_F(TransfersTest, ALookupThatHangsKeepsNobodyElse) {
    Peer peer([](const Peer::Request&) { return Peer::answer(200); });
    const std::string port = ":" + std::to_string(peer.port()) + "/";
    resolver_->set("quick.test", {{"127.0.0.1"}});
    resolver_->hang("slow.test");
    auto slow = request("http://slow.test" + port, 1);
    slow.timeout = 300ms;
    ASSERT_TRUE(transfers_->start(slow));
    EXPECT_EQ(run(request("http://quick.test" + port, 2)).status, 200);
    const auto result = wait(1).at(0);
    EXPECT_EQ(result.id, 1U);
    EXPECT_EQ(result.reached, Reached::kNotSent);
    EXPECT_THAT(result.error, HasSubstr("not found in time"));
    resolver_->hang("");
}

TEST_F(TransfersTest, ManyAtOnceAndNoMoreThanAreAllowed) {
    Peer peer([](const Peer::Request& asked) {
        return asked.path() == "/hang" ? Peer::Reply{"", Peer::Then::kHang} : Peer::answer(200);
    });
    make(200);
    for (std::uint64_t i = 0; i < 200; ++i) {
        auto wanted = request(peer.url(i % 2 == 0 ? "/hang" : "/ok"), i);
        wanted.timeout = 3s;
        EXPECT_TRUE(transfers_->start(std::move(wanted)));
    }
    const auto quick = wait(100);
    for (const TransferResult& result : quick)
        EXPECT_EQ(result.status, 200) << result.error;
    EXPECT_LE(transfers_->under_way(), 100U);
    EXPECT_EQ(wait(100).size() + quick.size(), 200U);
    EXPECT_EQ(transfers_->under_way(), 0U);
}

TEST_F(TransfersTest, RefusesMoreThanMost) {
    Peer peer([](const Peer::Request&) { return Peer::Reply{"", Peer::Then::kHang}; });
    make(2);
    EXPECT_TRUE(transfers_->start(request(peer.url(), 1)));
    EXPECT_TRUE(transfers_->start(request(peer.url(), 2)));
    EXPECT_FALSE(transfers_->start(request(peer.url(), 3)));
    transfers_->stop(0ms);
    EXPECT_EQ(wait(2).size(), 2U);
}

TEST_F(TransfersTest, AStopEndsWhatIsUnderWayAndSaysWhatHadLeft) {
    Peer peer([](const Peer::Request&) { return Peer::Reply{"", Peer::Then::kHang}; });
    resolver_->hang("slow.test");
    ASSERT_TRUE(transfers_->start(request(peer.url(), 1)));
    ASSERT_TRUE(transfers_->start(request("http://slow.test/", 2)));
    ASSERT_TRUE(peer.wait_for(1));
    transfers_->stop(50ms);
    EXPECT_FALSE(transfers_->start(request(peer.url(), 3)));
    std::map<std::uint64_t, Reached> reached;
    for (const TransferResult& result : wait(2))
        reached[result.id] = result.reached;
    EXPECT_EQ(reached[1], Reached::kSent);
    EXPECT_EQ(reached[2], Reached::kNotSent);
    resolver_->hang("");
}

TEST_F(TransfersTest, ANameServerThatHangsKeepsNoStop) {
    resolver_->hang("slow.test");
    ASSERT_TRUE(transfers_->start(request("http://slow.test/", 1)));
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (resolver_->asked() == 0 && std::chrono::steady_clock::now() < end)
        std::this_thread::yield();
    transfers_.reset();  // it would never end
    EXPECT_EQ(wait(1).at(0).reached, Reached::kNotSent);
    resolver_->hang("");
}

TEST_F(TransfersTest, AStopWaitsForWhatEndsInTime) {
    Peer peer([](const Peer::Request&) { return Peer::answer(200); });
    for (std::uint64_t i = 1; i <= 20; ++i)
        ASSERT_TRUE(transfers_->start(request(peer.url(), i)));
    transfers_->stop(10s);
    for (const TransferResult& result : wait(20))
        EXPECT_EQ(result.status, 200) << result.error;
}

}  // namespace
}  // namespace eyed::delivery
