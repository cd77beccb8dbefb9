// What the server refuses, and when it loses patience.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "http/test_server.h"
#include "io/temporary_directory.h"

namespace eyed::http {
namespace {

using test::body_of;
using test::Client;
using test::starts;
using test::TestServer;
using testing::HasSubstr;

using std::chrono::milliseconds;

/// One request that must be refused, after which the server closes.
struct Refused {
    const char* name;
    std::string request;
    int status;
};

class Refusals : public testing::TestWithParam<Refused> {};

TEST_P(Refusals, AreAnsweredThenClosed) {
    TestServer server;
    Client client(server.port());
    client.send(GetParam().request);
    const std::string answer = client.answer();
    EXPECT_TRUE(starts(answer, GetParam().status)) << answer;
    EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
    client.end_sending();
    EXPECT_TRUE(client.closed());
}

const std::string kPost = "POST /echo HTTP/1.1\r\nHost: x\r\n";

INSTANTIATE_TEST_SUITE_P(
    Http, Refusals,
    testing::Values(
        Refused{"garbage", "what is this\r\n\r\n", 400}, Refused{"binary", "\x16\x03\x01\x02", 400},
        Refused{"no_host", "GET /hello HTTP/1.1\r\n\r\n", 400},
        Refused{"two_hosts", "GET /hello HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400},
        Refused{"bad_host", "GET /hello HTTP/1.1\r\nHost: x<y\r\n\r\n", 400},
        Refused{"no_path", "GET hello HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        Refused{"space_in_name", "GET /hello HTTP/1.1\r\nHost: x\r\nA b: c\r\n\r\n", 400},
        Refused{"space_before_colon", "GET /hello HTTP/1.1\r\nHost : x\r\n\r\n", 400},
        Refused{"folded", "GET /hello HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", 400},
        Refused{"version_2", "GET /hello HTTP/2.0\r\nHost: x\r\n\r\n", 505},
        Refused{"version_1_2", "GET /hello HTTP/1.2\r\nHost: x\r\n\r\n", 505},
        Refused{"bad_version", "GET /hello HTTPS/1.1\r\nHost: x\r\n\r\n", 400},
        Refused{"length_and_chunked",
                kPost + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        Refused{"chunked_and_length",
                kPost + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400},
        Refused{"two_lengths", kPost + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400},
        Refused{"length_list", kPost + "Content-Length: 3, 3\r\n\r\nabc", 400},
        Refused{"length_sign", kPost + "Content-Length: +3\r\n\r\nabc", 400},
        Refused{"length_negative", kPost + "Content-Length: -3\r\n\r\nabc", 400},
        Refused{"length_hex", kPost + "Content-Length: 0x3\r\n\r\nabc", 400},
        Refused{"length_huge", kPost + "Content-Length: 99999999999999999999999\r\n\r\nabc", 400},
        Refused{"chunked_in_1_0",
                "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        Refused{"two_codings", kPost + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
        Refused{"unknown_coding", kPost + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501},
        Refused{"chunk_size", kPost + "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n", 400},
        Refused{"chunk_end", kPost + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n", 400},
        Refused{"chunk_newline", kPost + "Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n", 400},
        Refused{"chunk_huge", kPost + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n\r\n",
                400},
        Refused{"long_target", "GET /" + std::string(20'000, 'a'), 414},
        Refused{"long_header", "GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(20'000, 'a'), 431},
        Refused{"many_fields",
                [] {
                    std::string request = "GET /hello HTTP/1.1\r\nHost: x\r\n";
                    for (int i = 0; i < 200; ++i)
                        request += "A: b\r\n";
                    return request + "\r\n";
                }(),
                431},
        Refused{"long_body", kPost + "Content-Length: 16777217\r\n\r\n", 413},
        Refused{"long_open_body", "POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n",
                413}),
    [](const auto& info) { return info.param.name; });

TEST(HttpLimits, ARequestOfExactlyTheLimitsPasses) {
    Options options;
    options.limits.body = 100'000;
    TestServer server(options);
    Client client(server.port());
    std::string head = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\nA: ";
    head += std::string(options.limits.header - head.size() - 4, 'a') + "\r\n\r\n";
    client.send(head + std::string(100'000, 'b'));
    EXPECT_EQ(body_of(client.answer()).size(), 100'000u);
    client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100001\r\n\r\n");
    EXPECT_TRUE(starts(client.answer(), 413));
}

TEST(HttpLimits, AClientThatSendsOnSeesTheRefusal) {
    TestServer server;
    Client client(server.port());
    client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 20000000\r\n\r\n");
    const std::string piece(1'000'000, 'x');
    for (int i = 0; i < 20; ++i)
        ASSERT_TRUE(client.send(piece));
    EXPECT_TRUE(starts(client.answer(), 413));
}

TEST(HttpLimits, AChunkedBodyOverTheLimitIsRefused) {
    TestServer server;
    Client client(server.port());
    client.send("POST /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    client.send("20000\r\n" + std::string(0x20000, 'x') + "\r\n0\r\n\r\n");
    EXPECT_TRUE(starts(client.answer(), 413));
}

TEST(HttpLimits, BodiesOverTheBudgetAreRefused503) {
    Options options;
    options.limits.bodies_in_flight = 1'000'000;
    TestServer server(options);
    Client client(server.port());
    client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 8000000\r\n\r\n");
    client.send(std::string(4'000'000, 'x'));
    const std::string answer = client.answer();
    EXPECT_TRUE(starts(answer, 503));
    EXPECT_THAT(answer, HasSubstr("\r\nRetry-After: 1\r\n"));
    client.close();
    while (server->counters().open > 0)
        std::this_thread::yield();
    EXPECT_EQ(server->counters().body_bytes, 0u);
}

TEST(HttpLimits, ASlowHeaderIsAnswered408) {
    Options options;
    options.limits.header_timeout = milliseconds(200);
    TestServer server(options);
    Client client(server.port());
    client.send("GET /hello HTTP/1.1\r\nHo");
    EXPECT_TRUE(starts(client.answer(), 408));
    client.end_sending();
    EXPECT_TRUE(client.closed());
}

TEST(HttpLimits, ASlowBodyIsAnswered408) {
    Options options;
    options.limits.body_timeout = milliseconds(200);
    TestServer server(options);
    for (const char* length : {"Content-Length: 10\r\n", "Transfer-Encoding: chunked\r\n"}) {
        Client client(server.port());
        client.send(kPost + length + "\r\n5\r\na");
        EXPECT_TRUE(starts(client.answer(), 408));
    }
}

TEST(HttpLimits, AnIdleConnectionIsClosedSilently) {
    Options options;
    options.limits.idle_timeout = milliseconds(200);
    TestServer server(options);
    Client client(server.port());
    EXPECT_TRUE(client.closed());
}

TEST(HttpLimits, AClientThatDoesNotReadIsDropped) {
    Options options;
    options.limits.write_timeout = milliseconds(200);
    TestServer server(options);
    Client client(server.port());
    std::string requests;
    for (int i = 0; i < 400; ++i)
        requests += "GET /big HTTP/1.1\r\nHost: x\r\n\r\n";
    client.send(requests);  // 40 MB of answers: more than the sockets hold
    while (server->counters().timeouts == 0 || server->counters().open > 0)
        std::this_thread::yield();
}

struct Pace {
    std::size_t bytes;  ///< of the file
    std::size_t piece;
    milliseconds pause;  ///< after each piece, until the server loses patience
};
/// Reads a file in pieces: how much came before the server closed.
std::size_t read_paced(TestServer& server, const Pace& pace) {
    const io::TemporaryDirectory directory;
    const std::string path = directory.file("export");
    std::ofstream(path, std::ios::binary) << std::string(pace.bytes, 'x');
    server.file_body = {path, pace.bytes, FileBody::Afterwards::kKeep};
    Client client(server.port());
    client.send("GET /file HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    std::string piece(pace.piece, '\0');
    std::size_t read = 0;
    while (true) {
        const ssize_t got = ::recv(client.descriptor(), piece.data(), piece.size(), 0);
        if (got <= 0) return read;
        read += static_cast<std::size_t>(got);
        if (server->counters().timeouts == 0) std::this_thread::sleep_for(pace.pause);
    }
}

TEST(HttpLimits, AClientThatTricklesIsDropped) {
    Options options;
    options.limits.write_timeout = milliseconds(1000);
    options.limits.write_rate = 1'000'000'000;
    TestServer server(options);
    // Ten megabytes a second: there is progress many times within the timeout, and too little.
    constexpr Pace kTrickle{.bytes = 60'000'000, .piece = 100'000, .pause = milliseconds(10)};
    EXPECT_LT(read_paced(server, kTrickle), kTrickle.bytes);
    EXPECT_EQ(server->counters().timeouts, 1u);
}

TEST(HttpLimits, ASteadyClientMayReadForLongerThanTheWriteTimeout) {
    Options options;
    options.limits.write_timeout = milliseconds(500);
    options.limits.write_rate = 1'000'000;
    TestServer server(options);
    constexpr Pace kSteady{.bytes = 16'000'000, .piece = 100'000, .pause = milliseconds(10)};
    EXPECT_GT(read_paced(server, kSteady), kSteady.bytes);
    EXPECT_EQ(server->counters().timeouts, 0u);
}

TEST(HttpLimits, OneConnectionTooManyDropsTheOldestIdleOne) {
    Options options;
    options.threads = 1;
    options.limits.connections = 2;
    TestServer server(options);
    Client first(server.port());
    first.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    first.answer();
    Client second(server.port());
    second.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    second.answer();
    Client third(server.port());
    EXPECT_TRUE(first.closed());
    for (Client* client : {&second, &third}) {
        client->send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_EQ(body_of(client->answer()), "hello");
    }
}

TEST(HttpLimits, OneConnectionTooManyIsRefusedWhenNoneIsIdle) {
    Options options;
    options.threads = 1;
    options.limits.connections = 1;
    TestServer server(options);
    Client busy(server.port());
    busy.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n");
    server.await_at_gate(1);
    Client refused(server.port());
    EXPECT_TRUE(starts(refused.rest(), 503));
    EXPECT_EQ(server->counters().refused, 1u);
    server.open_gate();
    EXPECT_EQ(body_of(busy.answer()), "opened");
}

TEST(HttpLimits, BadLimitsAreRefusedAtTheStart) {
    Router router;
    Options options;
    options.limits.header = 10;
    const auto server = Server::create(options, router, {});
    ASSERT_FALSE(server);
    EXPECT_EQ(server.error().code, Code::kInvalidArgument);
}

}  // namespace
}  // namespace eyed::http
