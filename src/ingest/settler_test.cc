// Settling over a real log and a real store.
#include "ingest/settler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "base/blocking.h"
#include "base/logger.h"
#include "base/stopped_clock.h"
#include "ingest/committer.h"
#include "io/temporary_directory.h"
#include "log/journal/journal.h"
#include "store/duckdb/duckdb_store.h"
#include "store/projector.h"

namespace eyed::ingest {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Makes types up to a limit; examples may be set and taken away.
class MemoryDirectory final : public TypeDirectory {
  public:
    Result<std::vector<std::optional<TypeRow>>> create_if_absent(const std::vector<NewType>& wanted,
                                                                 std::uint32_t limit) override {
        const std::lock_guard lock(mutex_);
        std::vector<std::optional<TypeRow>> made;
        for (const NewType& type : wanted) {
            if (type.name == broken) return failure(Code::kUnavailable, "broken");
            const std::pair key(type.category, type.name);
            if (!rows_.contains(key) && rows_.size() >= std::min(limit, room)) {
                made.push_back(std::nullopt);
                continue;
            }
            TypeRow& row = rows_[key];
            if (!row.id) {
                row.id = {static_cast<std::int64_t>(rows_.size())};
                row.application = type.application;
                row.category = type.category;
                row.name = type.name;
                row.revision = ++revision_;
            }
            if (std::ranges::find(row.senders, type.application) == row.senders.end()) {
                row.senders.push_back(type.application);
                std::ranges::sort(row.senders);
                row.revision = ++revision_;
            }
            made.push_back(row);
        }
        return made;
    }
    Result<std::vector<TypeRow>> changes_since(std::uint64_t revision) override {
        const std::lock_guard lock(mutex_);
        std::vector<TypeRow> changed;
        for (const auto& [key, row] : rows_)
            if (row.revision > revision) changed.push_back(row);
        return changed;
    }
    std::vector<ApplicationId> senders(const std::string& category, const std::string& name) {
        const std::lock_guard lock(mutex_);
        return rows_[{category, name}].senders;
    }
    std::size_t types() {
        const std::lock_guard lock(mutex_);
        return rows_.size();
    }

    std::uint32_t room = 1000;
    std::string broken;  ///< no type of that name can be made

  private:
    std::mutex mutex_;
    std::map<std::pair<std::string, std::string>, TypeRow> rows_;
    std::uint64_t revision_ = 0;
};

constexpr ApplicationId kShop{1};
constexpr ApplicationId kOther{2};

class SettlerTest : public testing::Test {
  protected:
    SettlerTest() {
        log::JournalOptions journal;
        journal.directory = scratch.file("log");
        journal.segment_bytes = 1u << 20;
        journal.prefill = log::Prefill::kOff;
        log = *log::open_journal(journal, {*files, clock, logger});
        store::DuckDbOptions options;
        options.path = scratch.file("store.duckdb");
        options.memory_bytes = 256u << 20;
        store = *store::open_duckdb(options, *files, logger);
        projector.emplace(*log, *store, applied, logger);
        projector->start();
        settler.emplace(Settler::Parts{*log, *store, applied, types, pool, clock, {}});
    }
    ~SettlerTest() override {
        log->interrupt();
        projector->stop();
    }

    static log::RejectionBody refusal(std::string_view payload,
                                      model::Dialect dialect = model::Dialect::kNative) {
        return {.application = kShop,
                .key = {4},
                .dialect = dialect,
                .reason = model::Reason::kStructureMissing,
                .received_at = kReceived,
                .message = "Refused.",
                .category = "c",
                .name = "n",
                .payload = payload};
    }
    template <class Body>
    void add(const Body& body) {
        log::Batch batch;
        batch.add(body);
        ASSERT_TRUE(log::append_and_wait(*log, std::move(batch)));
    }
    ReplayReport replay(SettleOrder order = {}, Settler::Mode mode = Settler::Mode::kReal) {
        order.by = {7};
        const auto report = loop.run(settler->replay(std::move(order), mode, loop));
        EXPECT_TRUE(report) << report.error().detail;
        return report.value_or(ReplayReport{});
    }
    DiscardReport discard(SettleOrder order = {}) {
        order.by = {7};
        const auto report = loop.run(settler->discard(std::move(order), loop));
        EXPECT_TRUE(report) << report.error().detail;
        return report.value_or(DiscardReport{});
    }
    /// Waits until the store has all of the log.
    void settle_down() { ASSERT_TRUE(loop.run(reach())); }
    Task<bool> reach() {
        store::AppliedSignal::Wait wait(applied, log->durable(), loop, std::chrono::seconds(30));
        co_return co_await wait;
    }
    std::vector<model::Event> events() {
        settle_down();
        store::EventPage page;
        page.direction = store::Direction::kAscending;
        return store->events({}, page)->rows;
    }
    std::vector<model::RejectionState> states() {
        settle_down();
        store::RejectionPage page;
        page.direction = store::Direction::kAscending;
        std::vector<model::RejectionState> all;
        const auto found = store->rejections({}, page);
        for (const model::Rejection& row : found->rows)
            all.push_back(row.state);
        return all;
    }

