#include "catalog/calendar_labels.h"

#include <gmock/gmock.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <set>
#include <thread>

#include "catalog/calendar_fixture.h"
#include "catalog/feeds.h"

namespace eyed::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CalendarLabelsTest : public CalendarTest {
  protected:
    Locations& locations() { return catalog_->locations(); }
    template <class Labels, class LabelId>
    Status remove_label(Labels& labels, LabelId id) {
        return labels.remove(id, [](const auto&) { return Status(); }, change_);
    }
    std::vector<std::string> names(std::string_view search,
                                   Locations::Order order = Locations::Order::kName) {
        const auto found = locations().list(search, order, {1, 100}).value();
        std::vector<std::string> names;
        for (const auto& label : found.rows)
            names.push_back(label.name);
        EXPECT_EQ(found.count, names.size());
        return names;
    }
};

TEST_F(CalendarLabelsTest, AreMadeChangedAndRemoved) {
    const auto hall = locations().create({"Hall", "big"}, change_).value();
    EXPECT_EQ(hall.revision, 1U);
    const auto changed = locations().change(
        hall.id,
        [](const model::Location& old) -> Result<Locations::Fields> {
            return Locations::Fields{"Great " + old.name, old.description};
        },
        change_);
    EXPECT_EQ(changed->name, "Great Hall");
    EXPECT_EQ(changed->revision, 2U);
    EXPECT_EQ(locations().by_id(hall.id)->name, "Great Hall");
    EXPECT_EQ(locations().by_id(hall.id)->description, "big");
    EXPECT_EQ(locations().by_name("great hall")->id, hall.id);
    const auto entry = catalog_->outbox().first(10)->at(1);
    EXPECT_EQ(entry.name, "location_changed");
    EXPECT_EQ(entry.data, R"({"location":1,"user":"ann","changed":["name"],)"
                          R"("values":{"name":"Great Hall","description":"big"}})");
    EXPECT_TRUE(remove_label(locations(), hall.id));
    EXPECT_EQ(locations().by_id(hall.id).error().code, Code::kNotFound);
    EXPECT_EQ(locations().by_name("Great Hall").error().code, Code::kNotFound);
    EXPECT_EQ(remove_label(locations(), hall.id).error().code, Code::kNotFound);
    EXPECT_THAT(outbox_names(),
                ElementsAre("location_created", "location_changed", "location_deleted"));
    EXPECT_GT(location("new"), hall.id);
}

TEST_F(CalendarLabelsTest, TheSameFieldsLeaveNoTrace) {
    const auto hall = location("Hall");
    empty_outbox();
    const auto same = [](const model::Location& old) -> Result<Locations::Fields> {
        return Locations::Fields{old.name, old.description};
    };
    EXPECT_EQ(locations().change(hall, same, change_)->revision, 1U);
    EXPECT_EQ(catalog_->outbox().size(), 0U);
    const auto refuse = [](const model::Location&) -> Result<Locations::Fields> {
        return failure(Code::kPreconditionFailed, "no");
    };
    EXPECT_EQ(locations().change(hall, refuse, change_).error().code, Code::kPreconditionFailed);
}

TEST_F(CalendarLabelsTest, AreListedByNameWhateverItsCase) {
    for (const char* name : {"beta", "Alpha", "gamma", "50%", "alpha"})
        location(name);
    EXPECT_THAT(names(""), ElementsAre("50%", "Alpha", "alpha", "beta", "gamma"));
    EXPECT_THAT(names("", Locations::Order::kNameDescending),
                ElementsAre("gamma", "beta", "alpha", "Alpha", "50%"));
    EXPECT_THAT(names("", Locations::Order::kId),
                ElementsAre("beta", "Alpha", "gamma", "50%", "alpha"));
    EXPECT_THAT(names("ET"), ElementsAre("beta"));
    EXPECT_THAT(names("%"), ElementsAre("50%"));
    EXPECT_EQ(locations().by_name("ALPHA")->name, "Alpha");
    const auto second = locations().list("", Locations::Order::kName, {2, 2}).value();
    EXPECT_EQ(second.rows.at(0).name, "alpha");
    EXPECT_EQ(second.count, 5U);
    EXPECT_THAT(locations().list("", Locations::Order::kName, {9, 2})->rows, IsEmpty());
}

TEST_F(CalendarLabelsTest, WithoutItsLocationAnEventHasNone) {
    const auto hall = location("Hall");
    auto with = fields("with", 1, 2);
    with.location = hall;
    const auto event = make(with);
    const auto other = make("without", 1, 2);
    auto series = wanted(fields("series", 1, 2));
    series.changes.push_back({.original_start = hours(25)});
    series.changes[0].location = hall;
    const auto moved =
        events().create(series, at({1, 25}, hall), CalendarEvents::Clashes::kAllow, change_)->event;
    empty_outbox();
    change_.at = Micros{3000};
    const auto keep = [](const model::Location&) -> Status {
        return failure(Code::kPreconditionFailed, "no");
    };
    EXPECT_EQ(locations().remove(hall, keep, change_).error().code, Code::kPreconditionFailed);
    ASSERT_TRUE(remove_label(locations(), hall));
    const auto now = events().by_id(event.id).value();
    EXPECT_EQ(now.fields.location, LocationId{});
    EXPECT_EQ(now.location_name, "");
    EXPECT_EQ(now.revision, 2U);
    EXPECT_EQ(now.sequence, 1U);
    EXPECT_EQ(now.updated_at, Micros{3000});
    EXPECT_EQ(events().by_id(other.id)->revision, 1U);
    EXPECT_EQ(events().by_id(moved.id)->changes.at(0).location, LocationId{});
    EXPECT_EQ(events().occurrences({.location = hall}, {})->count, 0U);
    const auto updates = catalog_->calendar_history().list({}, {}).value();
    ASSERT_EQ(updates.count, 2U);
    EXPECT_EQ(updates.rows[1].event, event.id);
    EXPECT_EQ(updates.rows[1].user, ann_);
    EXPECT_THAT(updates.rows[1].changed, ElementsAre("location"));
    EXPECT_THAT(updates.rows[1].previous_values, HasSubstr(R"("location_name":"Hall")"));
    EXPECT_THAT(updates.rows[0].changed, ElementsAre("changes"));
    EXPECT_THAT(outbox_names(), ElementsAre("event_changed", "event_changed", "location_deleted"));
}

