#include <fmt/format.h>
#include <gmock/gmock.h>

#include <chrono>

#include "calendar/icalendar.h"
#include "calendar/test_calendar.h"

namespace eyed::calendar {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// A file of VEVENTs, each of these lines with a UID of its own unless it has one.
std::string file_of(const std::vector<std::string>& events, std::string_view other = "") {
    std::string out = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n";
    out += other;
    int number = 0;
    for (const std::string& lines : events) {
        out += "BEGIN:VEVENT\r\n";
        if (lines.find("UID:") == std::string::npos) out += fmt::format("UID:{}\r\n", ++number);
        out += lines;
        if (!lines.ends_with('\n')) out += "\r\n";
        out += "END:VEVENT\r\n";
    }
    return out + "END:VCALENDAR\r\n";
}
std::vector<ReadEvent> read(std::string_view file, std::string_view zone = "Europe/Berlin") {
    auto events = read_calendar(file, zone, {});
    EXPECT_TRUE(events) << (events ? "" : events.error().detail);
    return events ? *std::move(events) : std::vector<ReadEvent>{};
}
ReadEvent read_one(const std::vector<std::string>& events, std::string_view other = "") {
    const auto all = read(file_of(events, other));
    EXPECT_THAT(all, SizeIs(1));
    return all.empty() ? ReadEvent{} : all.front();
}
std::vector<std::string> faults(const std::vector<std::string>& events,
                                std::string_view other = "") {
    std::vector<std::string> out;
    for (const ReadEvent& event : read(file_of(events, other)))
        out.insert(out.end(), event.faults.begin(), event.faults.end());
    return out;
}
Error refusal(std::string_view file, const ReadLimits& limits = {}) {
    const auto events = read_calendar(file, "UTC", limits);
    EXPECT_FALSE(events) << file.substr(0, 200);
    return events ? Error{} : events.error();
}

TEST(CalendarReader, EventAsGoogleWritesIt) {
    const ReadEvent event = read_one(
        {"DTSTART;TZID=America/Chicago:20260302T090000\r\nDTEND;TZID=America/"
         "Chicago:20260302T100000"
         "\r\nRRULE:FREQ=WEEKLY;WKST=MO;UNTIL=20260601T045959Z;BYDAY=MO\r\n"
         "EXDATE;TZID=America/Chicago:20260316T090000\r\nDTSTAMP:20260101T000000Z\r\n"
         "UID:abc123@google.com\r\nCREATED:20260101T000000Z\r\nDESCRIPTION:Line one\\nand two\\, "
         "long "
         "enough to be fold\r\n ed\r\nLAST-MODIFIED:20260101T000000Z\r\nLOCATION:\r\nSEQUENCE:1\r\n"
         "STATUS:CONFIRMED\r\nSUMMARY:Weekly\r\nTRANSP:OPAQUE\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\n"
         "DESCRIPTION:This is an event reminder\r\nTRIGGER:-P0DT0H10M0S\r\nEND:VALARM\r\n"},
        "X-WR-TIMEZONE:America/Chicago\r\nCALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\n");
    EXPECT_THAT(event.faults, IsEmpty());
    EXPECT_EQ(event.uid, "abc123@google.com");
    EXPECT_EQ(event.sequence, 1U);
    EXPECT_EQ(event.fields.title, "Weekly");
    EXPECT_EQ(event.fields.description, "Line one\nand two, long enough to be folded");
    EXPECT_EQ(event.fields.zone, "America/Chicago");
    EXPECT_EQ(event.fields.start, instant("2026-03-02T15:00:00Z"));
    EXPECT_EQ(event.fields.end, instant("2026-03-02T16:00:00Z"));
    EXPECT_EQ(event.fields.recurrence.rule, "FREQ=WEEKLY;UNTIL=20260601T045959Z;BYDAY=MO");
    EXPECT_THAT(event.fields.recurrence.skipped, ElementsAre(instant("2026-03-16T14:00:00Z")));
    EXPECT_EQ(event.location_name, "");
}

TEST(CalendarReader, EventAsOutlookWritesIt) {
    const std::string zone =
        "BEGIN:VTIMEZONE\r\nTZID:W. Europe Standard "
        "Time\r\nBEGIN:STANDARD\r\nDTSTART:16010101T030000"
        "\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;"
        "BYMONTH=10\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";
    const ReadEvent event = read_one(
        {"ORGANIZER;CN=\"Ann; "
         "One\":mailto:ann@example.org\r\nATTENDEE;ROLE=REQ-PARTICIPANT;RSVP=TRUE:"
         "mailto:bob@example.org\r\nDESCRIPTION;LANGUAGE=de-DE:\\n\r\nRRULE:FREQ=MONTHLY;COUNT=10;"
         "INTERVAL=1;BYDAY=2TH\r\nSUMMARY;LANGUAGE=de-DE:Board\r\n"
         "DTSTART;TZID=W. Europe Standard Time:20260312T140000\r\n"
         "DTEND;TZID=\"W. Europe Standard Time\":20260312T153000\r\n"
         "UID:040000008200E00074C5B7101A82E008\r\nCLASS:PUBLIC\r\nPRIORITY:5\r\nSTATUS:"
         "TENTATIVE\r\n"
         "LOCATION;LANGUAGE=de-DE:Room 1\\, first floor\r\nX-MICROSOFT-CDO-BUSYSTATUS:BUSY\r\n"},
        zone);
    EXPECT_THAT(event.faults, IsEmpty());
    EXPECT_EQ(event.fields.zone, "Europe/Berlin");
    EXPECT_EQ(event.fields.start, instant("2026-03-12T13:00:00Z"));
    EXPECT_EQ(event.fields.end, instant("2026-03-12T14:30:00Z"));
    EXPECT_EQ(event.fields.organiser, "ann@example.org");
    EXPECT_EQ(event.fields.status, model::EventStatus::kTentative);
    EXPECT_EQ(event.location_name, "Room 1, first floor");
    EXPECT_EQ(event.fields.recurrence.rule, "FREQ=MONTHLY;COUNT=10;BYDAY=2TH");
}

TEST(CalendarReader, EventAsAppleWritesIt) {
    const ReadEvent event = read_one(
        {"TRANSP:TRANSPARENT\r\nDTEND;VALUE=DATE:20260404\r\nLAST-MODIFIED:20260101T000000Z\r\n"
         "UID:3E1A-APPLE\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:20260403\r\nSEQUENCE:"
         "0\r\n"
         "SUMMARY:Holiday\r\nRRULE:FREQ=YEARLY\r\nRDATE;VALUE=DATE:20260501,20260503\r\n"
         "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC\r\nCATEGORIES:Days off,Public\r\n"});
    EXPECT_THAT(event.faults, IsEmpty());
    EXPECT_TRUE(event.fields.all_day);
    EXPECT_EQ(event.fields.zone, "Europe/Berlin");
    EXPECT_EQ(event.fields.start, instant("2026-04-02T22:00:00Z"));
    EXPECT_EQ(event.fields.end, instant("2026-04-03T22:00:00Z"));
    EXPECT_EQ(event.category_name, "Days off");
    EXPECT_THAT(event.fields.recurrence.added,
                ElementsAre(instant("2026-04-30T22:00:00Z"), instant("2026-05-02T22:00:00Z")));
}

TEST(CalendarReader, ZonesByOtherNames) {
    const auto zone_named = [](std::string_view tzid, std::string_view other = "") {
        const ReadEvent event = read_one(
            {fmt::format("DTSTART;TZID={}:20260312T140000\r\nDURATION:PT1H", tzid)}, other);
        return event.faults.empty() ? event.fields.zone : event.faults.front();
    };
    EXPECT_EQ(zone_named("Europe/Berlin"), "Europe/Berlin");
    EXPECT_EQ(zone_named("/freeassociation.sourceforge.net/Europe/Berlin"), "Europe/Berlin");
    EXPECT_EQ(zone_named("/citadel.org/20250101_1/America/Indiana/Knox"), "America/Indiana/Knox");
    EXPECT_EQ(zone_named("Central Standard Time"), "America/Chicago");
    EXPECT_EQ(zone_named("Mine",
                         "BEGIN:VTIMEZONE\r\nTZID:Mine\r\nX-LIC-LOCATION:Asia/Tokyo\r\n"
                         "END:VTIMEZONE\r\n"),
              "Asia/Tokyo");
    EXPECT_THAT(zone_named("Middle Earth"), HasSubstr("the time zone “Middle Earth” is not known"));
}

TEST(CalendarReader, FloatingTimesAreOfTheZoneGiven) {
    const std::string file = file_of({"DTSTART:20260701T100000\r\nDTEND:20260701T110000"});
    EXPECT_EQ(read(file, "US/Central").front().fields.start, instant("2026-07-01T15:00:00Z"));
    EXPECT_EQ(read(file, "US/Central").front().fields.zone, "US/Central");
    const auto none = read_calendar(file, "Nowhere", {});
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, Code::kInvalidArgument);
}