    static inline const Micros kReceived = *parse_iso8601("2026-01-01T00:00:00Z");
    static constexpr auto kOpen = model::RejectionState::kOpen;
    static constexpr auto kReplayed = model::RejectionState::kReplayed;
    static constexpr auto kDuplicate = model::RejectionState::kDuplicate;
    static constexpr auto kDiscarded = model::RejectionState::kDiscarded;

    io::TemporaryDirectory scratch;
    std::unique_ptr<io::FileSystem> files = io::make_file_system();
    StoppedClock clock{*parse_iso8601("2026-06-01T00:00:00Z")};
    NullLogger logger;
    std::unique_ptr<log::Log> log;
    std::unique_ptr<store::EventStore> store;
    store::AppliedSignal applied;
    std::optional<store::Projector> projector;
    MemoryDirectory directory;
    WorkerPool pool{{.name = "test"}};
    Types types{directory, pool, {}};
    std::optional<Settler> settler;
    BlockingLoop loop;
};

TEST_F(SettlerTest, WhatPassesTodayBecomesAnEventOfItsReceiptTime) {
    add(refusal(R"({"category":"c","name":"n","data":{"a":1}})"));
    const ReplayReport report = replay();
    EXPECT_EQ(report.examined, 1u);
    EXPECT_EQ(report.accepted, 1u);
    EXPECT_FALSE(report.next);
    const auto all = events();
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].application, kShop);
    EXPECT_EQ(all[0].received_at, kReceived);
    EXPECT_EQ(all[0].timestamp, kReceived);
    EXPECT_EQ(all[0].data, R"({"a":1})");
    EXPECT_EQ(all[0].replays, RejectionId{1});
    EXPECT_EQ(directory.types(), 1u);
    const auto settled = store->rejections({}, {})->rows[0];
    EXPECT_EQ(settled.state, kReplayed);
    EXPECT_EQ(settled.event, all[0].id);
    EXPECT_EQ(settled.settled_at, clock.now());
    EXPECT_EQ(settled.settled_by, UserId{7});
    EXPECT_EQ(settler->counts().replayed, 1u);
}

TEST_F(SettlerTest, NothingIsTakenInTwice) {
    for (int i = 0; i < 5; ++i)
        add(refusal(R"({"category":"c","name":"n"})"));
    EXPECT_EQ(replay().accepted, 5u);
    EXPECT_EQ(replay().examined, 0u);
    EXPECT_EQ(events().size(), 5u);
}

TEST_F(SettlerTest, TwoOrdersAtOnceTakeEachInOnce) {
    for (int i = 0; i < 50; ++i)
        add(refusal(R"({"category":"c","name":"n"})"));
    std::uint64_t accepted = 0;
    const auto run = [](Settler& settler, Executor& loop, std::uint64_t& sum) -> Task<void> {
        Task<Result<ReplayReport>> replaying = settler.replay({}, Settler::Mode::kReal, loop);
        const auto report = co_await replaying;
        sum += report->accepted;
    };
    spawn(run(*settler, loop, accepted));
    loop.run(run(*settler, loop, accepted));
    EXPECT_EQ(accepted, 50u);
    EXPECT_EQ(events().size(), 50u);
}

TEST_F(SettlerTest, WhatIsStillRefusedStaysOpenAndIsNotRecordedAgain) {
    add(refusal("not json"));
    add(refusal(R"({"category":"c"})"));
    add(refusal(""));
    add(refusal("[1]"));
    add(refusal(R"({"category":"c","name":"n","timestamp":"2026-07-01T00:00:00Z"})"));
    const ReplayReport report = replay();
    EXPECT_EQ(report.examined, 5u);
    EXPECT_EQ(report.accepted, 0u);
    EXPECT_EQ(report.refused, 5u);
    ASSERT_EQ(report.reasons.size(), 4u);
    EXPECT_EQ(report.reasons[0].reason, model::Reason::kMalformed);
    EXPECT_EQ(report.reasons[0].count, 2u);
    EXPECT_EQ(report.reasons[0].example, RejectionId{1});
    EXPECT_THAT(states(), ElementsAre(kOpen, kOpen, kOpen, kOpen, kOpen));
    EXPECT_THAT(events(), IsEmpty());
}

