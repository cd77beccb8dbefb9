#include "catalog/calendar_history.h"

#include <gmock/gmock.h>

#include "catalog/applications.h"
#include "catalog/calendar_fixture.h"
#include "catalog/keys.h"

namespace eyed::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CalendarHistoryTest : public CalendarTest {
  protected:
    CalendarHistory& history() { return catalog_->calendar_history(); }
    void rename(CalendarEventId event, const std::string& title) {
        EXPECT_TRUE(edit(event, [&](auto& fields) { fields.title = title; }));
    }
    std::vector<std::string> titles_before(const CalendarHistory::Filter& filter) {
        std::vector<std::string> titles;
        const auto found = history().list(filter, {}).value();
        for (const auto& update : found.rows)
            titles.push_back(update.event_title);
        EXPECT_EQ(found.count, titles.size());
        return titles;
    }
};

TEST_F(CalendarHistoryTest, IsListedNewestFirstByEventUserAndTime) {
    const auto a = make("a1", 1, 2).id;
    const auto b = make("b1", 1, 2).id;
    rename(a, "a2");
    change_.at = Micros{2000};
    rename(b, "b2");
    change_.by.user = {};
    change_.at = Micros{3000};
    rename(a, "a3");
    EXPECT_THAT(titles_before({}), ElementsAre("a2", "b1", "a1"));
    EXPECT_THAT(titles_before({.event = a}), ElementsAre("a2", "a1"));
    EXPECT_THAT(titles_before({.user = ann_}), ElementsAre("b1", "a1"));
    EXPECT_THAT(titles_before({.from = Micros{2000}, .to = Micros{3000}}), ElementsAre("b1"));
    ASSERT_TRUE(remove(a));
    EXPECT_THAT(titles_before({.existing_only = true}), ElementsAre("b1"));
    EXPECT_THAT(titles_before({.event = a}), ElementsAre("a3", "a2", "a1"));
    const auto second = history().list({}, {2, 3}).value();
    EXPECT_EQ(second.rows.size(), 1U);
    EXPECT_EQ(second.count, 4U);
    EXPECT_THAT(history().list({}, {9, 3})->rows, IsEmpty());
    EXPECT_EQ(history().by_id(second.rows[0].id)->event_title, "a1");
    EXPECT_EQ(history().by_id(CalendarUpdateId{99}).error().code, Code::kNotFound);
    EXPECT_EQ(history().event_exists(b), true);
}