TEST(CalendarReader, LengthInDaysIsOfTheCalendar) {
    const auto end = [](std::string_view lines) {
        const ReadEvent event = read_one({std::string(lines)});
        EXPECT_THAT(event.faults, IsEmpty()) << lines;
        return to_iso8601(event.fields.end).substr(0, 19);
    };
    EXPECT_EQ(end("DTSTART;TZID=Europe/Berlin:20260328T100000\r\nDURATION:P1D"),
              "2026-03-29T08:00:00");
    EXPECT_EQ(end("DTSTART;TZID=Europe/Berlin:20260328T100000\r\nDURATION:PT24H"),
              "2026-03-29T09:00:00");
    EXPECT_EQ(end("DTSTART;VALUE=DATE:20260328\r\nDURATION:P1W"), "2026-04-03T22:00:00");
    EXPECT_EQ(end("DTSTART;VALUE=DATE:20260329"), "2026-03-29T22:00:00");
    EXPECT_EQ(end("DTSTART:20260630T235960Z\r\nDURATION:PT1S"), "2026-07-01T00:00:00");
}

constexpr const char* kMaster =
    "UID:s\r\nSUMMARY:Series\r\nDTSTART;TZID=Europe/Berlin:20260302T090000\r\n"
    "DTEND;TZID=Europe/Berlin:20260302T100000\r\nRRULE:FREQ=WEEKLY;COUNT=5\r\n";

