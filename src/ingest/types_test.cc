#include "ingest/types.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <latch>
#include <map>
#include <set>
#include <thread>

#include "base/blocking.h"
#include "base/json_text.h"
#include "ingest/committer.h"
#include "ingest/decoder.h"

namespace eyed::ingest {
namespace {

/// A directory in memory that counts what is asked of it.
class MemoryDirectory final : public TypeDirectory {
  public:
    Result<std::vector<std::optional<TypeRow>>> create_if_absent(const std::vector<NewType>& wanted,
                                                                 std::uint32_t limit) override {
        const std::lock_guard lock(mutex_);
        ++calls;
        if (broken) return failure(Code::kUnavailable, "the directory is away");
        std::vector<std::optional<TypeRow>> made;
        for (const NewType& type : wanted) {
            const auto key = std::pair(type.category, type.name);
            if (!rows_.contains(key)) {
                if (counts_[type.application] >= limit) {
                    made.push_back(std::nullopt);
                    continue;
                }
                ++counts_[type.application];
                const auto number = rows_.size() + 1;
                rows_[key] = {.id = {static_cast<std::int64_t>(number)},
                              .application = type.application,
                              .category = type.category,
                              .name = type.name,
                              .version = 1,
                              .revision = ++revision_};
                ++created[key];
            }
            TypeRow& row = rows_[key];
            const auto at = std::ranges::lower_bound(row.senders, type.application);
            if (at == row.senders.end() || *at != type.application)
                row.senders.insert(at, type.application);
            made.push_back(row);
        }
        return made;
    }
    Result<std::vector<TypeRow>> changes_since(std::uint64_t revision) override {
        const std::lock_guard lock(mutex_);
        std::map<std::uint64_t, TypeRow> changed;
        for (const auto& [key, row] : rows_)
            if (row.revision > revision) changed[row.revision] = row;
        std::vector<TypeRow> rows;
        for (const auto& [number, row] : changed)
            rows.push_back(row);
        return rows;
    }
    void set_example(const std::string& category, const std::string& name, std::string example,
                     model::CheckMode mode = model::CheckMode::kEnforce) {
        const std::lock_guard lock(mutex_);
        TypeRow& row = rows_[{category, name}];
        row.example = std::move(example);
        row.schema.reset();
        row.mode = mode;
        ++row.version;
        row.revision = ++revision_;
    }

    std::atomic<int> calls{0};
    std::atomic<bool> broken{false};
    std::map<std::pair<std::string, std::string>, int> created;

  private:
    std::mutex mutex_;
    std::map<std::pair<std::string, std::string>, TypeRow> rows_;
    std::map<ApplicationId, std::uint32_t> counts_;
    std::uint64_t revision_ = 0;
};

/// A log in memory: ids as the real one gives them, and its deduplication.
class MemoryLog final : public log::Log {
  public:
    Status submit(log::Append& append) override {
        if (full) return failure(Code::kOverloaded, "the log's queue is full");
        ResumeBatch resumes;
        {
            const std::lock_guard lock(mutex_);
            for (const auto& entry : append.batch.entries())
                append.verdicts.push_back(add(entry, append.batch.body(entry)));
        }
        append.complete(resumes);
        return {};
    }
    Result<std::unique_ptr<log::Cursor>> read_after(Position) override {
        return failure(Code::kUnsupported, "not of these tests");
    }
    std::optional<EventId> find(const Hash128&) const override { return std::nullopt; }
    log::State state() const override { return {}; }
    Position durable() const override { return {}; }
    bool wait_beyond(Position, std::chrono::milliseconds) override { return false; }
    void interrupt() override {}
    void applied(Position) override {}

    std::atomic<bool> full{false};
    std::vector<std::pair<log::Kind, std::string>> records;

