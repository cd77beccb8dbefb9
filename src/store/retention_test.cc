#include <gmock/gmock.h>

#include <algorithm>
#include <functional>

#include "base/stopped_clock.h"
#include "io/faulty_file_system.h"
#include "log/journal/journal.h"
#include "store/projector.h"
#include "store/test_store.h"

namespace eyed::store {
namespace {

using namespace std::chrono_literals;

/// The store over a real journal, whose old segments retention removes.
class RetentionTest : public StoreTest {
  protected:
    void open_log() {
        journal_.reset();
        log::JournalOptions options;
        options.directory = directory_ / "log";
        options.segment_bytes = 64 << 10;
        options.retention = 24h;
        options.retry_interval = 5ms;
        options.prefill = log::Prefill::kOff;
        auto opened = log::open_journal(options, {disk_, clock_, logger_});
        ASSERT_TRUE(opened) << opened.error().detail;
        journal_ = std::move(*opened);
    }
    template <class Body>
    void append(const Body& body) {
        log::Batch batch;
        batch.add(body);
        ASSERT_TRUE(log::append_and_wait(*journal_, std::move(batch)));
    }
    static void eventually(const std::function<bool()>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + 120s;
        while (!condition()) {
            ASSERT_LT(std::chrono::steady_clock::now(), deadline);
            std::this_thread::sleep_for(1ms);
        }
    }
    /// Lets a projector bring the store to the log's end.
    void project(Logger& logger) {
        AppliedSignal signal;
        Projector projector(*journal_, *store_, signal, logger);
        projector.start();
        eventually([&] { return signal.applied() == journal_->durable(); });
        projector.stop();
        EXPECT_EQ(projector.state().problem, "");
    }
    /// Waits until retention has removed all segments but the one that is written.
    void retain() {
        clock_.advance(25h);
        eventually([&] {
            const auto names = files_->list(directory_ / "log").value();
            return std::ranges::count_if(names, [](const std::string& name) {
                       return name.ends_with(".log") || name.ends_with(".log.zst");
                   }) == 1;
        });
    }
    void lose_store() {
        store_.reset();
        for (const char* end : {"", ".wal"})
            std::filesystem::remove(options_.path + end);
        open();
    }
    /// How many records the log lacks at its beginning.
    std::uint64_t missing() {
        const auto cursor = journal_->read_after({}).value();
        const auto first = cursor->next().value();
        return first && first->kind == log::Kind::kGap ? first->id : 0;
    }

    io::FaultyFileSystem disk_{*files_};  ///< the journal's
    StoppedClock clock_;
    std::unique_ptr<log::Log> journal_;
};

TEST_F(RetentionTest, ANewStoreIsFilledWithWhatIsLeftAndTheRestIsCounted) {
    open_log();
    const std::string data = "{\"text\":\"" + std::string(5000, 'x') + "\"}";
    for (int n = 1; n <= 60; ++n)
        append(event(n, data));
    project(logger_);
    retain();
    append(replace(1, "{}"));  // of an event that is gone
    append(log::EraseBody{.target = {2}});
    append(event(61));
    append(replace(61, R"({"changed":1})"));
    lose_store();
    open_log();
    CapturingLogger logger;
    project(logger);

    const std::uint64_t gone = missing();
    ASSERT_GT(gone, 0u);
    ASSERT_LT(gone, 60u);
    std::vector<std::uint64_t> left;
    for (std::uint64_t id = 61; id > gone; --id)
        left.push_back(id);
    EXPECT_EQ(ids({}), left);
    EXPECT_EQ(store_->event({61}, {}).value().data, R"({"changed":1})");
    EXPECT_TRUE(logger.has("the log no longer has these records"));
    EXPECT_TRUE(logger.has("records=" + std::to_string(gone)));
    append(event(62));
    project(logger);
    EXPECT_EQ(ids({}).front(), 62u);
}

TEST_F(RetentionTest, ANewStoreComesToTheEndOfALogThatHasNothingLeft) {
    open_log();
    append(event(1));
    append(event(2));
    // After a failed write the log heals by a new segment, which begins behind them.
    disk_.arm({.operation = io::Operation::kSync, .path_contains = ".log"});
    log::Batch refused;
    refused.add(event(3));
    ASSERT_FALSE(log::append_and_wait(*journal_, std::move(refused)));
    eventually([&] { return journal_->state().writable; });
    project(logger_);
    retain();
    lose_store();
    open_log();
    CapturingLogger logger;
    project(logger);
    EXPECT_EQ(missing(), 2u);
    EXPECT_TRUE(logger.has("records=2"));
    EXPECT_TRUE(ids({}).empty());
    append(event(3));
    project(logger);
    EXPECT_EQ(ids({}), std::vector<std::uint64_t>{3});
}

}  // namespace
}  // namespace eyed::store