TEST(CalendarReader, ChangedOccurrencesGoToTheirSeries) {
    const ReadEvent event = read_one(
        {"UID:s\r\nSUMMARY:Moved\r\nRECURRENCE-ID:20260309T080000Z\r\nDTSTART:20260310T120000Z\r\n"
         "DTEND:20260310T130000Z",
         kMaster,
         "UID:s\r\nSUMMARY:Series\r\nRECURRENCE-ID;TZID=Europe/Berlin:20260316T090000\r\nSTATUS:"
         "CANCELLED\r\nDTSTART;TZID=Europe/Berlin:20260316T090000\r\nDURATION:PT1H"});
    EXPECT_THAT(event.faults, IsEmpty());
    EXPECT_EQ(event.fields.title, "Series");
    EXPECT_THAT(
        event.changes,
        ElementsAre(model::OccurrenceChange{.original_start = instant("2026-03-09T08:00:00Z"),
                                            .title = "Moved",
                                            .start = instant("2026-03-10T12:00:00Z"),
                                            .end = instant("2026-03-10T13:00:00Z")},
                    model::OccurrenceChange{.original_start = instant("2026-03-16T08:00:00Z"),
                                            .status = model::EventStatus::kCancelled}));
}

TEST(CalendarReader, WhatAChangeDoesNotSayIsAsInItsSeries) {
    const std::string series =
        "UID:s\r\nSUMMARY:Series\r\nDESCRIPTION:All of it\r\nLOCATION:Hall\r\n"
        "DTSTART:20260302T090000Z\r\nDTEND:20260302T100000Z\r\nRRULE:FREQ=DAILY;COUNT=5\r\n";
    const auto change = [](int day, std::string_view more) {
        return fmt::format(
            "UID:s\r\nRECURRENCE-ID:2026030{0}T090000Z\r\nDTSTART:2026030{0}T090000Z\r\n"
            "DTEND:2026030{0}T100000Z\r\n{1}",
            day, more);
    };
    const ReadEvent event =
        read_one({change(5, "LOCATION:Garden"), series, change(3, ""),
                  change(4, "DESCRIPTION:\r\nLOCATION: "), change(6, "LOCATION:Hall")});
    EXPECT_THAT(event.faults, IsEmpty());
    EXPECT_EQ(event.location_name, "Hall");
    EXPECT_THAT(event.change_locations, ElementsAre(std::nullopt, "", "Garden", std::nullopt));
    ASSERT_THAT(event.changes, SizeIs(4));
    EXPECT_EQ(event.changes[0].description, std::nullopt);
    EXPECT_EQ(event.changes[1].description, "");
    EXPECT_EQ(event.changes[2].original_start, instant("2026-03-05T09:00:00Z"));
}

