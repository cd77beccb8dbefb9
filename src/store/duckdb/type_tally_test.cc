#include "store/duckdb/type_tally.h"

#include <gmock/gmock.h>

#include <map>
#include <random>

#include "store/test_store.h"

namespace eyed::store {
namespace {

class TypeCountsTest : public StoreTest {
  protected:
    void add_event(std::string_view name, std::int64_t application,
                   std::optional<model::Reason> violation = {}) {
        log::EventBody body = event(++seconds_);
        body.name = name;
        body.application = {application};
        body.judgement = {1, violation};
        add(body);
    }
    void add_rejection(std::string_view name, std::int64_t application) {
        log::RejectionBody body;
        body.application = {application};
        body.category = "page interaction";
        body.name = name;
        body.received_at = kStart;
        add(body);
    }
    TypeCounts count(const std::string& name, const std::vector<ApplicationId>& applications = {}) {
        const auto found = store_->type_counts({{"page interaction", name}}, applications);
        EXPECT_TRUE(found) << found.error().detail;
        return found->at(0);
    }
    int seconds_ = 0;
};

TEST_F(TypeCountsTest, CountsByTypeAndApplication) {
    add_event("a", 1);
    add_event("a", 2, model::Reason::kStructureType);
    add_event("a", 2, model::Reason::kMalformed);  // the reason whose number is 0
    add_event("b", 1);
    add_rejection("a", 1);
    apply();
    const TypeCounts all = count("a");
    EXPECT_EQ(all.events, 3U);
    EXPECT_EQ(all.violations, 2U);
    EXPECT_EQ(all.open_rejections, 1U);
    EXPECT_EQ(all.last_seen, kStart + std::chrono::seconds(4));
    const TypeCounts second = count("a", {{2}});
    EXPECT_EQ(second.events, 2U);
    EXPECT_EQ(second.open_rejections, 0U);
    EXPECT_EQ(count("none").events, 0U);
    EXPECT_EQ(count("none").last_seen, std::nullopt);
}

TEST_F(TypeCountsTest, ReadsOnlyWhatCameSince) {
    for (int round = 1; round <= 5; ++round) {
        add_event("a", 1);
        apply();
        EXPECT_EQ(count("a").events, static_cast<std::uint64_t>(round));
    }
    open();
    EXPECT_EQ(count("a").events, 5U);
}

TEST_F(TypeCountsTest, KeepsTheOrderOfWhatIsAsked) {
    for (int i = 0; i < 3; ++i)
        add_event("b", 1);
    add_event("a", 1);
    apply();
    const auto found = store_
                           ->type_counts({{"page interaction", "b"},
                                          {"page interaction", "a"},
                                          {"other", "a"},
                                          {"page interaction", "b"}},
                                         {})
                           .value();
    ASSERT_EQ(found.size(), 4U);
    EXPECT_EQ(found[0].events, 3U);
    EXPECT_EQ(found[1].events, 1U);
    EXPECT_EQ(found[2].events, 0U);
    EXPECT_EQ(found[3].events, 3U);
    EXPECT_TRUE(store_->type_counts({}, {}).value().empty());
}

TEST_F(TypeCountsTest, SettledRejectionsAreNotOpen) {
    add_rejection("a", 1);
    add_rejection("a", 1);
    add(log::SettleBody{.target = {1}, .state = model::RejectionState::kDiscarded});
    apply();
    EXPECT_EQ(count("a").open_rejections, 1U);
}

TEST_F(TypeCountsTest, ReadsAllAgainAfterErasures) {
    add_event("a", 1);
    add_event("a", 1);
    add(log::EraseBody{{1}, kStart, {1}});
    apply();
    EXPECT_EQ(count("a").events, 1U);  // erased before it was counted
}

}  // namespace
}  // namespace eyed::store
