// Series against what libical itself makes of the same DTSTART, RRULE, RDATE and EXDATE with its
// own reading of the zone, and of rules put together at random.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <libical/ical.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <random>
#include <set>

#include "calendar/libical_lock.h"
#include "calendar/test_series.h"

namespace eyed::calendar {
namespace {

constexpr std::string_view kFrom = "2010-01-01";
constexpr std::string_view kTo = "2036-01-01";

std::string basic(std::string_view iso8601) {
    std::string out(iso8601.substr(0, 19));
    std::erase_if(out, [](char c) { return c == '-' || c == ':'; });
    return out;
}

std::vector<std::string> shown(const std::vector<Micros>& times) {
    std::vector<std::string> out;
    for (const Micros time : times)
        out.push_back(to_iso8601(time).substr(0, 19));
    return out;
}

/// libical's own expansion of a series, as UTC.
std::vector<std::string> by_libical(const model::CalendarFields& fields) {
    const Zone zone = zone_of(fields);
    const auto line = [&](std::string_view name, Micros at) {
        if (fields.all_day)
            return fmt::format("{};VALUE=DATE:{}\r\n", name, basic(zone.to_date(at)));
        const std::string local = basic(zone.to_iso8601(at));
        return fields.zone == "UTC" ? fmt::format("{}:{}Z\r\n", name, local)
                                    : fmt::format("{};TZID={}:{}\r\n", name, fields.zone, local);
    };
    std::string text = "BEGIN:VEVENT\r\n" + line("DTSTART", fields.start) +
                       line("DTEND", fields.end) + "RRULE:" + fields.recurrence.rule + "\r\n";
    for (const Micros at : fields.recurrence.added)
        text += "RDATE:" + basic(to_iso8601(at)) + "Z\r\n";
    for (const Micros at : fields.recurrence.skipped)
        text += line("EXDATE", at);
    text += "END:VEVENT\r\n";

    const auto lock = lock_libical();
    icalcomponent* event = icalparser_parse_string(text.c_str());
    std::vector<Micros> starts;
    icalcomponent_foreach_recurrence(
        event, icaltime_from_string(basic(kFrom).c_str()), icaltime_from_string("20360103"),
        [](icalcomponent*, icaltime_span* span, void* out) {
            static_cast<std::vector<Micros>*>(out)->push_back({span->start * 1'000'000});
        },
        &starts);
    icalcomponent_free(event);
    // It takes the end of the window for local time.
    std::erase_if(starts, [](Micros start) { return start >= instant(kTo); });
    std::ranges::sort(starts);
    if (fields.all_day)  // libical reads a date as midnight UTC
        for (Micros& start : starts)
            start = zone.to_utc({start.value});
    return shown(starts);
}

std::vector<std::string> by_expand(const model::CalendarFields& fields) {
    std::vector<Micros> starts;
    for (const Instance& instance : expand(fields, zone_of(fields), instant(kTo)).instances)
        starts.push_back(instance.start);
    return shown(starts);
}

/// Up to where the series is worked out.
void expect_the_same(const model::CalendarFields& fields) {
    auto expected = by_libical(fields);
    const auto got = by_expand(fields);
    if (got.size() == kMostOccurrences) expected.resize(std::min(expected.size(), got.size()));
    const auto [ours, theirs] = std::ranges::mismatch(got, expected);
    EXPECT_TRUE(ours == got.end() && theirs == expected.end())
        << fields.recurrence.rule << " from " << to_iso8601(fields.start) << " in " << fields.zone
        << ": " << (ours == got.end() ? "no more" : *ours) << ", libical "
        << (theirs == expected.end() ? "no more" : *theirs);
}

TEST(RecurrenceAgainstLibical, TableOfRules) {
    struct Row {
        const char* start;
        const char* zone;
        const char* rule;
    };
    const Row table[] = {
        {"2020-03-02T09:00", "Europe/Berlin", "FREQ=DAILY;COUNT=10"},
        {"2020-03-02T09:00", "Europe/Berlin", "FREQ=DAILY;UNTIL=20201224T000000Z"},
        {"2020-03-02T09:00", "US/Central", "FREQ=DAILY;INTERVAL=2"},
        {"2020-03-02T09:00", "US/Central", "FREQ=DAILY;INTERVAL=10;COUNT=5"},
        {"2020-01-01T09:00", "US/Central", "FREQ=DAILY;BYMONTH=1;UNTIL=20230131T150000Z"},
        {"2020-01-01T09:00", "Australia/Lord_Howe", "FREQ=DAILY"},
        {"2020-01-01T09:00", "Australia/Lord_Howe", "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR"},
        {"2020-01-01T09:00", "UTC", "FREQ=DAILY;BYMONTHDAY=1,15"},
        {"2020-01-01T09:00", "Europe/Berlin", "FREQ=DAILY;BYHOUR=9,12,15;COUNT=100"},
        {"2020-01-01T09:00", "Europe/Berlin", "FREQ=DAILY;BYHOUR=9,18;BYMINUTE=0,30;COUNT=999"},
        {"2020-01-01T09:00", "UTC", "FREQ=HOURLY;INTERVAL=3;UNTIL=20200105T170000Z"},
        {"2020-01-01T09:00", "UTC", "FREQ=HOURLY;INTERVAL=8;BYDAY=WE,TH;COUNT=50"},
        {"2020-01-01T09:15", "UTC", "FREQ=HOURLY;BYMINUTE=15,45;COUNT=50"},
        {"2020-06-02T09:00", "Europe/Berlin", "FREQ=WEEKLY;COUNT=10"},
        {"2020-06-02T09:00", "Europe/Berlin", "FREQ=WEEKLY;UNTIL=20201224T000000Z"},
        {"2020-06-02T09:00", "US/Central", "FREQ=WEEKLY;INTERVAL=2;WKST=SU"},
        {"2020-06-02T09:00", "US/Central", "FREQ=WEEKLY;BYDAY=TU,TH;WKST=SU;COUNT=10"},
        {"2020-06-01T09:00", "US/Central", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR;WKST=SU"},
        {"2020-06-02T09:00", "US/Central", "FREQ=WEEKLY;INTERVAL=2;COUNT=8;BYDAY=TU,TH;WKST=SU"},
        {"2020-06-02T09:00", "Europe/Berlin", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU"},
        {"2020-06-02T09:00", "Europe/Berlin", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU"},
        {"2020-06-02T09:00", "Europe/Berlin", "FREQ=WEEKLY;INTERVAL=13;BYDAY=TU,WE"},
        {"2020-06-02T09:00", "Europe/Berlin", "FREQ=WEEKLY;BYMONTH=6,7;BYDAY=TU"},
        {"2020-09-04T09:00", "Europe/Berlin", "FREQ=MONTHLY;COUNT=10;BYDAY=1FR"},
        {"2020-09-04T09:00", "Europe/Berlin", "FREQ=MONTHLY;UNTIL=20231224T000000Z;BYDAY=1FR"},
        {"2020-09-06T09:00", "US/Central", "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU"},
        {"2020-09-21T09:00", "US/Central", "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO"},
        {"2020-09-28T09:00", "US/Central", "FREQ=MONTHLY;BYMONTHDAY=-3"},
        {"2020-09-02T09:00", "US/Central", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15"},
        {"2020-09-30T09:00", "US/Central", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1"},
        {"2020-09-10T09:00", "Australia/Lord_Howe",
         "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15"},
        {"2020-09-01T09:00", "Europe/Berlin", "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU"},
        {"2020-11-13T09:00", "Europe/Berlin", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13"},
        {"2020-09-12T09:00", "Europe/Berlin", "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13"},
        {"2020-09-03T09:00", "Europe/Berlin", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3"},
        {"2020-09-29T09:00", "Europe/Berlin", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2"},
        {"2020-01-31T09:00", "Europe/Berlin", "FREQ=MONTHLY"},
        {"2020-01-31T09:00", "Europe/Berlin", "FREQ=MONTHLY;INTERVAL=5"},
        {"2020-06-10T09:00", "US/Central", "FREQ=YEARLY;COUNT=10;BYMONTH=6,7"},
        {"2020-03-10T09:00", "US/Central", "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3"},
        {"2020-01-01T09:00", "US/Central", "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200"},
        {"2020-12-31T09:00", "US/Central", "FREQ=YEARLY;BYYEARDAY=-1,60"},
        {"2020-05-18T09:00", "US/Central", "FREQ=YEARLY;BYDAY=20MO"},
        {"2020-05-11T09:00", "US/Central", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO"},
        {"2020-03-05T09:00", "US/Central", "FREQ=YEARLY;BYMONTH=3;BYDAY=TH"},
        {"2020-06-04T09:00", "US/Central", "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8"},
        {"2020-11-03T09:00", "US/Central",
         "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8"},
        {"2020-03-29T09:00", "Europe/Berlin", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"},
        {"2020-02-29T09:00", "Europe/Berlin", "FREQ=YEARLY"},
        {"2020-02-29T09:00", "Europe/Berlin", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1"},
        {"2020-11-26T09:00", "US/Central", "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"},
    };
    EXPECT_GE(std::size(table), 40U);
    for (const Row& row : table)
        expect_the_same(Series(row.start, row.zone, row.rule).fields);
}

TEST(RecurrenceAgainstLibical, AddedAndSkippedDates) {
    Series series("2026-03-02T09:00", "Europe/Berlin", "FREQ=WEEKLY;BYDAY=MO,FR;COUNT=20");
    series.fields.recurrence.added = {instant("2026-03-03T08:00:00Z"),
                                      instant("2026-05-30T10:00:00Z")};
    series.fields.recurrence.skipped = {instant("2026-03-06T08:00:00Z"),
                                        instant("2026-03-30T07:00:00Z")};
    expect_the_same(series.fields);
}

TEST(RecurrenceAgainstLibical, WholeDays) {
    for (const char* rule : {"FREQ=DAILY;COUNT=300", "FREQ=WEEKLY;BYDAY=MO,WE", "FREQ=MONTHLY",
                             "FREQ=DAILY;UNTIL=20270101", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1MO"})
        expect_the_same(Series::days("2026-03-30", 1, "America/Sao_Paulo", rule).fields);
}

/// Rules of parts that libical expands as RFC 5545 says by itself too.
class RandomRule {
  public:
    explicit RandomRule(unsigned seed) : random_(seed) {}

    std::string next() {
        frequency_ = one_of({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"});
        rule_ = fmt::format("FREQ={}", frequency_);
        if (chance(2)) rule_ += fmt::format(";INTERVAL={}", pick(1, 5));
        if (chance(3)) rule_ += fmt::format(";COUNT={}", pick(1, 40));
        if (chance(3)) add("BYMONTH", 3, [this] { return pick(1, 12); });
        if (frequency_ == "MONTHLY" && chance(2))
            add("BYMONTHDAY", 4, [this] { return pick(1, 31); });
        else if (chance(2))
            add_days();
        if (chance(4)) add("BYHOUR", 3, [this] { return pick(5, 22); });
        return rule_;
    }
    int pick(int least, int most) { return std::uniform_int_distribution(least, most)(random_); }
    std::string one_of(std::vector<std::string> of) {
        return of[static_cast<std::size_t>(pick(0, static_cast<int>(of.size()) - 1))];
    }

  private:
    bool chance(int in) { return pick(1, in) == 1; }
    void add(std::string_view name, int most, const std::function<int()>& number) {
        std::set<int> numbers;
        for (int i = pick(1, most); i > 0; --i)
            numbers.insert(number());
        rule_ += fmt::format(";{}={}", name, fmt::join(numbers, ","));
    }
    void add_days() {
        std::set<std::string> days;
        const bool numbered = frequency_ == "MONTHLY" || rule_.contains("YEARLY;BYMONTH=");
        for (int i = pick(1, 3); i > 0; --i) {
            std::string day = one_of({"MO", "TU", "WE", "TH", "FR", "SA"});
            if (numbered && chance(2)) day = std::to_string(pick(1, 4)) + day;
            days.insert(day);
        }
        rule_ += fmt::format(";BYDAY={}", fmt::join(days, ","));
        if (numbered && chance(2)) rule_ += fmt::format(";BYSETPOS={}", chance(2) ? 1 : -1);
    }

    std::mt19937 random_;
    std::string frequency_;
    std::string rule_;
};

TEST(RecurrenceAgainstLibical, RandomRules) {
    RandomRule random(5545);
    int compared = 0;
    for (int i = 0; i < 250; ++i) {
        const std::string rule = random.next();
        const std::string zone = random.one_of(
            {"Europe/Berlin", "US/Central", "UTC", "Australia/Lord_Howe", "Asia/Kathmandu"});
        const std::string start =
            fmt::format("20{}-{:02}-{:02}T{:02}:30", random.pick(20, 30), random.pick(1, 12),
                        random.pick(1, 28), random.pick(5, 20));
        Series series(start, zone, "");
        const auto checked = check_rule(rule, series.fields, zone_of(series.fields));
        if (!checked) continue;  // BYSETPOS with hours, or a day that no month has
        // From a start that the rule gives: any other counts for libical beside COUNT.
        series.fields.recurrence.rule = *checked;
        const auto from = expand(series.fields, zone_of(series.fields), instant(kTo)).instances;
        if (from.size() < 2) continue;
        series.fields.start = from[1].start;
        series.fields.end = from[1].end;
        expect_the_same(series.fields);
        ++compared;
    }
    EXPECT_GT(compared, 150);
}

}  // namespace
}  // namespace eyed::calendar