TEST_F(CalendarLabelsTest, WithoutItsCategoryAnEventHasNone) {
    const auto talks = category("Talks");
    auto with = fields("with", 1, 2);
    with.category = talks;
    const auto event = make(with);
    empty_outbox();
    ASSERT_TRUE(remove_label(catalog_->categories(), talks));
    EXPECT_EQ(events().by_id(event.id)->fields.category, CategoryId{});
    EXPECT_EQ(events().by_id(event.id)->sequence, 0U);
    EXPECT_EQ(events().by_id(event.id)->revision, 2U);
    EXPECT_EQ(events().occurrences({.category = talks}, {})->count, 0U);
    EXPECT_THAT(outbox_names(), ElementsAre("event_changed", "category_deleted"));
    EXPECT_THAT(catalog_->outbox().first(1)->at(0).data,
                HasSubstr(R"("category":null,"category_name":null)"));
}

class ManyWithALabel : public CalendarLabelsTest {
  protected:
    ManyWithALabel() : hall_(location("Hall")) {
        std::vector<CalendarEvents::Creation> all;
        for (int i = 0; i < kEvents; ++i) {
            auto event = wanted(fields("event", i, i + 1));
            if (i % 2 == 0) event.fields.location = hall_;
            event.changes.push_back({.original_start = hours(i)});
            event.changes[0].location = hall_;
            all.push_back({event, at({i}, hall_)});
        }
        EXPECT_TRUE(events().create_all(all, CalendarEvents::Clashes::kAllow, change_));
        empty_outbox();
    }
    std::uint64_t updates() { return catalog_->calendar_history().list({}, {})->count; }

    static constexpr int kEvents = 3 * Locations::kEventsAtOnce + 10;
    LocationId hall_;
};

TEST_F(ManyWithALabel, EachLosesItOnce) {
    ASSERT_TRUE(remove_label(locations(), hall_));
    EXPECT_EQ(updates(), std::uint64_t{kEvents});
    EXPECT_EQ(catalog_->outbox().size(), std::uint64_t{kEvents} + 1);
    EXPECT_EQ(outbox_names().back(), "location_deleted");
    EXPECT_EQ(events().occurrences({.location = hall_}, {})->count, 0U);
    EXPECT_EQ(events().list({.location = hall_}, CalendarEvents::Order::kTitle, {})->count, 0U);
    const auto some = events().by_id(CalendarEventId{7}).value();
    EXPECT_EQ(some.revision, 2U);
    EXPECT_EQ(some.changes.at(0).location, LocationId{});
}

TEST_F(ManyWithALabel, OthersGetTheirTurnMeanwhileAndTheLabelGoesLast) {
    // As somebody who asks in a process of their own sees it, until it is gone.
    const auto other = open();
    std::set<std::uint64_t> seen;
    std::thread removes([&] { EXPECT_TRUE(remove_label(locations(), hall_)); });
    while (true) {
        const bool is_there = other->locations().by_id(hall_).has_value();
        const auto done = other->calendar_history().list({}, {})->count;
        if (!is_there) break;
        seen.insert(done);
    }
    removes.join();
    EXPECT_EQ(updates(), std::uint64_t{kEvents});
    EXPECT_GT(seen.size(), 1U) << "not all in one transaction";
}

TEST_F(ManyWithALabel, WhatEndsItBeforeLeavesTheLabelToBeRemovedAgain) {
    {
        soci::session sql(soci::sqlite3, "db=\"" + path() + "\"");
        sql << "CREATE TRIGGER stops BEFORE UPDATE ON calendar_events WHEN old.id = 250 "
               "BEGIN SELECT RAISE(ABORT, 'no more'); END";
    }
    EXPECT_FALSE(remove_label(locations(), hall_));
    const auto done = updates();
    EXPECT_GE(done, 100U);
    EXPECT_LT(done, std::uint64_t{kEvents});
    EXPECT_EQ(catalog_->outbox().size(), done);
    EXPECT_TRUE(locations().by_id(hall_));
    {
        soci::session sql(soci::sqlite3, "db=\"" + path() + "\"");
        sql << "DROP TRIGGER stops";
    }
    ASSERT_TRUE(remove_label(locations(), hall_));
    EXPECT_EQ(updates(), std::uint64_t{kEvents}) << "each once";
    EXPECT_FALSE(locations().by_id(hall_));
}

TEST_F(CalendarLabelsTest, FeedsOfALabelGoWithIt) {
    const auto hall = location("Hall");
    const auto feed = catalog_->feeds().create({"mine", "digest", "hint", hall, {}}, change_);
    ASSERT_TRUE(feed);
    ASSERT_TRUE(catalog_->feeds().create({"all", "digest 2", "hint", {}, {}}, change_));
    ASSERT_TRUE(remove_label(locations(), hall));
    EXPECT_EQ(catalog_->feeds().by_id(feed->id).error().code, Code::kNotFound);
    EXPECT_EQ(catalog_->feeds().list({}, {})->count, 1U);
}

}  // namespace
}  // namespace eyed::catalog
