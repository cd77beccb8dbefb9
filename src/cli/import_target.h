#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "cli/command_line.h"
#include "config/settings.h"

namespace eyed::cli {

/// Events on their way: JSON lines of ImportSource.
struct ImportLines {
    std::string text;
    std::uint32_t events = 0;
};

struct ImportCounts {
    std::uint32_t accepted = 0;
    std::uint32_t duplicates = 0;
    std::uint32_t rejected = 0;
};

/// Where an import goes. One thread.
class ImportTarget {
  public:
    virtual ~ImportTarget() = default;
    /// All of it is durable when this succeeds: events, and rejections of what is none. After an
    /// error it is unknown what was taken; sending it again takes nothing twice.
    [[nodiscard]] virtual Result<ImportCounts> send(const ImportLines& lines) = 0;
    /// Which server or data directory it is, and whose events they become there. Holds secrets.
    virtual std::string identity() const = 0;
};

/// Straight into the log of a data directory whose server does not run.
[[nodiscard]] Result<std::unique_ptr<ImportTarget>> make_offline_target(
    const config::Settings& settings, const std::string& application);

/// To a running server. Waits and tries again, up to ten times, while it is overloaded or away;
/// `notice` is told of each wait.
using Notice = std::function<void(const std::string&)>;
[[nodiscard]] Result<std::unique_ptr<ImportTarget>> make_online_target(const Remote& remote,
                                                                       Notice notice);

}  // namespace eyed::cli
