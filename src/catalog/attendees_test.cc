#include "catalog/attendees.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <thread>

#include "catalog/calendar_fixture.h"

namespace eyed::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using State = model::AttendeeState;

class AttendeesTest : public CalendarTest {
  protected:
    Attendees& attendees() { return catalog_->attendees(); }
    CalendarEventId event_for(std::optional<std::uint32_t> capacity) {
        auto event = fields("event", 1, 2);
        event.capacity = capacity;
        const auto id = make(event).id;
        empty_outbox();
        return id;
    }
    /// In the file and its WAL as they are while the catalog is open.
    std::size_t times_in_files(std::string_view text) const {
        std::size_t times = 0;
        for (const char* suffix : {"", "-wal"}) {
            std::ifstream file(path() + suffix, std::ios::binary);
            const std::string bytes{std::istreambuf_iterator<char>(file), {}};
            for (std::size_t at = bytes.find(text); at != std::string::npos;
                 at = bytes.find(text, at + 1))
                ++times;
        }
        return times;
    }
    model::Attendee add(CalendarEventId event, const std::string& name) {
        const auto added = attendees().add(event, {name, name + "@example.org"}, change_);
        EXPECT_TRUE(added) << added.error().detail;
        return *added;
    }
    std::vector<std::string> names(CalendarEventId event, std::optional<State> state,
                                   const std::string& search = {}) {
        const auto found = attendees().list(event, {state, search}, {1, 100}).value();
        std::vector<std::string> names;
        for (const auto& attendee : found.rows)
            names.push_back(attendee.name);
        EXPECT_EQ(found.count, names.size());
        return names;
    }
};

TEST_F(AttendeesTest, WhoComesAfterTheLastPlaceWaits) {
    const auto event = event_for(2);
    EXPECT_EQ(add(event, "a").state, State::kRegistered);
    EXPECT_EQ(add(event, "b").state, State::kRegistered);
    const auto c = add(event, "c");
    EXPECT_EQ(c.state, State::kWaiting);
    EXPECT_EQ(attendees().by_id(event, c.id)->name, "c");
    EXPECT_THAT(names(event, {}), ElementsAre("a", "b", "c"));
    EXPECT_THAT(names(event, State::kRegistered), ElementsAre("a", "b"));
    EXPECT_THAT(names(event, {}, "B@EX"), ElementsAre("b"));
    EXPECT_EQ(events().by_id(event)->registered, 2U);
    EXPECT_EQ(events().by_id(event)->waiting, 1U);
    EXPECT_EQ(events().by_id(event)->revision, 1U);
    EXPECT_THAT(outbox_names(),
                ElementsAre("attendee_registered", "attendee_registered", "attendee_waiting"));
    const auto entry = catalog_->outbox().first(10)->at(2);
    EXPECT_EQ(entry.data, R"({"event":1,"uid":"uid-1","user":"ann","attendee":3,)"
                          R"("state":"waiting","registered":2,"waiting":1,"capacity":2})");
}

TEST_F(AttendeesTest, WithoutACapacityAllHavePlaceAndWithZeroNobody) {
    const auto open_to_all = event_for({});
    for (const char* name : {"a", "b", "c"})
        EXPECT_EQ(add(open_to_all, name).state, State::kRegistered);
    EXPECT_THAT(catalog_->outbox().first(1)->at(0).data, HasSubstr(R"("capacity":null)"));
    EXPECT_EQ(add(event_for(0), "a").state, State::kWaiting);
}

TEST_F(AttendeesTest, TheFirstWhoWaitsMovesUp) {
    const auto event = event_for(1);
    const auto a = add(event, "a");
    add(event, "b");
    add(event, "c");
    empty_outbox();
    const auto cancelled = attendees().cancel(event, a.id, change_).value();
    EXPECT_EQ(cancelled.attendee.state, State::kCancelled);
    ASSERT_EQ(cancelled.moved_up.size(), 1U);
    EXPECT_EQ(cancelled.moved_up[0].name, "b");
    EXPECT_EQ(cancelled.moved_up[0].state, State::kRegistered);
    EXPECT_THAT(names(event, State::kRegistered), ElementsAre("b"));
    EXPECT_THAT(names(event, State::kWaiting), ElementsAre("c"));
    EXPECT_THAT(outbox_names(), ElementsAre("attendee_cancelled", "attendee_moved_up"));
    const auto entries = catalog_->outbox().first(10).value();
    for (const auto& entry : entries)
        EXPECT_THAT(entry.data, Not(HasSubstr("example.org")));
    const auto again = attendees().cancel(event, a.id, change_).value();
    EXPECT_THAT(again.moved_up, IsEmpty());
    EXPECT_EQ(catalog_->outbox().size(), 2U);
}

