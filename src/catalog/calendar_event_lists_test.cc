#include <gmock/gmock.h>

#include "catalog/calendar_fixture.h"

namespace eyed::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Order = CalendarEvents::Order;

class CalendarListsTest : public CalendarTest {
  protected:
    std::vector<std::string> within(std::optional<std::int64_t> from,
                                    std::optional<std::int64_t> to) {
        CalendarEvents::Filter filter;
        if (from) filter.from = hours(*from);
        if (to) filter.to = hours(*to);
        return titles(filter);
    }
    /// Title and hour of each.
    std::vector<std::string> times(const CalendarEvents::Filter& filter,
                                   const NumberPage& page = {1, 100}) {
        std::vector<std::string> all;
        const auto found = events().occurrences(filter, page).value();
        for (const auto& row : found.rows)
            all.push_back(row.event.fields.title + " " +
                          std::to_string(row.occurrence.start.value / hours(1).value));
        return all;
    }
};

TEST_F(CalendarListsTest, AWindowHasWhatTakesPlaceInPartWithinIt) {
    make("a", 1, 3);
    make("b", 3, 5);
    make("long", 0, 1000);
    EXPECT_THAT(within(3, 5), ElementsAre("long", "b"));
    EXPECT_THAT(within(2, 4), ElementsAre("long", "a", "b"));
    EXPECT_THAT(within(5, 6), ElementsAre("long"));
    EXPECT_THAT(within(999, 1000), ElementsAre("long"));
    EXPECT_THAT(within(1000, 1001), IsEmpty());
    EXPECT_THAT(within(3, std::nullopt), ElementsAre("long", "b"));
    EXPECT_THAT(within(std::nullopt, 3), ElementsAre("long", "a"));
    EXPECT_THAT(within(std::nullopt, 0), IsEmpty());
}

TEST_F(CalendarListsTest, ASeriesIsInTheWindowsOfItsOccurrencesAndNotBetween) {
    make(fields("series", 10, 11), at({10, 34, 1000}));
    make("other", 34, 35);
    EXPECT_THAT(within(10, 11), ElementsAre("series"));
    EXPECT_THAT(within(11, 34), IsEmpty());
    EXPECT_THAT(within(34, 36), ElementsAre("series", "other"));
    EXPECT_THAT(within(35, 1000), IsEmpty());
    EXPECT_THAT(within(0, 2000), ElementsAre("series", "other"));
    EXPECT_THAT(within(1001, std::nullopt), IsEmpty());
    EXPECT_THAT(within(1000, std::nullopt), ElementsAre("series"));
}

TEST_F(CalendarListsTest, AnEventThatNeverTakesPlaceIsInNoWindow) {
    make(fields("never", 10, 11), {});
    EXPECT_THAT(titles({}), ElementsAre("never"));
    EXPECT_THAT(within(0, std::nullopt), IsEmpty());
    EXPECT_THAT(within(std::nullopt, 100), IsEmpty());
}

TEST_F(CalendarListsTest, OrdersAreTotal) {
    make("b", 5, 6);
    make("A", 5, 7);
    const auto c = make("c", 1, 2);
    change_.at = Micros{5000};
    ASSERT_TRUE(edit(c.id, [](auto& fields) { fields.description = "new"; }));
    EXPECT_THAT(titles({}, Order::kStartAscending), ElementsAre("c", "b", "A"));
    EXPECT_THAT(titles({}, Order::kStartDescending), ElementsAre("A", "b", "c"));
    EXPECT_THAT(titles({}, Order::kBestMatch), ElementsAre("A", "b", "c"));
    EXPECT_THAT(titles({}, Order::kTitle), ElementsAre("A", "b", "c"));
    EXPECT_THAT(titles({}, Order::kUpdatedDescending), ElementsAre("c", "A", "b"));
}

