#include "catalog/feeds.h"

#include <gmock/gmock.h>

#include "catalog/audit.h"
#include "catalog/calendar_fixture.h"

namespace eyed::catalog {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class FeedsTest : public CalendarTest {
  protected:
    Feeds& feeds() { return catalog_->feeds(); }
    Result<model::Feed> make_feed(const std::string& digest) {
        return feeds().create({"mine", digest, "eyf_1234", {}, {}}, change_);
    }
};

TEST_F(FeedsTest, AreFoundByTheirDigestAndNoteTheirUseOnceAnHour) {
    const auto hall = location("Hall");
    const auto talks = category("Talks");
    const auto made = feeds().create({"mine", "digest", "eyf_1234", hall, talks}, change_).value();
    EXPECT_EQ(made.user, ann_);
    EXPECT_FALSE(made.last_used_at);
    const auto used = [&](Micros now) { return feeds().by_digest("digest", now)->last_used_at; };
    EXPECT_EQ(used(hours(5)), hours(5));
    EXPECT_EQ(used(hours(6) - std::chrono::seconds(1)), hours(5));
    EXPECT_EQ(used(hours(6)), hours(6));
    const auto kept = feeds().by_id(made.id).value();
    EXPECT_EQ(kept.name, "mine");
    EXPECT_EQ(kept.hint, "eyf_1234");
    EXPECT_EQ(kept.location, hall);
    EXPECT_EQ(kept.category, talks);
    EXPECT_EQ(kept.last_used_at, hours(6));
    EXPECT_EQ(feeds().by_digest("other", hours(1)).error().code, Code::kNotFound);
}

TEST_F(FeedsTest, AreReadWhileNothingCanBeWritten) {
    ASSERT_TRUE(make_feed("digest"));
    const auto hall = location("Hall");
    const auto hurried = Catalog::open({path(), std::chrono::milliseconds(1)}).value();
    Result<model::Feed> read = failure(Code::kInternal, "not read");
    const auto locked = catalog_->locations().change(
        hall,
        [&](const model::Location&) -> Result<Locations::Fields> {
            read = hurried->feeds().by_digest("digest", hours(5));
            return failure(Code::kConflict, "never mind");
        },
        change_);
    EXPECT_EQ(locked.error().code, Code::kConflict);
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_FALSE(read->last_used_at);
    EXPECT_EQ(hurried->feeds().by_digest("digest", hours(5))->last_used_at, hours(5));
}

TEST_F(FeedsTest, AreAuditedAndRemovedForGood) {
    const auto made = make_feed("digest").value();
    ASSERT_TRUE(feeds().remove(made.id, change_));
    EXPECT_EQ(feeds().remove(made.id, change_).error().code, Code::kNotFound);
    EXPECT_EQ(feeds().by_digest("digest", hours(1)).error().code, Code::kNotFound);
    const auto lines = catalog_->audit().list({.kind = "feed"}, {}).value().rows;
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].action, "created");
    EXPECT_EQ(lines[1].action, "removed");
    EXPECT_EQ(lines[1].subject, "mine");
    EXPECT_THAT(lines[0].details, Not(HasSubstr("digest")));
}

TEST_F(FeedsTest, NeedALabelThatIsThere) {
    const auto refused = feeds().create({"mine", "d", "h", LocationId{9}, {}}, change_);
    EXPECT_EQ(refused.error().code, Code::kInvalidArgument);
    EXPECT_THAT(refused.error().detail, HasSubstr("location: "));
    EXPECT_EQ(feeds().create({"mine", "d", "h", {}, CategoryId{9}}, change_).error().code,
              Code::kInvalidArgument);
    EXPECT_EQ(feeds().list({}, {})->count, 0U);
}

TEST_F(FeedsTest, AreBoundedForEachUser) {
    for (std::uint64_t i = 0; i < Feeds::kMostOfAUser; ++i)
        ASSERT_TRUE(make_feed(std::to_string(i)));
    EXPECT_EQ(make_feed("one more").error().code, Code::kConflict);
    EXPECT_EQ(feeds().list(ann_, {100, 10})->rows.size(), 10U);
    EXPECT_EQ(feeds().list(ann_, {101, 10})->rows.size(), 0U);
    EXPECT_EQ(feeds().list(ann_, {101, 10})->count, Feeds::kMostOfAUser);
    change_.by.user = {};
    EXPECT_TRUE(make_feed("another's"));
    EXPECT_EQ(feeds().list(UserId{77}, {})->count, 0U);
}

}  // namespace
}  // namespace eyed::catalog
