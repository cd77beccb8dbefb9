#pragma once

#include <csignal>

#include <stop_token>
#include <thread>

namespace eyed::cli {

/// Turns Ctrl-C and SIGTERM into a request to stop, while it lives; a second one ends the program
/// as it does by default. Threads made before it still get these signals; those made after do not.
class Interrupts {
  public:
    Interrupts();
    ~Interrupts();
    Interrupts(const Interrupts&) = delete;
    Interrupts& operator=(const Interrupts&) = delete;

    std::stop_token token() const { return source_.get_token(); }
    /// Ends the work for a reason of its own.
    void stop() { source_.request_stop(); }

  private:
    void run(const std::stop_token& over);

    sigset_t signals_{};
    sigset_t before_{};
    std::stop_source source_;
    std::jthread thread_;  ///< last: it uses the others
};

}  // namespace eyed::cli
