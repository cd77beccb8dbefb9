#include "auth/login_throttle.h"

#include <gtest/gtest.h>

#include <string>

#include "base/stopped_clock.h"

namespace eyed::auth {
namespace {

using namespace std::chrono_literals;

TEST(LoginThrottleTest, StopsAfterItsTriesAndLetsOneThroughInTime) {
    StoppedClock clock;
    LoginThrottle throttle({10, 1min, 100}, clock);
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(throttle.take({"ann", "::1"}), 0s);
    EXPECT_EQ(throttle.take({"ann", "::1"}), 6s);
    clock.advance(3s);
    EXPECT_EQ(throttle.take({"ann", "::1"}), 3s);
    clock.advance(3s + 1ms);
    EXPECT_EQ(throttle.take({"ann", "::1"}), 0s);
    EXPECT_GT(throttle.take({"ann", "::1"}), 0s);
}

TEST(LoginThrottleTest, OthersAreNotHeldUp) {
    StoppedClock clock;
    LoginThrottle throttle({1, 1min, 100}, clock);
    EXPECT_EQ(throttle.take({"ann", "::1"}), 0s);
    EXPECT_GT(throttle.take({"ann", "::1"}), 0s);
    EXPECT_EQ(throttle.take({"ann", "192.0.2.1"}), 0s);
    EXPECT_EQ(throttle.take({"ann", "2001:db8:1::1"}), 0s);
    EXPECT_EQ(throttle.take({"bob", "::1"}), 0s);
}

TEST(LoginThrottleTest, ALoginThatWentWellGivesTheTriesBack) {
    StoppedClock clock;
    LoginThrottle throttle({2, 1min, 100}, clock);
    EXPECT_EQ(throttle.take({"ann", "::1"}), 0s);
    EXPECT_EQ(throttle.take({"ann", "::1"}), 0s);
    throttle.succeeded({"ann", "::1"});
    EXPECT_EQ(throttle.take({"ann", "::1"}), 0s);
}

TEST(LoginThrottleTest, AnAddressHasFiveTimesTheTriesWhateverTheNames) {
    StoppedClock clock;
    LoginThrottle throttle({2, 1min, 100}, clock);
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(throttle.take({std::to_string(i), "192.0.2.1"}), 0s);
    EXPECT_EQ(throttle.take({"ann", "192.0.2.1"}), 6s);
    EXPECT_EQ(throttle.take({"ann", "192.0.2.2"}), 0s);
    clock.advance(6s);
    EXPECT_EQ(throttle.take({"ann", "192.0.2.1"}), 0s);
    EXPECT_GT(throttle.take({"ann", "192.0.2.1"}), 0s);
}

TEST(LoginThrottleTest, AnIPv6NetworkCountsAsOneAddress) {
    StoppedClock clock;
    LoginThrottle throttle({1, 1min, 100}, clock);
    EXPECT_EQ(throttle.take({"ann", "2001:db8:1:2::1"}), 0s);
    EXPECT_GT(throttle.take({"ann", "2001:db8:1:2:ffff::"}), 0s);
    EXPECT_EQ(throttle.take({"ann", "2001:db8:1:3::1"}), 0s);
}

TEST(LoginThrottleTest, AUsersOwnLoginsDoNotClearWhatTheirAddressTriedOnOthers) {
    StoppedClock clock;
    LoginThrottle throttle({1, 1min, 100}, clock);
    for (const auto* name : {"a", "b", "c", "d", "e"})
        EXPECT_EQ(throttle.take({name, "192.0.2.1"}), 0s);
    throttle.succeeded({"e", "192.0.2.1"});
    EXPECT_EQ(throttle.take({"f", "192.0.2.1"}), 0s);
    EXPECT_GT(throttle.take({"g", "192.0.2.1"}), 0s);
}

TEST(LoginThrottleTest, ATryThatWasNeverCheckedIsNotCounted) {
    StoppedClock clock;
    LoginThrottle throttle({1, 1min, 100, 1}, clock);
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(throttle.take({"ann", "192.0.2.1"}), 0s);
        throttle.unchecked({"ann", "192.0.2.1"});
    }
    EXPECT_EQ(throttle.take({"ann", "192.0.2.1"}), 0s);
    EXPECT_GT(throttle.take({"ann", "192.0.2.1"}), 0s);
    throttle.unchecked({"nobody", "192.0.2.9"});
}

TEST(LoginThrottleTest, MadeUpNamesDoNotPushOutAVictimsBucket) {
    StoppedClock clock;
    LoginThrottle throttle({2, 1min, 10, 100}, clock);
    EXPECT_EQ(throttle.take({"victim", "192.0.2.1"}), 0s);
    EXPECT_EQ(throttle.take({"victim", "192.0.2.1"}), 0s);
    for (int i = 0; i < 9; ++i)
        EXPECT_EQ(throttle.take({std::to_string(i), "192.0.2.1"}), 0s);
    EXPECT_EQ(throttle.take({"one more", "192.0.2.1"}), 30s);  // until the first is full again
    EXPECT_EQ(throttle.take({"victim", "192.0.2.1"}), 30s);
    clock.advance(30s);
    EXPECT_EQ(throttle.take({"one more", "192.0.2.1"}), 0s);
    EXPECT_EQ(throttle.take({"victim", "192.0.2.1"}), 0s);  // one of its two tries
    EXPECT_EQ(throttle.take({"victim", "192.0.2.1"}), 30s);
}

}  // namespace
}  // namespace eyed::auth
