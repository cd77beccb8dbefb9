#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <ostream>

#include "cli/context.h"
#include "cli/import_source.h"
#include "cli/import_state.h"
#include "cli/import_target.h"
#include "cli/progress.h"
#include "cli/text.h"

namespace eyed::cli {
namespace {

constexpr std::size_t kBatchBytes = std::size_t{8} << 20U;  // under the server's limit of a body

ImportSource::Format format_of(const Import& command) {
    const bool csv =
        command.format.empty() ? command.file.ends_with(".csv") : command.format == "csv";
    return csv ? ImportSource::Format::kCsv : ImportSource::Format::kNdjson;
}

/// What the progress line reads while the work goes on.
struct Figures {
    std::atomic<std::uint64_t> offset{0};
    std::atomic<std::uint64_t> events{0};
    std::mutex mutex;    ///< guards notice
    std::string notice;  ///< why it waits

    void set_notice(std::string text) {
        const std::lock_guard lock(mutex);
        notice = std::move(text);
    }
    std::string text(std::uint64_t size) {
        const std::lock_guard lock(mutex);
        if (!notice.empty()) return notice;
        return fmt::format("importing: {} events, {} %", events.load(),
                           size == 0 ? 100 : 100 * offset.load() / size);
    }
};

/// Fills a batch from the file; empty at its end.
Result<ImportLines> next_batch(ImportSource& source, std::uint32_t limit) {
    ImportLines lines;
    while (lines.events < limit && lines.text.size() < kBatchBytes) {
        EYED_ASSIGN(const bool more, source.next(lines.text));
        if (!more) break;
        ++lines.events;
    }
    return lines;
}

struct Job {
    io::FileSystem& files;
    ImportSource& source;
    ImportTarget& target;
    Figures& figures;
    const std::string state_path;
    const std::uint32_t batch;
};

/// Sends what is left of the file; `state` is true, on disk too, after each batch.
Status send_all(const Job& job, ImportState& state) {
    for (;;) {
        EYED_ASSIGN(const auto lines, next_batch(job.source, job.batch));
        if (lines.events == 0) return {};
        EYED_ASSIGN(const auto counts, job.target.send(lines));
        state.place = job.source.place();
        state.accepted += counts.accepted;
        state.duplicates += counts.duplicates;
        state.rejected += counts.rejected;
        EYED_TRY(write_import_state(job.files, job.state_path, state));
        job.figures.set_notice("");
        job.figures.offset = state.place.offset;
        job.figures.events = state.accepted + state.duplicates + state.rejected;
    }
}

void tell(const Context& context, const ImportState& state) {
    auto& out = context.start.out;
    if (context.style == Style::kJson) {
        JsonObject object;
        object.number("accepted", static_cast<std::int64_t>(state.accepted))
            .number("duplicates", static_cast<std::int64_t>(state.duplicates))
            .number("rejected", static_cast<std::int64_t>(state.rejected));
        out << object.str() << '\n';
    } else if (context.style == Style::kQuiet) {
        out << state.accepted << '\n';
    } else {
        out << fmt::format("{} events accepted, {} known already, {} rejected{}.\n", state.accepted,
                           state.duplicates, state.rejected,
                           state.rejected == 0 ? "" : " (see /api/v1/rejections)");
    }
}

}  // namespace

Result<int> import_events(const Context& context, const Import& command) {
    const auto files = io::make_file_system();
    EYED_ASSIGN(const auto source, ImportSource::open({command.file, format_of(command)}));
    Figures figures;
    std::unique_ptr<ImportTarget> target;
    if (command.remote.url.empty()) {
        EYED_ASSIGN(target, make_offline_target(context.settings(), command.application));
    } else {
        EYED_ASSIGN(target, make_online_target(command.remote, [&](const std::string& why) {
                        figures.set_notice(why);
                    }));
    }
    const auto state_path = import_state_path(command.file, target->identity());
    ImportState state;
    state.fingerprint = source->fingerprint();
    if (!command.restart) {
        EYED_ASSIGN(const auto before,
                    read_import_state(*files, state_path, source->fingerprint()));
        if (before) state = *before;
    }
    if (state.place.offset != 0) {
        EYED_TRY(source->seek(state.place));
        if (context.style == Style::kHuman)
            context.start.err << fmt::format("Going on after line {}.\n", state.place.line);
    }
    Status sent;
    {
        const Progress progress(context.start.err, [&] { return figures.text(source->size()); });
        sent = send_all({*files, *source, *target, figures, state_path, command.batch}, state);
    }
    if (!sent)
        return failure(
            sent.error().code == Code::kInvalidArgument ? Code::kUnavailable : sent.error().code,
            fmt::format("{} (after line {}; the same command goes on from there)",
                        sent.error().detail, state.place.line));
    if (files->exists(state_path)) EYED_TRY(files->remove(state_path));
    tell(context, state);
    return kDone;
}

}  // namespace eyed::cli
