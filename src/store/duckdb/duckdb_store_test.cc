#include "store/duckdb/duckdb_store.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

#include "store/duckdb/connection.h"
#include "store/test_store.h"

namespace eyed::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DuckDbStore : public StoreTest {};

TEST_F(DuckDbStore, GivesBackAnEventAsItWas) {
    log::EventBody body = event(1, R"({"host":"www.é.com","n":[1,2,{"a":null}]})");
    body.event_id = "order-17";
    add(body);
    apply();
    const auto found = store_->event({1}, {});
    ASSERT_TRUE(found) << found.error().detail;
    EXPECT_EQ(found->id, EventId{1});
    EXPECT_EQ(found->application, ApplicationId{1});
    EXPECT_EQ(found->session, kSession);
    EXPECT_EQ(found->category, "page interaction");
    EXPECT_EQ(found->name, "pageview");
    EXPECT_EQ(found->data, R"({"host":"www.é.com","n":[1,2,{"a":null}]})");
    EXPECT_EQ(found->event_id, "order-17");
    EXPECT_EQ(found->timestamp, body.timestamp);
    EXPECT_EQ(found->received_at, body.received_at);
    EXPECT_EQ(found->dialect, model::Dialect::kTheEye);
}

TEST_F(DuckDbStore, HidesAnEventOfAnotherApplication) {
    add_events(1);
    apply();
    EXPECT_TRUE(store_->event({1}, {{1}}));
    EXPECT_EQ(store_->event({1}, {{2}}).error().code, Code::kNotFound);
    EXPECT_EQ(store_->event({2}, {}).error().code, Code::kNotFound);
}

TEST_F(DuckDbStore, KeepsRowsAndPositionOverAReopen) {
    add_events(3);
    apply();
    open();
    EXPECT_EQ(store_->applied(), Position{3});
    EXPECT_THAT(ids({}), ElementsAre(3, 2, 1));
    EXPECT_EQ(store_->state().events, 3u);
}

TEST_F(DuckDbStore, TakesNeitherASkippedNorARepeatedRecord) {
    add_events(3);
    const auto all = waiting();
    EXPECT_FALSE(store_->apply({all[1]}));
    ASSERT_TRUE(store_->apply({all[0]}));
    EXPECT_FALSE(store_->apply({all[0]}));
    EXPECT_THAT(ids({}), ElementsAre(1));
}

TEST_F(DuckDbStore, ABodyThatDoesNotDecodeLeavesNothingOfItsBatch) {
    add_events(2);
    auto all = waiting();
    all[1].body = "no such body";
    const Status applied = store_->apply(all);
    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().code, Code::kCorrupt);
    EXPECT_EQ(store_->applied(), Position{0});
    EXPECT_THAT(ids({}), IsEmpty());
    apply();
    EXPECT_THAT(ids({}), ElementsAre(2, 1));
}

TEST_F(DuckDbStore, ACopyOfTheFilesBetweenTransactionsGoesOnFromItsOwnPosition) {
    add_events(2);
    apply();
    std::filesystem::copy(options_.path, directory_ / "copy.duckdb");
    std::filesystem::copy(options_.path + ".wal", directory_ / "copy.duckdb.wal");
    add_events(2);
    apply();
    options_.path = directory_ / "copy.duckdb";
    open();
    EXPECT_EQ(store_->applied(), Position{2});
    apply();
    EXPECT_THAT(ids({}), ElementsAre(4, 3, 2, 1));
}

TEST_F(DuckDbStore, TextThatIsNotUtf8IsRepairedAndNotRefused) {
    log::EventBody body = event(1);
    body.name = "caf\xE9 and a longer text";
    add(body);
    apply();
    EXPECT_EQ(store_->event({1}, {})->name, "caf\xEF\xBF\xBD and a longer text");
}

