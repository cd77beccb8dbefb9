#include <gmock/gmock.h>

#include "log/journal/journal_testing.h"

namespace eyed::log::testing {
namespace {

class Journal : public JournalTest {};

TEST_F(Journal, AnEmptyOneHasNothingToRead) {
    open();
    EXPECT_TRUE(read().empty());
    EXPECT_EQ(log_->durable(), Position{0});
}

TEST_F(Journal, RecordsReadBackAsTheyWereAppended) {
    open();
    Batch batch;
    batch.add(event("first"));
    batch.add(RejectionBody{.application = {1}, .message = "no", .payload = "x"});
    batch.add(SessionBody{.application = {1}});
    batch.add(event("second"));
    batch.add(EraseBody{.target = {1}});
    const auto verdicts = append_and_wait(*log_, batch);
    ASSERT_TRUE(verdicts);
    ASSERT_EQ(verdicts->size(), 5U);
    EXPECT_EQ((*verdicts)[0].id, 1U);
    EXPECT_EQ((*verdicts)[1].id, 1U);
    EXPECT_EQ((*verdicts)[2].id, 0U);
    EXPECT_EQ((*verdicts)[3].id, 2U);
    const auto records = read();
    ASSERT_EQ(records.size(), 5U);
    for (std::size_t i = 0; i < 5; ++i) {
        EXPECT_EQ(records[i].position, i + 1);
        EXPECT_EQ(records[i].kind, batch.entries()[i].kind);
        EXPECT_EQ(records[i].body, batch.body(batch.entries()[i]));
    }
    EXPECT_EQ(log_->durable(), Position{5});
    EXPECT_EQ(log_->state().last_event, EventId{2});
    EXPECT_EQ(log_->state().last_rejection, RejectionId{1});
}

TEST_F(Journal, KnowsWhichEventAKeyIsAndForgetsItWithTheWindow) {
    open();
    Batch batch;
    batch.add(event("first"));
    batch.add(event("second", "order-1"));
    ASSERT_TRUE(append_and_wait(*log_, batch));
    const Hash128 key = dedup_key({1}, "order-1");
    EXPECT_EQ(log_->find(key), EventId{2});
    EXPECT_FALSE(log_->find(dedup_key({2}, "order-1")));
    EXPECT_FALSE(log_->find(dedup_key({1}, "order-2")));
    reopen();
    EXPECT_EQ(log_->find(key), EventId{2});
    clock_.advance(options_.dedup_window + std::chrono::hours(24));
    Batch later;
    later.add(event("third"));
    ASSERT_TRUE(append_and_wait(*log_, later));
    EXPECT_FALSE(log_->find(key));
}

TEST_F(Journal, AnEmptyBatchIsTaken) {
    open();
    const auto verdicts = append_and_wait(*log_, Batch{});
    ASSERT_TRUE(verdicts);
    EXPECT_TRUE(verdicts->empty());
}

TEST_F(Journal, NumbersGoOnAfterAReopening) {
    open();
    EXPECT_EQ(appended(event("a")), 1U);
    reopen();
    EXPECT_EQ(appended(event("b")), 2U);
    reopen();
    EXPECT_EQ(read().size(), 2U);
    EXPECT_EQ(read(Position{1}).front().id, 2U);
    EXPECT_EQ(names_with(".log").size(), 1U);
}

TEST_F(Journal, SegmentsRollAndReadAsOne) {
    open();
    const std::string data(5000, 'x');
    for (std::uint64_t i = 1; i <= 60; ++i)
        ASSERT_EQ(appended(event("n", "", data)), i);
    EXPECT_GT(log_->state().segments, 4U);
    EXPECT_EQ(read().size(), 60U);
    EXPECT_EQ(read(Position{37}).size(), 23U);
    reopen();
    EXPECT_EQ(read().size(), 60U);
    EXPECT_EQ(appended(event("n")), 61U);
}

TEST_F(Journal, ABatchLargerThanASegmentGetsALargerSegment) {
    open();
    Batch batch;
    const std::string data(1000, 'y');
    for (int i = 0; i < 500; ++i)
        batch.add(event("big", "", data));
    ASSERT_TRUE(append_and_wait(*log_, std::move(batch)));
    EXPECT_EQ(read().size(), 500U);
    reopen();
    EXPECT_EQ(read().size(), 500U);
}

TEST_F(Journal, ACursorFollowsTheLogAsItGrows) {
    open();
    auto cursor = *log_->read_after({});
    EXPECT_FALSE(*cursor->next());
    for (std::uint64_t i = 1; i <= 100; ++i) {
        appended(event("n", "", std::string(2000, 'z')));
        const auto entry = cursor->next();
        ASSERT_TRUE(entry && *entry);
        EXPECT_EQ((*entry)->position, Position{i});
        EXPECT_FALSE(*cursor->next());
    }
}

TEST_F(Journal, WaitBeyondSeesGrowthAndInterruption) {
    open();
    EXPECT_FALSE(log_->wait_beyond({}, std::chrono::milliseconds(0)));
    std::thread writer([this] { appended(event("a")); });
    EXPECT_TRUE(log_->wait_beyond({}, std::chrono::seconds(20)));
    writer.join();
    std::thread interrupter([this] { log_->interrupt(); });
    EXPECT_FALSE(log_->wait_beyond(Position{1}, std::chrono::seconds(20)));
    interrupter.join();
}

TEST_F(Journal, DuplicatesAnswerWithTheFirstId) {
    open();
    EXPECT_EQ(appended(event("a")), 1U);
    EXPECT_EQ(appended(event("a", "key")), 2U);
    Batch batch;
    batch.add(event("b", "key"));
    batch.add(event("c", "other"));
    batch.add(event("d", "other"));
    const auto verdicts = *append_and_wait(*log_, std::move(batch));
    EXPECT_EQ(verdicts[0].outcome, Verdict::Outcome::kDuplicate);
    EXPECT_EQ(verdicts[0].id, 2U);
    EXPECT_EQ(verdicts[1].outcome, Verdict::Outcome::kAppended);
    EXPECT_EQ(verdicts[1].id, 3U);
    EXPECT_EQ(verdicts[2].outcome, Verdict::Outcome::kDuplicate);
    EXPECT_EQ(verdicts[2].id, 3U);
    EXPECT_EQ(read().size(), 3U);
    EXPECT_EQ(log_->state().duplicates, 2U);
}

TEST_F(Journal, AnotherApplicationsEventIdIsNoDuplicate) {
    open();
    appended(event("a", "key"));
    EventBody other = event("a", "key");
    other.application = {2};
    EXPECT_EQ(append(other)->front().outcome, Verdict::Outcome::kAppended);
}

TEST_F(Journal, DuplicatesAreKnownAfterARestartWithAndWithoutKeyFiles) {
    open();
    const std::string data(3000, 'x');
    for (int i = 1; i <= 60; ++i)
        appended(event("n", std::to_string(i), data));
    eventually([this] { return names_with(".keys").size() + 1 == log_->state().segments; });
    log_.reset();
    const auto keys = names_with(".keys");
    ASSERT_GE(keys.size(), 2U);
    ASSERT_TRUE(real_->remove(options_.directory + "/" + keys[0]));
    overwrite(options_.directory + "/" + keys[1], 70, "!");
    open();
    EXPECT_TRUE(logger_.has("dedup keys is damaged"));
    for (int i = 1; i <= 60; ++i) {
        const auto verdicts = append(event("n", std::to_string(i), data));
        ASSERT_EQ(verdicts->front().outcome, Verdict::Outcome::kDuplicate) << i;
        ASSERT_EQ(verdicts->front().id, static_cast<std::uint64_t>(i));
    }
}

TEST_F(Journal, KeysAreForgottenAfterTheWindow) {
    open();
    appended(event("a", "key"));
    clock_.advance(options_.dedup_window);
    EXPECT_EQ(append(event("a", "key"))->front().outcome, Verdict::Outcome::kDuplicate);
    clock_.advance(std::chrono::seconds(1));
    EXPECT_EQ(append(event("a", "key"))->front().outcome, Verdict::Outcome::kAppended);
    reopen();
    EXPECT_EQ(append(event("a", "key"))->front().id, 2U);
}

TEST_F(Journal, AClockThatGoesBackKeepsKeysKnown) {
    open();
    appended(event("a", "key"));
    clock_.advance(std::chrono::hours(-1000));
    EXPECT_EQ(append(event("a", "key"))->front().outcome, Verdict::Outcome::kDuplicate);
    appended(event("b", "other"));
    reopen();
    EXPECT_EQ(append(event("a", "key"))->front().outcome, Verdict::Outcome::kDuplicate);
    EXPECT_EQ(append(event("b", "other"))->front().outcome, Verdict::Outcome::kDuplicate);
}

TEST_F(Journal, AppliedSegmentsAreCompressedAndReadTheSame) {
    open();
    for (int i = 0; i < 100; ++i)
        appended(event("n", std::to_string(i), "{\"text\":\"" + std::string(3000, 'x') + "\"}"));
    const auto before = read();
    const std::uint64_t bytes = log_->state().bytes;
    auto cursor = *log_->read_after({});
    ASSERT_TRUE(*cursor->next());
    log_->applied(log_->durable());
    const std::uint64_t sealed = log_->state().segments - 1;
    eventually([&] { return names_with(".log.zst").size() == sealed; });
    EXPECT_EQ(read(), before);
    EXPECT_EQ(read(Position{50}).front(), before[50]);
    for (std::size_t i = 1; i < before.size(); ++i) {
        const auto entry = cursor->next();
        ASSERT_TRUE(entry && *entry);
        EXPECT_EQ((*entry)->body, before[i].body);
    }
    eventually([&] { return log_->state().bytes < bytes; });
    cursor.reset();
    eventually([&] { return names_with(".log").size() == 1; });
    reopen();
    EXPECT_EQ(read(), before);
}

TEST_F(Journal, RetentionRemovesOldAppliedSegmentsOnly) {
    options_.retention = std::chrono::hours(24);
    open();
    for (int i = 0; i < 60; ++i)
        appended(event("n", std::to_string(i), std::string(5000, 'x')));
    clock_.advance(std::chrono::hours(25));
    log_->applied(Position{30});
    eventually([&] { return read().front().kind == Kind::kGap; });
    const auto left = read();
    EXPECT_EQ(left[0].position, left[0].id);  // all from the first on
    EXPECT_EQ(left[1].position, left[0].position + 1);
    EXPECT_EQ(left.back().position, 60U);
    EXPECT_EQ(read(Position{30}).size(), 30U);
    EXPECT_EQ(read(Position{30}).front().position, 31U);
    log_->applied(Position{60});
    eventually([&] { return log_->state().segments == 1; });
    EXPECT_EQ(append(event("n", "0"))->front().outcome, Verdict::Outcome::kDuplicate);
    reopen();
    EXPECT_EQ(append(event("n", "0"))->front().id, 1U);
    EXPECT_EQ(appended(event("n", "new")), 61U);
}

TEST_F(Journal, APreparedSegmentIsFullOfZerosAndTaken) {
    options_.prefill = Prefill::kOn;
    options_.segment_bytes = 2 << 20;
    open();
    eventually([this] { return !names_with(".tmp").empty(); });
    for (int i = 0; i < 600; ++i)
        appended(event("n", std::to_string(i), std::string(5000, 'x')));
    EXPECT_EQ(read().size(), 600U);
    reopen();
    EXPECT_EQ(read().size(), 600U);
    EXPECT_EQ(appended(event("on")), 601U);
}

TEST_F(Journal, AFullQueueRefuses) {
    options_.queue_bytes = 1;
    open();
    // Many threads against a queue of one: all are answered, either way.
    std::atomic<int> taken = 0, refused = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 200; ++i) {
                const auto verdicts = append(event("n"));
                if (verdicts)
                    ++taken;
                else if (verdicts.error().code == Code::kOverloaded)
                    ++refused;
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(taken + refused, 800);
    EXPECT_EQ(read().size(), static_cast<std::size_t>(taken));
}

TEST_F(Journal, ConcurrentAppendersGetUniqueIdsWithoutGaps) {
    open();
    constexpr int kThreads = 4, kEach = 300;
    std::vector<std::vector<std::uint64_t>> ids(kThreads);
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < kEach; ++i)
                ids[t].push_back(appended(event("n", "", std::string(100, 'x'))));
        });
    std::uint64_t seen = 0;
    {
        auto cursor = *log_->read_after({});
        while (seen < kThreads * kEach) {
            ASSERT_TRUE(log_->wait_beyond(Position{seen}, std::chrono::seconds(20)));
            for (auto entry = cursor->next(); entry && *entry; entry = cursor->next()) {
                ASSERT_EQ((*entry)->position.value, ++seen);
                log_->applied((*entry)->position);
            }
        }
    }
    for (std::thread& thread : threads)
        thread.join();
    std::vector<std::uint64_t> all;
    for (const auto& some : ids) {
        EXPECT_TRUE(std::is_sorted(some.begin(), some.end()));
        all.insert(all.end(), some.begin(), some.end());
    }
    std::sort(all.begin(), all.end());
    for (std::size_t i = 0; i < all.size(); ++i)
        ASSERT_EQ(all[i], i + 1);
    EXPECT_LE(log_->state().syncs, log_->state().records);
}

}  // namespace
}  // namespace eyed::log::testing
