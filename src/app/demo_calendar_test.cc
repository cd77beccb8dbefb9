#include "app/demo_calendar.h"

#include <gtest/gtest.h>

#include "base/stopped_clock.h"
#include "catalog/calendar_events.h"
#include "catalog/calendar_labels.h"
#include "io/temporary_directory.h"

namespace eyed::app {
namespace {

class DemoCalendarTest : public testing::Test {
  protected:
    Status add() { return add_demo_calendar(*catalog, service, clock); }
    std::uint64_t events() { return catalog->calendar_events().count().value(); }
    std::uint64_t locations() {
        return catalog->locations().list({}, catalog::Locations::Order::kId, {})->count;
    }

    io::TemporaryDirectory scratch;
    StoppedClock clock;
    std::unique_ptr<catalog::Catalog> catalog =
        *catalog::Catalog::open({.path = scratch.file("catalog")});
    calendar::Service service = *calendar::Service::create(*catalog, clock, {});
};

TEST_F(DemoCalendarTest, IsMadeOnce) {
    ASSERT_TRUE(add());
    EXPECT_EQ(events(), 12U);
    EXPECT_EQ(locations(), 5U);
    ASSERT_TRUE(add());
    EXPECT_EQ(events(), 12U);
    EXPECT_EQ(locations(), 5U);
}

TEST_F(DemoCalendarTest, GoesOnWhereAStartBeforeStopped) {
    ASSERT_TRUE(catalog->categories().create({"Workshop", "Bring your hands."}, {}));
    const auto hall = catalog->locations().create({"Great hall", ""}, {}).value();
    ASSERT_TRUE(add());
    EXPECT_EQ(events(), 12U);
    EXPECT_EQ(locations(), 5U);
    const auto there = catalog->calendar_events()
                           .list({.from = {},
                                  .to = {},
                                  .location = hall.id,
                                  .category = {},
                                  .status = {},
                                  .search = {}},
                                 catalog::CalendarEvents::Order::kTitle, {})
                           .value();
    ASSERT_EQ(there.count, 3U);
    EXPECT_EQ(there.rows.front().fields.title, "How bees decide");
    EXPECT_EQ(there.rows.front().category_name, "Talk");
}

TEST_F(DemoCalendarTest, LeavesACalendarWithEventsAlone) {
    calendar::Draft draft;
    draft.title = "Ours";
    draft.start_time = "2026-11-30T10:00:00Z";
    draft.end_time = "2026-11-30T11:00:00Z";
    ASSERT_TRUE(service.create_event(draft, {}));
    ASSERT_TRUE(add());
    EXPECT_EQ(events(), 1U);
    EXPECT_EQ(locations(), 0U);
}

}  // namespace
}  // namespace eyed::app
