#include <fmt/format.h>

#include <atomic>
#include <ostream>

#include "cli/context.h"
#include "cli/data_directory.h"
#include "cli/progress.h"
#include "cli/stopped_directory.h"
#include "cli/text.h"
#include "config/data_layout.h"
#include "store/rebuild.h"

namespace eyed::cli {

Result<int> rebuild(const Context& context, const Rebuild& command) {
    EYED_ASSIGN(const auto directory, StoppedDirectory::open(context.settings()));
    EYED_TRY(directory->files().create_directories(
        config::DataLayout{context.settings().data}.store_directory()));
    EYED_ASSIGN(const auto log, directory->open_log());
    std::atomic<std::uint64_t> applied{0};
    std::atomic<std::uint64_t> end{0};
    Result<store::RebuildProgress> rebuilt;
    {
        const Progress progress(context.start.err, [&] {
            return fmt::format("rebuilding: {} of {} records", applied.load(), end.load());
        });
        rebuilt = store::rebuild_store(
            store_options(context.settings()), *log, directory->files(), directory->logger(),
            command.accept_loss ? store::Loss::kAccept : store::Loss::kRefuse,
            [&](const store::RebuildProgress& now) {
                end = now.end.value;
                applied = now.applied.value;
            });
    }
    if (!rebuilt && rebuilt.error().code == Code::kConflict)
        return failure(
            Code::kConflict,
            fmt::format("{}: a rebuilt store is without what they said, the one there is "
                        "may have it and stays. --accept-loss rebuilds all the same",
                        rebuilt.error().detail));
    if (!rebuilt) return std::unexpected(rebuilt.error());
    auto& out = context.start.out;
    if (context.style == Style::kJson) {
        JsonObject object;
        object.number("events", static_cast<std::int64_t>(rebuilt->events))
            .number("applied", static_cast<std::int64_t>(rebuilt->applied.value));
        out << object.str() << '\n';
    } else if (context.style == Style::kQuiet) {
        out << rebuilt->events << '\n';
    } else {
        out << fmt::format("The store is rebuilt from {} records: {} events.\n",
                           rebuilt->applied.value, rebuilt->events);
    }
    return kDone;
}

}  // namespace eyed::cli
