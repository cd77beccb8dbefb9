#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "ingest/committer.h"
#include "ingest/decoder.h"

namespace eyed {
namespace catalog {
class Applications;
class Outbox;
}  // namespace catalog
}  // namespace eyed

namespace eyed::ingest {

/// Takes what changes of the catalog have put into the outbox to the log, as events like any other.
/// In order, each once: the log drops by `event_id` what a crash between the append and the removal
/// brings again. Thread-safe: one drain at a time.
class OutboxPump {
  public:
    struct Parts {
        catalog::Outbox& outbox;
        catalog::Applications& applications;
        const Types& types;
        Committer& committer;
        const Clock& clock;
        /// An application of theirs is there, perhaps just made. May be empty.
        std::function<Status()> application_found{};
    };
    /// The events are those of the installation's applications that they name, made with their
    /// first.
    OutboxPump(Parts parts, Limits limits);

    /// Until the outbox is empty and the log has all of it on disk. An error leaves the rest where
    /// it is: the next call goes on. Blocks on catalog and log: never on an io thread.
    [[nodiscard]] Status drain();
    /// How much the last drain() had to leave. Any thread; does not block.
    std::uint64_t waiting() const { return waiting_.load(std::memory_order_relaxed); }

  private:
    Result<std::size_t> drain_some();
    Result<ApplicationId> application_named(const std::string& name);

    Parts parts_;
    std::atomic<std::uint64_t> waiting_{0};
    std::mutex mutex_;  ///< guards what follows; held while draining
    std::map<std::string, ApplicationId> applications_;
    Decoder decoder_;
    Decoded decoded_;
};

}  // namespace eyed::ingest