TEST_F(DuckDbStore, ReplacesAnEventOfAnEarlierBatchAndOfTheSame) {
    add_events(1);
    apply();
    add(event(2));
    add(replace(1, R"({"v":1})"));
    add(replace(2, R"({"v":2})"));
    apply();
    EXPECT_EQ(store_->event({1}, {})->data, R"({"v":1})");
    EXPECT_EQ(store_->event({1}, {})->category, "changed");
    EXPECT_EQ(store_->event({1}, {})->received_at, event(1).received_at);
    EXPECT_EQ(store_->event({2}, {})->data, R"({"v":2})");
    EXPECT_EQ(store_->state().events, 2u);
}

TEST_F(DuckDbStore, TheLastOfManyChangesHolds) {
    add_events(1);
    apply();
    for (int i = 0; i < 5; ++i)
        add(replace(1, "{\"v\":" + std::to_string(i) + "}"));
    apply();
    EXPECT_EQ(store_->event({1}, {})->data, R"({"v":4})");
}

TEST_F(DuckDbStore, AnErasedEventIsGoneAndStaysSo) {
    add_events(2);
    apply();
    add(event(3));
    add(log::EraseBody{{1}, kStart, {1}});
    add(log::EraseBody{{3}, kStart, {1}});
    add(replace(1, "{}"));
    add(log::EraseBody{{77}, kStart, {1}});
    apply();
    EXPECT_THAT(ids({}), ElementsAre(2));
    EXPECT_EQ(store_->state().events, 1u);
    add(replace(3, "{}"));
    apply();
    EXPECT_THAT(ids({}), ElementsAre(2));
}

TEST_F(DuckDbStore, ChangesOverAFoldedFileAreThereAfterAReopen) {
    options_.fold_idle = std::chrono::milliseconds(0);
    open();
    add_events(10);
    apply();
    ASSERT_TRUE(store_->fold());
    EXPECT_FALSE(files_->exists(options_.path + ".wal"));
    add(replace(4, R"({"v":4})"));
    add(log::EraseBody{{5}, kStart, {1}});
    apply();
    open();
    EXPECT_EQ(store_->event({4}, {})->data, R"({"v":4})");
    EXPECT_THAT(ids({}), ElementsAre(10, 9, 8, 7, 6, 4, 3, 2, 1));
}

TEST_F(DuckDbStore, RejectionsAreListedNewestFirstWithTheirBytes) {
    for (int i = 1; i <= 3; ++i) {
        log::RejectionBody body;
        body.application = {i};
        body.key = {7};
        body.reason = i == 2 ? model::Reason::kTooLong : model::Reason::kMalformed;
        body.received_at = kStart + std::chrono::seconds(i);
        body.message = "no";
        body.pointer = "/name";
        body.payload = std::string_view("\xFF\x00{", 3);
        add(body);
    }
    apply();
    const auto all = store_->rejections({}, {});
    ASSERT_TRUE(all) << all.error().detail;
    ASSERT_EQ(all->rows.size(), 3u);
    EXPECT_EQ(all->rows[0].id, RejectionId{3});
    EXPECT_EQ(all->rows[0].payload, std::string_view("\xFF\x00{", 3));
    EXPECT_EQ(all->rows[0].key, KeyId{7});
    RejectionFilter filter;
    filter.reason = model::Reason::kTooLong;
    EXPECT_EQ(store_->rejections(filter, {})->rows.at(0).id, RejectionId{2});
    filter = {};
    filter.applications = {{1}};
    EXPECT_EQ(store_->rejections(filter, {})->rows.size(), 1u);
    RejectionPage page;
    page.limit = 1;
    page.after = RejectionId{3};
    const auto second = store_->rejections({}, page);
    EXPECT_EQ(second->rows.at(0).id, RejectionId{2});
    EXPECT_TRUE(second->more);
}

