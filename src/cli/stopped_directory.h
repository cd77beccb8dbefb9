#pragma once

#include <functional>
#include <memory>

#include "base/logger.h"
#include "base/result.h"
#include "base/time.h"
#include "config/settings.h"
#include "io/directory_lock.h"
#include "io/file_system.h"
#include "log/log.h"
#include "store/event_store.h"

namespace eyed::cli {

/// The data directory of a server that does not run, held for this process alone: for commands
/// that work on log and store directly.
class StoppedDirectory {
  public:
    /// kConflict: a server (or another such command) has it; kNotFound: there is none.
    [[nodiscard]] static Result<std::unique_ptr<StoppedDirectory>> open(
        const config::Settings& settings);

    io::FileSystem& files() { return *files_; }
    Logger& logger() { return logger_; }
    const Clock& clock() const { return clock_; }
    [[nodiscard]] Result<std::unique_ptr<log::Log>> open_log();
    [[nodiscard]] Result<std::unique_ptr<store::EventStore>> open_store(
        std::function<std::string(ApplicationId)> application_name = {});

  private:
    explicit StoppedDirectory(const config::Settings& settings) : settings_(settings) {}

    const config::Settings settings_;
    std::unique_ptr<io::FileSystem> files_ = io::make_file_system();
    SystemClock clock_;
    NullLogger logger_;
    std::unique_ptr<io::DirectoryLock> lock_;
};

}  // namespace eyed::cli
