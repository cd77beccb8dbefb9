#include "catalog/calendar_snapshot.h"

#include <gmock/gmock.h>

namespace eyed::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

model::CalendarEvent event() {
    model::CalendarEvent event;
    event.id = CalendarEventId{1};
    event.fields.title = "Plan \"B\"";
    event.fields.start = Micros{0};
    event.fields.end = Micros{3'600'000'000};
    return event;
}

TEST(CalendarSnapshot, SaysAllFieldsAndNullForWhatIsNotGiven) {
    EXPECT_EQ(
        snapshot_json(event(), {}),
        R"({"title":"Plan \"B\"","description":"","start_time":"1970-01-01T00:00:00.000000Z",)"
        R"("end_time":"1970-01-01T01:00:00.000000Z","zone":"UTC","all_day":false,)"
        R"("status":"confirmed","capacity":null,"organiser":"","location":null,)"
        R"("location_name":null,"category":null,"category_name":null,"rrule":null,)"
        R"("rdate":[],"exdate":[],"changes":[]})");
}

TEST(CalendarSnapshot, SaysSeriesAndTheirChanges) {
    auto series = event();
    series.fields.capacity = 0;
    series.fields.location = LocationId{4};
    series.location_name = "Hall";
    series.fields.recurrence = {"FREQ=DAILY", {Micros{0}, Micros{1}}, {Micros{2}}};
    model::OccurrenceChange change{.original_start = Micros{0}};
    change.title = "Other";
    change.status = model::EventStatus::kCancelled;
    change.location = LocationId{};
    series.changes = {change};
    const std::string json = snapshot_json(series, {});
    EXPECT_THAT(json, HasSubstr(R"("capacity":0,)"));
    EXPECT_THAT(json, HasSubstr(R"("location":4,"location_name":"Hall",)"));
    EXPECT_THAT(json, HasSubstr(R"("rrule":"FREQ=DAILY","rdate":["1970-01-01T00:00:00.000000Z",)"
                                R"("1970-01-01T00:00:00.000001Z"],"exdate":[)"));
    EXPECT_THAT(json, HasSubstr(R"("changes":[{"original_start":"1970-01-01T00:00:00.000000Z",)"
                                R"("title":"Other","status":"cancelled","location":null}])"));
}

TEST(CalendarSnapshot, TheLogGetsNoMoreThanItTakes) {
    auto large = event();
    EXPECT_THAT(log_values_json(large), Not(HasSubstr("\"cut\"")));
    for (int i = 0; i < 50'000; ++i)
        large.fields.description += "ä";
    large.fields.title = std::string(255, '"');
    large.fields.recurrence.added.assign(1000, Micros{1});
    large.fields.recurrence.skipped.assign(1000, Micros{2});
    for (int i = 0; i < 1000; ++i) {
        model::OccurrenceChange change{.original_start = Micros{i}};
        change.title = std::string(255, 'x');
        change.description = std::string(100'000, 'x');
        large.changes.push_back(std::move(change));
    }
    const std::string json = log_values_json(large);
    EXPECT_LT(json.size(), 64U * 1024);
    EXPECT_THAT(json, HasSubstr(R"("cut":["description","rdate","exdate","changes"]})"));
}

TEST(CalendarSnapshot, ADescriptionOfAnOccurrenceIsLeftOutOfTheLog) {
    auto series = event();
    series.changes.push_back({.original_start = Micros{0}});
    series.changes[0].description = "secret of length";
    EXPECT_THAT(log_values_json(series), HasSubstr(R"("cut":["changes"]})"));
    EXPECT_THAT(log_values_json(series), Not(HasSubstr("secret")));
    EXPECT_THAT(snapshot_json(series, {}), HasSubstr("secret"));
}

TEST(CalendarSnapshot, OccurrencesThatTakeTooMuchRoomAreCut) {
    auto series = event();
    for (int i = 0; i < 10; ++i) {
        model::OccurrenceChange change{.original_start = Micros{i}};
        change.title = "title " + std::to_string(i);
        change.description = std::string(kMostChangesBytes / 4, 'x');
        series.changes.push_back(std::move(change));
    }
    const std::string json = snapshot_json(series, {});
    EXPECT_LT(json.size(), kMostChangesBytes + 1000);
    EXPECT_THAT(json, HasSubstr("title 2"));
    EXPECT_THAT(json, Not(HasSubstr("title 3")));
    EXPECT_THAT(json, HasSubstr(R"("}],"cut":["changes"]})"));
    EXPECT_THAT(snapshot_json(series, series.changes), HasSubstr(R"("changes":[]})"));
}

TEST(ChangedFields, AreNamedAsInTheSnapshot) {
    const auto from = event();
    EXPECT_THAT(changed_fields(from, from), IsEmpty());
    auto to = from;
    to.fields.title = "other";
    to.fields.capacity = 0;
    to.fields.recurrence.skipped = {Micros{1}};
    to.changes.push_back({.original_start = Micros{3}});
    EXPECT_THAT(changed_fields(from, to), ElementsAre("title", "capacity", "exdate", "changes"));
    to = from;
    to.sequence = 9;
    to.location_name = "renamed";
    to.registered = 3;
    EXPECT_THAT(changed_fields(from, to), IsEmpty());
}

TEST(RaisesSequence, IsForTimePlaceStatusAndRecurrence) {
    const auto raises = [](auto edit) {
        auto to = event();
        edit(to);
        return raises_sequence(event(), to);
    };
    EXPECT_FALSE(raises([](auto& to) { to.fields.title = "other"; }));
    EXPECT_FALSE(raises([](auto& to) { to.fields.description = "other"; }));
    EXPECT_FALSE(raises([](auto& to) { to.fields.capacity = 5; }));
    EXPECT_FALSE(raises([](auto& to) { to.fields.category = CategoryId{5}; }));
    EXPECT_TRUE(raises([](auto& to) { to.fields.start = Micros{1}; }));
    EXPECT_TRUE(raises([](auto& to) { to.fields.end = Micros{1}; }));
    EXPECT_TRUE(raises([](auto& to) { to.fields.zone = "Europe/Berlin"; }));
    EXPECT_TRUE(raises([](auto& to) { to.fields.all_day = true; }));
    EXPECT_TRUE(raises([](auto& to) { to.fields.status = model::EventStatus::kCancelled; }));
    EXPECT_TRUE(raises([](auto& to) { to.fields.location = LocationId{5}; }));
    EXPECT_TRUE(raises([](auto& to) { to.fields.recurrence.rule = "FREQ=DAILY"; }));
    model::OccurrenceChange change{.original_start = Micros{3}};
    change.title = "other";
    EXPECT_FALSE(raises([&](auto& to) { to.changes = {change}; }));
    change.location = LocationId{};
    EXPECT_TRUE(raises([&](auto& to) { to.changes = {change}; }));
}

}  // namespace
}  // namespace eyed::catalog