TEST_F(CalendarListsTest, FiltersMustAllHold) {
    const auto hall = location("Hall");
    const auto talks = category("Talks");
    auto one = fields("one", 1, 2);
    one.location = hall;
    one.category = talks;
    make(one);
    auto two = fields("two", 3, 4);
    two.location = hall;
    two.status = model::EventStatus::kCancelled;
    make(two);
    make("three", 5, 6);
    EXPECT_THAT(titles({.location = hall}), ElementsAre("one", "two"));
    EXPECT_THAT(titles({.category = talks}), ElementsAre("one"));
    EXPECT_THAT(titles({.status = model::EventStatus::kCancelled}), ElementsAre("two"));
    EXPECT_THAT(titles({.from = hours(2), .location = hall}), ElementsAre("two"));
    EXPECT_THAT(titles({.location = hall, .search = parse_search("tw")}), ElementsAre("two"));
    EXPECT_THAT(titles({.category = talks, .search = parse_search("tw")}), IsEmpty());
    EXPECT_THAT(times({.location = hall}), ElementsAre("one 1", "two 3"));
    EXPECT_THAT(times({.category = talks}), ElementsAre("one 1"));
    EXPECT_THAT(times({.status = model::EventStatus::kConfirmed}), ElementsAre("one 1", "three 5"));
    EXPECT_THAT(times({.search = parse_search("t")}), ElementsAre("two 3", "three 5"));
}

TEST_F(CalendarListsTest, PagesFollowOneAnother) {
    for (int i = 0; i < 25; ++i)
        make("event " + std::to_string(i), i, i + 1);
    const auto page = [&](std::uint32_t number) {
        const auto found = events().list({}, Order::kStartAscending, {number, 10}).value();
        EXPECT_EQ(found.count, 25U);
        return found.rows;
    };
    EXPECT_EQ(page(1).at(0).fields.title, "event 0");
    EXPECT_EQ(page(2).at(0).fields.title, "event 10");
    EXPECT_EQ(page(3).size(), 5U);
    EXPECT_THAT(page(4), IsEmpty());
    EXPECT_THAT(page(UINT32_MAX), IsEmpty());
    EXPECT_THAT(times({}, {3, 12}), ElementsAre("event 24 24"));
    EXPECT_EQ(events().occurrences({}, {9, 12})->count, 25U);
}

TEST_F(CalendarListsTest, OccurrencesComeByStartWithALongOneThatStillRuns) {
    make(fields("series", 10, 11), at({10, 34, 58}));
    make("long", 0, 30);
    make("b", 34, 36);
    EXPECT_THAT(times({}), ElementsAre("long 0", "series 10", "series 34", "b 34", "series 58"));
    EXPECT_THAT(times({.from = hours(20), .to = hours(58)}),
                ElementsAre("long 0", "series 34", "b 34"));
    EXPECT_THAT(times({.from = hours(36)}), ElementsAre("series 58"));
    EXPECT_THAT(times({.to = hours(10)}), ElementsAre("long 0"));
}

TEST_F(CalendarListsTest, AnOccurrenceIsShownWithItsOwnValues) {
    const auto hall = location("Hall");
    const auto room = location("Room");
    auto weekly = fields("Weekly", 10, 11);
    weekly.location = hall;
    auto event = wanted(weekly);
    model::OccurrenceChange moved{.original_start = hours(34)};
    moved.title = "Special";
    moved.description = "elsewhere";
    moved.start = hours(40);
    moved.end = hours(42);
    moved.location = room;
    model::OccurrenceChange nowhere{.original_start = hours(58)};
    nowhere.location = LocationId{};
    event.changes = {moved, nowhere};
    CalendarEvents::Times times;
    const auto confirmed = model::EventStatus::kConfirmed;
    times.rows = {{{}, hours(10), hours(10), hours(11), confirmed, hall},
                  {{}, hours(34), hours(40), hours(42), confirmed, room},
                  {{}, hours(58), hours(58), hours(59), confirmed, {}}};
    const auto id =
        events().create(event, times, CalendarEvents::Clashes::kAllow, change_)->event.id;
    const auto found = events().occurrences_of(id, {}, {}).value();
    ASSERT_EQ(found.count, 3U);
    EXPECT_EQ(found.rows[0].event.fields.title, "Weekly");
    EXPECT_EQ(found.rows[0].event.location_name, "Hall");
    EXPECT_THAT(found.rows[0].event.changes, IsEmpty());
    EXPECT_EQ(found.rows[1].event.fields.title, "Special");
    EXPECT_EQ(found.rows[1].event.fields.description, "elsewhere");
    EXPECT_EQ(found.rows[1].event.fields.start, hours(40));
    EXPECT_EQ(found.rows[1].event.location_name, "Room");
    EXPECT_THAT(found.rows[1].event.changes, ElementsAre(moved));
    EXPECT_EQ(found.rows[2].event.fields.location, LocationId{});
    EXPECT_EQ(found.rows[2].event.location_name, "");
    EXPECT_EQ(events().occurrence(id, hours(34))->event.fields.title, "Special");
    EXPECT_EQ(events().occurrence(id, hours(40)).error().code, Code::kNotFound);
    EXPECT_EQ(events().occurrences_of(CalendarEventId{99}, {}, {}).error().code, Code::kNotFound);
    EXPECT_EQ(events().occurrences_of(id, {.from = hours(50)}, {})->count, 1U);
}

