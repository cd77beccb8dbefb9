// What write_calendar writes, read_calendar and libical read as it was.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <libical/ical.h>

#include <random>

#include "calendar/icalendar.h"
#include "calendar/libical_lock.h"
#include "calendar/test_calendar.h"
#include "calendar/vtimezone.h"

namespace eyed::calendar {
namespace {

/// Events put together at random, each with some of what an event can have.
class RandomEvent {
  public:
    explicit RandomEvent(unsigned seed) : random_(seed) {}

    model::CalendarEvent next(int number) {
        const std::string zone =
            one_of({"UTC", "Europe/Berlin", "US/Central", "Australia/Lord_Howe", "Asia/Kathmandu"});
        const std::string day =
            fmt::format("20{}-{:02}-{:02}", pick(10, 45), pick(1, 12), pick(1, 28));
        const bool all_day = chance(3);
        const std::string rule =
            chance(2) ? ""
                      : one_of({"FREQ=DAILY;COUNT=9", "FREQ=WEEKLY;BYDAY=MO,FR",
                                "FREQ=MONTHLY;BYDAY=-1SU", "FREQ=YEARLY;INTERVAL=2"});
        const Series series =
            all_day
                ? Series::days(day, pick(1, 5), "Europe/Berlin", rule)
                : Series(fmt::format("{}T{:02}:{:02}", day, pick(4, 23), pick(0, 59)), zone, rule);
        model::CalendarEvent event{.uid = fmt::format("{}-{}", number, text()),
                                   .sequence = static_cast<std::uint32_t>(pick(0, 9)),
                                   .fields = series.fields,
                                   .location_name = text(),
                                   .category_name = text()};
        event.fields.title = text();
        event.fields.description = text() + text();
        event.fields.organiser = chance(2) ? "ann@example.org" : text();
        event.fields.status = model::kEventStatuses[static_cast<std::size_t>(pick(0, 2))];
        add_dates(event);
        return event;
    }

  private:
    /// Skipped, added and changed times of the series.
    void add_dates(model::CalendarEvent& event) {
        model::CalendarFields& fields = event.fields;
        const auto times =
            expand(fields, zone_of(fields), {fields.start.value + 400 * 86'400'000'000}).instances;
        if (times.size() < 3) return;
        if (chance(2)) fields.recurrence.skipped = {times[1].start};
        if (chance(2)) {
            const Micros later = times.back().start;
            fields.recurrence.added = {zone_of(fields).to_utc(
                {zone_of(fields).to_local(later).value + 3 * 86'400'000'000})};
        }
        if (chance(2)) return;
        model::OccurrenceChange change{.original_start = times[2].start};
        if (chance(2)) change.title = fields.title + " changed";
        if (chance(2) && fields.status != model::EventStatus::kCancelled)
            change.status = model::EventStatus::kCancelled;
        if (chance(3)) change.description = "";
        if (chance(2)) change.location = LocationId{pick(0, 2)};
        if (chance(2) && !fields.all_day) {
            change.start = times[2].start + std::chrono::hours(1);
            change.end = times[2].end + std::chrono::hours(2);
        }
        event.changes = {change};
    }

    /// Nothing, or some characters that need care; no blanks at its ends, which iCalendar loses.
    std::string text() {
        static const std::vector<std::string> parts{
            "a",   "\\",  ";",      ",",      "\"",         "\n",           ":",   "=",
            "^",   "'",   "\u00e4", "\u20ac", "\U0001F600", "BEGIN:VEVENT", "\\n", "\\,",
            "x y", "\t-", "END",    "plain",  "%41",        "{}",           "^n"};
        std::string out = ".";
        for (int i = pick(0, 40); i > 0; --i)
            out += parts[static_cast<std::size_t>(pick(0, static_cast<int>(parts.size()) - 1))];
        return out + ".";
    }
    int pick(int least, int most) { return std::uniform_int_distribution(least, most)(random_); }
    bool chance(int in) { return pick(1, in) == 1; }
    std::string one_of(const std::vector<std::string>& of) {
        return of[static_cast<std::size_t>(pick(0, static_cast<int>(of.size()) - 1))];
    }

    std::mt19937 random_;
};

TEST(RoundTrip, EventsAreReadAsTheyWere) {
    RandomEvent random(2445);
    std::vector<model::CalendarEvent> events;
    for (int i = 0; i < 400; ++i)
        events.push_back(random.next(i));
    const CalendarText text{
        .name = "All",
        .url = "https://example.org",
        .stamp = {},
        .locations = {{LocationId{1}, "Garden; \\"}, {LocationId{2}, "Hall, 2"}}};
    const std::string file = write_calendar(events, text);
    const auto read = read_calendar(file, "Europe/Berlin", {});
    ASSERT_TRUE(read) << read.error().detail;
    ASSERT_EQ(read->size(), events.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
        const model::CalendarEvent& event = events[i];
        const ReadEvent& got = (*read)[i];
        EXPECT_TRUE(got.faults.empty()) << got.faults.front();
        EXPECT_EQ(got.uid, event.uid);
        EXPECT_EQ(got.sequence, event.sequence);
        EXPECT_EQ(got.location_name, event.location_name);
        EXPECT_EQ(got.category_name, event.category_name);
        EXPECT_EQ(got.fields, event.fields) << event.fields.title << ' ' << got.fields.title;
        auto changes = event.changes;
        ASSERT_EQ(got.change_locations.size(), changes.size());
        for (std::size_t j = 0; j < changes.size(); ++j) {
            const auto& location = changes[j].location;
            const std::string name =
                !location || !*location ? "" : text.locations.find(*location)->second;
            EXPECT_EQ(got.change_locations[j], location ? std::optional(name) : std::nullopt);
            changes[j].location.reset();
        }
        EXPECT_EQ(got.changes, changes);
    }
    EXPECT_EQ(write_calendar(events, text), file);
}

/// The offset that libical reads from our VTIMEZONE at an instant.
class ReadByLibical {
  public:
    ReadByLibical(const Zone& zone, Micros from) {
        std::string text;
        append_vtimezone(zone, from, text);
        const auto lock = lock_libical();
        zone_ = icaltimezone_new();
        icaltimezone_set_component(zone_, icalparser_parse_string(text.c_str()));
    }
    ~ReadByLibical() { icaltimezone_free(zone_, 1); }
    ReadByLibical(const ReadByLibical&) = delete;
    ReadByLibical& operator=(const ReadByLibical&) = delete;

    int offset(Micros at) {
        const auto lock = lock_libical();
        icaltimetype time = icaltime_from_timet_with_zone(at.value / 1'000'000, 0, nullptr);
        int is_daylight = 0;
        return icaltimezone_get_utc_offset_of_utc_time(zone_, &time, &is_daylight);
    }

  private:
    icaltimezone* zone_;
};

TEST(RoundTrip, VTimezoneHoldsForEveryZone) {
    const Micros from = instant("2004-06-01");
    for (const std::string& name : zone_names()) {
        const Zone zone = *Zone::find(name);
        ReadByLibical read(zone, from);
        for (int week = 0; week < 52 * 30; week += 5) {
            const Micros at{from.value + week * 7 * 86'400'000'000 + 7'200'000'000};
            ASSERT_EQ(read.offset(at), zone.period(at).offset.count())
                << name << " at " << to_iso8601(at);
        }
    }
}

}  // namespace
}  // namespace eyed::calendar
