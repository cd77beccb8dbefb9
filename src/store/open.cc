#include "store/open.h"

#include <algorithm>

namespace eyed::store {

namespace {

/// `20261125T041500Z`
std::string stamp(Micros at) {
    std::string text = to_iso8601(at);
    text.resize(text.find('.'));
    std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
    return text + "Z";
}

std::string directory_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

/// The database and whatever DuckDB keeps beside it: `.wal`, `.wal.checkpoint` …
Result<std::string> put_aside(const std::string& path, io::FileSystem& files, Micros now) {
    const std::string directory = directory_of(path);
    const std::string base = path.substr(path.rfind('/') + 1);
    std::string aside = path + ".broken-" + stamp(now);
    for (int i = 2; files.exists(aside); ++i)
        aside = path + ".broken-" + stamp(now) + "-" + std::to_string(i);
    EYED_ASSIGN(const auto names, files.list(directory));
    // The WAL first: a crash in between must not leave it beside a new file.
    for (const std::string& name : names)
        if (name.starts_with(base + ".wal"))
            EYED_TRY(files.rename(directory + "/" + name, aside + name.substr(base.size())));
    if (files.exists(path)) EYED_TRY(files.rename(path, aside));
    EYED_TRY(files.sync_directory(directory));
    return aside;
}

}  // namespace

Result<Opened> open_store(const DuckDbOptions& options, io::FileSystem& files, Logger& logger,
                          const Clock& clock) {
    auto store = open_duckdb(options, files, logger);
    if (store) return Opened{std::move(*store), {}};
    if (store.error().code != Code::kCorrupt) return std::unexpected(std::move(store).error());
    EYED_ASSIGN(std::string aside, put_aside(options.path, files, clock.now()));
    logger.log(Level::kError,
               "the store does not open: it is put aside, and a new one is filled from the log",
               {{"why", store.error().detail}, {"put_aside", aside}});
    EYED_ASSIGN(auto fresh, open_duckdb(options, files, logger));
    return Opened{std::move(fresh), std::move(aside)};
}

}  // namespace eyed::store
