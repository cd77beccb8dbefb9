#include "catalog/calendar_events.h"

#include <gmock/gmock.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <thread>

#include "catalog/calendar_fixture.h"
#include "catalog/label_names.h"

namespace eyed::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Clashes = CalendarEvents::Clashes;
using Order = CalendarEvents::Order;

using CalendarEventsTest = CalendarTest;

/// All that an event can have.
model::CalendarFields full(LocationId location, CategoryId category) {
    model::CalendarFields fields;
    fields.title = "Réunion \"A\"";
    fields.description = "line 1\nline 2";
    fields.start = hours(10);
    fields.end = hours(11);
    fields.zone = "Europe/Berlin";
    fields.all_day = false;
    fields.status = model::EventStatus::kTentative;
    fields.capacity = 0;
    fields.organiser = "Ann <ann@example.org>";
    fields.location = location;
    fields.category = category;
    fields.recurrence = {"FREQ=DAILY;COUNT=3", {hours(-5), hours(100)}, {hours(34)}};
    return fields;
}

std::vector<model::OccurrenceChange> some_changes(LocationId location) {
    model::OccurrenceChange moved{.original_start = hours(10)};
    moved.start = hours(12);
    moved.end = hours(13);
    moved.location = location;
    model::OccurrenceChange told{.original_start = hours(58)};
    told.title = "Other";
    told.description = "";
    told.status = model::EventStatus::kCancelled;
    told.location = LocationId{};
    return {moved, told};
}

TEST_F(CalendarEventsTest, AnEventIsReadAsItWasWritten) {
    const auto hall = location("Hall");
    const auto talks = category("Talks");
    CalendarEvents::New event{full(hall, talks), "uid-1", 7, some_changes(hall)};
    const auto saved = events().create(event, at({12, 58}), Clashes::kAllow, change_).value();
    EXPECT_FALSE(saved.refused);
    for (const auto& read :
         {saved.event, events().by_id(saved.event.id).value(), events().by_uid("uid-1").value()}) {
        EXPECT_EQ(read.fields, event.fields);
        EXPECT_EQ(read.changes, event.changes);
        EXPECT_EQ(read.uid, "uid-1");
        EXPECT_EQ(read.sequence, 7U);
        EXPECT_EQ(read.revision, 1U);
        EXPECT_EQ(read.location_name, "Hall");
        EXPECT_EQ(read.category_name, "Talks");
        EXPECT_EQ(read.created_at, Micros{1000});
        EXPECT_EQ(read.updated_at, Micros{1000});
    }
    catalog_ = open();
    EXPECT_EQ(events().by_id(saved.event.id)->fields, event.fields);
    EXPECT_EQ(events().count(), 1U);
}

TEST_F(CalendarEventsTest, WhatIsNotThereIsRefusedByTheNameOfItsField) {
    auto fields = full({}, CategoryId{9});
    const auto no_category =
        events().create(wanted(fields), once(fields), Clashes::kAllow, change_);
    ASSERT_FALSE(no_category);
    EXPECT_EQ(no_category.error().code, Code::kInvalidArgument);
    EXPECT_THAT(no_category.error().detail, HasSubstr("category: "));
    fields.category = {};
    auto event = wanted(fields);
    event.changes = some_changes(LocationId{9});
    const auto no_location = events().create(event, once(fields), Clashes::kAllow, change_);
    ASSERT_FALSE(no_location);
    EXPECT_EQ(no_location.error().code, Code::kInvalidArgument);
    EXPECT_THAT(no_location.error().detail, HasSubstr("location: "));
    EXPECT_EQ(events().by_id(CalendarEventId{1}).error().code, Code::kNotFound);
    EXPECT_THAT(outbox_names(), IsEmpty());
}

TEST_F(CalendarEventsTest, AUidIsThereOnce) {
    const auto first = make("one", 1, 2);
    auto again = wanted(fields("two", 3, 4));
    again.uid = first.uid;
    const auto refused = events().create(again, once(again.fields), Clashes::kAllow, change_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::kConflict);
    EXPECT_THAT(titles({}), ElementsAre("one"));
}

TEST_F(CalendarEventsTest, OfManyAtOnceThoseAreMadeThatCanBe) {
    std::vector<CalendarEvents::Creation> all;
    for (const char* title : {"one", "two", "three"}) {
        auto event = wanted(fields(title, 1, 2));
        all.push_back({event, once(event.fields)});
    }
    all[1].event.uid = all[0].event.uid;
    const auto made = events().create_all(all, Clashes::kAllow, change_).value();
    EXPECT_TRUE(made[0]);
    EXPECT_EQ(made[1].error().code, Code::kConflict);
    EXPECT_TRUE(made[2]);
    EXPECT_THAT(titles({}), ElementsAre("one", "three"));
    EXPECT_THAT(outbox_names(), ElementsAre("event_created", "event_created"));
}

