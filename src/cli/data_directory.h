#pragma once

#include "config/settings.h"
#include "log/journal/journal.h"
#include "store/duckdb/duckdb_store.h"

namespace eyed::cli {

/// How the settings open the log and the store of their data directory: the server and the
/// commands that work on a stopped one's directory open the same.
log::JournalOptions journal_options(const config::Settings& settings);
store::DuckDbOptions store_options(const config::Settings& settings);

}  // namespace eyed::cli
