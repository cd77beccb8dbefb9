#include "http/forwarded.h"

#include <gtest/gtest.h>

#include "base/blocking.h"

namespace eyed::http {
namespace {

class Forwarded : public testing::Test {
  protected:
    Forwarded() {
        request.peer = "10.0.0.1";
        request.host = "inside:8000";
    }
    void take(std::vector<Field> headers) {
        request.headers = std::move(headers);
        take_forwarded(trusted, request);
    }
    BlockingLoop loop;
    Request request{loop};
    std::vector<Network> trusted{*Network::parse("10.0.0.0/8"), *Network::parse("fd00::/8")};
};

TEST_F(Forwarded, ATrustedProxySaysWhoAndHow) {
    take({{"X-Forwarded-For", "203.0.113.9"},
          {"x-forwarded-proto", "HTTPS"},
          {"X-Forwarded-Host", "events.example"}});
    EXPECT_EQ(request.peer, "203.0.113.9");
    EXPECT_EQ(request.base_url(), "https://events.example");
}

TEST_F(Forwarded, AnybodyElseDoesNot) {
    request.peer = "192.0.2.1";
    take({{"X-Forwarded-For", "203.0.113.9"},
          {"X-Forwarded-Proto", "https"},
          {"X-Forwarded-Host", "evil.example"}});
    EXPECT_EQ(request.peer, "192.0.2.1");
    EXPECT_EQ(request.base_url(), "http://inside:8000");
}

TEST_F(Forwarded, TheClientIsTheLastThatNoTrustedProxyIs) {
    take({{"X-Forwarded-For", "1.1.1.1, 203.0.113.9, fd00::5 , 10.0.0.2"}});
    EXPECT_EQ(request.peer, "203.0.113.9") << "what stands before it anybody may have written";
}

TEST_F(Forwarded, EachProxyMayAddAFieldOfItsOwn) {
    take({{"X-Forwarded-For", "1.1.1.1, 203.0.113.9"}, {"X-Forwarded-For", "10.0.0.9"}});
    EXPECT_EQ(request.peer, "203.0.113.9");
}

TEST_F(Forwarded, TheNearestProxysFieldCounts) {
    take({{"X-Forwarded-Host", "evil.example"},
          {"X-Forwarded-Host", "a.example, events.example"},
          {"X-Forwarded-For", "6.6.6.6"},
          {"X-Forwarded-For", "203.0.113.9"}});
    EXPECT_EQ(request.base_url(), "http://events.example");
    EXPECT_EQ(request.peer, "203.0.113.9");
}

TEST_F(Forwarded, WhatIsMalformedIsNotThere) {
    take({{"X-Forwarded-For", "unknown"},
          {"X-Forwarded-Proto", "gopher"},
          {"X-Forwarded-Host", "a\"><script>"}});
    EXPECT_EQ(request.peer, "10.0.0.1");
    EXPECT_EQ(request.base_url(), "http://inside:8000");
}

}  // namespace
}  // namespace eyed::http