TEST_F(CalendarEventsTest, AChangeRaisesRevisionAndSequenceAndTellsWhatWas) {
    const auto event = make("Plan", 1, 2);
    empty_outbox();
    change_.at = Micros{2000};
    const auto saved = edit(event.id, [](auto& fields) {
                           fields.title = "Plan B";
                           fields.start = hours(3);
                           fields.end = hours(4);
                       }).value();
    EXPECT_EQ(saved.event.fields.title, "Plan B");
    EXPECT_EQ(saved.event.revision, 2U);
    EXPECT_EQ(saved.event.sequence, 1U);
    EXPECT_EQ(saved.event.created_at, Micros{1000});
    EXPECT_EQ(saved.event.updated_at, Micros{2000});
    EXPECT_EQ(events().by_id(event.id)->fields, saved.event.fields);
    const auto update = catalog_->calendar_history().list({}, {}).value().rows.at(0);
    EXPECT_EQ(update.event, event.id);
    EXPECT_EQ(update.event_title, "Plan");
    EXPECT_EQ(update.user_name, "ann");
    EXPECT_EQ(update.action, "changed");
    EXPECT_THAT(update.changed, ElementsAre("title", "start_time", "end_time"));
    EXPECT_THAT(update.previous_values, HasSubstr(R"("title":"Plan",)"));
    const auto entry = catalog_->outbox().first(1)->at(0);
    EXPECT_EQ(entry.category, "calendar");
    EXPECT_EQ(entry.name, "event_changed");
    EXPECT_THAT(entry.data,
                HasSubstr(R"("user":"ann","changed":["title","start_time","end_time"])"));
    EXPECT_THAT(entry.data, HasSubstr(R"("title":"Plan B")"));
}

TEST_F(CalendarEventsTest, AnotherTitleRaisesNoSequence) {
    const auto event = make("Plan", 1, 2);
    const auto saved = edit(event.id, [](auto& fields) { fields.title = "Plan B"; }).value();
    EXPECT_EQ(saved.event.sequence, 0U);
    EXPECT_EQ(saved.event.revision, 2U);
}

TEST_F(CalendarEventsTest, AnEditThatChangesNothingLeavesNoTrace) {
    const auto event = make("Plan", 1, 2);
    empty_outbox();
    const auto saved = edit(event.id, [](auto&) {}).value();
    EXPECT_EQ(saved.event.revision, 1U);
    EXPECT_EQ(catalog_->calendar_history().list({}, {})->count, 0U);
    EXPECT_EQ(catalog_->outbox().size(), 0U);
}

TEST_F(CalendarEventsTest, AnEditThatIsRefusedChangesNothing) {
    const auto event = make("Plan", 1, 2);
    empty_outbox();
    const auto refuse = [](const model::CalendarEvent&) -> Result<CalendarEvents::Edited> {
        return failure(Code::kPreconditionFailed, "changed meanwhile");
    };
    EXPECT_EQ(events().change(event.id, refuse, Clashes::kAllow, change_).error().code,
              Code::kPreconditionFailed);
    EXPECT_EQ(edit(event.id, [](auto& fields) { fields.location = LocationId{5}; }).error().code,
              Code::kInvalidArgument);
    EXPECT_EQ(edit(CalendarEventId{77}, [](auto&) {}).error().code, Code::kNotFound);
    EXPECT_EQ(events().by_id(event.id)->revision, 1U);
    EXPECT_EQ(catalog_->outbox().size(), 0U);
    EXPECT_EQ(catalog_->calendar_history().list({}, {})->count, 0U);
}

TEST_F(CalendarEventsTest, AnImportedSequenceIsKept) {
    const auto event = make("Plan", 1, 2);
    const auto import = [&](std::uint32_t sequence, const std::string& title) {
        return events().change(
            event.id,
            [&](const model::CalendarEvent& old) -> Result<CalendarEvents::Edited> {
                CalendarEvents::Edited edited{old.fields, {},        once(old.fields),
                                              sequence,   "changed", {}};
                edited.fields.title = title;
                return edited;
            },
            Clashes::kAllow, change_);
    };
    EXPECT_EQ(import(4, "Plan B")->event.sequence, 4U);
    EXPECT_EQ(import(6, "Plan B")->event.sequence, 6U);
    EXPECT_EQ(events().by_id(event.id)->sequence, 6U);
    EXPECT_EQ(events().by_id(event.id)->revision, 2U);
    EXPECT_EQ(catalog_->calendar_history().list({}, {})->count, 1U);
}

