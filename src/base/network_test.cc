#include "base/network.h"

#include <gtest/gtest.h>

namespace eyed {
namespace {

bool contains(std::string_view network, std::string_view address) {
    const auto parsed = Network::parse(network);
    EXPECT_TRUE(parsed) << network;
    return parsed && parsed->contains(address);
}

TEST(Network, HoldsTheAddressesOfItsPrefix) {
    EXPECT_TRUE(contains("10.0.0.0/8", "10.255.0.1"));
    EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.0"));
    EXPECT_TRUE(contains("192.168.4.0/22", "192.168.7.255"));
    EXPECT_FALSE(contains("192.168.4.0/22", "192.168.8.0"));
    EXPECT_TRUE(contains("fd00::/8", "fdab::1"));
    EXPECT_FALSE(contains("fd00::/8", "fe80::1"));
    EXPECT_TRUE(contains("0.0.0.0/0", "1.2.3.4"));
    EXPECT_FALSE(contains("0.0.0.0/0", "::1"));
    EXPECT_TRUE(contains("::/0", "::1"));
}

TEST(Network, AnAddressIsANetworkOfOne) {
    EXPECT_TRUE(contains("127.0.0.1", "127.0.0.1"));
    EXPECT_FALSE(contains("127.0.0.1", "127.0.0.2"));
    EXPECT_TRUE(contains("::1", "0:0:0:0:0:0:0:1"));
}

TEST(Network, MappedAddressesAreThoseTheyStandFor) {
    EXPECT_TRUE(contains("10.0.0.0/8", "::ffff:10.1.2.3"));
    EXPECT_TRUE(contains("::ffff:10.0.0.0/104", "10.1.2.3"));
}

TEST(Network, RefusesWhatIsNone) {
    for (const char* text :
         {"", "10.0.0.0/33", "10.0.0.1/8", "10.0.0/8", "fd00::/129", "x", "10.0.0.0/",
          "10.0.0.0/8x", "10.0.0.0/-1", "010.0.0.0/8", "1.2.3.4/8 "})
        EXPECT_FALSE(Network::parse(text)) << text;
}

TEST(Network, WhatIsNoAddressIsInNone) {
    for (const char* text : {"", "localhost", "10.0.0.1:80", "[::1]", "unknown", "10.0.0.1 "})
        EXPECT_FALSE(contains("0.0.0.0/0", text)) << text;
}

}  // namespace
}  // namespace eyed