TEST_F(DuckDbStore, APageOfHugeRejectionsEndsByItsBytes) {
    const std::string payload(100'000, 'x');
    for (int i = 0; i < 5; ++i) {
        log::RejectionBody body;
        body.received_at = kStart;
        body.payload = payload;
        add(body);
    }
    apply();
    RejectionPage page;
    page.byte_limit = 250'000;
    auto rows = store_->rejections({}, page);
    EXPECT_EQ(rows->rows.size(), 2u);
    EXPECT_TRUE(rows->more);
    page.byte_limit = 1;
    EXPECT_EQ(store_->rejections({}, page)->rows.size(), 1u);
}

TEST_F(DuckDbStore, CountsByTimeRoundDown) {
    log::EventBody early = event(0);
    early.timestamp = {-1};
    add(early);
    add_events(3);
    apply();
    const auto counts = store_->count_by_time({});
    ASSERT_TRUE(counts) << counts.error().detail;
    ASSERT_EQ(counts->size(), 2u);
    EXPECT_EQ(counts->at(0).at, Micros{-60'000'000});
    EXPECT_EQ(counts->at(1).events, 3u);
}

TEST_F(DuckDbStore, ReadersSeeWholeBatchesWhileTheFileIsWrittenAndFolded) {
    options_.wal_bytes = 1;
    open();
    std::atomic<bool> done{false};
    std::atomic<int> wrong{0};
    std::thread reader([&] {
        while (!done) {
            const auto rows = store_->events({}, {});
            if (!rows || rows->rows.size() % 10 != 0) ++wrong;
            if (!store_->check()) ++wrong;
        }
    });
    for (int round = 0; round < 10; ++round) {
        add_events(10);
        EXPECT_TRUE(store_->apply(waiting()));
        // May be put off while a reader is slow; it never harms one.
        static_cast<void>(store_->fold());
    }
    done = true;
    reader.join();
    EXPECT_EQ(wrong, 0);
    const Status folded = store_->fold();
    EXPECT_TRUE(folded) << folded.error().detail;
    EXPECT_FALSE(files_->exists(options_.path + ".wal"));
    EXPECT_EQ(store_->state().events, 100u);
}

/// While it lives, no file of this process grows over `bytes`: a disk that is full.
class SmallFiles {
  public:
    explicit SmallFiles(std::uint64_t bytes) {
        handler_ = std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit small{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &small);
    }
    ~SmallFiles() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }

  private:
    rlimit before_{};
    void (*handler_)(int) = nullptr;
};

