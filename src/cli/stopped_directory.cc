#include "cli/stopped_directory.h"

#include <fmt/format.h>

#include "cli/data_directory.h"
#include "config/data_layout.h"

namespace eyed::cli {

Result<std::unique_ptr<StoppedDirectory>> StoppedDirectory::open(const config::Settings& settings) {
    std::unique_ptr<StoppedDirectory> opened(new StoppedDirectory(settings));
    if (!opened->files_->exists(config::DataLayout{settings.data}.journal()))
        return failure(Code::kNotFound,
                       fmt::format("{} holds no events: is it the right --data?", settings.data));
    auto lock = io::DirectoryLock::acquire(settings.data);
    if (!lock)
        return failure(lock.error().code,
                       fmt::format("{} (stop the server first; export and import work beside it "
                                   "with --url and --token)",
                                   lock.error().detail));
    opened->lock_ = std::move(*lock);
    return opened;
}

Result<std::unique_ptr<log::Log>> StoppedDirectory::open_log() {
    return log::open_journal(journal_options(settings_), {*files_, clock_, logger_});
}

Result<std::unique_ptr<store::EventStore>> StoppedDirectory::open_store() {
    EYED_TRY(files_->create_directories(config::DataLayout{settings_.data}.store_directory()));
    return store::open_duckdb(store_options(settings_), *files_, logger_);
}

}  // namespace eyed::cli
