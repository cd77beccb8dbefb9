#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "base/logger.h"
#include "store/duckdb/duckdb_store.h"
#include "store/memory_log.h"

namespace eyed::store {

/// Tests only: a directory that goes with the test.
class TestDirectory {
  public:
    TestDirectory() {
        std::string name = ::testing::TempDir() + "eyed_store_XXXXXX";
        path_ = ::mkdtemp(name.data());
    }
    ~TestDirectory() { std::filesystem::remove_all(path_); }
    TestDirectory(const TestDirectory&) = delete;
    TestDirectory& operator=(const TestDirectory&) = delete;
    std::string operator/(const std::string& name) const { return path_ + "/" + name; }
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

inline constexpr Micros kStart{1'700'000'000'000'000};
inline const Uuid kSession = Uuid::from_halves(0xe2085be591374e4eULL, 0x80b5f1ffddc25423ULL);

/// A log, and a real DuckDB fed from it by hand.
class StoreTest : public ::testing::Test {
  protected:
    StoreTest() : files_(io::make_file_system()) {
        options_.path = directory_ / "events.duckdb";
        options_.memory_bytes = 256u << 20;
        open();
    }

    void open() {
        store_.reset();
        auto opened = open_duckdb(options_, *files_, logger_);
        ASSERT_TRUE(opened) << opened.error().detail;
        store_ = std::move(*opened);
    }

    /// An event `n` seconds after kStart.
    static log::EventBody event(int n, std::string_view data = R"({"host":"a"})") {
        log::EventBody body;
        body.application = {1};
        body.dialect = model::Dialect::kTheEye;
        body.timestamp = kStart + std::chrono::seconds(n);
        body.received_at = body.timestamp + std::chrono::seconds(1);
        body.session = kSession;
        body.category = "page interaction";
        body.name = "pageview";
        body.data = data;
        return body;
    }
    template <class Body>
    void add(const Body& body) {
        log::Batch batch;
        batch.add(body);
        log_.add(batch);
    }
    void add_events(int count) {
        for (int n = 1; n <= count; ++n)
            add(event(n));
    }
    static log::ReplaceBody replace(std::uint64_t id, std::string_view data) {
        return {{id}, kStart, {1}, kStart, kSession, "changed", "pageview", data};
    }

    /// What the store has yet to apply, up to `most` records.
    std::vector<log::Entry> waiting(std::size_t most = 1'000'000) {
        bodies_.clear();
        std::vector<log::Entry> entries;
        auto cursor = log_.read_after(store_->applied()).value();
        while (entries.size() < most) {
            const auto entry = cursor->next().value();
            if (!entry) break;
            bodies_.push_back(std::string(entry->body));
            entries.push_back(*entry);
            entries.back().body = bodies_.back();
        }
        return entries;
    }
    void apply(std::size_t most = 1'000'000) {
        const Status applied = store_->apply(waiting(most));
        ASSERT_TRUE(applied) << applied.error().detail;
    }
    std::vector<std::uint64_t> ids(const EventFilter& filter, const EventPage& page = {}) {
        const auto found = store_->events(filter, page);
        EXPECT_TRUE(found) << found.error().detail;
        std::vector<std::uint64_t> ids;
        if (found)
            for (const model::Event& row : found->rows)
                ids.push_back(row.id.value);
        return ids;
    }

    TestDirectory directory_;
    std::unique_ptr<io::FileSystem> files_;
    NullLogger logger_;
    DuckDbOptions options_;
    MemoryLog log_;
    std::deque<std::string> bodies_;
    std::unique_ptr<EventStore> store_;
};

}  // namespace eyed::store
