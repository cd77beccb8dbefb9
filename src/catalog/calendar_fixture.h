#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "catalog/attendees.h"
#include "catalog/calendar_events.h"
#include "catalog/calendar_history.h"
#include "catalog/calendar_labels.h"
#include "catalog/catalog.h"
#include "catalog/outbox.h"
#include "catalog/users.h"
#include "io/temporary_directory.h"

namespace eyed::catalog {

constexpr Micros hours(std::int64_t count) {
    return Micros{count * 3'600'000'000};
}

/// A catalog with a calendar, for the tests of its repositories. Times are in hours from 1970.
class CalendarTest : public ::testing::Test {
  protected:
    CalendarTest() : catalog_(open()) {
        const auto user = catalog_->users().create(
            {"ann", "hash", "token", "session", model::Role::kMember, Micros{1}},
            Users::When::kAlways, {});
        EXPECT_TRUE(user) << user.error().detail;
        ann_ = user->id;
        change_ = {{ann_, {}, model::Via::kApi}, Micros{1000}};
    }
    std::string path() const { return directory_.file("catalog.db"); }
    std::unique_ptr<Catalog> open() const {
        auto opened = Catalog::open({path(), std::chrono::seconds(60)});
        EXPECT_TRUE(opened) << opened.error().detail;
        return std::move(*opened);
    }
    CalendarEvents& events() { return catalog_->calendar_events(); }

    static model::CalendarFields fields(const std::string& title, std::int64_t from,
                                        std::int64_t to) {
        model::CalendarFields fields;
        fields.title = title;
        fields.start = hours(from);
        fields.end = hours(to);
        return fields;
    }
    /// The one time of an event that does not come again.
    static CalendarEvents::Times once(const model::CalendarFields& fields) {
        return {{{{}, fields.start, fields.start, fields.end, fields.status, fields.location}}, {}};
    }
    /// An hour long each.
    static CalendarEvents::Times at(const std::vector<std::int64_t>& starts,
                                    LocationId location = {}) {
        CalendarEvents::Times times;
        for (const std::int64_t start : starts)
            times.rows.push_back({{},
                                  hours(start),
                                  hours(start),
                                  hours(start + 1),
                                  model::EventStatus::kConfirmed,
                                  location});
        return times;
    }
    CalendarEvents::New wanted(const model::CalendarFields& fields) {
        return {fields, "uid-" + std::to_string(++made_), 0, {}};
    }
    model::CalendarEvent make(const model::CalendarFields& fields) {
        return make(fields, once(fields));
    }
    model::CalendarEvent make(const model::CalendarFields& fields,
                              const CalendarEvents::Times& times) {
        const auto saved =
            events().create(wanted(fields), times, CalendarEvents::Clashes::kAllow, change_);
        EXPECT_TRUE(saved) << saved.error().detail;
        return saved->event;
    }
    model::CalendarEvent make(const std::string& title, std::int64_t from, std::int64_t to) {
        return make(fields(title, from, to));
    }
    /// Edits the fields of an event that happens once.
    template <class Edit>
    Result<CalendarEvents::Saved> edit(
        CalendarEventId id, Edit edit,
        CalendarEvents::Clashes clashes = CalendarEvents::Clashes::kAllow) {
        return events().change(
            id,
            [&](const model::CalendarEvent& event) -> Result<CalendarEvents::Edited> {
                CalendarEvents::Edited edited{event.fields, event.changes, {}, {}, "changed", {}};
                edit(edited.fields);
                edited.times = once(edited.fields);
                return edited;
            },
            clashes, change_);
    }
    Status remove(CalendarEventId id) {
        return events().remove(id, [](const model::CalendarEvent&) { return Status(); }, change_);
    }
    LocationId location(const std::string& name) {
        return catalog_->locations().create({name, ""}, change_)->id;
    }
    CategoryId category(const std::string& name) {
        return catalog_->categories().create({name, ""}, change_)->id;
    }
    std::vector<std::string> titles(
        const CalendarEvents::Filter& filter,
        CalendarEvents::Order order = CalendarEvents::Order::kStartAscending) {
        const auto found = events().list(filter, order, {1, 100});
        EXPECT_TRUE(found) << found.error().detail;
        std::vector<std::string> titles;
        for (const auto& event : found->rows)
            titles.push_back(event.fields.title);
        EXPECT_EQ(found->count, titles.size());
        return titles;
    }
    std::vector<std::string> outbox_names() {
        std::vector<std::string> names;
        const auto entries = catalog_->outbox().first(1000).value();
        for (const auto& entry : entries)
            names.push_back(entry.name);
        return names;
    }
    void empty_outbox() { EXPECT_TRUE(catalog_->outbox().remove_through(INT64_MAX)); }

    io::TemporaryDirectory directory_;
    std::unique_ptr<Catalog> catalog_;
    UserId ann_;
    model::Change change_;
    int made_ = 0;
};

}  // namespace eyed::catalog
