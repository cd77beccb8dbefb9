#include "store/projector.h"

#include <gmock/gmock.h>

#include <atomic>

#include "store/test_store.h"

namespace eyed::store {
namespace {

using namespace std::chrono_literals;

/// The real store with a switch: while set, nothing can be applied.
class BreakableStore final : public EventStore {
  public:
    explicit BreakableStore(EventStore& store) : store_(store) {}
    std::atomic<bool> broken{false};
    std::atomic<std::size_t> largest{0};

    Status apply(const std::vector<log::Entry>& entries) override {
        if (broken) return failure(Code::kDiskFull, "no space for the store");
        largest = std::max(largest.load(), entries.size());
        return store_.apply(entries);
    }
    Status fold() override { return store_.fold(); }
    Position applied() const override { return store_.applied(); }
    Result<Rows<model::Event>> events(const EventFilter& f, const EventPage& p) override {
        return store_.events(f, p);
    }
    Result<model::Event> event(EventId id, const std::vector<ApplicationId>& a) override {
        return store_.event(id, a);
    }
    Result<Rows<SessionRow>> sessions(const SessionFilter& f, const SessionPage& p) override {
        return store_.sessions(f, p);
    }
    Result<SessionRow> session(const Uuid& id, const std::vector<ApplicationId>& a) override {
        return store_.session(id, a);
    }
    Result<Rows<model::Rejection>> rejections(const RejectionFilter& f,
                                              const RejectionPage& p) override {
        return store_.rejections(f, p);
    }
    Result<RejectionSummary> summarize(const RejectionSummaryQuery& query) override {
        return store_.summarize(query);
    }
    Result<std::vector<EventTrace>> trace(const std::string& event_id,
                                          const std::vector<ApplicationId>& applications,
                                          std::uint32_t limit) override {
        return store_.trace(event_id, applications, limit);
    }
    Result<std::vector<TimeCount>> count_by_time(const CountByTime& c) override {
        return store_.count_by_time(c);
    }
    Result<std::vector<TypeCounts>> type_counts(const std::vector<TypeName>& t,
                                                const std::vector<ApplicationId>& a) override {
        return store_.type_counts(t, a);
    }
    Result<std::uint64_t> export_events(const EventFilter& f, ExportFormat format,
                                        const std::string& path) override {
        return store_.export_events(f, format, path);
    }
    Status visit_events(const Visit& visit) override { return store_.visit_events(visit); }
    Status check() override { return store_.check(); }
    StoreState state() override { return store_.state(); }

  private:
    EventStore& store_;
};

class ProjectorTest : public StoreTest {
  protected:
    ProjectorTest() { options_.fold_idle = 1h; }

    /// Waits for a condition, generously.
    template <class Condition>
    static bool eventually(Condition condition) {
        const auto until = std::chrono::steady_clock::now() + 30s;
        while (!condition()) {
            if (std::chrono::steady_clock::now() > until) return false;
            std::this_thread::sleep_for(1ms);
        }
        return true;
    }
    AppliedSignal signal_;
};

TEST_F(ProjectorTest, AppliesWhatIsThereAndWhatComes) {
    add_events(5);
    Projector projector(log_, *store_, signal_, logger_);
    projector.start();
    EXPECT_TRUE(eventually([&] { return signal_.applied() == Position{5}; }));
    add_events(3);
    EXPECT_TRUE(eventually([&] { return signal_.applied() == Position{8}; }));
    EXPECT_TRUE(eventually([&] { return log_.told() == Position{8}; }));
    projector.stop();
    EXPECT_EQ(store_->state().events, 8u);
    EXPECT_EQ(projector.state().records, 8u);
    EXPECT_EQ(projector.state().problem, "");
}

TEST_F(ProjectorTest, GoesOnWhereTheStoreIsAfterARestart) {
    add_events(4);
    apply(2);
    open();
    Projector projector(log_, *store_, signal_, logger_);
    projector.start();
    EXPECT_TRUE(eventually([&] { return signal_.applied() == Position{4}; }));
    projector.stop();
    EXPECT_EQ(store_->state().events, 4u);
}

TEST_F(ProjectorTest, BatchesAreNoLargerThanAsked) {
    add_events(100);
    BreakableStore store(*store_);
    Projector projector(log_, store, signal_, logger_, {.batch_rows = 30});
    projector.start();
    EXPECT_TRUE(eventually([&] { return signal_.applied() == Position{100}; }));
    projector.stop();
    EXPECT_EQ(store.largest, 30u);
    EXPECT_EQ(projector.state().batches, 4u);
}

TEST_F(ProjectorTest, SaysWhyTheStoreFailsAndGoesOnOnceItHeals) {
    BreakableStore store(*store_);
    store.broken = true;
    Projector projector(log_, store, signal_, logger_, {.retry_last = 50ms});
    projector.start();
    add_events(3);
    EXPECT_TRUE(eventually([&] { return projector.state().failures > 1; }));
    EXPECT_EQ(projector.state().problem, "no space for the store");
    EXPECT_EQ(signal_.applied(), Position{0});
    store.broken = false;
    EXPECT_TRUE(eventually([&] { return signal_.applied() == Position{3}; }));
    EXPECT_TRUE(eventually([&] { return projector.state().problem.empty(); }));
    projector.stop();
    EXPECT_EQ(store_->state().events, 3u);
}

TEST_F(ProjectorTest, StopsAtDamageInTheLogAndSkipsNothing) {
    add_events(5);
    log_.damage({4});
    Projector projector(log_, *store_, signal_, logger_, {.retry_last = 50ms});
    projector.start();
    EXPECT_TRUE(eventually([&] { return !projector.state().problem.empty(); }));
    EXPECT_EQ(projector.state().applied, Position{3});
    EXPECT_THAT(projector.state().problem, ::testing::HasSubstr("record at 4 is damaged"));
    log_.damage({});
    EXPECT_TRUE(eventually([&] { return signal_.applied() == Position{5}; }));
}

TEST_F(ProjectorTest, GoesOnBehindRecordsThatTheLogNoLongerHas) {
    add_events(5);
    log_.lose({1}, {3});
    CapturingLogger logger;
    Projector projector(log_, *store_, signal_, logger);
    projector.start();
    EXPECT_TRUE(eventually([&] { return signal_.applied() == Position{5}; }));
    EXPECT_TRUE(logger.has("no longer has these records"));
    EXPECT_THAT(ids({}), ::testing::ElementsAre(5, 4));
}

TEST_F(ProjectorTest, ComesToTheEndWhereTheLogEndsInAGap) {
    add_events(5);
    log_.lose({4}, {5});
    Projector projector(log_, *store_, signal_, logger_);
    projector.start();
    EXPECT_TRUE(eventually([&] { return signal_.applied() == Position{5}; }));
    EXPECT_THAT(ids({}), ::testing::ElementsAre(3, 2, 1));
}

TEST_F(ProjectorTest, StopsSoonWhenTheLogNoLongerWaits) {
    Projector projector(log_, *store_, signal_, logger_);
    projector.start();
    log_.interrupt();
    projector.stop();
    EXPECT_EQ(projector.state().failures, 0u);
}

}  // namespace
}  // namespace eyed::store
