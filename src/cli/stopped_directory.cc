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

Result<std::unique_ptr<store::EventStore>> StoppedDirectory::open_store(
    std::function<std::string(ApplicationId)> application_name) {
    EYED_TRY(files_->create_directories(config::DataLayout{settings_.data}.store_directory()));
    store::DuckDbOptions options = store_options(settings_);
    options.application_name = std::move(application_name);
    return store::open_duckdb(options, *files_, logger_);
}

}  // namespace eyed::cli