TEST_F(SettlerTest, ATimeThatWasInTheFutureMayBePastToday) {
    add(refusal(R"({"category":"c","name":"n","timestamp":"2026-05-31T00:00:00Z"})"));
    EXPECT_EQ(replay().accepted, 1u);
    EXPECT_EQ(events()[0].timestamp, *parse_iso8601("2026-05-31T00:00:00Z"));
}

TEST_F(SettlerTest, EachIsReadInItsOwnDialect) {
    const std::string_view seed =
        R"({"session_id":"e2085be5-9137-4e4e-80b5-f1ffddc25423","category":" c ","name":"n",)"
        R"("data":{"a":1},"timestamp":"2021-01-01 09:15:27","more":1})";
    add(refusal(seed, model::Dialect::kTheEye));
    add(refusal(seed, model::Dialect::kEyeService));
    add(refusal(seed, model::Dialect::kNative));  // refuses fields that it does not know
    add(refusal(R"({"category":"c","name":"n","id":7,"dialect":"native"})",
                model::Dialect::kImport));
    add(refusal(R"({"event_type":"sent","event_payload":"a text"})", model::Dialect::kConsumer));
    EXPECT_EQ(replay().accepted, 4u);
    EXPECT_THAT(states(), ElementsAre(kReplayed, kReplayed, kOpen, kReplayed, kReplayed));
    EXPECT_EQ(events()[3].name, "sent");
    EXPECT_EQ(events()[0].category, "c");
    EXPECT_EQ(events()[2].dialect, model::Dialect::kImport);
}

TEST_F(SettlerTest, AnEventThatIsThereAlreadySettlesItsRefusal) {
    const std::string_view payload = R"({"category":"c","name":"n","event_id":"order-1"})";
    log::EventBody event;
    event.application = kShop;
    event.event_id = "order-1";
    event.category = event.name = "n";
    event.data = "{}";
    add(event);
    add(refusal(payload));
    log::RejectionBody of_other = refusal(payload);
    of_other.application = kOther;
    add(of_other);
    add(of_other);
    EXPECT_EQ(replay({}, Settler::Mode::kDry).duplicates, 2u);
    const ReplayReport report = replay();
    EXPECT_EQ(report.accepted, 1u);
    EXPECT_EQ(report.duplicates, 2u);
    EXPECT_THAT(states(), ElementsAre(kDuplicate, kReplayed, kDuplicate));
    const auto rows = store->rejections({}, {})->rows;
    EXPECT_EQ(rows[2].event, EventId{1});
    EXPECT_EQ(rows[0].event, rows[1].event);
    EXPECT_EQ(events().size(), 2u);
}

TEST_F(SettlerTest, ARefusedChangeIsSkippedAndCounted) {
    log::RejectionBody change = refusal(R"({"name":"n"})");
    change.target = {1};
    add(change);
    const ReplayReport report = replay();
    EXPECT_EQ(report.examined, 1u);
    EXPECT_EQ(report.skipped, 1u);
    EXPECT_THAT(states(), ElementsAre(kOpen));
}

TEST_F(SettlerTest, AnEventSentAgainWithItsIdempotencyKeyIsTheSameOne) {
    Decoder decoder(types, {});
    Committer committer(*log, types, nullptr);
    Sender sender;
    sender.application = kShop;
    sender.now = kReceived;
    sender.idempotency_key = "order 17";
    const auto send = [&](const std::string& body, BodyKind kind) {
        const std::string padded = body + std::string(64, ' ');
        Decoded decoded;
        decoder.native(sender, kind, std::string_view(padded).substr(0, body.size()), decoded);
        EXPECT_TRUE(loop.run(committer.commit(decoded, loop)));
        return decoded.accepted;
    };
    const std::string early = R"({"category":"c","name":"n","timestamp":"2026-05-01T00:00:00Z"})";
    const std::string plain = R"({"category":"c","name":"n"})";
    EXPECT_EQ(send(early, BodyKind::kDetect), 0u);
    EXPECT_EQ(send(plain, BodyKind::kDetect), 1u);
    sender.idempotency_key = "order 18";
    EXPECT_EQ(send('[' + plain + ',' + early + ']', BodyKind::kDetect), 1u);
    EXPECT_EQ(send('[' + plain + ',' + plain + ']', BodyKind::kDetect), 1u);
    sender.idempotency_key = "order 19";
    directory.room = 1;
    EXPECT_EQ(send(R"({"category":"c","name":"m"})", BodyKind::kDetect), 0u);
    EXPECT_EQ(send(plain, BodyKind::kDetect), 1u);
    directory.room = 10;
    EXPECT_EQ(replay({}, Settler::Mode::kDry).duplicates, 3u);
    const ReplayReport report = replay();
    EXPECT_EQ(report.duplicates, 3u);
    EXPECT_EQ(report.accepted, 0u);
    EXPECT_EQ(events().size(), 4u);
    EXPECT_THAT(states(), ElementsAre(kDuplicate, kDuplicate, kDuplicate));
}

