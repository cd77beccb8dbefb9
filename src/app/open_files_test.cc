#include "app/open_files.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <limits>

namespace eyed::app {
namespace {

TEST(OpenFiles, ConnectionsAreAsManyAsWantedWhenTheyFit) {
    EXPECT_EQ(connections_within(1'048'576, 10'000), 10'000u);
    EXPECT_EQ(connections_within(std::numeric_limits<std::uint64_t>::max(), 10'000), 10'000u);
    EXPECT_EQ(connections_within(10'256, 10'000), 10'000u);
}

TEST(OpenFiles, ConnectionsLeaveAReserve) {
    EXPECT_EQ(connections_within(10'255, 10'000), 9'999u);
    EXPECT_EQ(connections_within(1024, 10'000), 768u);
    EXPECT_EQ(connections_within(512, 10'000), 256u);
}

TEST(OpenFiles, OfATinyLimitHalfIsKeptBack) {
    EXPECT_EQ(connections_within(300, 10'000), 150u);
    EXPECT_EQ(connections_within(300, 20), 20u);
    EXPECT_EQ(connections_within(1, 10'000), 1u);
    EXPECT_EQ(connections_within(0, 10'000), 1u);
}

TEST(OpenFiles, TheSoftLimitIsRaisedToTheHardOne) {
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit low{64, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
    EXPECT_EQ(raise_open_files_limit(), before.rlim_max);
    rlimit after{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &after), 0);
    EXPECT_EQ(after.rlim_cur, before.rlim_max);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

}  // namespace
}  // namespace eyed::app
