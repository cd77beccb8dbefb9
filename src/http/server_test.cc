#include "http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/test_server.h"

namespace eyed::http {
namespace {

using test::body_of;
using test::Client;
using test::starts;
using test::TestServer;
using testing::HasSubstr;
using testing::Not;

TEST(HttpServer, AnswersOneRequestAfterTheOtherOnAConnection) {
    TestServer server;
    Client client(server.port());
    for (int i = 0; i < 3; ++i) {
        client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
        const std::string answer = client.answer();
        EXPECT_TRUE(starts(answer, 200)) << answer;
        EXPECT_EQ(body_of(answer), "hello");
        EXPECT_THAT(answer, HasSubstr("\r\nContent-Type: text/plain; charset=utf-8\r\n"));
        EXPECT_THAT(answer, HasSubstr("\r\nDate: "));
        EXPECT_THAT(answer, Not(HasSubstr("Connection:")));
    }
}

TEST(HttpServer, AnswersPipelinedRequestsInOrder) {
    TestServer server;
    Client client(server.port());
    std::string requests;
    for (int i = 0; i < 500; ++i)
        requests +=
            "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n" + std::to_string(100 + i);
    client.send(requests);
    for (int i = 0; i < 500; ++i)
        ASSERT_EQ(body_of(client.answer()), std::to_string(100 + i));
}

TEST(HttpServer, AnswersPipelinedRequestsInOrderWhenHandlersWait) {
    TestServer server;
    Client client(server.port());
    std::string requests;
    for (int i = 0; i < 50; ++i) {
        requests += "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
        requests +=
            "POST /later HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n" + std::to_string(10 + i);
    }
    client.send(requests);
    for (int i = 0; i < 50; ++i) {
        ASSERT_EQ(body_of(client.answer()), "hello");
        ASSERT_EQ(body_of(client.answer()), std::to_string(10 + i));
    }
}

TEST(HttpServer, DoesNotHoldBackAnAnswerForASlowPipelinedNeighbour) {
    TestServer server;
    Client client(server.port());
    client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\nGET /gate HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(body_of(client.answer()), "hello");
    server.open_gate();
    EXPECT_EQ(body_of(client.answer()), "opened");
}

TEST(HttpServer, TakesARequestByteByByte) {
    TestServer server;
    Client client(server.port());
    for (const char c :
         std::string("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody"))
        client.send({&c, 1});
    EXPECT_EQ(body_of(client.answer()), "body");
}

TEST(HttpServer, TakesEmptyLinesBeforeARequest) {
    TestServer server;
    Client client(server.port());
    client.send("\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(body_of(client.answer()), "hello");
}

TEST(HttpServer, ClosesAfterAnHttp10RequestUnlessAskedToKeep) {
    TestServer server;
    Client once(server.port());
    once.send("GET /hello HTTP/1.0\r\n\r\n");
    const std::string answer = once.rest();
    EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_EQ(body_of(answer), "hello");

    Client kept(server.port());
    for (int i = 0; i < 2; ++i) {
        kept.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        EXPECT_THAT(kept.answer(), HasSubstr("\r\nConnection: keep-alive\r\n"));
    }
}

TEST(HttpServer, ClosesWhenAskedTo) {
    TestServer server;
    Client client(server.port());
    client.send("GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(client.rest(), HasSubstr("\r\nConnection: close\r\n"));
}

TEST(HttpServer, AnswersHeadWithTheHeaderOfGetAndNoBody) {
    TestServer server;
    Client client(server.port());
    client.send("HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.head(), HasSubstr("\r\nContent-Length: 5\r\n"));
    EXPECT_EQ(body_of(client.answer()), "hello");
}

TEST(HttpServer, Sends204WithoutLength) {
    TestServer server;
    Client client(server.port());
    client.send("DELETE /echo HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string answer = client.head();
    EXPECT_TRUE(starts(answer, 204));
    EXPECT_THAT(answer, Not(HasSubstr("Content-Length")));
}

TEST(HttpServer, FindsRoutesWithAndWithoutTrailingSlash) {
    TestServer server;
    Client client(server.port());
    for (const char* path : {"/item/a%2Fb", "/item/a%2Fb/", "http://x/item/a%2Fb?q=1"}) {
        client.send("GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_EQ(body_of(client.answer()), "a/b") << path;
    }
}

TEST(HttpServer, Refuses404And405AndStaysOpen) {
    TestServer server;
    Client client(server.port());
    client.send("GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(starts(client.answer(), 404));
    client.send("PUT /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nxy");
    const std::string answer = client.answer();
    EXPECT_TRUE(starts(answer, 405)) << answer;
    EXPECT_THAT(answer, HasSubstr("\r\nAllow: GET, HEAD, OPTIONS\r\n"));
    client.send("BREW /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(starts(client.answer(), 405));
}

TEST(HttpServer, SendsTheRequestIdBackOrMakesOne) {
    TestServer server;
    Client client(server.port());
    client.send("GET /hello HTTP/1.1\r\nHost: x\r\nX-Request-Id: abc-1\r\n\r\n");
    EXPECT_THAT(client.answer(), HasSubstr("\r\nX-Request-Id: abc-1\r\n"));
    for (const std::string& bad :
         {std::string("a b"), std::string("a\"b<script>"), std::string(129, 'x')}) {
        client.send("GET /hello HTTP/1.1\r\nHost: x\r\nX-Request-Id: " + bad + "\r\n\r\n");
        EXPECT_THAT(client.answer(),
                    testing::ContainsRegex("X-Request-Id: [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-"
                                           "[89ab][0-9a-f]{3}-[0-9a-f]{12}\r\n"));
    }
}

TEST(HttpServer, AsksTheGuardBeforeTheBodyIsSent) {
    TestServer server;
    Client client(server.port());
    client.send(
        "POST /guarded HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n"
        "Expect: 100-continue\r\n\r\n");
    EXPECT_TRUE(starts(client.rest(), 401));
}

TEST(HttpServer, KeepsTheConnectionWhenARefusedBodyCameWhole) {
    TestServer server;
    Client client(server.port());
    for (int i = 0; i < 2; ++i) {
        client.send("POST /guarded HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab");
        EXPECT_TRUE(starts(client.answer(), 401));
    }
}

TEST(HttpServer, SaysContinueWhenTheBodyIsWanted) {
    TestServer server;
    Client client(server.port());
    client.send(
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(client.head(), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("body");
    EXPECT_EQ(body_of(client.answer()), "body");
}

TEST(HttpServer, Refuses417OtherExpectations) {
    TestServer server;
    Client client(server.port());
    client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: tea\r\n\r\nx");
    EXPECT_TRUE(starts(client.answer(), 417));
}

TEST(HttpServer, AnswersOptionsWithWhatAPathOffers) {
    TestServer server;
    Client client(server.port());
    client.send("OPTIONS /echo HTTP/1.1\r\nHost: x\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string answer = client.head();
    EXPECT_TRUE(starts(answer, 204));
    EXPECT_THAT(answer, HasSubstr("\r\nAllow: POST, DELETE, OPTIONS\r\n"));
    EXPECT_TRUE(starts(client.head(), 204));
}

TEST(HttpServer, APreflightGetsNoAnswerOfARoute) {
    TestServer server;
    Client client(server.port());
    client.send("OPTIONS /open HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(starts(client.answer(), 200));
    client.send(
        "OPTIONS /open HTTP/1.1\r\nHost: x\r\nOrigin: https://app.example\r\n"
        "Access-Control-Request-Method: POST\r\n\r\n");
    const std::string preflight = client.head();
    EXPECT_TRUE(starts(preflight, 204));
    EXPECT_THAT(preflight, Not(HasSubstr("Access-Control")));
}

TEST(HttpServer, LetsTheOriginsOfTheSettingIn) {
    Options options;
    options.cors_origins = {"https://app.example"};
    TestServer server(options);
    Client client(server.port());
    client.send(
        "OPTIONS /echo HTTP/1.1\r\nHost: x\r\nOrigin: https://app.example\r\n"
        "Access-Control-Request-Method: POST\r\n"
        "Access-Control-Request-Headers: authorization\r\n\r\n");
    const std::string preflight = client.head();
    EXPECT_TRUE(starts(preflight, 204));
    EXPECT_THAT(preflight, HasSubstr("Access-Control-Allow-Origin: https://app.example\r\n"));
    EXPECT_THAT(preflight, HasSubstr("Access-Control-Allow-Methods: POST, DELETE, OPTIONS\r\n"));
    EXPECT_THAT(preflight, HasSubstr("Access-Control-Allow-Headers: authorization\r\n"));
    EXPECT_THAT(preflight, HasSubstr("Access-Control-Max-Age: "));

    client.send("GET /hello HTTP/1.1\r\nHost: x\r\nOrigin: https://other.example\r\n\r\n");
    const std::string other = client.answer();
    EXPECT_THAT(other, Not(HasSubstr("Access-Control")));
    EXPECT_THAT(other, HasSubstr("\r\nVary: Origin\r\n"));
}

TEST(HttpServer, LetsAnyOriginInWhenTheSettingIsAStar) {
    Options options;
    options.cors_origins = {"*"};
    TestServer server(options);
    Client client(server.port());
    client.send("GET /hello HTTP/1.1\r\nHost: x\r\nOrigin: https://a.example\r\n\r\n");
    EXPECT_THAT(client.answer(), HasSubstr("\r\nAccess-Control-Allow-Origin: *\r\n"));
}

TEST(HttpServer, TellsTheHookOfEachAnswer) {
    TestServer server;
    Client client(server.port());
    client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody");
    client.answer();
    client.send("GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n");
    client.answer();
    const std::vector<std::string> lines = server.log();
    EXPECT_THAT(lines, testing::ElementsAre("POST /echo 200 4 4 127.0.0.1",
                                            "GET /nowhere 404 0 11 127.0.0.1"));
    EXPECT_EQ(server->counters().requests, 2u);
}

TEST(HttpServer, SendsALargeBodyWhole) {
    TestServer server;
    Client client(server.port());
    const std::string body(5'000'000, 'b');
    client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\n" + body);
    EXPECT_EQ(body_of(client.answer()), body);
}

TEST(HttpServer, FailsToListenOnATakenPort) {
    TestServer server;
    Router router;
    Options options;
    options.port = server.port();
    const auto second = Server::create(options, router, {});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Code::kIo);
}

}  // namespace
}  // namespace eyed::http
