#include "cli/data_directory.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "config/data_layout.h"

namespace eyed::cli {

log::JournalOptions journal_options(const config::Settings& settings) {
    using std::chrono::duration_cast;
    using std::chrono::seconds;
    log::JournalOptions options;
    options.directory = config::DataLayout{settings.data}.journal();
    options.segment_bytes = settings.log.segment_bytes;
    if (settings.log.retention.count() > 0)
        options.retention = duration_cast<seconds>(settings.log.retention);
    options.dedup_memory = settings.ingest.dedup_memory;
    options.dedup_window = duration_cast<seconds>(settings.ingest.dedup_window);
    options.queue_bytes = settings.log.queue_bytes;
    return options;
}

store::DuckDbOptions store_options(const config::Settings& settings) {
    store::DuckDbOptions options;
    options.path = config::DataLayout{settings.data}.store();
    options.memory_bytes = settings.store.memory;
    options.threads = settings.store.threads != 0
                          ? settings.store.threads
                          : std::max(1U, std::thread::hardware_concurrency());
    options.query_timeout =
        std::chrono::duration_cast<std::chrono::milliseconds>(settings.store.query_timeout);
    return options;
}

}  // namespace eyed::cli
