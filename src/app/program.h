#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/logger.h"
#include "base/result.h"
#include "config/load.h"

namespace eyed::app {

/// The server with everything it stands on, wired. Made, started and stopped by one thread.
class Program {
  public:
    /// Opens the data directory (kConflict: another process has it), the catalog, the log and the
    /// store, recovers what a crash left, binds the address. Nothing is served yet. `loaded` and
    /// `logger` outlive the program.
    [[nodiscard]] static Result<std::unique_ptr<Program>> create(const config::Loaded& loaded,
                                                                 Logger& logger);
    ~Program();

    /// Starts to serve.
    [[nodiscard]] Status start();
    /// Stops accepting, lets what was accepted end (http.stop_timeout at most), writes and syncs.
    /// Gives how many requests had not ended by then: zero is a clean stop.
    std::size_t stop();

    /// `http://127.0.0.1:8000`: where it listens.
    std::string address() const;
    /// The one-time link to the first administrator; empty when there is a user.
    std::string setup_link() const;

  private:
    class Parts;
    explicit Program(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace eyed::app
