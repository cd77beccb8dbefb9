#include "store/duckdb/duckdb_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <thread>

#include "store/duckdb/export.h"
#include "store/duckdb/instance.h"
#include "store/duckdb/reads.h"
#include "store/duckdb/schema.h"
#include "store/duckdb/type_tally.h"
#include "store/duckdb/watchdog.h"
#include "store/duckdb/writer.h"

namespace eyed::store {

namespace {

using SteadyTime = std::chrono::steady_clock::time_point;
using Milliseconds = std::chrono::milliseconds;

constexpr Milliseconds kReopenFirst{100};
constexpr Milliseconds kReopenLast{5'000};
/// A WAL of this many times wal_bytes is folded even if readers must wait for it.
constexpr std::uint64_t kPatience = 4;
constexpr Milliseconds kFoldWait{500};
/// Long work that a person waits for: an export, a verify.
constexpr std::chrono::hours kLongWork{24};

SteadyTime now() {
    return std::chrono::steady_clock::now();
}

/// A failed checkpoint or commit may invalidate DuckDB's instance: every query fails until it is
/// reopened. Whoever meets that marks it broken, and the next caller reopens it, with back-off.
class DuckDbStore final : public EventStore {
  public:
    DuckDbStore(DuckDbOptions options, io::FileSystem& files, Logger& logger)
        : options_(std::move(options)), files_(files), logger_(logger) {}

    Status open() {
        EYED_ASSIGN(auto instance, Instance::open(options_));
        return adopt(std::move(instance));
    }

    Status apply(const std::vector<log::Entry>& entries) override;
    Status fold() override;
    Position applied() const override { return {applied_.load(std::memory_order_acquire)}; }

    Result<Rows<model::Event>> events(const EventFilter& filter, const EventPage& page) override {
        return read([&](Connection& c) { return read_events(c, highest(), filter, page); });
    }
    Result<model::Event> event(EventId id,
                               const std::vector<ApplicationId>& applications) override {
        return read([&](Connection& c) { return read_event(c, id, applications); });
    }
    Result<Rows<SessionRow>> sessions(const SessionFilter& filter,
                                      const SessionPage& page) override {
        return read([&](Connection& c) { return read_sessions(c, filter, page); });
    }
    Result<SessionRow> session(const Uuid& id,
                               const std::vector<ApplicationId>& applications) override {
        return read([&](Connection& c) { return read_session(c, id, applications); });
    }
    Result<Rows<model::Rejection>> rejections(const RejectionFilter& filter,
                                              const RejectionPage& page) override {
        return read([&](Connection& c) { return read_rejections(c, filter, page); });
    }
    Result<RejectionSummary> summarize(const RejectionSummaryQuery& query) override {
        return read([&](Connection& c) { return read_rejection_summary(c, query); });
    }
    Result<std::vector<EventTrace>> trace(const std::string& event_id,
                                          const std::vector<ApplicationId>& applications,
                                          std::uint32_t limit) override {
        return read([&](Connection& c) { return read_trace(c, event_id, applications, limit); });
    }
    Result<std::vector<TimeCount>> count_by_time(const CountByTime& count) override {
        return read([&](Connection& c) { return read_counts(c, count); });
    }
    Result<std::vector<TypeCounts>> type_counts(
        const std::vector<TypeName>& types,
        const std::vector<ApplicationId>& applications) override {
        return read([&](Connection& c) {
            return tally_.counts(c, amendments_.load(std::memory_order_acquire), types,
                                 applications);
        });
    }
    Result<std::uint64_t> export_events(const EventFilter& filter, ExportFormat format,
                                        const std::string& path) override {
        const std::string scratch =
            options_.temp_directory.empty() ? options_.path + ".tmp" : options_.temp_directory;
        return read(
            [&](Connection& c) {
                return write_export(c, highest(), filter,
                                    {format, path, scratch, options_.application_name}, files_);
            },
            kLongWork);
    }
    Status visit_events(const Visit& visit) override {
        return read([&](Connection& c) { return visit_each(c, highest(), {}, visit); }, kLongWork);
    }
    Status check() override {
        return read([&](Connection& c) -> Status {
            EYED_ASSIGN(const auto at, c.number({"SELECT applied FROM meta", {}}));
            if (at) return {};
            return failure(Code::kUnavailable, "the store's file does not say how far it is");
        });
    }
    StoreState state() override;

  private:
    /// Runs work on a reader's connection under a deadline.
    template <class Work>
    std::invoke_result_t<Work, Connection&> read(Work work, std::chrono::nanoseconds timeout = {}) {
        EYED_TRY(heal());
        {
            const std::lock_guard after_you(turnstile_);
        }
        const std::shared_lock lock(instance_mutex_);
        if (!instance_) return failure(Code::kUnavailable, "the store is being reopened");
        EYED_ASSIGN(const auto lease, instance_->reader());
        const auto limit = timeout.count() == 0 ? options_.query_timeout : timeout;
        const Watchdog::Guard guard(
            watchdog_, lease->connection().handle(),
            now() + std::chrono::duration_cast<SteadyTime::duration>(limit));
        auto result = work(lease->connection());
        if (!result) note(result.error(), lease->connection());
        return result;
    }

    Status adopt(std::unique_ptr<Instance> instance);
    Status heal();
    Status fold_alone();
    void note(const Error& error, Connection& connection);
    EventId highest() const { return {highest_.load(std::memory_order_acquire)}; }
    std::uint64_t wal_size();
    std::uint64_t file_size(const std::string& path);

    const DuckDbOptions options_;
    io::FileSystem& files_;
    Logger& logger_;
    Watchdog watchdog_;

    /// Held while waiting to be alone: keeps new readers from overtaking for ever.
    std::mutex turnstile_;
    std::shared_mutex instance_mutex_;  ///< shared: using instance_; alone: replacing it
    std::unique_ptr<Instance> instance_;
    std::atomic<bool> broken_{false};

    std::mutex heal_mutex_;  ///< guards the next three
    SteadyTime next_attempt_;
    Milliseconds back_off_ = kReopenFirst;
    std::string why_;

    std::atomic<std::uint64_t> applied_{0};
    std::atomic<std::uint64_t> highest_{0};
    std::atomic<std::uint64_t> events_{0};
    std::atomic<std::uint64_t> amendments_{0};  ///< applied since this was made
    TypeTally tally_;
    std::atomic<std::uint64_t> open_rejections_{0};
    SteadyTime last_apply_ = now();  ///< the projector's
};

Status DuckDbStore::adopt(std::unique_ptr<Instance> instance) {
    Connection& connection = instance->writer();
    EYED_ASSIGN(const Position applied, read_applied(connection));
    EYED_ASSIGN(const auto highest, connection.number({"SELECT max(id) FROM events", {}}));
    EYED_ASSIGN(const auto events, connection.number({"SELECT count(*)::UBIGINT FROM events", {}}));
    EYED_ASSIGN(const auto open, connection.number({"SELECT count(*)::UBIGINT FROM rejections "
                                                    "WHERE state = 0",
                                                    {}}));
    instance_ = std::move(instance);
    tally_.forget();
    highest_.store(highest.value_or(0), std::memory_order_release);
    events_.store(events.value_or(0));
    open_rejections_.store(open.value_or(0));
    applied_.store(applied.value, std::memory_order_release);
    return {};
}

Status DuckDbStore::heal() {
    if (!broken_.load(std::memory_order_acquire)) return {};
    const std::unique_lock healing(heal_mutex_, std::try_to_lock);
    if (!healing) return failure(Code::kUnavailable, "the store is being reopened");
    if (!broken_.load(std::memory_order_acquire)) return {};
    if (now() < next_attempt_) return failure(Code::kUnavailable, why_);
    const std::lock_guard turnstile(turnstile_);
    const std::unique_lock alone(instance_mutex_);
    instance_.reset();
    auto instance = Instance::open(options_);
    Status adopted = instance ? adopt(std::move(*instance))
                              : Status(std::unexpected(std::move(instance).error()));
    if (adopted) {
        back_off_ = kReopenFirst;
        broken_.store(false, std::memory_order_release);
        logger_.log(Level::kInfo, "the store is open again",
                    {{"applied", std::to_string(applied().value)}});
        return {};
    }
    instance_.reset();
    next_attempt_ = now() + back_off_;
    back_off_ = std::min(back_off_ * 2, kReopenLast);
    why_ = "the store does not open: " + adopted.error().detail;
    if (adopted.error().code == Code::kCorrupt)
        why_ += "; a restart puts the file aside and rebuilds it from the log";
    logger_.log(Level::kError, "the store does not open", {{"why", adopted.error().detail}});
    return failure(Code::kUnavailable, why_);
}

/// After a failure: is it the statement's, or is the instance gone?
void DuckDbStore::note(const Error& error, Connection& connection) {
    if (error.code == Code::kNotFound || error.code == Code::kTimeout) return;
    if (connection.run("SELECT 1")) return;
    if (broken_.exchange(true)) return;
    logger_.log(Level::kError, "the store must be reopened", {{"why", error.detail}});
}

Status DuckDbStore::apply(const std::vector<log::Entry>& entries) {
    if (entries.empty()) return {};
    EYED_TRY(heal());
    const std::shared_lock lock(instance_mutex_);
    if (!instance_) return failure(Code::kUnavailable, "the store is being reopened");
    if (entries.front().first().value != applied().value + 1)
        return failure(Code::kInternal,
                       fmt::format("record {} does not follow {}, the store's position",
                                   entries.front().first().value, applied().value));
    // Before the rows can be seen: a page looks for ids up to here.
    for (const log::Entry& entry : entries)
        if (entry.kind == log::Kind::kEvent && entry.id > highest_.load())
            highest_.store(entry.id, std::memory_order_release);
    last_apply_ = now();
    const auto written = write_entries(instance_->writer(), entries);
    if (written) {
        amendments_.fetch_add(static_cast<std::uint64_t>(std::ranges::count_if(
                                  entries,
                                  [](const log::Entry& entry) {
                                      return entry.kind == log::Kind::kReplace ||
                                             entry.kind == log::Kind::kErase;
                                  })),
                              std::memory_order_release);
        events_.fetch_add(written->events_added - written->events_removed);
        open_rejections_.fetch_add(written->rejections_opened - written->rejections_settled);
        applied_.store(written->applied.value, std::memory_order_release);
        return {};
    }
    note(written.error(), instance_->writer());
    // The commit's own error leaves it open whether it took effect; only the file knows.
    if (!broken_.load()) {
        const auto position = read_applied(instance_->writer());
        if (position && position->value != applied().value) broken_.store(true);
    }
    return std::unexpected(written.error());
}

Status DuckDbStore::fold() {
    EYED_TRY(heal());
    const std::uint64_t bytes = wal_size();
    const bool idle = now() - last_apply_ >= options_.fold_idle;
    if (bytes == 0 || (bytes < options_.wal_bytes && !idle)) return {};
    Status folded;
    {
        const std::shared_lock lock(instance_mutex_);
        if (!instance_) return {};
        folded = instance_->writer().run("CHECKPOINT");
        if (!folded && folded.error().code != Code::kConflict)
            note(folded.error(), instance_->writer());
    }
    // Readers that began before the last batch are in the way: another time, unless it grows.
    if (!folded && folded.error().code == Code::kConflict) {
        if (bytes < kPatience * options_.wal_bytes) return {};
        folded = fold_alone();
    }
    if (folded) return {};
    logger_.log(Level::kWarning, "the store's WAL is not folded",
                {{"why", folded.error().detail}, {"wal_bytes", bytes}});
    last_apply_ = now();  // not again at once
    return folded;
}

/// Lets no new reader in, waits a moment for those that are there, and folds. Gives up when one
/// stays long (an export): the WAL then grows until it is done.
Status DuckDbStore::fold_alone() {
    const std::lock_guard turnstile(turnstile_);
    const SteadyTime until = now() + kFoldWait;
    std::unique_lock alone(instance_mutex_, std::try_to_lock);
    while (!alone && now() < until) {
        std::this_thread::sleep_for(Milliseconds(1));
        static_cast<void>(alone.try_lock());
    }
    if (!alone) return failure(Code::kConflict, "a long query is in the way");
    if (!instance_) return {};
    Status folded = instance_->writer().run("CHECKPOINT");
    if (!folded) note(folded.error(), instance_->writer());
    return folded;
}

std::uint64_t DuckDbStore::file_size(const std::string& path) {
    if (!files_.exists(path)) return 0;
    auto file = files_.open(path, io::OpenMode::kRead);
    if (!file) return 0;
    return (*file)->size().value_or(0);
}

std::uint64_t DuckDbStore::wal_size() {
    return file_size(options_.path + ".wal");
}

StoreState DuckDbStore::state() {
    return {applied(), events_.load(), open_rejections_.load(),
            file_size(options_.path) + wal_size()};
}

}  // namespace

Result<std::unique_ptr<EventStore>> open_duckdb(const DuckDbOptions& options, io::FileSystem& files,
                                                Logger& logger) {
    auto store = std::make_unique<DuckDbStore>(options, files, logger);
    EYED_TRY(store->open());
    return store;
}

}  // namespace eyed::store