TEST_F(CalendarEventsTest, AChangedOccurrenceIsToldAsSuch) {
    auto fields = full({}, {});
    const auto event = make(fields, at({10, 34, 58}));
    empty_outbox();
    const auto saved = events().change(
        event.id,
        [&](const model::CalendarEvent& old) -> Result<CalendarEvents::Edited> {
            model::OccurrenceChange change{.original_start = hours(34)};
            change.title = "Other";
            return CalendarEvents::Edited{old.fields,           {change}, at({10, 34, 58}), {},
                                          "occurrence_changed", hours(34)};
        },
        Clashes::kAllow, change_);
    EXPECT_EQ(saved->event.changes.at(0).title, "Other");
    EXPECT_EQ(saved->event.sequence, 0U);
    const auto update = catalog_->calendar_history().list({}, {})->rows.at(0);
    EXPECT_EQ(update.action, "occurrence_changed");
    EXPECT_EQ(update.occurrence, hours(34));
    EXPECT_THAT(update.changed, ElementsAre("changes"));
    const auto entry = catalog_->outbox().first(1)->at(0);
    EXPECT_EQ(entry.name, "occurrence_changed");
    EXPECT_THAT(entry.data, HasSubstr(R"("occurrence":"1970-01-02T10:00:00.000000Z")"));
}

TEST_F(CalendarEventsTest, RemovingLeavesTheHistoryAlone) {
    const auto hall = location("Hall");
    const auto event = make(full(hall, {}), at({10, 34}));
    ASSERT_TRUE(catalog_->attendees().add(event.id, {"Bo", "bo@example.org"}, change_));
    empty_outbox();
    const auto keep = [](const model::CalendarEvent&) -> Status {
        return failure(Code::kPreconditionFailed, "no");
    };
    EXPECT_EQ(events().remove(event.id, keep, change_).error().code, Code::kPreconditionFailed);
    EXPECT_TRUE(events().by_id(event.id));
    ASSERT_TRUE(remove(event.id));
    EXPECT_EQ(remove(event.id).error().code, Code::kNotFound);
    EXPECT_EQ(events().by_id(event.id).error().code, Code::kNotFound);
    EXPECT_EQ(events().occurrences({}, {})->count, 0U);
    EXPECT_THAT(titles({.search = parse_search("Réunion")}), IsEmpty());
    EXPECT_EQ(catalog_->attendees().list(event.id, {}, {}).error().code, Code::kNotFound);
    EXPECT_EQ(catalog_->calendar_history().event_exists(event.id), false);
    const auto update = catalog_->calendar_history().list({.event = event.id}, {})->rows.at(0);
    EXPECT_EQ(update.action, "deleted");
    EXPECT_THAT(update.previous_values, HasSubstr(R"("location_name":"Hall")"));
    EXPECT_THAT(outbox_names(), ElementsAre("event_deleted"));
    EXPECT_GT(make("new", 1, 2).id, event.id);
}

TEST_F(CalendarEventsTest, TwoEditorsDoNotLoseEachOthersWork) {
    const auto event = make("0", 1, 2);
    const auto add_one = [&](Catalog& catalog) {
        for (int i = 0; i < 25; ++i)
            EXPECT_TRUE(catalog.calendar_events().change(
                event.id,
                [&](const model::CalendarEvent& old) -> Result<CalendarEvents::Edited> {
                    CalendarEvents::Edited edited{old.fields, {},        once(old.fields),
                                                  {},         "changed", {}};
                    edited.fields.title = std::to_string(std::stoi(old.fields.title) + 1);
                    return edited;
                },
                Clashes::kAllow, change_));
    };
    const auto other = open();
    std::thread thread([&] { add_one(*other); });
    add_one(*catalog_);
    thread.join();
    EXPECT_EQ(events().by_id(event.id)->fields.title, "50");
    EXPECT_EQ(events().by_id(event.id)->revision, 51U);
    EXPECT_EQ(catalog_->calendar_history().list({}, {})->count, 50U);
}

TEST_F(CalendarEventsTest, HistoryIsNeverChanged) {
    const auto event = make("Plan", 1, 2);
    ASSERT_TRUE(remove(event.id));
    soci::session sql(soci::sqlite3, "db=\"" + path() + "\"");
    EXPECT_THROW(sql << "UPDATE calendar_updates SET user_name = ''", soci::soci_error);
    EXPECT_THROW(sql << "DELETE FROM calendar_updates", soci::soci_error);
    EXPECT_EQ(catalog_->calendar_history().list({}, {})->count, 1U);
}

