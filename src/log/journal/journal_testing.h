#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "io/faulty_file_system.h"
#include "io/temporary_directory.h"
#include "log/journal/journal.h"

namespace eyed::log::testing {

/// A wall clock that a test sets.
class FakeClock final : public Clock {
  public:
    Micros now() const override { return {now_.load()}; }
    std::chrono::nanoseconds steady() const override { return std::chrono::nanoseconds(0); }
    void advance(std::chrono::seconds by) { now_ += by.count() * 1'000'000; }

  private:
    std::atomic<std::int64_t> now_{1'790'000'000'000'000};
};

struct ReadRecord {
    std::uint64_t position = 0;
    Kind kind = Kind::kEvent;
    std::uint64_t id = 0;
    std::string body;
    friend bool operator==(const ReadRecord&, const ReadRecord&) = default;
};

/// A journal in a directory of its own, on a disk that can break and with a clock that stands.
class JournalTest : public ::testing::Test {
  protected:
    JournalTest() {
        options_.directory = directory_.file("log");
        options_.segment_bytes = 64 * 1024;
        options_.retry_interval = std::chrono::milliseconds(5);
        options_.prefill = Prefill::kOff;  // its writes would be met by faults meant for others
    }

    void open() {
        auto opened = open_journal(options_, {files_, clock_, logger_});
        ASSERT_TRUE(opened) << opened.error().detail;
        log_ = std::move(*opened);
    }
    void reopen() {
        log_.reset();
        open();
    }

    static EventBody event(std::string_view name, std::string_view event_id = {},
                           std::string_view data = "{}") {
        EventBody body;
        body.application = {1};
        body.category = "test";
        body.name = name;
        body.event_id = event_id;
        body.data = data;
        return body;
    }
    Result<std::vector<Verdict>> append(const EventBody& body) {
        Batch batch;
        batch.add(body);
        return append_and_wait(*log_, std::move(batch));
    }
    /// Appends and expects it to be taken; its id.
    std::uint64_t appended(const EventBody& body) {
        const auto verdicts = append(body);
        EXPECT_TRUE(verdicts) << verdicts.error().detail;
        return verdicts ? verdicts->front().id : 0;
    }

    std::vector<ReadRecord> read(Position after = {}) {
        std::vector<ReadRecord> records;
        auto cursor = log_->read_after(after);
        EXPECT_TRUE(cursor);
        while (true) {
            auto entry = (*cursor)->next();
            EXPECT_TRUE(entry) << entry.error().detail;
            if (!entry || !*entry) return records;
            records.push_back({(*entry)->position.value, (*entry)->kind, (*entry)->id,
                               std::string((*entry)->body)});
        }
    }
    std::vector<std::string> names_with(std::string_view suffix) {
        std::vector<std::string> names;
        const std::vector<std::string> all = *real_->list(options_.directory);
        for (const std::string& name : all)
            if (name.ends_with(suffix)) names.push_back(name);
        return names;
    }
    /// Waits for background work; fails after two minutes: the thread waited for has a low
    /// priority.
    static void eventually(const std::function<bool()>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(120);
        while (!condition()) {
            ASSERT_LT(std::chrono::steady_clock::now(), deadline);
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }
    std::string slurp(const std::string& path) {
        return io::read_file(*real_, path, 1ULL << 30).value_or(std::string());
    }
    void overwrite(const std::string& path, std::uint64_t offset, std::string_view bytes) {
        auto file = real_->open(path, io::OpenMode::kReadWrite);
        ASSERT_TRUE(file);
        ASSERT_TRUE((*file)->write_at(offset, bytes));
    }

    io::TemporaryDirectory directory_;
    std::unique_ptr<io::FileSystem> real_ = io::make_file_system();
    io::FaultyFileSystem files_{*real_};
    FakeClock clock_;
    CapturingLogger logger_;
    JournalOptions options_;
    std::unique_ptr<Log> log_;
};

}  // namespace eyed::log::testing
