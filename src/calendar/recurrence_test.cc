#include "calendar/recurrence.h"

#include <gmock/gmock.h>

#include <chrono>

#include "calendar/test_series.h"

namespace eyed::calendar {
namespace {

using std::chrono::hours;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// The first `most` starts of a series, as its clock shows them.
std::vector<std::string> starts(const Series& series, std::size_t most = 6,
                                std::string_view horizon = "2040-01-01T00:00:00Z") {
    const Zone zone = zone_of(series.fields);
    std::vector<std::string> out;
    for (const Instance& instance : expand(series.fields, zone, instant(horizon)).instances) {
        if (out.size() == most) break;
        out.push_back(series.fields.all_day ? zone.to_date(instance.start)
                                            : zone.to_iso8601(instance.start));
    }
    return out;
}
std::string refusal(const Series& series, std::string_view rule) {
    const auto checked = check_rule(rule, series.fields, zone_of(series.fields));
    EXPECT_FALSE(checked) << rule;
    return checked ? "" : checked.error().detail;
}

TEST(Recurrence, EventWithoutRuleTakesPlaceOnce) {
    const Series series("2026-01-05T10:00", "Europe/Berlin", "");
    const Expansion all = expand(series.fields, zone_of(series.fields), instant("2030-01-01"));
    EXPECT_THAT(all.instances, SizeIs(1));
    EXPECT_FALSE(all.until);
    const Expansion before = expand(series.fields, zone_of(series.fields), series.fields.start);
    EXPECT_THAT(before.instances, IsEmpty());
    EXPECT_EQ(before.until, series.fields.start);
}

TEST(Recurrence, TenOClockStaysTenOClockOverDaylightSaving) {
    EXPECT_THAT(starts(Series("2026-03-28T10:00", "Europe/Berlin", "FREQ=DAILY"), 3),
                ElementsAre("2026-03-28T10:00:00+01:00", "2026-03-29T10:00:00+02:00",
                            "2026-03-30T10:00:00+02:00"));
    EXPECT_THAT(starts(Series("2026-10-31T10:00", "US/Central", "FREQ=DAILY"), 2),
                ElementsAre("2026-10-31T10:00:00-05:00", "2026-11-01T10:00:00-06:00"));
    EXPECT_THAT(starts(Series("2026-10-03T10:00", "Australia/Lord_Howe", "FREQ=DAILY"), 2),
                ElementsAre("2026-10-03T10:00:00+10:30", "2026-10-04T10:00:00+11:00"));
    EXPECT_THAT(starts(Series("2039-03-26T10:00", "Europe/Berlin", "FREQ=DAILY"), 2),
                ElementsAre("2039-03-26T10:00:00+01:00", "2039-03-27T10:00:00+02:00"));
}

TEST(Recurrence, SkippedHourIsReadWithTheOffsetBeforeIt) {
    EXPECT_THAT(starts(Series("2026-03-28T02:30", "Europe/Berlin", "FREQ=DAILY"), 3),
                ElementsAre("2026-03-28T02:30:00+01:00", "2026-03-29T03:30:00+02:00",
                            "2026-03-30T02:30:00+02:00"));
    EXPECT_THAT(starts(Series("2026-10-03T02:15", "Australia/Lord_Howe", "FREQ=DAILY"), 3),
                ElementsAre("2026-10-03T02:15:00+10:30", "2026-10-04T02:45:00+11:00",
                            "2026-10-05T02:15:00+11:00"));
}

TEST(Recurrence, DoubledHourTakesPlaceOnceTheFirstTime) {
    EXPECT_THAT(starts(Series("2026-10-24T02:30", "Europe/Berlin", "FREQ=DAILY"), 3),
                ElementsAre("2026-10-24T02:30:00+02:00", "2026-10-25T02:30:00+02:00",
                            "2026-10-26T02:30:00+01:00"));
}

TEST(Recurrence, HoursOfANightThatSkipsOneAreEachThereOnce) {
    EXPECT_THAT(starts(Series("2026-03-29T00:00", "Europe/Berlin", "FREQ=HOURLY"), 4),
                ElementsAre("2026-03-29T00:00:00+01:00", "2026-03-29T01:00:00+01:00",
                            "2026-03-29T03:00:00+02:00", "2026-03-29T04:00:00+02:00"));
}

TEST(Recurrence, LengthIsElapsedTime) {
    Series series("2026-03-28T22:00", "Europe/Berlin", "FREQ=DAILY;COUNT=2");
    series.fields.end = series.fields.start + hours(8);
    const auto all = expand(series.fields, zone_of(series.fields), instant("2030-01-01"));
    ASSERT_THAT(all.instances, SizeIs(2));
    for (const Instance& instance : all.instances)
        EXPECT_EQ(instance.end - instance.start, hours(8));
}

TEST(Recurrence, WholeDaysStayWholeDaysOverDaylightSaving) {
    const Series series = Series::days("2026-03-27", 2, "Europe/Berlin", "FREQ=DAILY;COUNT=4");
    const Zone berlin = zone_of(series.fields);
    const auto all = expand(series.fields, berlin, instant("2030-01-01")).instances;
    ASSERT_THAT(all, SizeIs(4));
    EXPECT_EQ(all[1].end - all[1].start, hours(47));
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(berlin.to_iso8601(all[i].start).substr(10, 9), "T00:00:00");
        EXPECT_EQ(berlin.to_iso8601(all[i].end).substr(10, 9), "T00:00:00");
    }
    EXPECT_EQ(berlin.to_date(all[3].end), "2026-04-01");
}

TEST(Recurrence, MonthlyOnThe31stLeavesShortMonthsOut) {
    EXPECT_THAT(starts(Series::days("2026-01-31", 1, "UTC", "FREQ=MONTHLY"), 4),
                ElementsAre("2026-01-31", "2026-03-31", "2026-05-31", "2026-07-31"));
}

TEST(Recurrence, LastFridayOfTheMonth) {
    EXPECT_THAT(starts(Series::days("2026-01-30", 1, "UTC", "FREQ=MONTHLY;BYDAY=-1FR"), 4),
                ElementsAre("2026-01-30", "2026-02-27", "2026-03-27", "2026-04-24"));
}

TEST(Recurrence, LeapDayComesEachFourYears) {
    EXPECT_THAT(starts(Series::days("2024-02-29", 1, "UTC", "FREQ=YEARLY"), 3),
                ElementsAre("2024-02-29", "2028-02-29", "2032-02-29"));
}

TEST(Recurrence, LastWorkingDayOfTheMonth) {
    const Series series =
        Series::days("2026-01-30", 1, "UTC", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1");
    EXPECT_THAT(starts(series, 5),
                ElementsAre("2026-01-30", "2026-02-27", "2026-03-31", "2026-04-30", "2026-05-29"));
}

TEST(Recurrence, EverySecondWeekIsCountedFromTheWeekOfTheStart) {
    // RFC 5545 §3.3.10: what WKST is for.
    EXPECT_THAT(starts(Series::days("1997-08-05", 1, "UTC",
                                    "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO")),
                ElementsAre("1997-08-05", "1997-08-10", "1997-08-19", "1997-08-24"));
    EXPECT_THAT(starts(Series::days("1997-08-05", 1, "UTC",
                                    "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU")),
                ElementsAre("1997-08-05", "1997-08-17", "1997-08-19", "1997-08-31"));
    // A start that is none of the days: libical alone takes the Sunday before it.
    EXPECT_THAT(starts(Series::days("2009-05-13", 1, "UTC", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU"), 3),
                ElementsAre("2009-05-13", "2009-05-17", "2009-05-31"));
}

TEST(Recurrence, WeekOfTheYearHasTheDayOfTheStart) {
    // Without BYDAY; libical alone writes behind a table of its own here.
    EXPECT_THAT(starts(Series::days("2025-07-01", 1, "UTC", "FREQ=YEARLY;BYWEEKNO=20"), 3),
                ElementsAre("2025-07-01", "2026-05-12", "2027-05-18"));
}

TEST(Recurrence, DaysOfTheMonthAreOfEachMonthOfTheYear) {
    EXPECT_THAT(starts(Series::days("2026-01-05", 1, "UTC", "FREQ=YEARLY;BYMONTHDAY=5"), 3),
                ElementsAre("2026-01-05", "2026-02-05", "2026-03-05"));
}

TEST(Recurrence, CountCountsTheStart) {
    EXPECT_THAT(starts(Series::days("2026-01-05", 1, "UTC", "FREQ=DAILY;COUNT=1")),
                ElementsAre("2026-01-05"));
    // 2026-01-06 is a Tuesday, and takes place all the same.
    EXPECT_THAT(starts(Series::days("2026-01-06", 1, "UTC", "FREQ=WEEKLY;BYDAY=MO;COUNT=3")),
                ElementsAre("2026-01-06", "2026-01-12", "2026-01-19"));
}

TEST(Recurrence, UntilIsTheLastStart) {
    EXPECT_THAT(
        starts(Series("2026-03-28T10:00", "Europe/Berlin", "FREQ=DAILY;UNTIL=20260330T080000Z")),
        SizeIs(3));
    EXPECT_THAT(
        starts(Series("2026-03-28T10:00", "Europe/Berlin", "FREQ=DAILY;UNTIL=20260330T075959Z")),
        SizeIs(2));
    EXPECT_THAT(starts(Series("2026-03-28T10:00:00.5", "Europe/Berlin",
                              "FREQ=DAILY;UNTIL=20260330T080000Z")),
                SizeIs(3));
    EXPECT_THAT(starts(Series::days("2026-03-28", 1, "US/Central", "FREQ=DAILY;UNTIL=20260330")),
                ElementsAre("2026-03-28", "2026-03-29", "2026-03-30"));
    // The second 02:30 of the night is behind the first.
    EXPECT_THAT(
        starts(Series("2026-10-24T02:30", "Europe/Berlin", "FREQ=DAILY;UNTIL=20261025T003000Z")),
        SizeIs(2));
}

TEST(Recurrence, EndedSeriesHasNoMore) {
    const auto until = [](const Series& series, std::string_view horizon) {
        return expand(series.fields, zone_of(series.fields), instant(horizon)).until;
    };
    const Series counted("2026-01-01T10:00", "UTC", "FREQ=DAILY;COUNT=3");
    EXPECT_FALSE(until(counted, "2026-02-01"));
    EXPECT_EQ(until(counted, "2026-01-02"), instant("2026-01-02"));
    const Series dated("2026-01-01T10:00", "UTC", "FREQ=DAILY;UNTIL=20260103T100000Z");
    EXPECT_FALSE(until(dated, "2026-02-01"));
    EXPECT_EQ(until(dated, "2026-01-02"), instant("2026-01-02"));
    EXPECT_EQ(until(Series("2026-01-01T10:00", "UTC", "FREQ=DAILY"), "2027-01-01"),
              instant("2027-01-01"));
}

TEST(Recurrence, AddedAndSkippedDates) {
    Series series("2026-01-05T10:00", "Europe/Berlin", "FREQ=WEEKLY;COUNT=3");
    series.fields.recurrence.added = {instant("2026-01-06T09:00:00Z"),
                                      instant("2026-01-12T09:00:00Z"),
                                      instant("2026-03-01T09:00:00Z")};
    series.fields.recurrence.skipped = {instant("2026-01-05T09:00:00Z"),
                                        instant("2026-01-19T09:00:00Z")};
    EXPECT_THAT(starts(series),
                ElementsAre("2026-01-06T10:00:00+01:00", "2026-01-12T10:00:00+01:00",
                            "2026-03-01T10:00:00+01:00"));
    EXPECT_EQ(expand(series.fields, zone_of(series.fields), instant("2026-02-01")).until,
              instant("2026-02-01"));
    series.fields.recurrence.rule.clear();
    EXPECT_THAT(starts(series), SizeIs(3));
}

TEST(Recurrence, ChangedOccurrencesAreWhereTheyWereMovedTo) {
    const Series series("2026-01-05T10:00", "UTC", "FREQ=WEEKLY;COUNT=3");
    const std::vector<model::OccurrenceChange> changes{
        {.original_start = instant("2026-01-05T10:00:00Z"),
         .start = instant("2026-01-30T08:00:00Z"),
         .end = instant("2026-01-30T09:00:00Z")},
        {.original_start = instant("2026-01-12T10:00:00Z"),
         .status = model::EventStatus::kCancelled,
         .location = LocationId{7}},
        {.original_start = instant("2026-01-13T10:00:00Z"), .title = "of no occurrence"}};
    const auto times = occurrences(series.fields, changes, Zone::utc(), instant("2027-01-01"));
    ASSERT_THAT(times.rows, SizeIs(3));
    EXPECT_FALSE(times.until);
    EXPECT_EQ(times.rows[0].status, model::EventStatus::kCancelled);
    EXPECT_EQ(times.rows[0].location, LocationId{7});
    EXPECT_EQ(times.rows[1].start, instant("2026-01-19T10:00:00Z"));
    EXPECT_EQ(times.rows[2].start, instant("2026-01-30T08:00:00Z"));
    EXPECT_EQ(times.rows[2].end, instant("2026-01-30T09:00:00Z"));
    EXPECT_EQ(times.rows[2].original_start, instant("2026-01-05T10:00:00Z"));
}

TEST(Recurrence, KnowsWhatIsOneOfTheSeries) {
    Series series("2026-01-05T10:00", "UTC", "FREQ=WEEKLY");
    series.fields.recurrence.skipped = {instant("2026-01-12T10:00:00Z")};
    const auto has = [&series](std::string_view text) {
        return has_occurrence(series.fields, Zone::utc(), instant(text));
    };
    EXPECT_TRUE(has("2026-01-05T10:00:00Z"));
    EXPECT_FALSE(has("2026-01-12T10:00:00Z"));
    EXPECT_TRUE(has("2030-01-07T10:00:00Z"));
    EXPECT_FALSE(has("2030-01-07T10:00:01Z"));
    EXPECT_FALSE(has("2025-12-29T10:00:00Z"));
}

TEST(CheckRule, CanonicalForm) {
    const Series series("2026-01-05T10:00", "Europe/Berlin", "");
    const auto canonical = [&series](std::string_view rule) {
        return check_rule(rule, series.fields, zone_of(series.fields)).value_or("refused");
    };
    EXPECT_EQ(canonical("rrule:byday=mo, fr;freq=weekly;interval=1;"), "FREQ=WEEKLY;BYDAY=MO,FR");
    EXPECT_EQ(canonical("FREQ=MONTHLY;BYDAY=+1MO,-1FR;WKST=SU"),
              "FREQ=MONTHLY;BYDAY=1MO,-1FR;WKST=SU");
    EXPECT_EQ(canonical("FREQ=DAILY;UNTIL=20260701T100000"), "FREQ=DAILY;UNTIL=20260701T080000Z");
    EXPECT_EQ(canonical("FREQ=YEARLY;BYMONTHDAY=3,1,2"), "FREQ=YEARLY;BYMONTHDAY=1,2,3");
}

TEST(CheckRule, SaysWhichPartIsWrong) {
    const Series timed("2026-01-05T10:00", "Europe/Berlin", "");
    const std::pair<const char*, const char*> table[] = {
        {"", "is no recurrence rule"},
        {"every Monday", "is no recurrence rule"},
        {"FREQ=DAILY;;COUNT=2", "is no recurrence rule"},
        {"COUNT=2", "FREQ: is missing"},
        {"FREQ=SECONDLY", "FREQ: is one of"},
        {"FREQ=MINUTELY;INTERVAL=5", "FREQ: is one of"},
        {"FREQ=DAILY;FREQ=DAILY", "FREQ: is there twice"},
        {"FREQ=DAILY;COLOUR=RED", "COLOUR: is no part"},
        {"FREQ=DAILY;RSCALE=HEBREW", "RSCALE: is no part"},
        {"FREQ=DAILY;INTERVAL=0", "INTERVAL: is a number from 1"},
        {"FREQ=DAILY;INTERVAL=65537", "INTERVAL: is a number from 1"},
        {"FREQ=DAILY;INTERVAL=99999999999999999999", "INTERVAL: is a number from 1"},
        {"FREQ=DAILY;COUNT=0", "COUNT: is a number"},
        {"FREQ=DAILY;COUNT=-1", "COUNT: is a number"},
        {"FREQ=DAILY;COUNT=2x", "COUNT: is a number"},
        {"FREQ=DAILY;COUNT=2;UNTIL=20270101T000000Z", "COUNT: cannot be together with UNTIL"},
        {"FREQ=DAILY;UNTIL=20270101", "UNTIL: is a time as"},
        {"FREQ=DAILY;UNTIL=20260105T085959Z", "UNTIL: is before the start"},
        {"FREQ=DAILY;UNTIL=20270230T000000Z", "UNTIL: is a date as"},
        {"FREQ=DAILY;UNTIL=", "UNTIL: is a date as"},
        {"FREQ=WEEKLY;BYDAY=XX", "BYDAY: each is MO"},
        {"FREQ=WEEKLY;BYDAY=", "BYDAY: each is MO"},
        {"FREQ=WEEKLY;BYDAY=MO,MO", "BYDAY: one is there twice"},
        {"FREQ=WEEKLY;BYDAY=1MO", "BYDAY: has numbers"},
        {"FREQ=MONTHLY;BYDAY=6MO", "BYDAY: no month has more than 5"},
        {"FREQ=MONTHLY;BYDAY=0MO", "BYDAY: each is MO"},
        {"FREQ=YEARLY;BYDAY=54MO", "BYDAY: each is MO"},
        {"FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=1FR", "BYDAY: has numbers"},
        {"FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY: each is a number from 1 to 31"},
        {"FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY: each is"},
        {"FREQ=DAILY;BYMONTHDAY=-1", "BYMONTHDAY: counts from the end"},
        {"FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY: cannot be together with FREQ=WEEKLY"},
        {"FREQ=YEARLY;BYMONTH=13", "BYMONTH: each is a number from 1 to 12"},
        {"FREQ=YEARLY;BYMONTH=-1", "BYMONTH: each is"},
        {"FREQ=MONTHLY;BYYEARDAY=1", "BYYEARDAY: is for FREQ=YEARLY"},
        {"FREQ=YEARLY;BYYEARDAY=1;BYMONTH=1", "BYYEARDAY: can be together"},
        {"FREQ=YEARLY;BYWEEKNO=53", "BYWEEKNO: each is a number from 2 to 51"},
        {"FREQ=YEARLY;BYWEEKNO=20;WKST=SU", "BYWEEKNO: is for"},
        {"FREQ=DAILY;BYHOUR=24", "BYHOUR: each is"},
        {"FREQ=HOURLY;INTERVAL=2;BYHOUR=9", "BYHOUR: cannot be together with FREQ=HOURLY"},
        {"FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=1,2,3,4,5", "BYHOUR: with BYMINUTE"},
        {"FREQ=DAILY;BYSETPOS=1", "BYSETPOS: is for FREQ=MONTHLY"},
        {"FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS: is for"},
        {"FREQ=MONTHLY;BYDAY=MO;BYSETPOS=367", "BYSETPOS: each is"},
        {"FREQ=MONTHLY;BYMONTHDAY=30,-1;BYSETPOS=1", "BYSETPOS: cannot be together"},
        {"FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6", "BYSETPOS: it never takes place"},
        {"FREQ=MONTHLY;BYMONTHDAY=1,2;BYDAY=MO;BYSETPOS=2", "BYSETPOS: it never takes place"},
        {"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "BYMONTHDAY: none of these days"},
        {"FREQ=DAILY;BYMONTH=2,4;BYMONTHDAY=31", "BYMONTHDAY: none of these days"},
        {"FREQ=DAILY;INTERVAL=7;BYDAY=TU", "it never takes place"},
        {"FREQ=MONTHLY;INTERVAL=12;BYMONTH=3", "it never takes place"},
        {"FREQ=DAILY;WKST=XX", "WKST: is one of"},
    };
    for (const auto& [rule, sentence] : table)
        EXPECT_THAT(refusal(timed, rule), HasSubstr(sentence)) << rule;
    EXPECT_THAT(refusal(timed, "FREQ=DAILY;BYHOUR=" + std::string(2'000, '1')),
                HasSubstr("longer than 1024 bytes"));
    EXPECT_THAT(refusal(timed, std::string("FREQ=DAILY\0;COUNT=1", 19)), HasSubstr("FREQ"));
}

TEST(CheckRule, WholeDaysHaveNoTimes) {
    const Series days = Series::days("2026-01-05", 1, "Europe/Berlin", "");
    EXPECT_THAT(refusal(days, "FREQ=HOURLY"), HasSubstr("whole days"));
    EXPECT_THAT(refusal(days, "FREQ=DAILY;BYHOUR=9"), HasSubstr("whole days"));
    EXPECT_THAT(refusal(days, "FREQ=DAILY;UNTIL=20270101T000000Z"), HasSubstr("UNTIL: is a date"));
    EXPECT_THAT(refusal(days, "FREQ=DAILY;UNTIL=20260104"), HasSubstr("UNTIL: is before"));
}

TEST(CheckRule, StartHasAYearThatCanBeWorkedOut) {
    EXPECT_THAT(refusal(Series("1752-12-31T10:00", "UTC", ""), "FREQ=DAILY"), HasSubstr("1753"));
    EXPECT_THAT(refusal(Series("2501-01-01T10:00", "UTC", ""), "FREQ=DAILY"), HasSubstr("2500"));
    EXPECT_THAT(starts(Series("1753-01-01T10:00", "UTC", "FREQ=DAILY"), 2),
                ElementsAre("1753-01-01T10:00:00Z", "1753-01-02T10:00:00Z"));
    EXPECT_THAT(starts(Series("2500-12-31T10:00", "UTC", "FREQ=DAILY"), 2, "2600-01-01"),
                ElementsAre("2500-12-31T10:00:00Z", "2501-01-01T10:00:00Z"));
}

TEST(RecurrenceBounds, LongSeriesSaysWhereItWasCut) {
    const Series series("2000-01-01T10:00", "Europe/Berlin", "FREQ=DAILY;COUNT=1000000000");
    const auto all = expand(series.fields, zone_of(series.fields), instant("3000-01-01"));
    ASSERT_THAT(all.instances, SizeIs(kMostOccurrences));
    ASSERT_TRUE(all.until);
    EXPECT_EQ(*all.until - all.instances.back().start, hours(24));
}

TEST(RecurrenceBounds, SparseSeriesSaysHowFarItWasLookedAt) {
    const Series series("2026-01-01T10:00", "UTC", "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=29");
    const auto all = expand(series.fields, Zone::utc(), instant("3000-01-01"));
    EXPECT_THAT(all.instances, SizeIs(1 + 3 * 24));  // 2028, 2032, 2036
    ASSERT_TRUE(all.until);
    EXPECT_GT(*all.until, instant("2037-01-01"));
}

TEST(RecurrenceBounds, NoRuleTakesLong) {
    const char* rules[] = {
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
        "FREQ=HOURLY;INTERVAL=24;BYDAY=MO;BYMONTHDAY=29;BYMONTH=2",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6",
        "FREQ=MONTHLY;INTERVAL=24;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=MONTHLY;INTERVAL=2;BYMONTH=2,4,6,8,10,12",
        "FREQ=YEARLY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=YEARLY;INTERVAL=1000;BYYEARDAY=366",
        ("FREQ=YEARLY;BYMONTHDAY=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,"
         "26,27,28,29,30,31;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=366"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,"
         "17,"
         "18,19,20,21,22,23;BYMONTH=2"),
    };
    for (const char* rule : rules) {
        Series series("2025-01-06T10:00", "Europe/Berlin", "");
        const auto before = std::chrono::steady_clock::now();
        const auto checked = check_rule(rule, series.fields, zone_of(series.fields));
        if (checked) {
            series.fields.recurrence.rule = *checked;
            expand(series.fields, zone_of(series.fields), instant("9999-01-01"));
        }
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - before;
        RecordProperty(rule, std::to_string(took.count()));
        EXPECT_LT(took.count(), 10.0) << rule;  // a second here; a busy machine gets some room
    }
}

}  // namespace
}  // namespace eyed::calendar