TEST_F(CalendarEventsTest, ASeriesIsExtendedUnlessItWasChanged) {
    auto times = at({10, 34});
    times.until = hours(50);
    const auto event = make(full({}, {}), times);
    make("single", 1, 2);
    const auto found = events().short_of(hours(60), {}, 10).value();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].id, event.id);
    EXPECT_THAT(events().short_of(hours(50), {}, 10).value(), IsEmpty());
    EXPECT_THAT(events().short_of(hours(60), event.id, 10).value(), IsEmpty());
    times = at({10, 34, 58});
    times.until = hours(60);
    EXPECT_TRUE(events().extend(event.id, event.revision + 1, times));
    EXPECT_EQ(events().occurrences_of(event.id, {}, {})->count, 2U);
    EXPECT_TRUE(events().extend(event.id, event.revision, times));
    EXPECT_EQ(events().occurrences_of(event.id, {}, {})->count, 3U);
    EXPECT_THAT(events().short_of(hours(60), {}, 10).value(), IsEmpty());
    EXPECT_THAT(titles({.from = hours(58), .to = hours(59)}), ElementsAre("Réunion \"A\""));
    EXPECT_EQ(catalog_->calendar_history().list({}, {})->count, 0U);
    EXPECT_EQ(events().by_id(event.id)->revision, 1U);
    EXPECT_TRUE(events().extend(CalendarEventId{99}, 1, times));
}

TEST_F(CalendarEventsTest, OfTwoExtensionsTheLongerStays) {
    auto times = at({10, 34});
    times.until = hours(50);
    const auto event = make(full({}, {}), times);
    times = at({10, 34, 58, 82});
    times.until = hours(100);
    ASSERT_TRUE(events().extend(event.id, event.revision, times));
    times = at({10, 34, 58});
    times.until = hours(60);
    ASSERT_TRUE(events().extend(event.id, event.revision, times));
    EXPECT_EQ(events().occurrences_of(event.id, {}, {})->count, 4U);
    EXPECT_THAT(events().short_of(hours(100), {}, 10).value(), IsEmpty());
    times = at({10, 34, 58, 82, 106});
    times.until.reset();
    ASSERT_TRUE(events().extend(event.id, event.revision, times));
    EXPECT_EQ(events().occurrences_of(event.id, {}, {})->count, 5U);
    times = at({10});
    times.until = hours(1000);
    ASSERT_TRUE(events().extend(event.id, event.revision, times));
    EXPECT_EQ(events().occurrences_of(event.id, {}, {})->count, 5U) << "it is whole";
}

TEST_F(CalendarEventsTest, TextsOfSingleOccurrencesAreBoundedTogether) {
    auto series = wanted(fields("series", 10, 11));
    for (const std::int64_t start : {10, 34}) {
        model::OccurrenceChange change{.original_start = hours(start)};
        change.description = std::string(CalendarEvents::kMostOwnBytes / 2, 'x');
        series.changes.push_back(change);
    }
    const auto made = events().create(series, at({10, 34}), Clashes::kAllow, change_);
    ASSERT_TRUE(made) << made.error().detail;
    const auto add_title = [&](const model::CalendarEvent& old) -> Result<CalendarEvents::Edited> {
        CalendarEvents::Edited edited{old.fields, old.changes, at({10, 34}), {}, "changed", {}};
        edited.changes[0].title = "x";
        return edited;
    };
    const auto refused = events().change(made->event.id, add_title, Clashes::kAllow, change_);
    EXPECT_EQ(refused.error().code, Code::kInvalidArgument);
    EXPECT_THAT(refused.error().detail, ::testing::StartsWith("description: "));
    series.uid = "another";
    series.changes[0].title = "x";
    EXPECT_FALSE(events().create(series, at({10, 34}), Clashes::kAllow, change_));
    EXPECT_TRUE(edit(made->event.id, [](auto& event) { event.title = "renamed"; }));
}

TEST_F(CalendarEventsTest, TimesBecomeThoseOfTheEdit) {
    const auto hall = location("Hall");
    const auto event = make(full({}, {}), at({10, 34, 58}));
    const auto saved = events().change(
        event.id,
        [&](const model::CalendarEvent& old) -> Result<CalendarEvents::Edited> {
            CalendarEvents::Edited edited{old.fields, {},        at({34, 58, 82}, hall),
                                          {},         "changed", {}};
            edited.fields.location = hall;
            return edited;
        },
        Clashes::kAllow, change_);
    ASSERT_TRUE(saved) << saved.error().detail;
    std::vector<Micros> starts;
    const auto found = events().occurrences({}, {}).value();
    for (const auto& row : found.rows) {
        starts.push_back(row.occurrence.start);
        EXPECT_EQ(row.occurrence.location, hall);
        EXPECT_EQ(row.event.location_name, "Hall");
    }
    EXPECT_THAT(starts, ElementsAre(hours(34), hours(58), hours(82)));
}

