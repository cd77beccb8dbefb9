// The pump between a real catalog and a real log.
#include "ingest/outbox_pump.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "base/blocking.h"
#include "base/logger.h"
#include "base/stopped_clock.h"
#include "base/worker_pool.h"
#include "catalog/applications.h"
#include "catalog/calendar_labels.h"
#include "catalog/catalog.h"
#include "catalog/event_types.h"
#include "catalog/outbox.h"
#include "ingest/catalog_types.h"
#include "io/file_system.h"
#include "io/temporary_directory.h"
#include "log/journal/journal.h"
#include "log/record.h"

namespace eyed::ingest {
namespace {

using testing::ElementsAre;

class OutboxPumpTest : public testing::Test {
  protected:
    OutboxPumpTest() : log(open_log()) {}

    std::unique_ptr<log::Log> open_log() {
        log::JournalOptions journal;
        journal.directory = scratch.file("log");
        journal.segment_bytes = 1U << 20U;
        journal.prefill = log::Prefill::kOff;
        return *log::open_journal(journal, {*files, clock, logger});
    }
    OutboxPump pump(log::Log& into) {
        return {{.outbox = catalog->outbox(),
                 .applications = catalog->applications(),
                 .types = types,
                 .committer = committers.emplace_back(into, types),
                 .clock = clock},
                {}};
    }
    void make_location(const std::string& name) {
        const auto made = catalog->locations().create({name, ""}, {{}, clock.now()});
        ASSERT_TRUE(made) << made.error().detail;
    }
    /// `name` and place of each event's values in the log.
    std::vector<std::string> in_log() {
        std::vector<std::string> names;
        const auto cursor = log->read_after({});
        for (auto entry = (*cursor)->next(); entry && *entry; entry = (*cursor)->next()) {
            if ((*entry)->kind != log::Kind::kEvent) continue;
            const auto event = log::decode_event((*entry)->body);
            names.emplace_back(event->data.substr(event->data.find("\"name\"")).substr(8, 1));
        }
        return names;
    }

    io::TemporaryDirectory scratch;
    std::unique_ptr<io::FileSystem> files = io::make_file_system();
    StoppedClock clock;
    NullLogger logger;
    std::unique_ptr<catalog::Catalog> catalog =
        *catalog::Catalog::open({scratch.file("catalog"), std::chrono::milliseconds(10)});
    WorkerPool pool{{.name = "test", .threads = 1, .queue_capacity = 16}};
    CatalogTypes directory{catalog->event_types()};
    Types types{directory, pool, {}};
    std::unique_ptr<log::Log> log;
    std::deque<Committer> committers;
};

/// A log that takes nothing.
class FullLog final : public log::Log {
  public:
    explicit FullLog(log::Log& log) : log_(log) {}
    Status submit(log::Append&) override { return failure(Code::kDiskFull, "full"); }
    Result<std::unique_ptr<log::Cursor>> read_after(Position after) override {
        return log_.read_after(after);
    }
    std::optional<EventId> find(const Hash128& key) const override { return log_.find(key); }
    log::State state() const override { return log_.state(); }
    Position durable() const override { return log_.durable(); }
    bool wait_beyond(Position after, std::chrono::milliseconds timeout) override {
        return log_.wait_beyond(after, timeout);
    }
    void interrupt() override { log_.interrupt(); }
    void applied(Position position) override { log_.applied(position); }

  private:
    log::Log& log_;
};

TEST_F(OutboxPumpTest, TakesEachChangeToTheLogOnceAndInOrder) {
    for (const char* name : {"a", "b", "c"})
        make_location(name);
    OutboxPump pumping = pump(*log);
    EXPECT_TRUE(pumping.drain());
    EXPECT_TRUE(pumping.drain());
    EXPECT_THAT(in_log(), ElementsAre("a", "b", "c"));
    EXPECT_EQ(catalog->outbox().size().value(), 0U);
    EXPECT_TRUE(catalog->applications().by_name("eyed-calendar"));
}

TEST_F(OutboxPumpTest, WhatTheLogDoesNotTakeStaysAndGoesLater) {
    make_location("a");
    FullLog full(*log);
    OutboxPump blocked = pump(full);
    EXPECT_EQ(blocked.drain().error().code, Code::kDiskFull);
    EXPECT_EQ(blocked.waiting(), 1U);
    EXPECT_EQ(catalog->outbox().size().value(), 1U);
    make_location("b");
    EXPECT_TRUE(pump(*log).drain());
    EXPECT_THAT(in_log(), ElementsAre("a", "b"));
}

TEST_F(OutboxPumpTest, WhatACrashLeftBehindIsNotDoubled) {
    make_location("a");
    OutboxPump first = pump(*log);
    ASSERT_TRUE(first.drain());
    make_location("b");
    // Another program holds the catalog: the log takes the event, and the outbox keeps its entry,
    // as when the process dies between the two.
    const auto other = *catalog::Catalog::open({.path = scratch.file("catalog")});
    Status drained;
    const auto held = other->locations().change(
        LocationId{1},
        [&](const model::Location&) -> Result<catalog::Locations::Fields> {
            drained = first.drain();
            return failure(Code::kConflict, "never mind");
        },
        {});
    ASSERT_EQ(held.error().code, Code::kConflict);
    ASSERT_EQ(drained.error().code, Code::kUnavailable);
    ASSERT_THAT(in_log(), ElementsAre("a", "b"));
    ASSERT_EQ(catalog->outbox().size().value(), 1U);

    EXPECT_TRUE(first.drain());
    EXPECT_THAT(in_log(), ElementsAre("a", "b"));
    EXPECT_EQ(catalog->outbox().size().value(), 0U);
}

TEST_F(OutboxPumpTest, EntriesOfMoreThanOneTurnAllGo) {
    for (int i = 0; i < 450; ++i)
        make_location("x");
    EXPECT_TRUE(pump(*log).drain());
    EXPECT_EQ(in_log().size(), 450U);
    EXPECT_EQ(catalog->outbox().size().value(), 0U);
}

}  // namespace
}  // namespace eyed::ingest
