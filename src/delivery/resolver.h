#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace eyed::delivery {

/// Names to addresses: a seam, so that a test can let a name change what it stands for.
class Resolver {
  public:
    virtual ~Resolver() = default;
    /// All addresses of the host, as text. Blocks. kUnavailable: it has none, or nobody answers.
    [[nodiscard]] virtual Result<std::vector<std::string>> resolve(const std::string& host) = 0;
};
/// The system's getaddrinfo. Thread-safe.
std::shared_ptr<Resolver> make_system_resolver();

/// Lookups on threads of their own, so that a name server that hangs keeps back only those who ask
/// for its names: at most `threads` at once, one a host; answers are kept for `kept`. Thread-safe.
class Lookups {
  public:
    struct Options {
        std::size_t threads = 32;
        std::chrono::milliseconds kept{30'000};
    };
    Lookups(std::shared_ptr<Resolver> resolver, Options options);
    /// Waits for callbacks under way; no more are called. A lookup that hangs is left to itself: it
    /// keeps the resolver until it ends.
    ~Lookups();
    using Done = std::function<void(const Result<std::vector<std::string>>&)>;
    /// Calls `done` once: at once when the answer is known, else on one of its threads. Must not
    /// block.
    void look_up(const std::string& host, Done done);

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace eyed::delivery