TEST_F(DuckDbStore, AFullDiskAppliesNothingAndHealsByItself) {
    add_events(10);
    apply();
    const std::string large(200'000, 'x');
    for (int i = 0; i < 20; ++i)
        add(event(100 + i, "{\"a\":\"" + large + std::to_string(i) + "\"}"));
    {
        const SmallFiles full(1u << 20);
        EXPECT_FALSE(store_->apply(waiting()));
        EXPECT_EQ(store_->applied(), Position{10});
    }
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    Status applied;
    do {
        applied = store_->apply(waiting());
    } while (!applied && std::chrono::steady_clock::now() < until);
    ASSERT_TRUE(applied) << applied.error().detail;
    EXPECT_EQ(ids({}).size(), 30u);
    open();
    EXPECT_EQ(ids({}).size(), 30u);
    EXPECT_EQ(store_->applied(), Position{30});
}

TEST_F(DuckDbStore, ACheckpointThatFailsIsFollowedByAReopen) {
    options_.wal_bytes = 1;
    open();
    const std::string large(200'000, 'x');
    for (int i = 0; i < 20; ++i)
        add(event(100 + i, "{\"a\":\"" + large + std::to_string(i) + "\"}"));
    apply();
    {
        const SmallFiles full(64u << 10);
        EXPECT_FALSE(store_->fold());
    }
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!store_->check() && std::chrono::steady_clock::now() < until) {
    }
    EXPECT_TRUE(store_->check());
    EXPECT_EQ(ids({}).size(), 20u);
    add_events(1);
    apply();
    EXPECT_EQ(ids({}).size(), 21u);
}

TEST_F(DuckDbStore, EventsAreFoundByWhatWasWrongWithThem) {
    for (const auto violation :
         {std::optional<model::Reason>{}, std::optional{model::Reason::kMalformed},
          std::optional{model::Reason::kSchema}}) {
        log::EventBody body = event(1);
        body.judgement = {2, violation};
        add(body);
    }
    apply();
    const auto found = [&](const ViolationMatch& match) {
        EventFilter filter;
        filter.violation = match;
        return ids(filter);
    };
    EXPECT_EQ(found({}), (std::vector<std::uint64_t>{3, 2}));
    EXPECT_EQ(found({model::Reason::kMalformed}), std::vector<std::uint64_t>{2});
    EXPECT_EQ(found({model::Reason::kSchema}), std::vector<std::uint64_t>{3});
    EXPECT_TRUE(found({model::Reason::kBlank}).empty());
}

TEST_F(DuckDbStore, AFileThatIsNoDatabaseIsCorrupt) {
    store_.reset();
    std::ofstream(options_.path, std::ios::trunc) << std::string(20'000, 'x');
    std::filesystem::remove(options_.path + ".wal");
    const auto opened = open_duckdb(options_, *files_, logger_);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Code::kCorrupt) << opened.error().detail;
}

TEST_F(DuckDbStore, AQueryOverItsTimeEndsWithTimeout) {
    for (int i = 0; i < 20; ++i)
        add_events(1000);
    apply();
    options_.query_timeout = std::chrono::milliseconds(1);
    open();
    EventFilter filter;
    for (int i = 0; i < 40; ++i)
        filter.data.push_back({{"host"}, {std::string("a")}});
    filter.data.push_back({{"no"}, {std::int64_t{1}}});
    // How long a query takes is the machine's: ask until one is caught.
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    Result<Rows<model::Event>> rows;
    do {
        rows = store_->events(filter, {});
    } while (rows && std::chrono::steady_clock::now() < until);
    ASSERT_FALSE(rows);
    EXPECT_EQ(rows.error().code, Code::kTimeout) << rows.error().detail;
}

/// The tables as format 1 had them, with a row each.
constexpr const char* kFormat1[] = {
    "CREATE TABLE events(id UBIGINT NOT NULL, application BIGINT NOT NULL, "
    "session_tag USMALLINT, session UUID, "
    "category VARCHAR NOT NULL, name VARCHAR NOT NULL, timestamp TIMESTAMP NOT NULL, "
    "received_at TIMESTAMP NOT NULL, data VARCHAR NOT NULL, event_id VARCHAR, "
    "dialect UTINYINT NOT NULL)",
    "CREATE TABLE rejections(id UBIGINT NOT NULL, application BIGINT NOT NULL, "
    "key_id BIGINT NOT NULL, dialect UTINYINT NOT NULL, reason UTINYINT NOT NULL, "
    "received_at TIMESTAMP NOT NULL, message VARCHAR NOT NULL, pointer VARCHAR NOT NULL, "
    "category VARCHAR NOT NULL, name VARCHAR NOT NULL, payload BLOB NOT NULL)",
    ("CREATE TABLE made_sessions(session UUID NOT NULL, application BIGINT NOT NULL, "
     "created_at TIMESTAMP NOT NULL)"),
    "CREATE TABLE meta(format UBIGINT NOT NULL, applied UBIGINT NOT NULL)",
    "INSERT INTO meta VALUES (1, 2)",
    "INSERT INTO events VALUES (1, 1, NULL, NULL, 'c', 'n', '2026-01-02 03:04:05', "
    "'2026-01-02 03:04:06', '{\"old\":true}', 'order-1', 0)",
    "INSERT INTO rejections VALUES (1, 1, 4, 1, 2, '2026-01-02 03:04:05', 'Missing.', '/name', "
    "'c', '', '{}'::BLOB)",
};

class OldStore : public StoreTest {
  protected:
    /// Puts a file of format 1 at `path`, as a program that was killed leaves it.
    void write_old(const std::string& path) {
        duckdb_database database = nullptr;
        ASSERT_EQ(duckdb_open((directory_ / "old.duckdb").c_str(), &database), DuckDBSuccess);
        {
            Connection connection = Connection::open(database).value();
            for (const char* statement : kFormat1) {
                const Status done = connection.run(statement);
                ASSERT_TRUE(done) << done.error().detail;
            }
            std::filesystem::copy(directory_ / "old.duckdb", path);
            std::filesystem::copy(directory_ / "old.duckdb.wal", path + ".wal");
        }
        duckdb_close(&database);
    }
};

TEST_F(OldStore, IsBroughtToTodaysFormatWithAllItsRows) {
    options_.path = directory_ / "store.duckdb";
    write_old(options_.path);
    add_events(1);
    add(log::RejectionBody{});  // what the file has of the log already
    open();
    ASSERT_TRUE(store_);
    EXPECT_EQ(store_->applied(), Position{2});
    const auto old = store_->event({1}, {});
    ASSERT_TRUE(old) << old.error().detail;
    EXPECT_EQ(old->data, R"({"old":true})");
    EXPECT_EQ(old->judgement, model::Judgement{});
    EXPECT_FALSE(old->replays);
    const auto refused = store_->rejections({}, {});
    ASSERT_TRUE(refused) << refused.error().detail;
    ASSERT_EQ(refused->rows.size(), 1u);
    const auto traced = store_->trace("order-1", {{1}}, 10);
    ASSERT_TRUE(traced) << traced.error().detail;
    ASSERT_EQ(traced->size(), 1u);
    EXPECT_EQ(traced->at(0).id, EventId{1});
    EXPECT_EQ(refused->rows[0].message, "Missing.");
    EXPECT_EQ(refused->rows[0].state, model::RejectionState::kOpen);
    EXPECT_EQ(store_->state().open_rejections, 1u);

    log::EventBody replayed = event(2);
    replayed.replays = {1};
    replayed.judgement = {5, {}};
    add(replayed);
    apply();
    // As a crash leaves it: the steps to the new format are in the WAL still.
    const std::string copy = directory_ / "copy.duckdb";
    std::filesystem::copy(options_.path, copy);
    std::filesystem::copy(options_.path + ".wal", copy + ".wal");
    for (const std::string& path : {options_.path, copy}) {
        options_.path = path;
        open();
        ASSERT_TRUE(store_);
        EXPECT_EQ(store_->event({2}, {})->judgement.type_version, 5u);
        EXPECT_EQ(store_->event({1}, {})->data, R"({"old":true})");
        EXPECT_EQ(store_->rejections({}, {})->rows[0].state, model::RejectionState::kReplayed);
        EXPECT_EQ(store_->state().open_rejections, 0u);
    }
}

TEST_F(DuckDbStore, FindsEventsByTheSendersOwnId) {
    log::EventBody body = event(1);
    body.event_id = "order-1";
    add(body);
    add(event(2));
    body.application = {2};
    body.replays = {5};
    add(body);
    apply();
    const auto all = store_->trace("order-1", {}, 10);
    ASSERT_TRUE(all) << all.error().detail;
    ASSERT_EQ(all->size(), 2u);
    EXPECT_EQ(all->at(0).id, EventId{1});
    EXPECT_EQ(all->at(0).received_at, body.received_at);
    EXPECT_EQ(all->at(1).application, ApplicationId{2});
    EXPECT_EQ(all->at(1).replays, RejectionId{5});
    EXPECT_EQ(store_->trace("order-1", {{2}}, 10)->size(), 1u);
    EXPECT_EQ(store_->trace("order-1", {}, 1)->size(), 1u);
    EXPECT_THAT(store_->trace("order-2", {}, 10).value(), IsEmpty());
    EXPECT_THAT(store_->trace("", {}, 10).value(), IsEmpty());
}

TEST_F(DuckDbStore, KeepsWhatAnEventAndItsChangeWereJudgedBy) {
    log::EventBody body = event(1);
    body.judgement = {3, model::Reason::kMalformed};
    add(body);
    apply();
    EXPECT_EQ(store_->event({1}, {})->judgement, body.judgement);
    log::ReplaceBody change = replace(1, "{}");
    change.judgement = {4, model::kLastReason};
    add(change);
    add(body);
    change.target = {2};
    add(change);
    apply();
    EXPECT_EQ(store_->event({1}, {})->judgement, change.judgement);
    EXPECT_EQ(store_->event({2}, {})->judgement, change.judgement);
}

}  // namespace
}  // namespace eyed::store
