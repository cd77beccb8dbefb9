#include <gmock/gmock.h>

#include "calendar/content_line.h"
#include "calendar/icalendar.h"
#include "calendar/test_calendar.h"
#include "calendar/vtimezone.h"

namespace eyed::calendar {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;
using testing::StartsWith;

std::vector<std::string> written(const model::CalendarEvent& event, const CalendarText& text = {}) {
    return unfolded(write_calendar({&event, 1}, text));
}

TEST(ContentLine, IsFoldedAt75OctetsAndNotInsideACharacter) {
    std::string text;
    for (int i = 0; i < 100; ++i)
        text += "a\u00e4\u20ac\U0001F600";
    std::string out;
    append_line("SUMMARY:" + text, out);
    EXPECT_THAT(out, testing::EndsWith("\r\n"));
    std::size_t lines = 0;
    for (std::size_t at = 0; at < out.size(); ++lines) {
        const std::size_t end = out.find("\r\n", at);
        const std::string line = out.substr(at, end - at);
        EXPECT_LE(line.size(), 75U);
        EXPECT_TRUE(is_utf8(line));
        at = end + 2;
    }
    EXPECT_GT(lines, 10U);
    EXPECT_THAT(unfolded(out), ElementsAre("SUMMARY:" + text));
}

TEST(ContentLine, TextCannotEndItsLine) {
    EXPECT_EQ(escape_text("a;b,c\\d\ne\r\nf\rg"), "a\\;b\\,c\\\\d\\ne\\nf\\ng");
    EXPECT_EQ(escape_text(std::string_view("a\0b\x01\x7f\x1b[0m\tc", 11)), "ab[0m\tc");
    EXPECT_EQ(escape_text("\xff\xc3"), "\xEF\xBF\xBD\xEF\xBF\xBD");
    EXPECT_EQ(quote_parameter("a\"b^c\nd;:,"), "\"a^'b^^c^nd;:,\"");
}

TEST(ContentLine, ReaderUnfoldsAndCutsLongLines) {
    LineReader lines(
        "\xEF\xBB\xBF"
        "A:1\r\n 2\r\n\t3\n\n \r\nb;x=\":\":4\nC");
    ASSERT_TRUE(lines.next());
    EXPECT_EQ(lines.line(), "A:123");
    ASSERT_TRUE(lines.next());
    EXPECT_EQ(lines.name(), "B");
    EXPECT_EQ(lines.value(), "4");
    EXPECT_EQ(lines.number(), 6U);
    ASSERT_TRUE(lines.next());
    EXPECT_EQ(lines.line(), "C");
    EXPECT_EQ(lines.value(), "");
    EXPECT_FALSE(lines.next());

    const std::string file = "X:" + std::string(1'000'000, 'y') + "\nY:1";
    LineReader longest(file);
    ASSERT_TRUE(longest.next());
    EXPECT_EQ(longest.line().size(), kMostLineBytes);
    EXPECT_TRUE(longest.was_cut());
    ASSERT_TRUE(longest.next());
    EXPECT_FALSE(longest.was_cut());
}

TEST(CalendarWriter, SingleEvent) {
    model::CalendarEvent event = sample_event("2026-11-30T10:00:00Z", "UTC");
    event.fields.organiser = "ann@example.org";
    EXPECT_THAT(written(event, {.name = "All, of it",
                                .url = "https://example.org/api/",
                                .stamp = instant("2026-01-02T03:04:05.6Z")}),
                ElementsAre("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//eyed//Calendar//EN",
                            "CALSCALE:GREGORIAN", "NAME:All\\, of it", "X-WR-CALNAME:All\\, of it",
                            "BEGIN:VEVENT", "UID:uid-1@example.org", "SEQUENCE:2",
                            "DTSTAMP:20260102T030405Z", "DTSTART:20261130T100000Z",
                            "DTEND:20261130T110000Z", "SUMMARY:Talk\\; with\\, commas",
                            "DESCRIPTION:two\\nlines", "LOCATION:Hall", "CATEGORIES:Talks",
                            "STATUS:CONFIRMED", "ORGANIZER:mailto:ann@example.org",
                            "URL:https://example.org/api/events/7/", "CREATED:20260101T000000Z",
                            "LAST-MODIFIED:20260101T120000Z", "END:VEVENT", "END:VCALENDAR"));
}

TEST(CalendarWriter, SeriesIsInItsZone) {
    model::CalendarEvent event = sample_event("2026-12-01T09:00:00Z", "Europe/Berlin");
    event.fields.recurrence = {.rule = "FREQ=DAILY;COUNT=5",
                               .added = {instant("2027-07-01T08:00:00Z")},
                               .skipped = {instant("2026-12-03T09:00:00Z")}};
    event.changes = {{.original_start = instant("2026-12-02T09:00:00Z"),
                      .title = "Special",
                      .start = instant("2026-12-02T14:00:00Z"),
                      .end = instant("2026-12-02T15:00:00Z"),
                      .location = LocationId{9}},
                     {.original_start = instant("2026-12-04T09:00:00Z"),
                      .status = model::EventStatus::kCancelled}};
    const auto lines = written(event, {.locations = {{LocationId{9}, "Attic"}}});
    for (const char* line :
         {"BEGIN:VTIMEZONE", "TZID:Europe/Berlin", "DTSTART;TZID=Europe/Berlin:20261201T100000",
          "RRULE:FREQ=DAILY;COUNT=5", "RDATE;TZID=Europe/Berlin:20270701T100000",
          "EXDATE;TZID=Europe/Berlin:20261203T100000",
          "RECURRENCE-ID;TZID=Europe/Berlin:20261202T100000",
          "DTSTART;TZID=Europe/Berlin:20261202T150000", "SUMMARY:Special", "LOCATION:Attic",
          "RECURRENCE-ID;TZID=Europe/Berlin:20261204T100000",
          "DTEND;TZID=Europe/Berlin:20261204T110000", "STATUS:CANCELLED"})
        EXPECT_THAT(lines, Contains(line));
}

TEST(CalendarWriter, WholeDaysAreDates) {
    model::CalendarEvent event = sample_event("2026-11-29T23:00:00Z", "Europe/Berlin");
    event.fields.all_day = true;
    event.fields.end = instant("2026-12-01T23:00:00Z");
    const auto lines = written(event);
    EXPECT_THAT(lines, Contains("DTSTART;VALUE=DATE:20261130"));
    EXPECT_THAT(lines, Contains("DTEND;VALUE=DATE:20261202"));
    EXPECT_THAT(lines, Not(Contains("BEGIN:VTIMEZONE")));
}

TEST(CalendarWriter, SecondOfTwoHoursAlikeIsInUtc) {
    model::CalendarEvent event = sample_event("2026-10-25T01:30:00Z", "Europe/Berlin");
    EXPECT_THAT(written(event), Contains("DTSTART:20261025T013000Z"));
}

TEST(CalendarWriter, PartOfASecondIsAWholeOne) {
    model::CalendarEvent event = sample_event("2026-11-30T10:00:00.25Z", "UTC");
    event.fields.end = instant("2026-11-30T10:00:00.5Z");
    EXPECT_THAT(written(event), Contains("DTSTART:20261130T100000Z"));
    EXPECT_THAT(written(event), Contains("DTEND:20261130T100001Z"));
}

TEST(CalendarWriter, NoTextAddsALine) {
    const std::string hostile = "x\r\nBEGIN:VEVENT\nATTACH:file:///etc/passwd\r\n ";
    model::CalendarEvent event = sample_event("2026-11-30T10:00:00Z", "UTC");
    event.uid = event.fields.title = event.fields.description = hostile;
    event.location_name = event.category_name = event.fields.organiser = hostile;
    event.changes = {
        {.original_start = event.fields.start, .title = hostile, .description = hostile}};
    int events = 0;
    for (const std::string& line : written(event, {.name = hostile, .url = hostile})) {
        events += line == "BEGIN:VEVENT";
        EXPECT_THAT(line, Not(StartsWith("ATTACH")));
    }
    EXPECT_EQ(events, 2);
}

TEST(CalendarWriter, OrganiserWhoIsNoAddressIsAName) {
    model::CalendarEvent event = sample_event("2026-11-30T10:00:00Z", "UTC");
    for (const char* name : {"Ann \"the\" One", "a@b@c", "@", "ann@", "Ann <ann@example.org>"}) {
        event.fields.organiser = name;
        EXPECT_THAT(written(event), Contains(StartsWith("ORGANIZER;CN=\""))) << name;
    }
}

std::vector<std::string> timezone(std::string_view name, std::string_view from) {
    std::string out;
    append_vtimezone(*Zone::find(name), instant(from), out);
    return unfolded(out);
}

TEST(VTimezone, RuleThatGoesOnBeginsInTheYearBefore) {
    EXPECT_THAT(timezone("Europe/Berlin", "2026-03-01"),
                ElementsAre("BEGIN:VTIMEZONE", "TZID:Europe/Berlin", "BEGIN:DAYLIGHT",
                            "DTSTART:20250330T020000", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
                            "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "TZNAME:CEST", "END:DAYLIGHT",
                            "BEGIN:STANDARD", "DTSTART:20251026T030000",
                            "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "TZOFFSETFROM:+0200",
                            "TZOFFSETTO:+0100", "TZNAME:CET", "END:STANDARD", "END:VTIMEZONE"));
    EXPECT_THAT(timezone("Australia/Lord_Howe", "2026-03-01"), Contains("TZOFFSETFROM:+1030"));
}

TEST(VTimezone, ChangesBeforeTheRuleAreOneByOne) {
    const auto lines = timezone("US/Central", "2006-01-01");
    EXPECT_THAT(lines, Contains("DTSTART:20051030T020000"));
    EXPECT_THAT(lines, Contains("DTSTART:20060402T020000"));
    EXPECT_THAT(lines, Contains("DTSTART:20070311T020000"));
    EXPECT_THAT(lines, Contains("RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU"));
}

TEST(VTimezone, ZoneThatNeverChangesHasOneOffset) {
    EXPECT_THAT(timezone("Etc/GMT-3", "2026-01-01"),
                ElementsAre("BEGIN:VTIMEZONE", "TZID:Etc/GMT-3", "BEGIN:STANDARD",
                            "DTSTART:16010101T000000", "TZOFFSETFROM:+0300", "TZOFFSETTO:+0300",
                            "TZNAME:+03", "END:STANDARD", "END:VTIMEZONE"));
}

TEST(VTimezone, DayCountedFromAnotherIsAWeekOfDays) {
    EXPECT_THAT(timezone("America/Nuuk", "2030-01-01"),
                Contains("RRULE:FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=-8,-7,-6,-5,-4,-3,-2;BYDAY=SA"));
    // The day after the last Thursday of October may be in November.
    EXPECT_THAT(timezone("Africa/Cairo", "2030-01-01"), Contains("RDATE:20311031T000000"));
}

}  // namespace
}  // namespace eyed::calendar
