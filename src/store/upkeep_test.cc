// open, rebuild, verify: what keeps the store what the log says.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "store/open.h"
#include "store/rebuild.h"
#include "store/test_store.h"
#include "store/verify.h"

namespace eyed::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Upkeep : public StoreTest {
  protected:
    Opened reopen() {
        store_.reset();
        auto opened = open_store(options_, *files_, logger_, clock_);
        EXPECT_TRUE(opened) << opened.error().detail;
        return opened ? std::move(*opened) : Opened{};
    }
    VerifyReport verify() {
        const auto report = verify_store(log_, *store_, {});
        EXPECT_TRUE(report) << report.error().detail;
        return report.value_or(VerifyReport{});
    }
    SystemClock clock_;
};

TEST_F(Upkeep, AGoodFileIsOpenedAndNotPutAside) {
    add_events(2);
    apply();
    Opened opened = reopen();
    EXPECT_EQ(opened.put_aside, "");
    EXPECT_EQ(opened.store->applied(), Position{2});
}

TEST_F(Upkeep, ABrokenFileIsPutAsideAndFilledAnewFromTheLog) {
    add_events(3);
    apply();
    store_.reset();
    std::ofstream(options_.path, std::ios::trunc) << std::string(30'000, 'x');
    Opened opened = reopen();
    ASSERT_TRUE(opened.store);
    EXPECT_THAT(opened.put_aside, HasSubstr("events.duckdb.broken-"));
    EXPECT_EQ(std::filesystem::file_size(opened.put_aside), 30'000u);
    EXPECT_EQ(opened.store->applied(), Position{0});
    store_ = std::move(opened.store);
    apply();
    EXPECT_THAT(ids({}), ElementsAre(3, 2, 1));
}

TEST_F(Upkeep, AWalWithABadChecksumIsPutAsideWithItsFile) {
    add_events(100);
    apply();
    std::filesystem::copy(options_.path, directory_ / "b.duckdb");
    std::filesystem::copy(options_.path + ".wal", directory_ / "b.duckdb.wal");
    options_.path = directory_ / "b.duckdb";
    const auto size = std::filesystem::file_size(options_.path + ".wal");
    {
        std::fstream wal(options_.path + ".wal", std::ios::in | std::ios::out | std::ios::binary);
        wal.seekp(static_cast<std::streamoff>(size / 2));
        wal << "damage in the middle";
    }
    Opened opened = reopen();
    ASSERT_TRUE(opened.store);
    ASSERT_NE(opened.put_aside, "");
    EXPECT_EQ(std::filesystem::file_size(opened.put_aside + ".wal"), size);
    store_ = std::move(opened.store);
    apply();
    EXPECT_EQ(store_->state().events, 100u);
}

TEST_F(Upkeep, RebuildMakesTheSameStoreAndRemovesTheOld) {
    add_events(50);
    add(replace(3, "{}"));
    add(log::EraseBody{{4}, kStart, {1}});
    apply(10);
    store_.reset();
    RebuildProgress last;
    const auto rebuilt = rebuild_store(options_, log_, *files_, logger_, Loss::kRefuse,
                                       [&](const RebuildProgress& p) { last = p; });
    ASSERT_TRUE(rebuilt) << rebuilt.error().detail;
    EXPECT_EQ(last.applied, Position{52});
    EXPECT_EQ(rebuilt->events, 49u);
    EXPECT_FALSE(files_->exists(options_.path + ".rebuild"));
    open();
    EXPECT_EQ(store_->applied(), Position{52});
    EXPECT_TRUE(verify().good());
}

TEST_F(Upkeep, ARebuildThatFailsLeavesTheOldStore) {
    add_events(5);
    apply();
    store_.reset();
    log_.damage({3});
    const auto rebuilt = rebuild_store(options_, log_, *files_, logger_, Loss::kRefuse, {});
    ASSERT_FALSE(rebuilt);
    EXPECT_EQ(rebuilt.error().code, Code::kCorrupt);
    open();
    EXPECT_EQ(store_->applied(), Position{5});
    EXPECT_THAT(ids({}), ElementsAre(5, 4, 3, 2, 1));
}

TEST_F(Upkeep, ARebuildWithoutAllRecordsIsRefusedUnlessTheLossIsAccepted) {
    add_events(5);
    add(replace(4, R"({"v":1})"));
    apply();
    store_.reset();
    log_.lose({2}, {3});
    const auto refused = rebuild_store(options_, log_, *files_, logger_, Loss::kRefuse, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::kConflict);
    EXPECT_THAT(refused.error().detail, HasSubstr("2 to 3"));
    open();
    EXPECT_EQ(store_->state().events, 5u);
    store_.reset();
    ASSERT_TRUE(rebuild_store(options_, log_, *files_, logger_, Loss::kAccept, {}));
    open();
    EXPECT_EQ(store_->applied(), Position{6});
    EXPECT_THAT(ids({}), ElementsAre(5, 4, 1));
    EXPECT_EQ(store_->event({4}, {})->data, R"({"v":1})");
}

TEST_F(Upkeep, WhatTheLogNoLongerHasIsUnprovenAndNotTooMany) {
    add_events(6);
    add(log::RejectionBody{});
    apply();
    log_.lose({1}, {2});
    VerifyReport report = verify();
    EXPECT_TRUE(report.good());
    EXPECT_EQ(report.lost, 2u);
    EXPECT_EQ(report.unproven, 2u);
    log_.lose({5}, {7});
    report = verify();
    EXPECT_TRUE(report.good());
    EXPECT_EQ(report.unproven, 2u);
    log_.lose({7}, {7});
    EXPECT_TRUE(verify().good());
}

TEST_F(Upkeep, ALostErasureOrChangeMakesNoStoreWrong) {
    add_events(4);
    add(log::EraseBody{{2}, kStart, {1}});
    add(replace(3, R"({"v":1})"));
    add_events(1);
    apply();
    log_.lose({5}, {6});
    const VerifyReport report = verify();
    EXPECT_TRUE(report.good());
    EXPECT_EQ(report.unproven, 2u);
}

TEST_F(Upkeep, VerifyFindsNothingWhereStoreAndLogAgree) {
    add_events(20);
    add(replace(3, R"({"v":1})"));
    add(log::EraseBody{{4}, kStart, {1}});
    add(log::RejectionBody{});
    apply();
    add_events(5);  // not applied: not compared
    const VerifyReport report = verify();
    EXPECT_TRUE(report.good());
    EXPECT_EQ(report.log_events, 19u);
    EXPECT_EQ(report.store_events, 19u);
    EXPECT_EQ(report.store_rejections, 1u);
}

TEST_F(Upkeep, VerifyComparesWhatJudgedAnEventAndWhichRefusalsAreOpen) {
    log::EventBody judged = event(1);
    judged.judgement = {2, model::Reason::kSchema};
    add(judged);
    for (int i = 0; i < 4; ++i)
        add(log::RejectionBody{});
    log::EventBody replayed = event(2);
    replayed.replays = {2};
    add(replayed);
    add(log::SettleBody{.target = {3}});
    add(log::SettleBody{.target = {3}});
    add(log::SettleBody{.target = {99}});
    log::ReplaceBody changed = replace(1, "{}");
    changed.judgement = {3, {}};
    add(changed);
    apply();
    const VerifyReport report = verify();
    EXPECT_TRUE(report.good());
    EXPECT_EQ(report.log_open_rejections, 2u);
    EXPECT_EQ(report.store_open_rejections, 2u);

    MemoryLog other;  // tells another judgement, and leaves a refusal open
    log::Batch batch;
    judged.judgement = {1, {}};
    batch.add(judged);
    for (int i = 0; i < 4; ++i)
        batch.add(log::RejectionBody{});
    batch.add(event(2));
    for (int i = 0; i < 4; ++i)
        batch.add(log::SettleBody{.target = {3}});
    other.add(batch);
    const auto report_of_other = verify_store(other, *store_, {});
    ASSERT_TRUE(report_of_other);
    EXPECT_FALSE(report_of_other->good());
    EXPECT_THAT(report_of_other->different_ids, ElementsAre(EventId{1}, EventId{2}));
    EXPECT_EQ(report_of_other->log_open_rejections, 3u);
}

TEST_F(Upkeep, VerifyNamesWhatIsMissingExtraAndDifferent) {
    add_events(4);
    apply();
    // A second log that tells another story of the same positions.
    MemoryLog other;
    log::Batch batch;
    batch.add(event(1));
    batch.add(event(2, R"({"host":"b"})"));
    batch.add(event(3));
    batch.add(log::EraseBody{{1}, kStart, {1}});
    other.add(batch);
    const auto report = verify_store(other, *store_, {});
    ASSERT_TRUE(report) << report.error().detail;
    EXPECT_FALSE(report->good());
    EXPECT_THAT(report->extra_ids, ElementsAre(EventId{1}, EventId{4}));
    EXPECT_THAT(report->different_ids, ElementsAre(EventId{2}));
    EXPECT_THAT(report->missing_ids, IsEmpty());

    MemoryLog more;
    for (int i = 1; i <= 4; ++i) {
        log::Batch one;
        one.add(event(i));
        more.add(one);
    }
    options_.path = directory_ / "fewer.duckdb";
    open();
    auto entries = waiting();
    log::Batch erase;
    erase.add(log::EraseBody{{2}, kStart, {1}});
    entries[3].kind = log::Kind::kErase;
    entries[3].body = erase.body(erase.entries()[0]);
    ASSERT_TRUE(store_->apply(entries));
    const auto fewer = verify_store(more, *store_, {});
    ASSERT_TRUE(fewer) << fewer.error().detail;
    EXPECT_THAT(fewer->missing_ids, ElementsAre(EventId{2}, EventId{4}));
}

}  // namespace
}  // namespace eyed::store