TEST_F(CalendarListsTest, AFeedHasEventsByStartUpToItsLimit) {
    const auto hall = location("Hall");
    auto one = fields("one", 9, 10);
    one.location = hall;
    make(one);
    for (const int start : {3, 2, 1})
        make("event " + std::to_string(start), start, start + 1);
    const auto all = events().for_feed({}, 3).value();
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].fields.title, "event 1");
    EXPECT_EQ(all[2].fields.title, "event 3");
    EXPECT_EQ(events().for_feed({.location = hall}, 3)->size(), 1U);
}

TEST_F(CalendarListsTest, AWindowOfManyOccurrencesHasTheEventsOfOneOfFew) {
    const auto hall = location("Hall");
    std::vector<CalendarEvents::Creation> all;
    for (int i = 0; i < 4000; ++i) {
        auto event = wanted(fields("event " + std::to_string(i), i, i + 1));
        if (i % 2 == 0) event.fields.location = hall;
        all.push_back({event, i % 1000 == 7 ? at({i, i + 1500, i + 3000}) : once(event.fields)});
    }
    ASSERT_TRUE(events().create_all(all, CalendarEvents::Clashes::kAllow, change_));
    const auto count = [&](std::int64_t from, std::int64_t to, const std::string& text = {}) {
        return events()
            .list({.from = hours(from), .to = hours(to), .search = parse_search(text)},
                  Order::kStartDescending, {1, 1})
            ->count;
    };
    const auto counts = [&] {
        return std::vector<std::uint64_t>{
            count(100, 110),
            count(1500, 1510),
            count(0, 10'000),
            count(5, 3900),
            count(1500, 1510, "event 7"),
            events().list({.to = hours(9)}, Order::kTitle, {1, 1})->count,
            events().list({.from = hours(3000), .location = hall}, Order::kTitle, {1, 1})->count};
    };
    const auto few = counts();
    EXPECT_THAT(few, ElementsAre(10U, 11U, 4000U, 3895U, 1U, 9U, 500U));
    // Long ago and long from now: they make every window one of many, but are within none.
    const auto daily = fields("daily", -20'000, -19'999);
    std::vector<std::int64_t> starts;
    for (std::int64_t i = 0; i < 6000; ++i)
        starts.push_back(-20'000 + i);
    make("long", -30'000, -9'000);
    make(daily, at(starts));
    auto many = counts();
    many.at(5) -= 2;  // these two are before it
    EXPECT_EQ(many, few);
}

TEST_F(CalendarListsTest, MoreEventsThanAreReadAtOnceComeInOrder) {
    std::vector<CalendarEvents::Creation> all;
    for (int i = 0; i < 1100; ++i) {
        auto event = wanted(fields(std::to_string(i), 2000 - i, 2001 - i));
        all.push_back({event, once(event.fields)});
    }
    ASSERT_TRUE(events().create_all(all, CalendarEvents::Clashes::kAllow, change_));
    const auto found = events().for_feed({}, 2000).value();
    ASSERT_EQ(found.size(), 1100U);
    for (std::size_t i = 0; i < found.size(); ++i)
        ASSERT_EQ(found[i].fields.title, std::to_string(1099 - i));
}

}  // namespace
}  // namespace eyed::catalog