TEST_F(AttendeesTest, WhoWaitsNoMoreTakesNoPlaceAway) {
    const auto event = event_for(1);
    add(event, "a");
    const auto b = add(event, "b");
    add(event, "c");
    EXPECT_THAT(attendees().cancel(event, b.id, change_)->moved_up, IsEmpty());
    EXPECT_THAT(names(event, State::kRegistered), ElementsAre("a"));
    EXPECT_THAT(names(event, State::kWaiting), ElementsAre("c"));
}

TEST_F(AttendeesTest, WhoComesAgainIsAtTheEndOfTheQueue) {
    const auto event = event_for(1);
    const auto a = add(event, "a");
    add(event, "b");
    ASSERT_TRUE(attendees().cancel(event, a.id, change_));
    const auto again = attendees().add(event, {"A.", "A@Example.org"}, change_).value();
    EXPECT_EQ(again.id, a.id);
    EXPECT_EQ(again.state, State::kWaiting);
    EXPECT_EQ(again.name, "A.");
    add(event, "c");
    EXPECT_THAT(names(event, State::kWaiting), ElementsAre("A.", "c"));
}

TEST_F(AttendeesTest, AnAddressComesOnce) {
    const auto event = event_for(1);
    add(event, "a");
    add(event, "b");
    EXPECT_EQ(attendees().add(event, {"x", "A@EXAMPLE.ORG"}, change_).error().code,
              Code::kConflict);
    EXPECT_EQ(attendees().add(event, {"x", "b@example.org"}, change_).error().code,
              Code::kConflict);
    EXPECT_EQ(add(event_for(1), "a").state, State::kRegistered) << "of another event";
    EXPECT_EQ(attendees().add(CalendarEventId{9}, {"x", "x"}, change_).error().code,
              Code::kNotFound);
}

TEST_F(AttendeesTest, ACancelledEventTakesNobodyUntilItTakesPlaceAgain) {
    const auto event = event_for(1);
    const auto a = add(event, "a");
    add(event, "b");
    ASSERT_TRUE(edit(event, [](auto& fields) { fields.status = model::EventStatus::kCancelled; }));
    EXPECT_EQ(attendees().add(event, {"c", "c"}, change_).error().code, Code::kConflict);
    EXPECT_THAT(attendees().cancel(event, a.id, change_)->moved_up, IsEmpty());
    const auto saved =
        edit(event, [](auto& fields) { fields.status = model::EventStatus::kConfirmed; });
    EXPECT_EQ(saved->event.registered, 1U);
    EXPECT_THAT(names(event, State::kRegistered), ElementsAre("b"));
}

TEST_F(AttendeesTest, MorePlacesAreForThoseWhoWaitedLongest) {
    const auto event = event_for(1);
    for (const char* name : {"a", "b", "c", "d"})
        add(event, name);
    empty_outbox();
    EXPECT_EQ(edit(event, [](auto& fields) { fields.capacity = 3; })->event.waiting, 1U);
    EXPECT_THAT(names(event, State::kRegistered), ElementsAre("a", "b", "c"));
    EXPECT_THAT(outbox_names(),
                ElementsAre("event_changed", "attendee_moved_up", "attendee_moved_up"));
    ASSERT_TRUE(edit(event, [](auto& fields) { fields.capacity = 1; }));
    EXPECT_EQ(events().by_id(event)->registered, 3U) << "nobody loses a place";
    EXPECT_EQ(add(event, "e").state, State::kWaiting);
    ASSERT_TRUE(edit(event, [](auto& fields) { fields.capacity.reset(); }));
    EXPECT_THAT(names(event, State::kRegistered), ElementsAre("a", "b", "c", "d", "e"));
}