TEST_F(SettlerTest, AReplayedEventIsKnownByItsIdempotencyKey) {
    log::RejectionBody body = refusal(R"({"category":"c","name":"n"})");
    body.dedup_key = Hash128{3, 4};
    add(body);
    add(body);
    EXPECT_EQ(replay().accepted, 1u);
    EXPECT_THAT(states(), ElementsAre(kReplayed, kDuplicate));
    EXPECT_EQ(log->find(Hash128{3, 4}), EventId{1});
}

TEST_F(SettlerTest, ADryRunKnowsTheDuplicatesOfPagesBefore) {
    log::Batch batch;
    const std::string_view twice = R"({"category":"c","name":"n","event_id":"e"})";
    batch.add(refusal(twice));
    for (int i = 0; i < 600; ++i)
        batch.add(refusal(R"({"category":"c","name":"n"})"));
    batch.add(refusal(twice));
    ASSERT_TRUE(log::append_and_wait(*log, std::move(batch)));
    const ReplayReport dry = replay({}, Settler::Mode::kDry);
    EXPECT_EQ(dry.accepted, 601u);
    EXPECT_EQ(dry.duplicates, 1u);
    EXPECT_EQ(replay().accepted, 601u);
}

TEST_F(SettlerTest, AnErrorOfALaterPageEndsTheReportBeforeIt) {
    log::Batch batch;
    for (int i = 0; i < 500; ++i)
        batch.add(refusal(R"({"category":"c","name":"n"})"));
    batch.add(refusal("{}"));
    batch.add(refusal(R"({"category":"c","name":"m"})"));
    ASSERT_TRUE(log::append_and_wait(*log, std::move(batch)));
    directory.broken = "m";
    const ReplayReport report = replay();
    EXPECT_EQ(report.examined, 500u);
    EXPECT_EQ(report.accepted, 500u);
    EXPECT_EQ(report.refused, 0u) << "the page was not settled";
    ASSERT_EQ(report.next, RejectionId{500});
    EXPECT_EQ(settler->counts().replayed, 500u);
    SettleOrder order;
    order.after = *report.next;
    const auto next = loop.run(settler->replay(order, Settler::Mode::kReal, loop));
    ASSERT_FALSE(next) << "of a first page the error is told";
    EXPECT_EQ(next.error().code, Code::kUnavailable);
    directory.broken.clear();
    EXPECT_EQ(replay(order).accepted, 1u);
}

TEST_F(SettlerTest, OfAnUnknownFieldTheRefusalKeepsTheFrontOfItsName) {
    Decoder decoder(types, {});
    Committer committer(*log, types, nullptr);
    Sender sender;
    sender.application = kShop;
    sender.now = kReceived;
    const std::string body =
        R"({"category":"c","name":"n",")" + std::string(65'000, '~') + R"(":1})";
    const std::string padded = body + std::string(64, ' ');
    Decoded decoded;
    decoder.native(sender, BodyKind::kDetect, std::string_view(padded).substr(0, body.size()),
                   decoded);
    ASSERT_TRUE(loop.run(committer.commit(decoded, loop)));
    settle_down();
    const auto refused = store->rejections({}, {})->rows.at(0);
    EXPECT_EQ(refused.reason, model::Reason::kUnknownField);
    EXPECT_LT(refused.pointer.size(), 600u);
    EXPECT_LT(refused.message.size(), 600u);
    EXPECT_EQ(refused.payload, body);
}

