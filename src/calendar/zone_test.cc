#include "calendar/zone.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <ctime>

#include "calendar/posix_rule.h"

namespace eyed::calendar {
namespace {

using testing::HasSubstr;

Micros at(std::string_view text) {
    const auto read = parse_iso8601(text);
    EXPECT_TRUE(read) << text;
    return read.value_or(Micros{});
}
Zone zone(std::string_view name) {
    auto found = Zone::find(name);
    EXPECT_TRUE(found) << name;
    return found ? *found : Zone::utc();
}
/// What the clock of a zone shows, as an instant.
std::string utc(std::string_view name, std::string_view local) {
    return to_iso8601(zone(name).to_utc({at(local).value})).substr(0, 19);
}

TEST(Zone, IsFoundByItsExactName) {
    for (const char* name : {"Europe/Berlin", "US/Central", "UTC", "Australia/Lord_Howe"})
        EXPECT_EQ(zone(name).name(), name);
    for (const char* name :
         {"", "europe/berlin", "Europe", "localtime", "posixrules", "../../etc/passwd",
          "/etc/localtime", "posix/Europe/Berlin", "W. Europe Standard Time", "Europe/Berlin "}) {
        const auto found = Zone::find(name);
        ASSERT_FALSE(found) << name;
        EXPECT_EQ(found.error().code, Code::kInvalidArgument);
        EXPECT_THAT(found.error().detail, HasSubstr("Europe/Berlin"));
    }
    EXPECT_TRUE(Zone::find(std::string_view("UTC\0", 4)).error().code == Code::kInvalidArgument);
}

TEST(Zone, NamesAreAscendingAndFound) {
    const auto& names = zone_names();
    EXPECT_GT(names.size(), 400U);
    EXPECT_TRUE(std::ranges::is_sorted(names));
    for (const std::string& name : names)
        EXPECT_TRUE(Zone::find(name)) << name;
}

TEST(Zone, SkippedHourIsReadWithTheOffsetBeforeTheGap) {
    EXPECT_EQ(utc("Europe/Berlin", "2026-03-29T01:59:59"), "2026-03-29T00:59:59");
    EXPECT_EQ(utc("Europe/Berlin", "2026-03-29T02:30:00"), "2026-03-29T01:30:00");
    EXPECT_EQ(utc("Europe/Berlin", "2026-03-29T03:00:00"), "2026-03-29T01:00:00");
    EXPECT_EQ(utc("US/Central", "2026-03-08T02:30:00"), "2026-03-08T08:30:00");
    EXPECT_EQ(utc("Australia/Lord_Howe", "2026-10-04T02:15:00"), "2026-10-03T15:45:00");
    EXPECT_EQ(utc("Pacific/Apia", "2011-12-30T12:00:00"), "2011-12-30T22:00:00");
}

TEST(Zone, DoubledHourIsTheFirstOfTheTwo) {
    EXPECT_EQ(utc("Europe/Berlin", "2026-10-25T02:00:00"), "2026-10-25T00:00:00");
    EXPECT_EQ(utc("Europe/Berlin", "2026-10-25T02:30:00"), "2026-10-25T00:30:00");
    EXPECT_EQ(utc("Europe/Berlin", "2026-10-25T03:00:00"), "2026-10-25T02:00:00");
    EXPECT_EQ(utc("US/Central", "2026-11-01T01:30:00"), "2026-11-01T06:30:00");
    EXPECT_EQ(utc("Australia/Lord_Howe", "2026-04-05T01:45:00"), "2026-04-04T14:45:00");
}

TEST(Zone, NothingLaterIsReadBeforeTheBound) {
    const Zone berlin = zone("Europe/Berlin");
    const LocalTime skipped{at("2026-03-29T02:30:00").value};
    EXPECT_EQ(berlin.not_before(skipped), at("2026-03-29T01:00:00Z"));
    const LocalTime plain{at("2026-03-29T04:30:00").value};
    EXPECT_EQ(berlin.not_before(plain), berlin.to_utc(plain));
}

TEST(Zone, DaylightSavingGoesOnBehindTheTables) {
    EXPECT_EQ(zone("Europe/Berlin").to_iso8601(at("2040-07-01T10:00:00Z")),
              "2040-07-01T12:00:00+02:00");
    EXPECT_EQ(zone("Europe/Berlin").to_iso8601(at("2999-01-01T10:00:00Z")),
              "2999-01-01T11:00:00+01:00");
    EXPECT_EQ(utc("Europe/Berlin", "2040-03-25T02:30:00"), "2040-03-25T01:30:00");
    EXPECT_EQ(utc("Australia/Lord_Howe", "2050-01-01T11:00:00"), "2050-01-01T00:00:00");
    EXPECT_EQ(utc("America/Nuuk", "2045-07-01T00:00:00"), "2045-07-01T01:00:00");
}

TEST(Zone, ReadsBackWhatItShows) {
    for (const char* name : {"Europe/Berlin", "US/Central", "Australia/Lord_Howe", "Asia/Kathmandu",
                             "America/Sao_Paulo", "Africa/Monrovia", "Europe/Dublin", "UTC"}) {
        const Zone place = zone(name);
        for (int i = 0; i < 4'000; ++i) {
            const Micros when{at("1850-01-01T00:00:00Z").value + i * 2'000'000'000'003LL};
            const std::string shown = place.to_iso8601(when);
            EXPECT_EQ(parse_iso8601(shown), when) << name << ' ' << shown;
        }
    }
}

TEST(Zone, ShowsTimesAndDays) {
    EXPECT_EQ(Zone::utc().to_iso8601(at("2026-03-29T10:00:00Z")), "2026-03-29T10:00:00Z");
    EXPECT_EQ(zone("US/Central").to_iso8601(at("2026-01-01T00:00:00.5Z")),
              "2025-12-31T18:00:00.500000-06:00");
    EXPECT_EQ(zone("US/Central").to_date(at("2026-01-01T05:59:59Z")), "2025-12-31");
    EXPECT_EQ(zone("US/Central").to_date(at("2026-01-01T06:00:00Z")), "2026-01-01");
}

TEST(Zone, TimesOfPeopleAreOfTheirClockUnlessTheySayAnOffset) {
    const Zone berlin = zone("Europe/Berlin");
    EXPECT_EQ(read_time("2026-07-01T10:00", berlin), at("2026-07-01T08:00:00Z"));
    EXPECT_EQ(read_time("2026-07-01 10:00:00.25", berlin), at("2026-07-01T08:00:00.25Z"));
    EXPECT_EQ(read_time("2026-07-01T10:00Z", berlin), at("2026-07-01T10:00:00Z"));
    EXPECT_EQ(read_time("2026-07-01T10:00-05:00", berlin), at("2026-07-01T15:00:00Z"));
    EXPECT_EQ(read_time("2026-07-01", berlin), at("2026-06-30T22:00:00Z"));
    for (const char* text : {"", "2026-07", "tomorrow", "2026-02-30", "2026-07-01T25:00",
                             "2026-07-01T10", "20260701T100000Z"})
        EXPECT_FALSE(read_time(text, berlin)) << text;
    EXPECT_FALSE(read_time("0001-01-01", berlin));
    EXPECT_FALSE(read_time("9999-12-31T23:59", zone("US/Central")));
    EXPECT_TRUE(read_time("9999-12-31T23:59", berlin));
}

TEST(PosixRule, OtherFormsAreNone) {
    for (const char* text : {"", "CET-1", "CET-1CEST", "CET-1CEST,J60,J300", "CET-1CEST,M3.5.0",
                             "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0/200", "<-02",
                             "CET-1CEST,M3.5.0,M10.5.0x", "CET-1CEST,M3.0.0,M10.5.0"})
        EXPECT_FALSE(PosixRule::parse(text)) << text;
    const auto troll = PosixRule::parse("<+00>0<+02>-2,M3.5.0/1,M10.5.0/3");
    ASSERT_TRUE(troll);
    EXPECT_EQ(troll->daylight, std::chrono::hours(2));
    EXPECT_EQ(troll->daylight_name, "+02");
}

/// Every zone against the C library's reading of the same files.
TEST(Zone, OffsetsAreThoseOfTheCLibrary) {
    const char* before = std::getenv("TZ");
    const std::string kept = before ? before : "";
    for (const std::string& name : zone_names()) {
        setenv("TZ", name.c_str(), 1);
        tzset();
        const Zone place = zone(name);
        for (std::int64_t second = -2'000'000'000; second < 4'200'000'000; second += 7'654'321) {
            const std::time_t when = second;
            std::tm shown{};
            localtime_r(&when, &shown);
            const auto offset = place.period({second * 1'000'000}).offset.count();
            ASSERT_EQ(offset, shown.tm_gmtoff) << name << " at " << second;
        }
    }
    before ? setenv("TZ", kept.c_str(), 1) : unsetenv("TZ");
    tzset();
}

}  // namespace
}  // namespace eyed::calendar
