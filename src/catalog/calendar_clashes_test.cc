#include <gmock/gmock.h>

#include "catalog/calendar_fixture.h"

namespace eyed::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Clashes = CalendarEvents::Clashes;

class CalendarClashesTest : public CalendarTest {
  protected:
    CalendarClashesTest() : hall_(location("Hall")) {}

    model::CalendarFields in_hall(const std::string& title, std::int64_t from, std::int64_t to) {
        auto event = fields(title, from, to);
        event.location = hall_;
        return event;
    }
    /// Titles of what an event at that time would clash with.
    std::vector<std::string> clashes_at(std::int64_t from, std::int64_t to) {
        const auto event = in_hall("new", from, to);
        const auto saved = events().create(wanted(event), once(event), Clashes::kRefuse, change_);
        EXPECT_TRUE(saved) << saved.error().detail;
        EXPECT_EQ(saved->refused, !saved->clashes.empty());
        EXPECT_TRUE(saved->refused || remove(saved->event.id));
        return titles_of(*saved);
    }
    static std::vector<std::string> titles_of(const CalendarEvents::Saved& saved) {
        std::vector<std::string> titles;
        for (const auto& clash : saved.clashes)
            titles.push_back(clash.title);
        return titles;
    }

    LocationId hall_;
};

TEST_F(CalendarClashesTest, OverlappingTimesClashAndTouchingOnesDoNot) {
    make(in_hall("taken", 10, 12));
    EXPECT_THAT(clashes_at(8, 10), IsEmpty());
    EXPECT_THAT(clashes_at(12, 14), IsEmpty());
    for (const auto& [from, to] : {std::pair(9, 11), {11, 13}, {10, 12}, {9, 13}, {10, 11}})
        EXPECT_THAT(clashes_at(from, to), ElementsAre("taken")) << from << " to " << to;
}

TEST_F(CalendarClashesTest, OthersAreSeenHoweverLongTheyHaveRun) {
    make(in_hall("long", 0, 10'000));
    make(in_hall("short", 9'000, 9'001));
    EXPECT_THAT(clashes_at(9'000, 9'002), ElementsAre("long", "short"));
    EXPECT_THAT(clashes_at(9'999, 10'002), ElementsAre("long"));
    EXPECT_THAT(clashes_at(10'000, 10'002), IsEmpty());
}

TEST_F(CalendarClashesTest, OnlyTheSameLocationIsTaken) {
    auto elsewhere = fields("elsewhere", 10, 12);
    elsewhere.location = location("Room");
    make(elsewhere);
    make("nowhere", 10, 12);
    EXPECT_THAT(clashes_at(10, 12), IsEmpty());
    const auto nowhere = fields("also nowhere", 10, 12);
    EXPECT_THAT(events().create(wanted(nowhere), once(nowhere), Clashes::kRefuse, change_)->clashes,
                IsEmpty());
}

TEST_F(CalendarClashesTest, WhatIsCancelledTakesNoLocation) {
    auto cancelled = in_hall("cancelled", 10, 12);
    cancelled.status = model::EventStatus::kCancelled;
    make(cancelled);
    EXPECT_THAT(clashes_at(10, 12), IsEmpty());
    make(in_hall("taken", 10, 12));
    const auto saved =
        events().create(wanted(cancelled), once(cancelled), Clashes::kRefuse, change_);
    EXPECT_FALSE(saved->refused);
    EXPECT_THAT(saved->clashes, IsEmpty());
}

TEST_F(CalendarClashesTest, EachOccurrenceOfASeriesCounts) {
    make(in_hall("a", 34, 35));
    make(in_hall("b", 58, 60));
    make(in_hall("between", 40, 41));
    const auto series = in_hall("series", 10, 11);
    const auto saved =
        events().create(wanted(series), at({10, 34, 58}, hall_), Clashes::kTell, change_);
    EXPECT_FALSE(saved->refused);
    EXPECT_THAT(titles_of(*saved), ElementsAre("a", "b"));
    EXPECT_EQ(saved->clashes[1].start, hours(58));
    EXPECT_EQ(saved->clashes[1].end, hours(60));
    EXPECT_EQ(saved->clashes[1].zone, "UTC");
    EXPECT_THAT(clashes_at(59, 60), ElementsAre("b"));
    EXPECT_THAT(clashes_at(34, 35), ElementsAre("a", "series"));
}

TEST_F(CalendarClashesTest, AnEventDoesNotClashWithItself) {
    const auto event = make(in_hall("only", 10, 12));
    const auto saved =
        edit(event.id, [](auto& fields) { fields.end = hours(13); }, Clashes::kRefuse);
    EXPECT_FALSE(saved->refused);
    EXPECT_EQ(saved->event.fields.end, hours(13));
}

TEST_F(CalendarClashesTest, ARefusedChangeLeavesAllAsItWas) {
    make(in_hall("taken", 10, 12));
    const auto event = make(in_hall("mine", 20, 22));
    empty_outbox();
    const auto earlier = [](auto& fields) {
        fields.start = hours(11);
        fields.title = "earlier";
    };
    const auto refused = edit(event.id, earlier, Clashes::kRefuse).value();
    EXPECT_TRUE(refused.refused);
    EXPECT_EQ(refused.event.fields, event.fields);
    EXPECT_EQ(events().by_id(event.id)->fields, event.fields);
    EXPECT_EQ(catalog_->calendar_history().list({}, {})->count, 0U);
    EXPECT_EQ(catalog_->outbox().size(), 0U);
    const auto told = edit(event.id, earlier, Clashes::kTell).value();
    EXPECT_FALSE(told.refused);
    EXPECT_THAT(titles_of(told), ElementsAre("taken"));
    const auto renamed =
        edit(event.id, [](auto& fields) { fields.title = "mine"; }, Clashes::kRefuse).value();
    EXPECT_FALSE(renamed.refused) << "it takes no more than it had";
    EXPECT_THAT(renamed.clashes, SizeIs(1));
    EXPECT_THAT(edit(
                    event.id, [](auto& fields) { fields.end = hours(23); }, Clashes::kAllow)
                    ->clashes,
                IsEmpty());
}

TEST_F(CalendarClashesTest, TheFirstAreTold) {
    for (int i = 29; i >= 0; --i)
        make(in_hall("event " + std::to_string(i), i, i + 2));
    const auto clashes = clashes_at(5, 100);
    EXPECT_THAT(clashes, SizeIs(CalendarEvents::kMostClashes));
    EXPECT_EQ(clashes.front(), "event 4");
    EXPECT_EQ(clashes.back(), "event 23");
}

}  // namespace
}  // namespace eyed::catalog