/// Puts an event of an hour by its UID, with a location and a category by name.
CalendarEvents::Put put(const std::string& uid, std::int64_t hour, const std::string& place,
                        const std::string& kind = {}) {
    return {uid,
            [=](const model::CalendarEvent* known,
                LabelNames& labels) -> Result<CalendarEvents::Edited> {
                if (known && known->fields.status == model::EventStatus::kCancelled)
                    return failure(Code::kInvalidArgument, "cancelled");
                CalendarEvents::Edited edited{
                    .fields = known ? known->fields : model::CalendarFields(),
                    .changes = {},
                    .times = {},
                    .sequence = 3,
                    .action = "changed",
                    .occurrence = {}};
                model::CalendarFields& fields = edited.fields;
                fields.title = uid;
                fields.start = hours(hour);
                fields.end = hours(hour + 1);
                fields.location = labels.location(place, fields.location);
                fields.category = labels.category(kind, fields.category);
                if (uid == "bad") return failure(Code::kInvalidArgument, "bad");
                edited.times.rows = {
                    {{}, fields.start, fields.start, fields.end, fields.status, fields.location}};
                return edited;
            }};
}

TEST_F(CalendarEventsTest, APutMakesWhatIsNotThereAndChangesWhatIs) {
    const auto known = make("known", 5, 6);
    const auto cancelled = make("cancelled", 7, 8);
    ASSERT_TRUE(edit(cancelled.id, [](model::CalendarFields& fields) {
        fields.status = model::EventStatus::kCancelled;
    }));
    empty_outbox();
    const auto saved = events()
                           .put_all({put("new", 10, "Hall"), put(known.uid, 11, "hall"),
                                     put(cancelled.uid, 12, "Attic"), put("new", 13, "Hall")},
                                    Clashes::kTell, change_)
                           .value();
    ASSERT_EQ(saved.size(), 4U);
    EXPECT_EQ(saved[0]->event.sequence, 3U);
    EXPECT_EQ(saved[0]->event.location_name, "Hall");
    EXPECT_EQ(saved[1]->event.id, known.id);
    EXPECT_EQ(saved[1]->event.location_name, "Hall");
    EXPECT_EQ(saved[2].error().detail, "cancelled");
    EXPECT_EQ(saved[3]->event.id, saved[0]->event.id);
    EXPECT_EQ(saved[3]->event.revision, 2U);
    EXPECT_THAT(outbox_names(),
                ElementsAre("location_created", "event_created", "event_changed", "event_changed"));
    EXPECT_EQ(events().count().value(), 3U);
}

TEST_F(CalendarEventsTest, LabelsOfWhatIsNotKeptAreNotKeptEither) {
    const auto hall = location("Hall");
    model::CalendarFields taken = fields("taken", 10, 11);
    taken.location = hall;
    make(taken);
    empty_outbox();
    const auto saved = events()
                           .put_all({put("clash", 10, "Hall", "Clashing"), put("bad", 10, "Attic"),
                                     put("good", 10, "Garden", "Good")},
                                    Clashes::kRefuse, change_)
                           .value();
    EXPECT_TRUE(saved[0]->refused);
    EXPECT_EQ(saved[0]->clashes.size(), 1U);
    EXPECT_EQ(saved[1].error().detail, "bad");
    EXPECT_FALSE(saved[2]->refused);
    EXPECT_THAT(outbox_names(),
                ElementsAre("location_created", "category_created", "event_created"));
    EXPECT_EQ(catalog_->locations().by_name("Attic").error().code, Code::kNotFound);
    EXPECT_EQ(catalog_->categories().by_name("Clashing").error().code, Code::kNotFound);
}

TEST_F(CalendarEventsTest, APutKeepsTheLabelThatHasTheName) {
    location("Hall");
    model::CalendarFields own = fields("own", 10, 11);
    own.location = location("HALL");
    const auto known = make(own);
    const auto saved = events().put_all({put(known.uid, 10, "hall"), put("other", 10, "hall")},
                                        Clashes::kAllow, change_);
    EXPECT_EQ((*saved)[0]->event.fields.location, own.location);
    EXPECT_EQ((*saved)[1]->event.location_name, "Hall");
}

}  // namespace
}  // namespace eyed::catalog