TEST_F(CalendarHistoryTest, OfAPageOfEventsTheNewestOfEach) {
    const auto a = make("a1", 1, 2).id;
    const auto b = make("b1", 1, 2).id;
    const auto c = make("c1", 1, 2).id;
    for (const char* title : {"a2", "a3", "a4"})
        rename(a, title);
    rename(b, "b2");
    rename(c, "c2");
    std::vector<std::string> titles;
    const auto found = history().of_events({b, a}, {2, 10'000}).value();
    for (const auto& update : found)
        titles.push_back(update.event_title);
    EXPECT_THAT(titles, ElementsAre("a3", "a2", "b1"));
    EXPECT_THAT(history().of_events({}, {2, 10'000}).value(), IsEmpty());
}

TEST_F(CalendarHistoryTest, OfAnEventAsManyAsThereIsRoomForTheNewestFirst) {
    const auto large = make("large", 1, 2).id;
    const auto small = make("small", 1, 2).id;
    for (const std::size_t length : {10'000, 10'001, 10'002, 30'000, 10'003, 10'004})
        ASSERT_TRUE(
            edit(large, [&](auto& fields) { fields.description = std::string(length, 'x'); }));
    rename(small, "small 2");
    const auto found = history().of_events({large, small}, {100, 35'000}).value();
    std::vector<std::string> told;
    std::size_t bytes = 0;
    for (const auto& update : found) {
        told.push_back(update.event_title);
        if (update.event == large) bytes += update.previous_values.size();
    }
    EXPECT_THAT(told, ElementsAre("large", "small")) << "none behind the one that is too long";
    EXPECT_THAT(bytes, ::testing::AllOf(::testing::Gt(10'000U), ::testing::Lt(11'000U)));
    EXPECT_EQ(history().of_events({large}, {100, 1'000'000})->size(), 6U);
    EXPECT_THAT(history().of_events({large}, {100, 0}).value(), IsEmpty());
}

TEST_F(CalendarHistoryTest, APageHasPreviousValuesWhileThereIsRoom) {
    const auto event = make("large", 1, 2).id;
    for (std::size_t i = 0; i <= 100; ++i)
        ASSERT_TRUE(
            edit(event, [&](auto& fields) { fields.description = std::string(60'000 + i, 'x'); }));
    const auto page = history().list({}, {1, 100}).value();
    ASSERT_EQ(page.rows.size(), 100U);
    std::size_t bytes = 0;
    for (const auto& update : page.rows)
        bytes += update.previous_values.size();
    EXPECT_LE(bytes, CalendarHistory::kMostPageBytes);
    EXPECT_GT(bytes, CalendarHistory::kMostPageBytes - 100'000);
    EXPECT_FALSE(page.rows.front().previous_values.empty());
    EXPECT_TRUE(page.rows.back().previous_values.empty());
    EXPECT_EQ(page.rows.back().event_title, "large");
    EXPECT_FALSE(history().by_id(page.rows.back().id)->previous_values.empty());
}

TEST_F(CalendarHistoryTest, ALineHasOfSingleOccurrencesThoseThatWereChanged) {
    const auto series = make(fields("series", 10, 11), at({10, 34, 58})).id;
    const auto describe = [&](std::int64_t hour, const std::string& text) {
        return events().change(
            series,
            [&](const model::CalendarEvent& event) -> Result<CalendarEvents::Edited> {
                CalendarEvents::Edited edited{event.fields, event.changes, at({10, 34, 58}),
                                              {},           "changed",     {}};
                std::erase_if(edited.changes,
                              [&](const auto& one) { return one.original_start == hours(hour); });
                model::OccurrenceChange change{.original_start = hours(hour)};
                change.description = text;
                edited.changes.push_back(change);
                return edited;
            },
            CalendarEvents::Clashes::kAllow, change_);
    };
    const auto newest = [&] { return history().list({}, {})->rows.at(0).previous_values; };
    ASSERT_TRUE(describe(10, "first"));
    EXPECT_THAT(newest(), ::testing::HasSubstr(R"("changes":[])"));
    ASSERT_TRUE(describe(34, "second"));
    EXPECT_THAT(newest(), ::testing::HasSubstr(R"("changes":[])"));
    ASSERT_TRUE(describe(34, "third"));
    EXPECT_THAT(newest(), ::testing::HasSubstr(R"("description":"second"}])"));
    EXPECT_THAT(newest(), ::testing::Not(::testing::HasSubstr("first")));
    ASSERT_TRUE(remove(series));
    EXPECT_THAT(newest(), ::testing::HasSubstr("first"));
    EXPECT_THAT(newest(), ::testing::HasSubstr("third"));
}

TEST_F(CalendarHistoryTest, NamesTheApplicationOfAKeyWithoutAUser) {
    const auto kiosk = catalog_->applications().create({"kiosk", {}, Micros{1}}, {}).value();
    KeyRecord record;
    record.key.name = "till";
    record.key.user = ann_;
    record.key.application = kiosk.id;
    record.key.created_at = Micros{1};
    record.digest = "digest";
    const auto key = catalog_->keys().create(record, {}).value();
    const auto event = make("a1", 1, 2).id;
    change_.by = {{}, key, model::Via::kApi};
    rename(event, "a2");
    change_.by = {};
    rename(event, "a3");
    const auto updates = history().list({}, {}).value();
    EXPECT_EQ(updates.rows[0].user_name, "");
    EXPECT_EQ(updates.rows[1].user_name, "kiosk");
    EXPECT_EQ(updates.rows[1].user, UserId{});
    const auto entries = catalog_->outbox().first(10).value();
    EXPECT_THAT(entries.back().data, ::testing::HasSubstr(R"("user":null)"));
}

TEST_F(CalendarHistoryTest, TheOutboxGivesTheOldestUntilTheyAreTakenOut) {
    for (const char* title : {"a", "b", "c"})
        make(title, 1, 2);
    const auto first = catalog_->outbox().first(2).value();
    ASSERT_EQ(first.size(), 2U);
    EXPECT_LT(first[0].number, first[1].number);
    EXPECT_NE(first[0].id, first[1].id);
    EXPECT_FALSE(first[0].id.is_nil());
    EXPECT_EQ(first[0].at, Micros{1000});
    catalog_ = open();
    ASSERT_TRUE(catalog_->outbox().remove_through(first[1].number));
    EXPECT_EQ(catalog_->outbox().size(), 1U);
    const auto last = catalog_->outbox().first(2).value();
    ASSERT_EQ(last.size(), 1U);
    ASSERT_TRUE(catalog_->outbox().remove_through(last[0].number));
    make("d", 1, 2);
    EXPECT_GT(catalog_->outbox().first(1)->at(0).number, last[0].number);
}

}  // namespace
}  // namespace eyed::catalog
