#pragma once

#include <csignal>

namespace eyed::app {

/// SIGTERM and SIGINT, held back in every thread and waited for in one. Made first in main, before
/// any thread, so that all inherit the mask. SIGPIPE is ignored from then on.
class StopSignals {
  public:
    StopSignals();
    /// Blocks until one arrives; gives its number.
    int wait() const;

  private:
    sigset_t set_;
};

}  // namespace eyed::app
