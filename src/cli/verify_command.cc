#include <fmt/format.h>

#include <atomic>
#include <ostream>

#include "cli/context.h"
#include "cli/progress.h"
#include "cli/stopped_directory.h"
#include "cli/text.h"
#include "config/data_layout.h"
#include "log/verify.h"
#include "store/verify.h"

namespace eyed::cli {
namespace {

/// What the progress line reads while the work goes on.
struct Share {
    std::atomic<std::uint64_t> done{0};
    std::atomic<std::uint64_t> total{0};
    std::string percent() const {
        const auto of = total.load();
        return of == 0 ? std::string() : fmt::format("{} %", 100 * done.load() / of);
    }
};

Result<log::VerifyReport> check_log(const Context& context, StoppedDirectory& directory) {
    Share share;
    const Progress progress(context.start.err,
                            [&] { return "checking the log: " + share.percent(); });
    return log::verify_journal(directory.files(),
                               config::DataLayout{context.settings().data}.journal(),
                               [&](const log::VerifyProgress& now) {
                                   share.total = now.bytes_total;
                                   share.done = now.bytes_done;
                               });
}

Result<store::VerifyReport> check_store(const Context& context, StoppedDirectory& directory) {
    EYED_ASSIGN(const auto log, directory.open_log());
    EYED_ASSIGN(const auto store, directory.open_store());
    Share share;
    const Progress progress(context.start.err,
                            [&] { return "checking the store: " + share.percent(); });
    store::VerifyOptions options;
    options.on_progress = [&](std::uint64_t done, std::uint64_t total) {
        share.total = total;
        share.done = done;
    };
    return store::verify_store(*log, *store, options);
}

/// Gives up what cannot be read, then looks again. The files as they were stay beside the new ones.
Result<log::VerifyReport> repair_log(const Context& context, StoppedDirectory& directory) {
    EYED_ASSIGN(const auto given_up,
                log::repair_journal(directory.files(),
                                    config::DataLayout{context.settings().data}.journal(),
                                    directory.logger()));
    if (context.style == Style::kHuman)
        for (const auto& one : given_up)
            context.start.out << fmt::format(
                "Given up: {}. {} is kept as it was, under a name "
                "with .damaged in it\n",
                one.what, one.file);
    return check_log(context, directory);
}

std::string ids_json(const std::vector<EventId>& ids) {
    std::string text;
    for (const auto id : ids)
        text += (text.empty() ? "" : ",") + std::to_string(id.value);
    return "[" + text + "]";
}

std::string damage_json(const std::vector<log::Damage>& damage) {
    std::string text;
    for (const auto& one : damage) {
        JsonObject object;
        object.text("file", one.file)
            .number("offset", static_cast<std::int64_t>(one.offset))
            .text("what", one.what);
        text += (text.empty() ? "" : ",") + object.str();
    }
    return "[" + text + "]";
}

std::string report_json(const log::VerifyReport& log, const store::VerifyReport* store) {
    JsonObject log_part;
    log_part.flag("intact", log.intact())
        .number("segments", static_cast<std::int64_t>(log.segments.size()))
        .number("records", static_cast<std::int64_t>(log.records))
        .number("events", static_cast<std::int64_t>(log.events))
        .number("rejections", static_cast<std::int64_t>(log.rejections))
        .number("last", static_cast<std::int64_t>(log.last.value))
        .number("given_up", static_cast<std::int64_t>(log.given_up))
        .number("torn_tail_bytes", static_cast<std::int64_t>(log.torn_tail_bytes))
        .json("damage", damage_json(log.damage));
    JsonObject all;
    all.flag("good", log.intact() && store != nullptr && store->good()).json("log", log_part.str());
    if (store == nullptr) return all.json("store", "null").str();
    JsonObject store_part;
    store_part.flag("good", store->good())
        .number("compared", static_cast<std::int64_t>(store->compared.value))
        .number("events", static_cast<std::int64_t>(store->store_events))
        .number("missing", static_cast<std::int64_t>(store->missing))
        .number("extra", static_cast<std::int64_t>(store->extra))
        .number("different", static_cast<std::int64_t>(store->different))
        .number("lost", static_cast<std::int64_t>(store->lost))
        .number("unproven", static_cast<std::int64_t>(store->unproven))
        .number("rejections", static_cast<std::int64_t>(store->store_rejections))
        .number("open_rejections", static_cast<std::int64_t>(store->store_open_rejections))
        .json("missing_ids", ids_json(store->missing_ids))
        .json("extra_ids", ids_json(store->extra_ids))
        .json("different_ids", ids_json(store->different_ids));
    return all.json("store", store_part.str()).str();
}

void tell_log(std::ostream& out, const log::VerifyReport& log) {
    out << fmt::format("Log: {} records ({} events, {} rejections) in {} segments, {}.\n",
                       log.records, log.events, log.rejections, log.segments.size(),
                       log.intact() ? "intact" : "DAMAGED");
    for (const auto& one : log.damage)
        out << fmt::format("  {} at byte {}: {}\n", one.file, one.offset, one.what);
    if (log.torn_tail_bytes != 0)
        out << fmt::format(
            "  {} bytes after the last record: an append that was cut short; the "
            "next start removes them\n",
            log.torn_tail_bytes);
}

void tell_store(std::ostream& out, const store::VerifyReport& store) {
    out << fmt::format("Store: {} events up to record {}, {}.\n", store.store_events,
                       store.compared.value,
                       store.good() ? "as the log says" : "NOT as the log says");
    if (store.lost > 0)
        out << fmt::format(
            "  {} records are no longer in the log (retention, or given up by a repair); {} events "
            "are in the store otherwise than in what is left of it, and stay so\n",
            store.lost, store.unproven);
    if (!store.good())
        out << fmt::format(
            "  {} missing, {} too many, {} different, {} rejections of {}, {} of them open where "
            "the log says {}; `eyed rebuild` recreates it from the log\n",
            store.missing, store.extra, store.different, store.store_rejections,
            store.log_rejections, store.store_open_rejections, store.log_open_rejections);
}

}  // namespace

Result<int> verify(const Context& context, const Verify& command) {
    EYED_ASSIGN(const auto directory, StoppedDirectory::open(context.settings()));
    EYED_ASSIGN(auto log, check_log(context, *directory));
    auto& out = context.start.out;
    if (context.style == Style::kHuman) tell_log(out, log);
    if (!log.intact() && command.repair) {
        EYED_ASSIGN(log, repair_log(context, *directory));
        if (context.style == Style::kHuman) tell_log(out, log);
    }
    if (!log.intact()) {  // the store cannot be compared with what cannot be read
        if (context.style == Style::kHuman)
            out << "Restore the damaged files from a backup, or give up what cannot be read with "
                   "`eyed verify --repair`.\n";
        if (context.style == Style::kJson) out << report_json(log, nullptr) << '\n';
        if (context.style == Style::kQuiet) out << "damaged\n";
        return kFailed;
    }
    EYED_ASSIGN(const auto store, check_store(context, *directory));
    if (context.style == Style::kHuman) tell_store(out, store);
    if (context.style == Style::kJson) out << report_json(log, &store) << '\n';
    if (context.style == Style::kQuiet) out << (store.good() ? "good\n" : "different\n");
    return store.good() ? kDone : kFailed;
}

}  // namespace eyed::cli
