#include "base/time.h"

#include <gtest/gtest.h>

namespace eyed {
namespace {

TEST(Time, ReadsWhatClientsSend) {
    struct Case {
        const char* text;
        const char* is;
    };
    constexpr Case kCases[] = {
        {"2021-01-01T09:15:27.243860Z", "2021-01-01T09:15:27.243860Z"},
        {"2021-01-01 09:15:27.243860", "2021-01-01T09:15:27.243860Z"},
        {"2021-01-01t09:15:27z", "2021-01-01T09:15:27.000000Z"},
        {"2021-01-01T09:15", "2021-01-01T09:15:00.000000Z"},
        {"2021-01-01T09:15:27.2438609999Z", "2021-01-01T09:15:27.243860Z"},
        {"2021-01-01T09:15:27.5+02:00", "2021-01-01T07:15:27.500000Z"},
        {"2021-01-01T01:15:27-0330", "2021-01-01T04:45:27.000000Z"},
        {"2021-01-01T09:15:27+05", "2021-01-01T04:15:27.000000Z"},
        {"2020-02-29T23:59:59Z", "2020-02-29T23:59:59.000000Z"},
        {"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
        {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z"},
        {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000000Z"},
    };
    for (const Case& c : kCases) {
        const auto at = parse_iso8601(c.text);
        ASSERT_TRUE(at) << c.text;
        EXPECT_EQ(to_iso8601(*at), c.is) << c.text;
    }
}

TEST(Time, RefusesWhatIsNoTimestamp) {
    for (const char* text : {"",
                             "2021",
                             "2021-01-01",
                             "2021-01-01T",
                             "2021-01-01T09",
                             "2021-13-01T00:00:00Z",
                             "2021-02-29T00:00:00Z",
                             "2021-01-01T24:00:00Z",
                             "2021-01-01T00:60:00Z",
                             "2021-01-01T00:00:60Z",
                             "2021-01-01T00:00:00.Z",
                             "2021-01-01T00:00:00ZZ",
                             "2021-01-01T00:00:00+24:00",
                             "2021-01-01T00:00:00+1",
                             "0000-01-01T00:00:00Z",
                             "2021-1-01T00:00:00Z",
                             " 2021-01-01T00:00:00Z",
                             "2021-01-01T00:00:00Z ",
                             "2021/01/01T00:00:00Z",
                             "now"})
        EXPECT_FALSE(parse_iso8601(text)) << text;
}

TEST(Time, ADateIsItsMidnight) {
    EXPECT_EQ(parse_date("1970-01-02"), Micros{86'400'000'000});
    EXPECT_FALSE(parse_date("1970-01-02T00:00"));
    EXPECT_FALSE(parse_date("1970-02-30"));
}

TEST(Time, TheSteadyClockNeverGoesBack) {
    const SystemClock clock;
    const auto before = clock.steady();
    EXPECT_LE(before, clock.steady());
    EXPECT_GT(clock.now(), *parse_date("2020-01-01"));
}

}  // namespace
}  // namespace eyed