  private:
    log::Verdict add(const log::Batch::Entry& entry, std::string_view body) {
        using Outcome = log::Verdict::Outcome;
        if (entry.deduplicated) {
            const auto [known, fresh] = keys_.emplace(entry.key, last_event_ + 1);
            if (!fresh) return {Outcome::kDuplicate, known->second};
        }
        records.emplace_back(entry.kind, body);
        if (entry.kind == log::Kind::kEvent) return {Outcome::kAppended, ++last_event_};
        if (entry.kind == log::Kind::kRejection) return {Outcome::kAppended, ++last_rejection_};
        return {Outcome::kAppended, 0};
    }
    std::mutex mutex_;
    std::map<Hash128, std::uint64_t> keys_;
    std::uint64_t last_event_ = 0;
    std::uint64_t last_rejection_ = 0;
};

class IntakeTest : public testing::Test {
  protected:
    MemoryDirectory directory;
    MemoryLog log;
    WorkerPool pool{{.name = "types", .threads = 2}};
    Types types{directory, pool, {.limit_per_application = 5}};
    Committer committer{log, types};
    Sender sender{{1}, {2}, {3}, {1'000'000'000'000'000}, {}};

    static std::string event(std::string_view name, std::string_view event_id = "") {
        std::string text = "{\"category\":\"c\",\"name\":";
        append_json_string(name, text);
        if (!event_id.empty()) {
            text += ",\"event_id\":";
            append_json_string(event_id, text);
        }
        return text + "}";
    }
    /// Decodes and commits; the body lives as long as it must.
    Status send(const std::string& text, Decoded& out) {
        BlockingLoop loop;
        std::string body;
        body.reserve(text.size() + 64);
        body = text;
        Decoder decoder(types, {});
        decoder.native(sender, BodyKind::kDetect, body, out);
        return loop.run(committer.commit(out, loop));
    }
};

TEST_F(IntakeTest, NewTypeIsThereBeforeItsFirstEvent) {
    Decoded out;
    ASSERT_TRUE(send(event("n"), out));
    EXPECT_EQ(out.items[0].state, Item::State::kAccepted);
    EXPECT_EQ(out.items[0].id, 1u);
    ASSERT_TRUE(types.find("c", "n"));
    ASSERT_TRUE(send(event("n"), out));
    EXPECT_EQ(out.items[0].id, 2u);
    EXPECT_EQ(directory.calls, 1);
    EXPECT_EQ(types.size(), 1u);
}

TEST_F(IntakeTest, HundredAtOnceMakeATypeOnce) {
    constexpr int kSenders = 100;
    std::latch start(kSenders);
    std::vector<std::thread> threads;
    std::atomic<int> accepted{0};
    for (int i = 0; i < kSenders; ++i)
        threads.emplace_back([&, i] {
            Decoded out;
            start.arrive_and_wait();
            if (send(event(i % 2 ? "odd" : "even"), out) &&
                out.items[0].state == Item::State::kAccepted)
                ++accepted;
        });
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(accepted, kSenders);
    EXPECT_EQ(directory.created.size(), 2u);
    for (const auto& [key, times] : directory.created)
        EXPECT_EQ(times, 1);
    EXPECT_EQ(types.size(), 2u);
}

TEST_F(IntakeTest, EventsOverTheLimitOfTypesAreRecordedAsRefused) {
    Decoded out;
    std::string array = "[";
    for (int i = 0; i < 7; ++i)
        array += event("n" + std::to_string(i), "e" + std::to_string(i)) + ",";
    array.back() = ']';
    ASSERT_TRUE(send(array, out));
    EXPECT_EQ(out.accepted, 5u);
    EXPECT_EQ(out.rejected, 2u);
    EXPECT_EQ(out.items[5].state, Item::State::kRejected);
    EXPECT_EQ(out.items[5].id, 1u);
    EXPECT_EQ(out.faults_of(out.items[6])[0].reason, model::Reason::kTooManyTypes);
    ASSERT_EQ(log.records.size(), 7u);
    const auto rejection = *log::decode_rejection(log.records[6].second);
    EXPECT_EQ(rejection.payload, event("n6", "e6"));
    EXPECT_EQ(rejection.name, "n6");
    ASSERT_TRUE(send(event("n7"), out));  // now known when decoding
    EXPECT_EQ(out.rejected, 1u);
    EXPECT_EQ(directory.calls, 1);
    ASSERT_TRUE(send(event("n0", "e0"), out));
    EXPECT_EQ(out.items[0].state, Item::State::kDuplicate);
    EXPECT_EQ(out.items[0].id, 1u);
}

TEST_F(IntakeTest, RefusedImportIsWrittenOut) {
    Decoded out;
    Decoder decoder(types, {});
    for (int i = 0; i < 6; ++i)
        decoder.import_line(sender, event("n" + std::to_string(i), "e"), out);
    BlockingLoop loop;
    ASSERT_TRUE(loop.run(committer.commit(out, loop)));
    EXPECT_EQ(out.rejected, 1u);
    const auto rejection = *log::decode_rejection(log.records.back().second);
    EXPECT_EQ(rejection.payload,
              R"({"category":"c","name":"n5","data":{},"timestamp":"2001-09-09T01:46:40.000000Z",)"
              R"("event_id":"e"})");
}

TEST_F(IntakeTest, VerdictsFallToTheirItems) {
    Decoded out;
    ASSERT_TRUE(
        send("[" + event("n", "a") + ",5," + event("n", "a") + "," + event("n") + "]", out));
    EXPECT_EQ(out.accepted, 2u);
    EXPECT_EQ(out.duplicates, 1u);
    EXPECT_EQ(out.rejected, 1u);
    EXPECT_EQ(out.items[0].id, 1u);
    EXPECT_EQ(out.items[1].state, Item::State::kRejected);
    EXPECT_EQ(out.items[2].state, Item::State::kDuplicate);
    EXPECT_EQ(out.items[2].id, 1u);
    EXPECT_EQ(out.items[3].id, 2u);
    EXPECT_EQ(out.batch.size(), 4u);  // it is back for the answer
}

TEST_F(IntakeTest, NothingIsAppendedWhenItsTypeCannotBeMade) {
    Decoded out;
    directory.broken = true;
    const Status status = send(event("n"), out);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Code::kUnavailable);
    EXPECT_TRUE(log.records.empty());
    directory.broken = false;
    EXPECT_TRUE(send(event("n"), out));
}

TEST_F(IntakeTest, FullLogSaysSo) {
    Decoded out;
    log.full = true;
    EXPECT_EQ(send(event("n"), out).error().code, Code::kOverloaded);
}

TEST_F(IntakeTest, BodiesRefusedWholeAreRecordedOnce) {
    Decoded out;
    ASSERT_TRUE(send("[" + event("n"), out));
    EXPECT_EQ(out.rejected, 1u);
    EXPECT_EQ(log.records.size(), 1u);
    ASSERT_TRUE(send("[]", out));
    EXPECT_EQ(log.records.size(), 1u);
}

TEST_F(IntakeTest, ErasuresAndSessionsAreRecords) {
    Decoded out;
    BlockingLoop loop;
    erasure(sender, {7}, out);
    ASSERT_TRUE(loop.run(committer.commit(out, loop)));
    new_session(sender, random_uuid(), out);
    ASSERT_TRUE(loop.run(committer.commit(out, loop)));
    ASSERT_EQ(log.records.size(), 2u);
    EXPECT_EQ(log.records[0].first, log::Kind::kErase);
    EXPECT_EQ(log.records[1].first, log::Kind::kSession);
}

TEST_F(IntakeTest, ChangedExampleReachesACacheAtOnce) {
    Decoded out;
    ASSERT_TRUE(send(event("n"), out));
    TypeCache cache(types);
    EXPECT_EQ(cache.find("c", "none"), nullptr);
    EXPECT_FALSE(cache.find("c", "n")->checker);
    directory.set_example("c", "n", R"({"a":1})");
    ASSERT_TRUE(types.refresh());
    EXPECT_TRUE(cache.find("c", "n")->checker);
    ASSERT_TRUE(send(event("n"), out));
    EXPECT_EQ(out.rejected, 1u);
}

log::EventBody event_of(const std::pair<log::Kind, std::string>& record) {
    EXPECT_EQ(record.first, log::Kind::kEvent);
    return log::decode_event(record.second).value();
}

TEST_F(IntakeTest, EachEventRecordsTheVersionThatJudgedIt) {
    Decoded out;
    ASSERT_TRUE(send(event("n"), out));
    EXPECT_EQ(event_of(log.records.back()).judgement, model::Judgement{.type_version = 1});
    ASSERT_TRUE(send(event("n"), out));
    EXPECT_EQ(event_of(log.records.back()).judgement.type_version, 1u);
    directory.set_example("c", "n", R"({"a":1})");
    ASSERT_TRUE(types.refresh());
    ASSERT_TRUE(send(event("n"), out));
    ASSERT_EQ(log.records.back().first, log::Kind::kRejection);
    const auto rejection = log::decode_rejection(log.records.back().second).value();
    EXPECT_EQ(rejection.type_version, 2u);
    EXPECT_EQ(rejection.reason, model::Reason::kStructureMissing);
}

TEST_F(IntakeTest, AnObservedTypeTakesEventsAndNotesWhatIsWrong) {
    Decoded out;
    ASSERT_TRUE(send(event("n"), out));
    directory.set_example("c", "n", R"({"a":1})", model::CheckMode::kObserve);
    ASSERT_TRUE(types.refresh());
    ASSERT_TRUE(send(event("n"), out));
    EXPECT_EQ(out.accepted, 1u);
    const auto judged = event_of(log.records.back()).judgement;
    EXPECT_EQ(judged.type_version, 2u);
    EXPECT_EQ(judged.violation, model::Reason::kStructureMissing);
    directory.set_example("c", "n", R"({"a":1})", model::CheckMode::kOff);
    ASSERT_TRUE(types.refresh());
    ASSERT_TRUE(send(event("n"), out));
    EXPECT_EQ(event_of(log.records.back()).judgement, model::Judgement{.type_version = 3});
}

TEST_F(IntakeTest, EachApplicationIsNotedAsASenderOnce) {
    Decoded out;
    ASSERT_TRUE(send(event("n"), out));
    const int before = directory.calls;
    Sender other = sender;
    other.application = ApplicationId{77};
    Decoder decoder(types, {});
    for (int i = 0; i < 3; ++i) {
        std::string body = event("n");
        body.reserve(body.size() + 64);
        decoder.native(other, BodyKind::kDetect, body, out);
        EXPECT_EQ(out.new_types.size(), i == 0 ? 1u : 0u);
        BlockingLoop loop;
        ASSERT_TRUE(loop.run(committer.commit(out, loop)));
        EXPECT_EQ(out.accepted, 1u);
        EXPECT_EQ(event_of(log.records.back()).judgement.type_version, 1u);
    }
    EXPECT_EQ(directory.calls, before + 1);
    const TypePointer type = types.find("c", "n");
    EXPECT_TRUE(type->sent_by(sender.application));
    EXPECT_TRUE(type->sent_by(other.application));
    EXPECT_FALSE(type->sent_by(ApplicationId{78}));
    EXPECT_EQ(types.size(), 1u);
}

TEST_F(IntakeTest, WhoseEventsAreAllRefusedIsNoSender) {
    Decoded out;
    ASSERT_TRUE(send(event("n"), out));
    directory.set_example("c", "n", R"({"a":1})");
    ASSERT_TRUE(types.refresh());
    Sender other = sender;
    other.application = ApplicationId{77};
    Decoder decoder(types, {});
    std::string body = event("n");
    body.reserve(body.size() + 64);
    decoder.native(other, BodyKind::kDetect, body, out);
    EXPECT_TRUE(out.new_types.empty());
}

TEST_F(IntakeTest, ACacheKnowsManyTypes) {
    std::vector<NewType> wanted;
    for (int i = 0; i < 3000; ++i)
        wanted.push_back({sender.application, "c", "n" + std::to_string(i), sender.now});
    ASSERT_TRUE(directory.create_if_absent(wanted, 3000));
    ASSERT_TRUE(types.refresh());
    TypeCache cache(types);
    for (int round = 0; round < 2; ++round)
        for (int i = 0; i < 3000; ++i) {
            const std::string name = "n" + std::to_string(i);
            const TypeState* const type = cache.find("c", name);
            ASSERT_TRUE(type);
            EXPECT_EQ(type->name, name);
        }
    EXPECT_EQ(cache.find("c", "none"), nullptr);
}

TEST_F(IntakeTest, ExamplesChangeWhileEventsCome) {
    Decoded first;
    ASSERT_TRUE(send(event("n"), first));
    std::atomic<bool> stop{false};
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t)
        threads.emplace_back([&] {
            Decoder decoder(types, {});
            Decoded out;
            std::string body = event("n");
            body.reserve(body.size() + 64);
            while (!stop) {
                decoder.native(sender, BodyKind::kDetect, body, out);
                EXPECT_EQ(out.items.size(), 1u);
                std::this_thread::yield();
            }
        });
    for (int i = 0; i < 200; ++i) {
        directory.set_example("c", "n", "{\"k" + std::to_string(i) + "\":1}");
        EXPECT_TRUE(types.refresh());
    }
    stop = true;
    for (auto& thread : threads)
        thread.join();
    TypeCache cache(types);
    EXPECT_EQ(cache.find("c", "n")->version, 201u);
}

/// Lets a coroutine go on in another thread, and keeps whoever posted it until `held` is over.
class HoldingExecutor final : public Executor {
  public:
    HoldingExecutor(Executor& inner, std::function<void()> held)
        : inner_(inner), held_(std::move(held)) {}
    void post(Resumption* chain) noexcept override {
        inner_.post(chain);
        held_();
    }

