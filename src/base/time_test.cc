#include "base/time.h"

#include <gtest/gtest.h>

namespace eyed {
namespace {

struct Reading {
    const char* text;
    const char* means;  ///< nullptr: not a timestamp
};

class Iso8601 : public testing::TestWithParam<Reading> {};

TEST_P(Iso8601, ReadsWhatDjangoReads) {
    const auto& [text, means] = GetParam();
    const auto at = parse_iso8601(text);
    ASSERT_EQ(at.has_value(), means != nullptr) << text;
    if (at) {
        EXPECT_EQ(to_iso8601(*at), means) << text;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Table, Iso8601,
    testing::Values(Reading{"2021-01-01 09:15:27.243860", "2021-01-01T09:15:27.243860Z"},
                    Reading{"2021-01-01T09:15:27.243860Z", "2021-01-01T09:15:27.243860Z"},
                    Reading{"2021-01-01t09:15:27z", "2021-01-01T09:15:27.000000Z"},
                    Reading{"2021-01-01T09:15", "2021-01-01T09:15:00.000000Z"},
                    Reading{"2021-01-01T09:15:27.5", "2021-01-01T09:15:27.500000Z"},
                    Reading{"2021-01-01T09:15:27,25", "2021-01-01T09:15:27.250000Z"},
                    Reading{"2021-01-01T09:15:27.123456789", "2021-01-01T09:15:27.123456Z"},
                    Reading{"2021-01-01T09:15:27+02:00", "2021-01-01T07:15:27.000000Z"},
                    Reading{"2021-01-01T09:15:27-0330", "2021-01-01T12:45:27.000000Z"},
                    Reading{"2021-01-01T01:15:27+02", "2020-12-31T23:15:27.000000Z"},
                    Reading{"2020-02-29T00:00:00Z", "2020-02-29T00:00:00.000000Z"},
                    Reading{"0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z"},
                    Reading{"0001-01-01T14:00:00+14:00", "0001-01-01T00:00:00.000000Z"},
                    Reading{"9999-12-31T23:59:59-00:00", "9999-12-31T23:59:59.000000Z"},
                    Reading{"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
                    Reading{"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"}));

INSTANTIATE_TEST_SUITE_P(
    Refused, Iso8601,
    testing::Values(
        Reading{"", nullptr}, Reading{"yesterday", nullptr}, Reading{"2021-01-01", nullptr},
        Reading{"2021-02-29T00:00:00", nullptr}, Reading{"2021-13-01T00:00:00", nullptr},
        Reading{"2021-00-01T00:00:00", nullptr}, Reading{"2021-01-00T00:00:00", nullptr},
        Reading{"0000-01-01T00:00:00", nullptr}, Reading{"2021-01-01T24:00:00", nullptr},
        Reading{"2021-01-01T00:60:00", nullptr}, Reading{"2021-01-01T00:00:60", nullptr},
        Reading{"2021-01-01T00:00:00.", nullptr}, Reading{"2021-01-01T00:00:00+24:00", nullptr},
        Reading{"2021-01-01T00:00:00+01:60", nullptr}, Reading{"2021-01-01T00:00:00 Z", nullptr},
        Reading{"2021-01-01T00:00:00Zx", nullptr}, Reading{"2021-01-01T00:00:00+1", nullptr},
        Reading{"0001-01-01T00:00:00+14:00", nullptr},
        Reading{"0001-01-01T00:00:00+00:01", nullptr},
        Reading{"9999-12-31T23:59:59-00:01", nullptr}, Reading{"1609459200", nullptr},
        Reading{"2021-1-1T00:00:00", nullptr}));

TEST(Date, IsMidnightUtc) {
    EXPECT_EQ(to_iso8601(*parse_date("2021-01-01")), "2021-01-01T00:00:00.000000Z");
    EXPECT_FALSE(parse_date("2021-01-01T00:00:00"));
    EXPECT_FALSE(parse_date("2021-02-30"));
}

TEST(Micros, DifferenceAndSumAreInverse) {
    const Micros a = *parse_iso8601("2021-01-01T00:00:00Z");
    const Micros b = *parse_iso8601("2021-03-01T12:00:00Z");
    EXPECT_EQ(a + (b - a), b);
    EXPECT_EQ(b - (b - a), a);
}

}  // namespace
}  // namespace eyed
