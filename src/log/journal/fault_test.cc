#include <gmock/gmock.h>

#include "log/journal/journal_testing.h"

namespace eyed::log::testing {
namespace {

using io::Fault;
using io::Operation;

class Faults : public JournalTest {
  protected:
    void expect_healed() {
        eventually([this] { return log_->state().writable; });
        EXPECT_TRUE(log_->state().problem.empty());
    }
};

TEST_F(Faults, AFullDiskRefusesWithTheReasonAndHeals) {
    open();
    appended(event("a"));
    files_.arm({.operation = Operation::kWrite, .times = Fault::kForever, .code = Code::kDiskFull});
    const auto refused = append(event("b", "key"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::kDiskFull);
    EXPECT_FALSE(log_->state().writable);
    EXPECT_FALSE(log_->state().problem.empty());
    EXPECT_EQ(append(event("b", "key")).error().code, Code::kDiskFull);
    EXPECT_EQ(read().size(), 1U);
    files_.clear();
    expect_healed();
    EXPECT_EQ(appended(event("b", "key")), 2U);
    reopen();
    EXPECT_EQ(read().size(), 2U);
    EXPECT_EQ(append(event("b", "key"))->front().outcome, Verdict::Outcome::kDuplicate);
}

TEST_F(Faults, AFailedSyncAcknowledgesNothingAndTheGroupIsThereOnceAfterARetry) {
    open();
    appended(event("a"));
    const std::string first = names_with(".log").front();
    files_.arm({.operation = Operation::kSync, .path_contains = first});
    EXPECT_EQ(append(event("b", "key")).error().code, Code::kIo);
    expect_healed();
    EXPECT_EQ(append(event("b", "key"))->front().outcome, Verdict::Outcome::kAppended);
    EXPECT_EQ(append(event("b", "key"))->front().outcome, Verdict::Outcome::kDuplicate);
    EXPECT_EQ(read().size(), 2U);
    EXPECT_EQ(names_with(".log").size(), 2U);
    reopen();
    EXPECT_EQ(read().size(), 2U);
    EXPECT_EQ(appended(event("c")), 3U);
}

TEST_F(Faults, AGroupWhoseSyncFailedBeforeAKillIsCountedOrGoneButNeverTwice) {
    options_.retry_interval = std::chrono::hours(1);
    open();
    appended(event("a"));
    files_.arm({.operation = Operation::kSync, .times = Fault::kForever});
    EXPECT_FALSE(append(event("b", "key")));
    log_.reset();
    files_.clear();
    open();
    ASSERT_TRUE(append(event("b", "key")));
    EXPECT_EQ(read().size(), 2U);
}

TEST_F(Faults, AFailedFirstGroupOfASegmentLeavesNoTrace) {
    open();
    files_.arm({.operation = Operation::kSync, .path_contains = ".log"});
    EXPECT_FALSE(append(event("a", "key")));
    expect_healed();
    EXPECT_EQ(appended(event("a", "key")), 1U);
    EXPECT_EQ(read().size(), 1U);
    EXPECT_EQ(log_->state().segments, 1U);
    reopen();
    EXPECT_EQ(read().size(), 1U);
}

TEST_F(Faults, AHalfWrittenGroupIsSupersededByTheNextSegment) {
    open();
    appended(event("a"));
    files_.arm({.operation = Operation::kWrite, .written_first = 100, .path_contains = ".log"});
    EXPECT_FALSE(append(event("b", "", std::string(500, 'x'))));
    expect_healed();
    EXPECT_EQ(appended(event("c")), 2U);
    EXPECT_EQ(read().size(), 2U);
    reopen();
    EXPECT_EQ(read().size(), 2U);
}

TEST_F(Faults, EveryCallMayFailOnceAndNothingAcknowledgedIsLost) {
    constexpr Operation kAll[] = {
        Operation::kOpen,   Operation::kWrite,    Operation::kSync,         Operation::kAllocate,
        Operation::kRename, Operation::kTruncate, Operation::kSyncDirectory};
    for (const Operation operation : kAll) {
        for (std::uint64_t after = 0; after < 12; ++after) {
            for (const Code code : {after % 2 == 0 ? Code::kDiskFull : Code::kIo}) {
                options_.directory =
                    directory_.file(std::to_string(static_cast<int>(operation)) + "-" +
                                    std::to_string(after) + (code == Code::kIo ? "io" : "full"));
                open();
                files_.arm({.operation = operation, .after = after, .code = code});
                std::uint64_t acknowledged = 0;
                for (int i = 0; acknowledged < 40 && i < 10'000; ++i) {
                    const auto verdicts =
                        append(event("n", std::to_string(acknowledged), std::string(4000, 'x')));
                    if (verdicts)
                        ++acknowledged;
                    else
                        eventually([this] { return log_->state().writable; });
                }
                ASSERT_EQ(acknowledged, 40U);
                files_.clear();
                ASSERT_EQ(read().size(), 40U);
                reopen();
                const auto records = read();
                ASSERT_EQ(records.size(), 40U);
                for (std::uint64_t i = 0; i < 40; ++i)
                    ASSERT_EQ(records[i].id, i + 1);
                log_.reset();
            }
        }
    }
}

TEST_F(Faults, AFullDiskAtTheStartIsNoReasonNotToRead) {
    open();
    appended(event("a"));
    log_.reset();
    files_.arm(
        {.operation = Operation::kAllocate, .times = Fault::kForever, .code = Code::kDiskFull});
    open();
    EXPECT_EQ(read().size(), 1U);
}

TEST_F(Faults, AFirstStartSyncsTheNameOfItsDirectoryOrIsRefused) {
    files_.arm({.operation = Operation::kSyncDirectory});
    const auto refused = open_journal(options_, {files_, clock_, logger_});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::kIo);
    EXPECT_THAT(refused.error().detail, ::testing::StartsWith(directory_.path() + ":"));
    open();
    EXPECT_EQ(appended(event("a")), 1U);
}

TEST_F(Faults, AFirstStartOnAFullDiskHealsToo) {
    files_.arm(
        {.operation = Operation::kAllocate, .times = Fault::kForever, .code = Code::kDiskFull});
    open();
    EXPECT_FALSE(log_->state().writable);
    EXPECT_EQ(append(event("a")).error().code, Code::kDiskFull);
    files_.clear();
    expect_healed();
    EXPECT_EQ(appended(event("a")), 1U);
}

TEST_F(Faults, AFailedReadIsAnErrorThatPasses) {
    open();
    appended(event("a"));
    auto cursor = *log_->read_after({});
    files_.arm({.operation = Operation::kRead});
    EXPECT_EQ(cursor->next().error().code, Code::kIo);
    EXPECT_TRUE(*cursor->next());
}

TEST_F(Faults, StoppingOnABrokenDiskEnds) {
    open();
    appended(event("a"));
    files_.arm({.operation = Operation::kSync, .times = Fault::kForever});
    EXPECT_FALSE(append(event("b")));
    log_.reset();
}

}  // namespace
}  // namespace eyed::log::testing