TEST(CalendarReader, BlanksAroundAUidAreNotOfIt) {
    EXPECT_EQ(read_one({"UID: a b\\n \r\nDTSTART;VALUE=DATE:20260302"}).uid, "a b");
    EXPECT_THAT(faults({"UID:\\n\r\nDTSTART;VALUE=DATE:20260302"}), ElementsAre("UID: is missing"));
}

TEST(CalendarReader, ChangesThatFitNoSeriesAreFaults) {
    const std::string times = "\r\nDTSTART:20260310T120000Z\r\nDTEND:20260310T130000Z";
    EXPECT_THAT(faults({"UID:x\r\nRECURRENCE-ID:20260309T080000Z" + times}),
                ElementsAre(HasSubstr("the event that it changes is not in the file")));
    EXPECT_THAT(faults({kMaster, "UID:s\r\nRECURRENCE-ID:20260309T080001Z" + times}),
                ElementsAre(HasSubstr("2026-03-09T09:00:01+01:00: is no occurrence")));
    EXPECT_THAT(faults({kMaster, "UID:s\r\nRECURRENCE-ID;VALUE=DATE:20260309" + times}),
                ElementsAre(HasSubstr("RECURRENCE-ID: is a date, and DTSTART a time")));
    EXPECT_THAT(
        faults({kMaster, "UID:s\r\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260309T080000Z" + times}),
        ElementsAre(HasSubstr("RECURRENCE-ID: with RANGE is not offered")));
    EXPECT_THAT(faults({kMaster, "UID:s\r\nRECURRENCE-ID:20260309T080000Z" + times,
                        "UID:s\r\nRECURRENCE-ID:20260309T080000Z" + times}),
                ElementsAre(HasSubstr("is changed twice")));
    EXPECT_THAT(faults({kMaster,
                        "UID:s\r\nRECURRENCE-ID:20260309T080000Z\r\nDTSTART:20260310T"
                        "120000Z"}),
                ElementsAre(HasSubstr("a changed occurrence, DTSTART: is a time without an end")));
}

TEST(CalendarReader, SecondEventOfAUidIsAFault) {
    const auto events = read(file_of({kMaster, kMaster}));
    ASSERT_THAT(events, SizeIs(2));
    EXPECT_THAT(events[0].faults, IsEmpty());
    EXPECT_THAT(events[1].faults, ElementsAre(HasSubstr("UID: another event of the file has it")));
}

