#include "store/rebuild.h"

#include <fmt/format.h>

#include <chrono>

#include "store/applied_signal.h"

namespace eyed::store {

namespace {

constexpr std::size_t kBatchRows = 100'000;
constexpr std::size_t kBatchBytes = 32u << 20;
constexpr std::chrono::milliseconds kProgressEvery{500};

Status remove_store(io::FileSystem& files, const std::string& path) {
    for (const std::string& name :
         {path, path + ".wal", path + ".wal.checkpoint", path + ".wal.recovery"})
        if (files.exists(name)) EYED_TRY(files.remove(name));
    return {};
}

/// Applies the whole log in large batches.
Result<RebuildProgress> fill(EventStore& store, log::Log& log, Loss loss,
                             const OnRebuildProgress& on_progress) {
    RebuildProgress progress{{}, log.durable(), 0};
    EYED_ASSIGN(auto cursor, log.read_after({}));
    auto told = std::chrono::steady_clock::now();
    std::string bodies;
    std::vector<std::pair<log::Entry, std::size_t>> read;
    std::vector<log::Entry> batch;
    while (progress.applied < progress.end) {
        bodies.clear();
        read.clear();
        batch.clear();
        while (read.size() < kBatchRows && bodies.size() < kBatchBytes) {
            EYED_ASSIGN(const auto entry, cursor->next());
            if (!entry || entry->position > progress.end) break;
            if (entry->kind == log::Kind::kGap && loss == Loss::kRefuse)
                return failure(Code::kConflict,
                               fmt::format("the log no longer has its records {} to {}",
                                           entry->first().value, entry->position.value));
            read.emplace_back(*entry, bodies.size());
            bodies += entry->body;
            if (entry->position == progress.end) break;
        }
        if (read.empty()) return failure(Code::kCorrupt, "the log ends before its own end");
        for (auto& [entry, offset] : read) {
            entry.body = std::string_view(bodies).substr(offset, entry.body.size());
            batch.push_back(entry);
        }
        EYED_TRY(store.apply(batch));
        EYED_TRY(store.fold());
        progress.applied = batch.back().position;
        progress.events = store.state().events;
        const auto now = std::chrono::steady_clock::now();
        if (on_progress && (now - told >= kProgressEvery || progress.applied == progress.end)) {
            on_progress(progress);
            told = now;
        }
    }
    return progress;
}

}  // namespace

Result<RebuildProgress> rebuild_store(const DuckDbOptions& options, log::Log& log,
                                      io::FileSystem& files, Logger& logger, Loss loss,
                                      const OnRebuildProgress& on_progress) {
    DuckDbOptions beside = options;
    beside.path = options.path + ".rebuild";
    beside.fold_idle = std::chrono::milliseconds(0);
    EYED_TRY(remove_store(files, beside.path));  // of a rebuild that was cut short
    RebuildProgress progress;
    {
        EYED_ASSIGN(auto store, open_duckdb(beside, files, logger));
        auto filled = fill(*store, log, loss, on_progress);
        if (!filled) {
            store.reset();
            static_cast<void>(remove_store(files, beside.path));
            return std::unexpected(std::move(filled).error());
        }
        progress = *filled;
        EYED_TRY(store->fold());
    }
    if (files.exists(beside.path + ".wal"))
        return failure(Code::kInternal, "the rebuilt store still has a WAL");
    // The old WAL goes first: it must never meet the new file. A crash in between leaves the old
    // file a little behind, and the projector makes up for that.
    if (files.exists(options.path + ".wal")) EYED_TRY(files.remove(options.path + ".wal"));
    EYED_TRY(files.rename(beside.path, options.path));
    const std::size_t slash = options.path.rfind('/');
    EYED_TRY(
        files.sync_directory(slash == std::string::npos ? "." : options.path.substr(0, slash + 1)));
    return progress;
}

}  // namespace eyed::store
