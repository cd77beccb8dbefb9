#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/coroutine_lock.h"
#include "base/hash.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "base/worker_pool.h"
#include "ingest/decoder.h"
#include "ingest/types.h"
#include "log/log.h"
#include "store/applied_signal.h"
#include "store/event_store.h"

namespace eyed::ingest {

/// Which refusals to settle, and for whom.
struct SettleOrder {
    store::RejectionFilter filter;  ///< of the open ones: its `state` is set here
    std::uint32_t limit = 1000;     ///< refusals at most
    RejectionId after;              ///< begins behind this one
    UserId by;
};

struct ReplayReport {
    struct Refused {
        model::Reason reason = model::Reason::kMalformed;
        std::uint64_t count = 0;
        RejectionId example;
    };
    std::uint64_t examined = 0;
    std::uint64_t accepted = 0;       ///< events now
    std::uint64_t duplicates = 0;     ///< settled: their event was there already
    std::uint64_t skipped = 0;        ///< refused changes of events: they are not sent again
    std::uint64_t refused = 0;        ///< by today's rules too: they stay open
    std::vector<Refused> reasons;     ///< of `refused`, the most frequent first
    std::optional<RejectionId> next;  ///< set: there are more, behind this one
};

struct DiscardReport {
    std::uint64_t discarded = 0;
    std::optional<RejectionId> next;
};

/// Settles refusals: takes them in after all, or puts them away. One order at a time; each waits
/// until the store has all that is durable, so that it sees what those before it settled. An event
/// and the settlement of its refusal are one record of the log (EventBody::replays): whatever
/// crashes when, each refusal is taken in at most once. Thread-safe. All references outlive it.
class Settler {
  public:
    struct Parts {
        log::Log& log;
        store::EventStore& store;
        store::AppliedSignal& applied;
        Types& types;
        WorkerPool& pool;  ///< reads the store, and decodes
        const Clock& clock;
        Limits limits;
        std::chrono::milliseconds patience{5'000};  ///< with a store that is behind
    };
    explicit Settler(Parts parts);

    enum class Mode : std::uint8_t { kReal, kDry };
    /// Runs open refusals, oldest first, through today's rules in their own dialect, as their own
    /// application. What passes becomes an event with the original receipt time; what does not
    /// stays open and is not recorded again. kDry: tells what would come of it, and changes
    /// nothing. It goes by pages. An error of the first page is its own: kTimeout when the store is
    /// too far behind, and those of log, store and types. One of a later page ends the report
    /// before that page: `next` goes on there, and what of it was settled stays so.
    [[nodiscard]] Task<Result<ReplayReport>> replay(SettleOrder order, Mode mode,
                                                    Executor& executor);
    /// Settles open refusals as not wanted; they stay readable. Errors as replay().
    [[nodiscard]] Task<Result<DiscardReport>> discard(SettleOrder order, Executor& executor);

    /// Since start.
    struct Counts {
        std::uint64_t replayed = 0;
        std::uint64_t discarded = 0;
    };
    Counts counts() const { return {replayed_.load(), discarded_.load()}; }

  private:
    struct Judged;
    using Seen = std::unordered_set<Hash128>;
    /// An order at work; `seen` are the keys of the events that a dry run has counted.
    struct Replaying {
        const SettleOrder& order;
        Mode mode;
        Seen& seen;
    };

    Task<Status> catch_up(Executor& executor);
    /// The next page of open refusals, judged; on the pool.
    Result<Judged> judge_page(const SettleOrder& order, ReplayReport& report);
    void judge(const model::Rejection& rejection, Micros now, UserId by, Judged& out,
               ReplayReport& report);
    void count_dry(const Judged& judged, Seen& seen, ReplayReport& report);
    Task<Result<bool>> replay_page(Replaying replaying, ReplayReport& report, Executor& executor);
    Task<Status> take_in(Judged& judged, UserId by, ReplayReport& report, Executor& executor);

    const Parts parts_;
    CoroutineLock lock_;
    // Who holds the lock uses these.
    Decoder decoder_;
    Decoded scratch_;
    std::string body_;

    std::atomic<std::uint64_t> replayed_{0};
    std::atomic<std::uint64_t> discarded_{0};
};

}  // namespace eyed::ingest