TEST(CalendarReader, FaultsNameTheProperty) {
    const std::string start = "DTSTART:20260310T120000Z\r\n";
    const std::string times = start + "DTEND:20260310T130000Z\r\n";
    const std::pair<std::string, const char*> table[] = {
        {"UID:\r\n" + times, "UID: is missing"},
        {"SUMMARY:no start", "DTSTART: is missing"},
        {start, "DTSTART: is a time without an end"},
        {start + "DTEND:20260310T120000Z", "DTEND: is no time behind the start"},
        {start + "DTEND:20260309T120000Z", "DTEND: is no time behind the start"},
        {start + "DTEND;VALUE=DATE:20260311", "DTEND: is a date, and DTSTART a time"},
        {start + "DURATION:P", "DURATION: "},
        {start + "DURATION:-PT1H", "DURATION: cannot be read"},
        {start + "DURATION:P4294967295W", "DURATION: cannot be read"},
        {start + "DURATION:PT0S", "DURATION: is no time behind"},
        {start + "DURATION:P500000W", "DURATION: goes on behind the year 9999"},
        {start + "DURATION:P50000000W", "DURATION: cannot be read"},
        {"DTSTART;VALUE=DATE:99991231", "DTEND: goes on behind the year 9999"},
        {"DTSTART;VALUE=DATE:20260310\r\nDURATION:PT5H", "DURATION: has hours"},
        {"DTSTART:20260230T120000Z\r\nDURATION:PT1H", "DTSTART: cannot be read"},
        {"DTSTART:20260310T250000Z\r\nDURATION:PT1H", "DTSTART: cannot be read"},
        {"DTSTART:soon\r\nDURATION:PT1H", "DTSTART: cannot be read"},
        {times + "DTSTART:20260311T120000Z", "DTSTART: is there twice"},
        {times + "RRULE:FREQ=NEVER", "RRULE: FREQ: is one of"},
        {times + "RRULE:FREQ=DAILY;UNTIL=20260401", "RRULE: UNTIL: is a time"},
        {times + "RRULE:FREQ=DAILY\r\nRRULE:FREQ=WEEKLY", "RRULE: is there twice"},
        {times + "EXRULE:FREQ=DAILY", "EXRULE: is not offered"},
        {times + "RDATE;VALUE=PERIOD:20260401T100000Z/PT1H", "RDATE: cannot be read"},
        {times + "EXDATE;VALUE=DATE:20260401", "EXDATE: is a date, and DTSTART a time"},
        {times + "EXDATE;TZID=Nowhere:20260401T100000", "EXDATE: the time zone"},
        {times + "SUMMARY:\xff\xfe", "SUMMARY: is not UTF-8"},
        {times + "DESCRIPTION:" + std::string(70'000, 'x'), "DESCRIPTION: is longer than"},
    };
    for (const auto& [lines, sentence] : table)
        EXPECT_THAT(faults({lines}), ElementsAre(HasSubstr(sentence))) << lines.substr(0, 200);
}

TEST(CalendarReader, ManyDates) {
    const auto dates = [](std::size_t count, std::size_t a_line) {
        std::string out =
            "DTSTART:20200101T120000Z\r\nDTEND:20200101T130000Z\r\n"
            "RRULE:FREQ=DAILY";
        for (std::size_t i = 0; i < count; ++i) {
            const Micros day{instant("2020-01-02T12:00:00Z").value +
                             static_cast<std::int64_t>(i) * 86'400'000'000};
            std::string text = to_iso8601(day).substr(0, 19);
            std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
            out += i % a_line == 0 ? "\r\nEXDATE:" : ",";
            out += text + "Z";
        }
        return out;
    };
    const ReadEvent event = read_one({dates(1'000, 400)});
    EXPECT_THAT(event.faults, IsEmpty());
    EXPECT_THAT(event.fields.recurrence.skipped, SizeIs(1'000));
    EXPECT_THAT(faults({dates(1'001, 1)}), ElementsAre(HasSubstr("more than 1000 dates")));
    EXPECT_THAT(faults({dates(501, 1'000)}), ElementsAre(HasSubstr("500 dates or more in one")));
}

TEST(CalendarReader, OtherComponentsArePassedOver) {
    EXPECT_THAT(
        read("BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:t\nEND:VTODO\nBEGIN:VJOURNAL\nEND:VJOURNAL\n"
             "END:VCALENDAR\nBEGIN:VCALENDAR\nEND:VCALENDAR\n"),
        IsEmpty());
    EXPECT_THAT(
        faults({"UID:e\r\nDTSTART:20260310T120000Z\r\nDTEND:20260310T130000Z\r\nBEGIN:VALARM\r\n"
                "DTSTART:20260311T120000Z\r\nUID:a\r\nEND:VALARM"}),
        IsEmpty());
}

TEST(CalendarReader, ControlCharactersOfTextsAreLeftOut) {
    const ReadEvent event = read_one(
        {"DTSTART:20260310T120000Z\r\nDTEND:20260310T130000Z\r\nSUMMARY:a\x01\x1b\\rb\\nc\td"});
    EXPECT_EQ(event.fields.title, "a\nb\nc\td");
}

TEST(CalendarReader, WhatIsNoCalendarIsRefused) {
    const std::pair<std::string, const char*> table[] = {
        {"", "has no VCALENDAR"},
        {"hello", "line 1, “hello”, is not in a VCALENDAR"},
        {"{\"a\":1}", "is not in a VCALENDAR"},
        {"BEGIN:VEVENT\r\nEND:VEVENT", "line 1, “BEGIN:VEVENT”"},
        {"END:VCALENDAR", "is not in a VCALENDAR"},
        {"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "ends inside the VEVENT that begins in line 2"},
        {"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR",
         "line 3, “END:VCALENDAR”, ends another"},
        {"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n\xff\xff", "line 3, “?”"},
        {"BEGIN:VCALENDAR\r\nBEGIN:\xff\r\n", "ends inside the ? that begins in line 2"},
        {std::string("BEGIN:VCALENDAR\0\r\nEND:VCALENDAR", 31), "NUL"},
    };
    for (const auto& [file, sentence] : table) {
        const Error error = refusal(file);
        EXPECT_EQ(error.code, Code::kInvalidArgument);
        EXPECT_THAT(error.detail, HasSubstr(sentence));
    }
    std::string deep;
    for (int i = 0; i < 100'000; ++i)
        deep += "BEGIN:VCALENDAR\r\n";
    EXPECT_THAT(refusal(deep).detail, HasSubstr("line 9, “BEGIN:VCALENDAR”, is too deep"));
}

TEST(CalendarReader, LimitsHold) {
    const std::string event = "DTSTART:20260310T120000Z\r\nDTEND:20260310T130000Z";
    EXPECT_EQ(refusal(file_of({event, event, event}), {.events = 2}).code, Code::kTooLarge);
    EXPECT_THAT(read_calendar(file_of({event, event}), "UTC", {.events = 2}).value(), SizeIs(2));
    EXPECT_EQ(refusal(file_of({event}), {.time = std::chrono::seconds(0)}).code, Code::kTooLarge);
}

/// What somebody who wants to keep the server busy may send; each is done in a moment.
TEST(CalendarReader, HostileFilesTakeNoLongTime) {
    const std::string event = "DTSTART:20260310T120000Z\r\nDTEND:20260310T130000Z\r\n";
    const auto many = [](int count, std::string_view line) {
        std::string out;
        for (int i = 0; i < count; ++i)
            out += line;
        return out;
    };
    std::string million = "BEGIN:VCALENDAR\n";
    million += many(1'000'000, "BEGIN:VEVENT\nEND:VEVENT\n");
    const std::pair<const char*, std::string> files[] = {
        {"long line", "BEGIN:VCALENDAR\nX:" + many(100'000'000, "y") + "\nEND:VCALENDAR"},
        {"folded line", "BEGIN:VCALENDAR\nX:" + many(5'000'000, "\n y") + "\nEND:VCALENDAR"},
        {"many events", million},
        {"attendees", file_of({event + many(200'000, "ATTENDEE;CN=Ann:mailto:ann@example.org\n")})},
        {"own properties", file_of({event + "X-A:" + many(20'000'000, "y")})},
        {"categories", file_of({event + many(300, "CATEGORIES:" + many(30'000, "a,") + "\n")})},
        {"parameters", file_of({event + many(200, "SUMMARY" + many(12'000, ";X=y") + ":z\n")})},
        {"colons", file_of({event + many(200, "SUMMARY;TZID=" + many(30'000, ":") + "\n")})},
        {"zones", file_of({event}, many(200'000,
                                        "BEGIN:VTIMEZONE\nTZID:a\nX-LIC-LOCATION:b\n"
                                        "END:VTIMEZONE\n"))},
        {"recursive zone", file_of({event}, "BEGIN:VTIMEZONE\nTZID:a\n" +
                                                many(5, "BEGIN:STANDARD\nRRULE:FREQ=SECONDLY\n") +
                                                many(5, "END:STANDARD\n") + "END:VTIMEZONE\n")},
    };
    for (const auto& [what, file] : files) {
        const auto begun = std::chrono::steady_clock::now();
        const auto events = read_calendar(file, "UTC", {});
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
        RecordProperty(what, std::to_string(took.count()));
        EXPECT_LT(took.count(), 15.0) << what;
        EXPECT_TRUE(events || events.error().code == Code::kTooLarge) << what;
    }
}

TEST(CalendarReader, RulesThatNeverComeStopAtTheDeadline) {
    std::vector<std::string> events;
    for (int i = 0; i < 300; ++i)
        events.push_back(
            "DTSTART:20260310T120000Z\r\nDTEND:20260310T130000Z\r\nRRULE:FREQ=DAILY;INTERVAL=7;"
            "BYDAY=MO");
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_EQ(refusal(file_of(events), {.time = std::chrono::seconds(1)}).code, Code::kTooLarge);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(15));
}

}  // namespace
}  // namespace eyed::calendar
