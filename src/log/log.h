#pragma once

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/executor.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "log/record.h"

namespace eyed::log {

/// The writer's word on one record of a Batch.
struct Verdict {
    enum class Outcome : std::uint8_t { kAppended, kDuplicate };
    Outcome outcome = Outcome::kAppended;
    /// kAppended: the event id (kEvent) or rejection id (kRejection) it was given, else 0.
    /// kDuplicate: the id of the first event with its key.
    std::uint64_t id = 0;
};

class Log;

/// A Batch on its way to disk: `Append append(log, executor, std::move(batch)); auto r = co_await
/// append;`. Lives in the awaiting coroutine's frame. Result: kOverloaded when the queue is full
/// (nothing was written); kUnavailable, kDiskFull or kIo when the log does not write: the outcome
/// of records that were on their way is then unknown to the caller, and the log itself decides at
/// its recovery.
class Append {
  public:
    Append(Log& log, Executor& executor, Batch batch)
        : batch(std::move(batch)), executor_(executor), log_(log) {}
    Append(const Append&) = delete;
    Append& operator=(const Append&) = delete;

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> handle);
    /// One verdict per entry of the batch, in order.
    Result<std::vector<Verdict>> await_resume();

    /// For the writer: fills verdicts or error, then adds the resumption to `resumes`.
    void complete(ResumeBatch& resumes) noexcept { resumes.add(executor_, resumption_); }

    Batch batch;
    std::vector<Verdict> verdicts;  ///< the writer's
    std::optional<Error> error;     ///< the writer's
    Position last;                  ///< the writer's: position of the batch's last record
    Append* next = nullptr;         ///< the writer's queue

  private:
    Executor& executor_;
    Log& log_;
    Resumption resumption_;
};

/// One record as it is read back. `body` is valid until the cursor moves. Nothing is skipped in
/// silence: in the place of records that a repair gave up, or that retention removed, stands one
/// entry of kind kGap, whose position is that of the last of them, and whose id says how many.
struct Entry {
    Position position;
    Kind kind = Kind::kEvent;
    std::uint64_t id = 0;  ///< event id or rejection id; of a gap, its length; else 0
    std::string_view body;
    Position first() const {
        return {kind == Kind::kGap ? position.value + 1 - id : position.value};
    }
};

/// Reads the log forward. One thread. End, entry and error are three results: at the end `next`
/// gives nullopt, and may give more later, as the log grows. kCorrupt: what is at this position is
/// damaged; the cursor stays there and repeats the error.
class Cursor {
  public:
    virtual ~Cursor() = default;
    [[nodiscard]] virtual Result<std::optional<Entry>> next() = 0;
};

struct State {
    bool writable = true;
    std::string problem;  ///< why not writable; empty when it is
    Position durable;     ///< last record on disk
    EventId last_event;
    RejectionId last_rejection;
    std::uint64_t bytes = 0;  ///< on disk, all segments
    std::uint64_t segments = 0;
    std::uint64_t syncs = 0;         ///< since start
    std::uint64_t records = 0;       ///< appended since start
    std::uint64_t queued_bytes = 0;  ///< waiting to be written
    std::uint64_t duplicates = 0;    ///< dropped since start
    std::uint64_t dedup_ids = 0;
    std::chrono::seconds dedup_covers{0};  ///< how far back the window really reaches
};

/// The append-only truth. Thread-safe but for Append and Cursor. An adapter starts its own writer
/// thread.
class Log {
  public:
    virtual ~Log() = default;

    /// Queues an append; `append` must stay where it is until it was completed. Refused at once
    /// (kOverloaded, kUnavailable …): then it is not queued and will not be completed.
    [[nodiscard]] virtual Status submit(Append& append) = 0;

    /// A cursor whose first entry is the one after `after`.
    [[nodiscard]] virtual Result<std::unique_ptr<Cursor>> read_after(Position after) = 0;

    /// The durable event that a key (dedup_key …) stands for, nullopt when the log does not know
    /// one: never had it, or forgot it (State::dedup_covers). May wait for the writer, for
    /// milliseconds.
    virtual std::optional<EventId> find(const Hash128& key) const = 0;

    virtual State state() const = 0;
    /// Cheaper than state(): the last durable position.
    virtual Position durable() const = 0;

    /// Waits until durable() > after, `timeout` passed, or interrupt() was called. True when there
    /// is more.
    virtual bool wait_beyond(Position after, std::chrono::milliseconds timeout) = 0;
    /// Ends every wait_beyond, now and later.
    virtual void interrupt() = 0;

    /// The store has everything up to here: sealed segments below may be compressed, and removed by
    /// age.
    virtual void applied(Position position) = 0;
};

/// Appends and waits on this thread: for tests and command-line programs.
[[nodiscard]] Result<std::vector<Verdict>> append_and_wait(Log& log, Batch batch);

}  // namespace eyed::log