TEST_F(AttendeesTest, ErasingLeavesNeitherNameNorAddress) {
    const auto event = event_for(1);
    const auto a = add(event, "a");
    add(event, "b");
    empty_outbox();
    ASSERT_TRUE(attendees().erase(event, a.id, change_));
    EXPECT_EQ(attendees().by_id(event, a.id).error().code, Code::kNotFound);
    EXPECT_EQ(attendees().erase(event, a.id, change_).error().code, Code::kNotFound);
    EXPECT_THAT(names(event, {}), ElementsAre("b"));
    EXPECT_THAT(names(event, State::kRegistered), ElementsAre("b"));
    EXPECT_THAT(outbox_names(), ElementsAre("attendee_cancelled", "attendee_moved_up"));
    EXPECT_GT(add(event, "a").id, a.id);
}

TEST_F(AttendeesTest, WhatIsErasedIsNoMoreInTheFiles) {
    const auto event = event_for({});
    add(event, "before");
    const auto erased = add(event, "somebody.in.particular");
    add(event, "behind");
    EXPECT_GE(times_in_files("somebody.in.particular"), 3U) << "name, address, index";
    ASSERT_TRUE(attendees().erase(event, erased.id, change_));
    EXPECT_EQ(times_in_files("somebody.in.particular"), 0U);
    EXPECT_NE(times_in_files("behind"), 0U);
    catalog_ = open();
    EXPECT_EQ(times_in_files("somebody.in.particular"), 0U);
}

TEST_F(AttendeesTest, ThePeopleOfARemovedEventAreNoMoreInTheFiles) {
    const auto event = event_for({});
    for (int i = 0; i < 400; ++i)  // more than a page: whole ones become free
        add(event, "particular." + std::to_string(i) + std::string(40, 'x'));
    const auto other = event_for({});
    add(other, "somebody.else");
    EXPECT_GE(times_in_files("particular."), 1200U);
    ASSERT_TRUE(remove(event));
    EXPECT_EQ(times_in_files("particular."), 0U);
    EXPECT_NE(times_in_files("somebody.else"), 0U);
}

TEST_F(AttendeesTest, FarPagesAndHostileFiltersFindNothing) {
    const auto event = event_for({});
    for (const char* name : {"ann", "bob"})
        add(event, name);
    for (const NumberPage page : {NumberPage{2, 2}, {10'000'000, 100}, {UINT32_MAX, UINT32_MAX}}) {
        const auto found = attendees().list(event, {}, page).value();
        EXPECT_THAT(found.rows, IsEmpty());
        EXPECT_EQ(found.count, 2U);
    }
    for (const std::string& search :
         {std::string(1, '\0'), std::string("an\0", 3), std::string("\0ann", 4),
          std::string("\xff\xfe"), std::string("ann\xc3"), std::string("%"), std::string("_"),
          std::string("\\"), std::string("' OR 1 = 1 --")})
        EXPECT_THAT(names(event, {}, search), IsEmpty()) << search;
}

TEST_F(AttendeesTest, AnotherEventsAttendeeIsNotFound) {
    const auto event = event_for(1);
    const auto a = add(event, "a");
    const auto other = event_for(1);
    EXPECT_EQ(attendees().by_id(other, a.id).error().code, Code::kNotFound);
    EXPECT_EQ(attendees().cancel(other, a.id, change_).error().code, Code::kNotFound);
    EXPECT_EQ(attendees().erase(other, a.id, change_).error().code, Code::kNotFound);
    EXPECT_EQ(attendees().by_id(event, a.id)->state, State::kRegistered);
}

TEST_F(AttendeesTest, TheLastPlaceIsGivenOnceHoweverManyAsk) {
    const auto event = event_for(5);
    const auto other = open();
    const auto ask = [&](Catalog& catalog, const std::string& who) {
        for (int i = 0; i < 20; ++i)
            EXPECT_TRUE(catalog.attendees().add(event, {who, who + std::to_string(i)}, change_));
    };
    std::thread thread([&] { ask(*other, "x"); });
    ask(*catalog_, "y");
    thread.join();
    EXPECT_EQ(events().by_id(event)->registered, 5U);
    EXPECT_EQ(events().by_id(event)->waiting, 35U);
}

}  // namespace
}  // namespace eyed::catalog