TEST_F(SettlerTest, ADryRunChangesNothing) {
    add(refusal(R"({"category":"c","name":"n"})"));
    add(refusal("{}"));
    const Position before = log->durable();
    const ReplayReport report = replay({}, Settler::Mode::kDry);
    EXPECT_EQ(report.accepted, 1u);
    EXPECT_EQ(report.refused, 1u);
    EXPECT_EQ(log->durable(), before);
    EXPECT_EQ(directory.types(), 0u);
    EXPECT_EQ(settler->counts().replayed, 0u);
}

TEST_F(SettlerTest, WhatItsTypeHasNoRoomForStaysRefused) {
    directory.room = 1;
    add(refusal(R"({"category":"c","name":"one"})"));
    add(refusal(R"({"category":"c","name":"two"})"));
    add(refusal(R"({"category":"c","name":"one","event_id":"e"})"));
    const ReplayReport report = replay();
    EXPECT_EQ(report.accepted, 2u);
    EXPECT_EQ(report.refused, 1u);
    ASSERT_EQ(report.reasons.size(), 1u);
    EXPECT_EQ(report.reasons[0].reason, model::Reason::kTooManyTypes);
    EXPECT_EQ(report.reasons[0].example, RejectionId{2});
    EXPECT_THAT(states(), ElementsAre(kReplayed, kOpen, kReplayed));
}

TEST_F(SettlerTest, EachApplicationBecomesASenderOfTheType) {
    add(refusal(R"({"category":"c","name":"n"})"));
    log::RejectionBody other = refusal(R"({"category":"c","name":"n"})");
    other.application = kOther;
    add(other);
    EXPECT_EQ(replay().accepted, 2u);
    EXPECT_THAT(directory.senders("c", "n"), ElementsAre(kShop, kOther));
}

TEST_F(SettlerTest, AnOrderGoesOnWhereTheLastOneEnded) {
    log::Batch batch;
    for (int i = 0; i < 1100; ++i)
        batch.add(refusal(R"({"category":"c","name":"n"})"));
    ASSERT_TRUE(log::append_and_wait(*log, std::move(batch)));
    ReplayReport report = replay({.limit = 700});
    EXPECT_EQ(report.examined, 700u);
    EXPECT_EQ(report.next, RejectionId{700});
    report = replay({.limit = 700, .after = *report.next});
    EXPECT_EQ(report.accepted, 400u);
    EXPECT_FALSE(report.next);
    settle_down();
    EXPECT_EQ(store->state().events, 1100u);
}

TEST_F(SettlerTest, OnlyWhatMatchesIsSettled) {
    add(refusal(R"({"category":"c","name":"n"})"));
    log::RejectionBody other = refusal(R"({"category":"c","name":"n"})");
    other.application = kOther;
    add(other);
    SettleOrder order;
    order.filter.applications = {kOther};
    order.filter.state = kDiscarded;  // no matter: open ones alone
    EXPECT_EQ(replay(order).accepted, 1u);
    EXPECT_THAT(states(), ElementsAre(kOpen, kReplayed));
}

TEST_F(SettlerTest, WhatIsDiscardedIsNeitherReplayedNorGone) {
    for (int i = 0; i < 3; ++i)
        add(refusal(R"({"category":"c","name":"n"})"));
    DiscardReport report = discard({.limit = 2});
    EXPECT_EQ(report.discarded, 2u);
    EXPECT_EQ(report.next, RejectionId{2});
    EXPECT_EQ(replay().accepted, 1u);
    EXPECT_THAT(states(), ElementsAre(kDiscarded, kDiscarded, kReplayed));
    EXPECT_EQ(discard().discarded, 0u);
    EXPECT_EQ(settler->counts().discarded, 2u);
    const auto first = store->rejections({.ids = {{1}}}, {})->rows.at(0);
    EXPECT_EQ(first.payload, R"({"category":"c","name":"n"})");
    EXPECT_EQ(first.settled_by, UserId{7});
}

TEST_F(SettlerTest, NothingIsSettledWhileTheStoreIsBehind) {
    projector->stop();
    add(refusal(R"({"category":"c","name":"n"})"));
    settler.emplace(Settler::Parts{
        *log, *store, applied, types, pool, clock, {}, std::chrono::milliseconds(20)});
    const auto report = loop.run(settler->replay({}, Settler::Mode::kReal, loop));
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, Code::kTimeout);
    EXPECT_EQ(loop.run(settler->discard({}, loop)).error().code, Code::kTimeout);
}

}  // namespace
}  // namespace eyed::ingest
