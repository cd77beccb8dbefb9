#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>

#include "log/journal/active_segment.h"
#include "log/journal/group.h"
#include "log/journal/housekeeper.h"
#include "log/journal/journal.h"
#include "log/journal/recovery.h"
#include "log/journal/segment_list.h"

namespace eyed::log::journal {

/// The journal on this machine's files. The writer thread takes all that waits as one group:
/// whatever queued while it wrote and synced the last one. A group is written to one segment with
/// one write and one fdatasync, then all its appends are completed.
///
/// When the disk fails, the group and all that waits are refused with the reason, and so is what
/// comes, until a new segment could be begun: the writer tries every retry_interval. It never
/// syncs a descriptor again whose sync failed; a segment given up ends where its successor begins.
class Journal final : public Log {
  public:
    Journal(JournalOptions options, JournalParts parts);
    ~Journal() override;

    /// Recovers and starts the threads; once, before all else.
    [[nodiscard]] Status start();

    Status submit(Append& append) override;
    Result<std::unique_ptr<Cursor>> read_after(Position after) override;
    std::optional<EventId> find(const Hash128& key) const override;
    State state() const override;
    Position durable() const override { return {durable_.load(std::memory_order_acquire)}; }
    bool wait_beyond(Position after, std::chrono::milliseconds timeout) override;
    void interrupt() override;
    void applied(Position position) override { housekeeper_->set_applied(position); }

  private:
    /// A list of appends linked by `next`.
    struct Chain {
        Append* first = nullptr;
        Append* last = nullptr;
        std::uint64_t bound = 0;   ///< of its bytes in the file
        std::uint64_t queued = 0;  ///< of its bytes in the queue
        void push(Append& append);
    };

    void run();
    /// Waits for work; empty when there is none (stopping, or time to try the disk again).
    Chain take();
    void write(Chain chain);
    Status append_group(const Chain& chain);
    /// Begins a new segment with room for `bytes`.
    Status roll(std::uint64_t bytes);
    void commit(const Chain& chain);
    void fail(Chain chain, const Error& error);
    void try_to_heal();
    void finish();
    void publish_dedup();
    std::uint32_t seconds_now() const;

    const JournalOptions options_;
    const JournalParts parts_;
    SegmentList segments_;
    std::unique_ptr<Housekeeper> housekeeper_;

    /// The writer changes dedup_ under it, and others read under it; the writer itself reads
    /// without.
    mutable std::mutex dedup_mutex_;
    DedupWindow dedup_;

    // The writer's alone, once it runs.
    std::optional<ActiveSegment> active_;
    Counters next_;
    Group group_;

    mutable std::mutex mutex_;  ///< guards queue_, stopping_, problem_ and idle_
    std::condition_variable wake_;
    Chain queue_;
    std::optional<Error> problem_;
    bool stopping_ = false;
    bool idle_ = false;

    std::mutex reader_mutex_;  ///< guards interrupted_; with durable_ behind readers_
    std::condition_variable readers_;
    bool interrupted_ = false;

    std::atomic<std::uint64_t> durable_{0};
    std::atomic<std::uint64_t> last_event_{0};
    std::atomic<std::uint64_t> last_rejection_{0};
    std::atomic<std::uint64_t> syncs_{0};
    std::atomic<std::uint64_t> records_{0};
    std::atomic<std::uint64_t> duplicates_{0};
    std::atomic<std::uint64_t> dedup_ids_{0};
    std::atomic<std::int64_t> dedup_covers_{0};
    std::thread thread_;
};

}  // namespace eyed::log::journal
