// How the server ends, and what happens to clients that end first.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <future>

#include "http/test_server.h"

namespace eyed::http {
namespace {

using test::body_of;
using test::Client;
using test::TestServer;

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(HttpStop, ClosesIdleConnectionsAtOnce) {
    TestServer server;
    Client client(server.port());
    client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    client.answer();
    EXPECT_EQ(server->stop(seconds(30)), 0u);
    EXPECT_TRUE(client.closed());
}

TEST(HttpStop, LetsARequestInFlightEnd) {
    TestServer server;
    Client client(server.port());
    client.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n");
    server.await_at_gate(1);
    auto stopping = std::async(std::launch::async, [&] { return server->stop(seconds(30)); });
    server.open_gate();
    const std::string answer = client.rest();
    EXPECT_EQ(body_of(answer), "opened");
    EXPECT_EQ(stopping.get(), 0u);
}

TEST(HttpStop, TellsOfHandlersThatDoNotEndInTime) {
    TestServer server;
    Client client(server.port());
    client.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n");
    server.await_at_gate(1);
    EXPECT_EQ(server->stop(milliseconds(1)), 1u);
    EXPECT_TRUE(client.closed());
    server.open_gate();  // the destructor waits for it
}

TEST(HttpStop, ClosesWhoeverHasBegunARequestWhenPatienceEnds) {
    TestServer server;
    Client client(server.port());
    client.send("GET /hello HTTP/1.1\r\n");
    while (server->counters().open == 0)
        std::this_thread::yield();
    EXPECT_EQ(server->stop(milliseconds(1)), 0u);
    EXPECT_TRUE(client.closed());
}

TEST(HttpStop, AServerThatNeverStartedGoesAway) {
    Router router;
    const auto server = Server::create({}, router, {});
    ASSERT_TRUE(server);
    EXPECT_NE((*server)->port(), 0);
}

TEST(HttpStop, AHandlerOutlivesItsClient) {
    TestServer server;
    {
        Client client(server.port());
        client.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n");
        server.await_at_gate(1);
    }
    server.open_gate();
    while (server->counters().open > 0)
        std::this_thread::yield();
    EXPECT_EQ(server->counters().requests, 1u);
}

TEST(HttpStop, SurvivesManyClientsComingAndGoing) {
    TestServer server;
    std::vector<std::thread> clients;
    for (int i = 0; i < 8; ++i) {
        clients.emplace_back([&server, i] {
            for (int round = 0; round < 30; ++round) {
                Client client(server.port());
                client.send("POST /later HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab");
                if ((round + i) % 3 == 0) continue;  // leaves before the answer
                EXPECT_EQ(body_of(client.answer()), "ab");
            }
        });
    }
    for (std::thread& client : clients)
        client.join();
    // Who left at once may not have been accepted yet.
    while (server->counters().accepted < 240 || server->counters().open > 0)
        std::this_thread::yield();
    EXPECT_EQ(server->counters().accepted, 240u);
}

TEST(HttpStop, StopsWhileManyRequestsCome) {
    TestServer server;
    std::atomic<int> answered{0};
    std::deque<Client> connected;  // all of them before the first asks: the stop may come any time
    for (int i = 0; i < 4; ++i)
        connected.emplace_back(server.port());
    std::vector<std::thread> clients;
    for (Client& client : connected) {
        clients.emplace_back([&client, &answered] {
            while (client.send("POST /later HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab")) {
                const std::string answer = client.answer();
                if (answer.empty()) break;
                EXPECT_EQ(body_of(answer), "ab");  // never half an answer
                ++answered;
            }
        });
    }
    while (answered < 200)
        std::this_thread::yield();
    EXPECT_EQ(server->stop(seconds(30)), 0u);
    for (std::thread& client : clients)
        client.join();
}

TEST(HttpStop, ExecutorsResumeWhatIsPostedInOrder) {
    TestServer server;
    struct Waiter {
        Executor* executor;
        Resumption resumption;
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> handle) { resumption.handle = handle; }
        void await_resume() const noexcept {}
    };
    static constexpr int kCount = 1000;
    std::vector<int> order;
    std::vector<Waiter> waiters(kCount);
    std::promise<void> done;
    const auto wait = [](Waiter& waiter, std::vector<int>& order, int number,
                         std::promise<void>& done) -> Task<void> {
        co_await waiter;
        order.push_back(number);
        if (number == kCount - 1) done.set_value();
    };
    for (int i = 0; i < kCount; ++i)
        spawn(wait(waiters[static_cast<std::size_t>(i)], order, i, done));
    Executor* const executor = server->executors().front();
    for (int i = 0; i < kCount; i += 10) {
        ResumeBatch batch;
        for (int j = i; j < i + 10; ++j)
            batch.add(*executor, waiters[static_cast<std::size_t>(j)].resumption);
    }
    done.get_future().wait();
    for (int i = 0; i < kCount; ++i)
        EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

}  // namespace
}  // namespace eyed::http
