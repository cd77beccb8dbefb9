#include "delivery/address.h"

#include <gmock/gmock.h>

namespace eyed::delivery {
namespace {

using ::testing::HasSubstr;

TEST(IsPublic, WhatIsGivenOutIs) {
    for (const char* address :
         {"1.1.1.1", "93.184.216.34", "172.15.255.255", "100.63.255.255", "192.0.1.1",
          "2606:4700::1111", "2a00:1450:4001::1", "::ffff:1.1.1.1", "64:ff9b::101:101"})
        EXPECT_TRUE(is_public(address)) << address;
}

TEST(IsPublic, WhatIsSpecialIsNot) {
    for (const char* address : {"0.0.0.0",
                                "10.1.2.3",
                                "100.64.0.1",
                                "127.0.0.1",
                                "127.255.255.255",
                                "169.254.169.254",
                                "172.16.0.1",
                                "172.31.255.255",
                                "192.0.0.8",
                                "192.0.2.1",
                                "192.168.1.1",
                                "198.18.0.1",
                                "198.51.100.7",
                                "203.0.113.7",
                                "224.0.0.1",
                                "240.0.0.1",
                                "255.255.255.255",
                                "::",
                                "::1",
                                "::ffff:127.0.0.1",
                                "::ffff:10.0.0.1",
                                "::7f00:1",
                                "fe80::1",
                                "fec0::1",
                                "fc00::1",
                                "fd12:3456::1",
                                "ff02::1",
                                "2001:db8::1",
                                "2002:7f00:1::",
                                "2001:0:1:2::3",
                                "64:ff9b::7f00:1",
                                "64:ff9b::a00:1",
                                "64:ff9b:1::1",
                                "100::1",
                                "3fff::1",
                                "5f00::1"})
        EXPECT_FALSE(is_public(address)) << address;
}

TEST(IsPublic, WhatIsNoAddressIsNot) {
    for (const char* text : {"", "localhost", "fe80::1%eth0", "2130706433", "0177.0.0.1", "1.1.1",
                             "1.1.1.1 ", "[2606:4700::1111]"})
        EXPECT_FALSE(is_public(text)) << text;
}

TEST(AddressPolicy, OneBadAddressRefusesAll) {
    const AddressPolicy policy({});
    EXPECT_TRUE(policy.check(std::vector<std::string>{"1.1.1.1", "2606:4700::1111"}));
    const Status refused = policy.check(std::vector<std::string>{"1.1.1.1", "10.0.0.1"});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::kForbidden);
    EXPECT_THAT(refused.error().detail, HasSubstr("10.0.0.1"));
    EXPECT_EQ(policy.check({}).error().code, Code::kUnavailable);
}

TEST(AddressPolicy, AllowedNetworksAreBesideThePublicOnes) {
    const AddressPolicy policy({*Network::parse("127.0.0.0/8")});
    EXPECT_TRUE(policy.allows("127.0.0.1"));
    EXPECT_TRUE(policy.allows("::ffff:127.0.0.1"));
    EXPECT_TRUE(policy.allows("1.1.1.1"));
    EXPECT_FALSE(policy.allows("10.0.0.1"));
    EXPECT_FALSE(policy.allows("::1"));
}

TEST(ParseTarget, TakesAUrlApart) {
    const auto target = parse_target("HTTPS://Example.ORG:8443/a/../b?x=1");
    ASSERT_TRUE(target) << target.error().detail;
    EXPECT_EQ(target->scheme, "https");
    EXPECT_EQ(target->host, "example.org");
    EXPECT_EQ(target->port, 8443);
    EXPECT_EQ(target->origin, "https://example.org:8443");
    EXPECT_EQ(target->url, "https://example.org:8443/b?x=1");
    EXPECT_FALSE(target->is_literal);
    EXPECT_EQ(parse_target("http://example.org")->url, "http://example.org/");
    EXPECT_EQ(parse_target("https://example.org:443/")->origin, "https://example.org");
}

TEST(ParseTarget, KnowsAnAddressInWhateverSpelling) {
    for (const char* host : {"127.0.0.1", "2130706433", "0177.0.0.1", "0x7f.1", "0x7f000001",
                             "127.1", "127.0.1", "017700000001", "%31%32%37.0.0.1"}) {
        const auto target = parse_target(std::string("http://") + host + "/");
        if (!target) continue;  // refused is as good
        EXPECT_TRUE(target->is_literal) << host;
        EXPECT_EQ(target->host, "127.0.0.1") << host;
        EXPECT_THAT(target->url, HasSubstr("http://127.0.0.1/")) << host;
    }
    const auto mapped = parse_target("http://[::ffff:127.0.0.1]:8080/x");
    ASSERT_TRUE(mapped) << mapped.error().detail;
    EXPECT_TRUE(mapped->is_literal);
    EXPECT_FALSE(AddressPolicy({}).allows(mapped->host));
}

TEST(ParseTarget, RefusesWhatNoRequestMayGoTo) {
    for (const char* url : {"",
                            "example.org",
                            "ftp://example.org/",
                            "file:///etc/passwd",
                            "gopher://127.0.0.1/",
                            "http://",
                            "http:///path",
                            "http://user@example.org/",
                            "http://user:pw@example.org/",
                            "http://example.org/#part",
                            "http://example.org/a b",
                            "http://example.org/\r\nX: 1",
                            "http://example.org:0/",
                            "http://example.org:99999/",
                            "http://exa mple.org/",
                            "http://[fe80::1%25eth0]/",
                            "http://[::1",
                            "http://\\evil.org/",
                            "http://ex%00ample.org/",
                            "http://ex\xc3\xa4mple.org/",
                            "javascript:alert(1)",
                            "http://a@b@c/",
                            "http://a,b/"})
        EXPECT_FALSE(parse_target(url)) << url;
    EXPECT_FALSE(parse_target("http://example.org/" + std::string(2000, 'a')));
}

}  // namespace
}  // namespace eyed::delivery
