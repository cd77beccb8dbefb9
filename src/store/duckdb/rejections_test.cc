// What was refused, in the store: settled, selected, summed up.
#include <gmock/gmock.h>

#include "store/duckdb/duckdb_store.h"
#include "store/test_store.h"

namespace eyed::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Settlements : public StoreTest {
  protected:
    model::Rejection rejection(std::uint64_t id) {
        RejectionFilter filter;
        filter.ids = {RejectionId{id}};
        const auto found = store_->rejections(filter, {});
        EXPECT_TRUE(found && found->rows.size() == 1);
        return found && !found->rows.empty() ? found->rows[0] : model::Rejection{};
    }
    log::EventBody replay_of(std::uint64_t id) {
        log::EventBody body = event(1);
        body.replays = {id};
        body.replayed_at = kStart;
        body.replayed_by = {7};
        return body;
    }
};

TEST_F(Settlements, ARefusalIsStoredWithAllThatIsKnownOfIt) {
    add(log::RejectionBody{.application = {1},
                           .key = {2},
                           .reason = model::Reason::kStructureType,
                           .received_at = kStart,
                           .payload = "{}",
                           .type_version = 4'000'000'000,
                           .event_id = "e-1",
                           .target = {12}});
    apply();
    const model::Rejection kept = rejection(1);
    EXPECT_EQ(kept.type_version, 4'000'000'000u);
    EXPECT_EQ(kept.event_id, "e-1");
    EXPECT_EQ(kept.target, EventId{12});
    EXPECT_EQ(kept.state, model::RejectionState::kOpen);
    EXPECT_FALSE(kept.event);
    EXPECT_FALSE(kept.settled_by);
}

TEST_F(Settlements, AnEventThatReplaysARefusalSettlesItInTheSameBatchAndLater) {
    add(log::RejectionBody{});
    add(replay_of(1));
    apply();
    add(log::RejectionBody{});
    apply();
    add(replay_of(2));
    apply();
    for (const std::uint64_t id : {1, 2}) {
        const model::Rejection settled = rejection(id);
        EXPECT_EQ(settled.state, model::RejectionState::kReplayed);
        EXPECT_EQ(settled.event, EventId{id});
        EXPECT_EQ(settled.settled_at, kStart);
        EXPECT_EQ(settled.settled_by, UserId{7});
        EXPECT_EQ(store_->event({id}, {})->replays, RejectionId{id});
    }
    EXPECT_EQ(store_->state().open_rejections, 0u);
}

TEST_F(Settlements, TheFirstOfManyHolds) {
    for (int i = 0; i < 3; ++i)
        add(log::RejectionBody{});
    apply(2);
    const auto settle = [&](std::uint64_t id, model::RejectionState state, std::int64_t by) {
        add(log::SettleBody{
            .target = {id}, .state = state, .changed_at = kStart, .changed_by = {by}});
    };
    settle(1, model::RejectionState::kDiscarded, 1);
    settle(1, model::RejectionState::kDuplicate, 2);
    settle(3, model::RejectionState::kDuplicate, 1);
    settle(3, model::RejectionState::kDiscarded, 2);
    settle(77, model::RejectionState::kDiscarded, 2);
    apply();
    settle(1, model::RejectionState::kDuplicate, 3);
    settle(3, model::RejectionState::kDiscarded, 3);
    add(replay_of(1));
    apply();
    EXPECT_EQ(rejection(1).state, model::RejectionState::kDiscarded);
    EXPECT_EQ(rejection(1).settled_by, UserId{1});
    EXPECT_FALSE(rejection(1).event);
    EXPECT_EQ(rejection(2).state, model::RejectionState::kOpen);
    EXPECT_EQ(rejection(3).state, model::RejectionState::kDuplicate);
    EXPECT_EQ(rejection(3).settled_by, UserId{1});
    EXPECT_EQ(store_->state().open_rejections, 1u);
    open();
    EXPECT_EQ(store_->state().open_rejections, 1u);
}

TEST_F(Settlements, AnErasedReplayLeavesItsRefusalSettled) {
    add(log::RejectionBody{});
    apply();
    add(replay_of(1));
    add(log::EraseBody{{1}, kStart, {1}});
    apply();
    EXPECT_EQ(rejection(1).state, model::RejectionState::kReplayed);
    EXPECT_EQ(store_->event({1}, {}).error().code, Code::kNotFound);
}

class Refusals : public Settlements {
  protected:
    std::vector<std::uint64_t> found(const RejectionFilter& filter, RejectionPage page = {}) {
        const auto rows = store_->rejections(filter, page);
        EXPECT_TRUE(rows) << rows.error().detail;
        std::vector<std::uint64_t> ids;
        if (rows)
            for (const model::Rejection& row : rows->rows)
                ids.push_back(row.id.value);
        return ids;
    }
    static log::RejectionBody refusal(model::Reason reason, std::string_view name, int minute) {
        return {.application = {1},
                .reason = reason,
                .received_at = kStart + std::chrono::minutes(minute),
                .category = "c",
                .name = name,
                .payload = "{}"};
    }
};

TEST_F(Refusals, AreSelectedByWhatIsKnownOfThem) {
    log::RejectionBody first = refusal(model::Reason::kBlank, "n", 1);
    first.key = {5};
    first.message = "May NOT be blank, 100% sure.";
    log::RejectionBody second = refusal(model::Reason::kSchema, "n", 2);
    second.dialect = model::Dialect::kTheEye;
    second.type_version = 3;
    second.event_id = "e-1";
    add(first);
    add(second);
    add(log::SettleBody{.target = {1}, .changed_at = kStart});
    apply();
    EXPECT_THAT(found({}), ElementsAre(2, 1));
    EXPECT_THAT(found({.dialect = model::Dialect::kTheEye}), ElementsAre(2));
    EXPECT_THAT(found({.key = KeyId{5}}), ElementsAre(1));
    EXPECT_THAT(found({.state = model::RejectionState::kOpen}), ElementsAre(2));
    EXPECT_THAT(found({.state = model::RejectionState::kDiscarded}), ElementsAre(1));
    EXPECT_THAT(found({.type_version = 3}), ElementsAre(2));
    EXPECT_THAT(found({.event_id = "e-1"}), ElementsAre(2));
    EXPECT_THAT(found({.event_id = "e-2"}), IsEmpty());
    EXPECT_THAT(found({.message = "not BE blank"}), ElementsAre(1));
    EXPECT_THAT(found({.message = "100%"}), ElementsAre(1));
    EXPECT_THAT(found({.message = "1%0"}), IsEmpty());
    EXPECT_THAT(found({.min_id = RejectionId{2}}), ElementsAre(2));
    EXPECT_THAT(found({.max_id = RejectionId{1}}), ElementsAre(1));
    EXPECT_THAT(found({.ids = {{2}, {9}, {2}}}), ElementsAre(2));
}

TEST_F(Refusals, ArePagedInBothDirectionsWithOrWithoutTheirPayload) {
    for (int i = 0; i < 5; ++i)
        add(refusal(model::Reason::kBlank, "n", i));
    apply();
    RejectionPage page;
    page.direction = Direction::kAscending;
    page.limit = 2;
    page.after = RejectionId{1};
    EXPECT_THAT(found({}, page), ElementsAre(2, 3));
    EXPECT_EQ(store_->rejections({}, page)->rows[0].payload, "{}");
    page.payload = RejectionPage::Payload::kLeftOut;
    EXPECT_EQ(store_->rejections({}, page)->rows[0].payload, "");
    page.after = RejectionId{4};
    page.direction = Direction::kDescending;
    EXPECT_THAT(found({}, page), ElementsAre(3, 2));
}

TEST_F(Refusals, AreSummedUpByReasonAndTypeAndOverTime) {
    for (const int minute : {0, 1, 1, 61})
        add(refusal(model::Reason::kBlank, "n", minute));
    add(refusal(model::Reason::kSchema, "n", 62));
    add(refusal(model::Reason::kSchema, "m", 63));
    add(log::SettleBody{.target = {2}, .changed_at = kStart});
    apply();
    const auto summary = store_->summarize({});
    ASSERT_TRUE(summary) << summary.error().detail;
    EXPECT_EQ(summary->rejections, 6u);
    EXPECT_EQ(summary->open, 5u);
    EXPECT_FALSE(summary->truncated);
    ASSERT_EQ(summary->groups.size(), 3u);
    const auto& largest = summary->groups[0];
    EXPECT_EQ(largest.reason, model::Reason::kBlank);
    EXPECT_EQ(largest.category, "c");
    EXPECT_EQ(largest.name, "n");
    EXPECT_EQ(largest.rejections, 4u);
    EXPECT_EQ(largest.open, 3u);
    EXPECT_EQ(largest.first, kStart);
    EXPECT_EQ(largest.last, kStart + std::chrono::minutes(61));
    EXPECT_EQ(largest.example, RejectionId{4});
    EXPECT_EQ(summary->groups[1].example, RejectionId{6});
    EXPECT_EQ(summary->bucket, RejectionSummaryQuery::Bucket::kMinute);
    ASSERT_EQ(summary->counts.size(), 5u);
    EXPECT_EQ(summary->counts[1].rejections, 2u);
    EXPECT_EQ(summary->counts[1].open, 1u);
    EXPECT_LT(summary->counts[0].at, summary->counts[1].at);

    RejectionSummaryQuery query;
    query.bucket = RejectionSummaryQuery::Bucket::kDay;
    query.filter.reason = model::Reason::kSchema;
    query.groups = 1;
    const auto cut = store_->summarize(query);
    ASSERT_TRUE(cut) << cut.error().detail;
    EXPECT_EQ(cut->rejections, 2u);
    EXPECT_EQ(cut->groups.size(), 1u);
    EXPECT_TRUE(cut->truncated);
    EXPECT_EQ(cut->counts.size(), 1u);
    query.groups = 100;
    query.counts = 1;
    query.filter.reason.reset();
    query.bucket = RejectionSummaryQuery::Bucket::kHour;
    const auto latest = store_->summarize(query);
    ASSERT_EQ(latest->counts.size(), 1u);
    EXPECT_EQ(latest->counts[0].rejections, 3u);
    EXPECT_TRUE(latest->truncated);
}

TEST_F(Refusals, NoneAreAnEmptySummary) {
    const auto summary = store_->summarize({});
    ASSERT_TRUE(summary) << summary.error().detail;
    EXPECT_EQ(summary->rejections, 0u);
    EXPECT_THAT(summary->groups, IsEmpty());
    EXPECT_THAT(summary->counts, IsEmpty());
}

TEST_F(Refusals, TheBucketFitsTheirRange) {
    using Bucket = RejectionSummaryQuery::Bucket;
    add(refusal(model::Reason::kBlank, "n", 0));
    add(refusal(model::Reason::kBlank, "n", 24 * 60));
    apply();
    EXPECT_EQ(store_->summarize({})->bucket, Bucket::kHour);
    add(refusal(model::Reason::kBlank, "n", 30 * 24 * 60));
    apply();
    EXPECT_EQ(store_->summarize({})->bucket, Bucket::kDay);
}

}  // namespace
}  // namespace eyed::store