  private:
    Executor& inner_;
    const std::function<void()> held_;
};

Task<bool> registered(Types& types, Executor& executor) {
    Registration registration(types, executor, {{{1}, "c", "n", {}}});
    const auto made = co_await registration;
    co_return made && made->front();
}

TEST(TypesTest, GoOnlyWhenThePoolHasLeftThem) {
    MemoryDirectory directory;
    auto pool = std::make_unique<WorkerPool>(WorkerPool::Options{.name = "types"});
    auto types = std::make_unique<Types>(directory, *pool, Types::Options{});
    BlockingLoop loop;
    std::mutex mutex;
    std::condition_variable changed;
    bool gone = false;
    bool gone_too_soon = false;
    HoldingExecutor holding(loop, [&] {  // the pool's thread, before it looks for more
        std::unique_lock lock(mutex);
        gone_too_soon =
            changed.wait_for(lock, std::chrono::milliseconds(200), [&] { return gone; });
    });
    EXPECT_TRUE(loop.run(registered(*types, holding)));
    types.reset();  // the last registration has ended
    {
        const std::lock_guard lock(mutex);
        gone = true;
    }
    changed.notify_all();
    pool.reset();
    EXPECT_FALSE(gone_too_soon);
}

TEST(TypesTest, RulesThatCannotBeReadAnyMoreAreLoggedOnce) {
    MemoryDirectory directory;
    WorkerPool pool{{.name = "types"}};
    CapturingLogger logger;
    Types types(directory, pool, {.logger = &logger});
    ASSERT_TRUE(directory.create_if_absent({{{1}, "c", "n", {}}}, 10));
    directory.set_example("c", "n", "{");
    ASSERT_TRUE(types.refresh());
    ASSERT_TRUE(types.refresh());
    ASSERT_EQ(logger.lines().size(), 1u);
    EXPECT_TRUE(logger.has("it is not checked"));
    EXPECT_TRUE(logger.has("name=n"));
    EXPECT_EQ(types.find("c", "n")->checker, nullptr);
    directory.set_example("c", "n", "[");
    ASSERT_TRUE(types.refresh());
    EXPECT_EQ(logger.lines().size(), 2u) << "another version";
    directory.set_example("c", "n", R"({"a":1})");
    ASSERT_TRUE(types.refresh());
    EXPECT_EQ(logger.lines().size(), 2u);
}

}  // namespace
}  // namespace eyed::ingest
