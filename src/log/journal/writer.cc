#include "log/journal/writer.h"

#include <fmt/format.h>
#include <pthread.h>
#include <sched.h>

#include <algorithm>

#include "base/uuid.h"
#include "log/journal/cursor.h"

namespace eyed::log::journal {
namespace {

constexpr std::uint64_t kSmallestSegment = 1ULL << 20;  ///< begun when the disk is nearly full
constexpr std::uint64_t kSmallShare = 16;               ///< of a segment's size

std::uint64_t to_page(std::uint64_t bytes) {
    return (bytes + 4095) / 4096 * 4096;
}

}  // namespace

void Journal::Chain::push(Append& append) {
    append.next = nullptr;
    if (last != nullptr)
        last->next = &append;
    else
        first = &append;
    last = &append;
    bound += Group::bound(append.batch);
    queued += append.batch.bytes();
}

Journal::Journal(JournalOptions options, JournalParts parts)
    : options_(std::move(options)),
      parts_(parts),
      dedup_({.window = options_.dedup_window, .memory_bytes = options_.dedup_memory}) {
}

Status Journal::start() {
    EYED_TRY(parts_.files.create_directories(options_.directory));
    EYED_ASSIGN(Recovered found, recover(options_, parts_, segments_, dedup_));
    next_ = {found.next, found.next_event, found.next_rejection};
    durable_ = found.next.value - 1;
    last_event_ = found.next_event.value - 1;
    last_rejection_ = found.next_rejection.value - 1;
    if (found.active)
        active_.emplace(ActiveSegment::Resume{std::move(found.active), found.active_path,
                                              found.active_offset, found.active_bytes,
                                              found.active_salt});
    publish_dedup();
    housekeeper_ = std::make_unique<Housekeeper>(options_, parts_, segments_);
    housekeeper_->remove_superseded(found.superseded);
    if (!active_) {
        if (Status begun = roll(0); !begun) {
            parts_.logger.error("The log cannot be written. It is tried again and again.",
                                {{"error", begun.error().detail}});
            problem_ = std::move(begun).error();
        }
    }
    thread_ = std::thread([this] { run(); });
    return {};
}

Journal::~Journal() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    interrupt();
    thread_.join();
    housekeeper_.reset();
}

Status Journal::submit(Append& append) {
    bool wake = false;
    {
        const std::lock_guard lock(mutex_);
        if (problem_) return std::unexpected(*problem_);
        if (stopping_) return failure(Code::kUnavailable, "the log is stopping");
        const std::uint64_t bytes = append.batch.bytes();
        // One batch always fits an empty queue, however large: it would never go otherwise.
        if (queue_.first != nullptr && queue_.queued + bytes > options_.queue_bytes)
            return failure(Code::kOverloaded, "too much waits to be written to the log");
        queue_.push(append);
        wake = idle_;
    }
    if (wake) wake_.notify_one();
    return {};
}

Result<std::unique_ptr<Cursor>> Journal::read_after(Position after) {
    return std::make_unique<JournalCursor>(JournalCursor::Source{parts_.files, segments_, durable_},
                                           after);
}

std::optional<EventId> Journal::find(const Hash128& key) const {
    const std::lock_guard lock(dedup_mutex_);
    const std::optional<EventId> found = dedup_.find(key);
    // A key is there before its event is on disk, and goes again when that fails.
    return found && found->value <= last_event_.load() ? found : std::nullopt;
}

State Journal::state() const {
    State state;
    {
        const std::lock_guard lock(mutex_);
        state.writable = !problem_;
        if (problem_) state.problem = problem_->detail;
        state.queued_bytes = queue_.queued;
    }
    const SegmentList::Totals totals = segments_.totals();
    state.bytes = totals.bytes;
    state.segments = totals.segments;
    state.durable = durable();
    state.last_event.value = last_event_;
    state.last_rejection.value = last_rejection_;
    state.syncs = syncs_;
    state.records = records_;
    state.duplicates = duplicates_;
    state.dedup_ids = dedup_ids_;
    state.dedup_covers = std::chrono::seconds(dedup_covers_);
    return state;
}

bool Journal::wait_beyond(Position after, std::chrono::milliseconds timeout) {
    std::unique_lock lock(reader_mutex_);
    readers_.wait_for(lock, timeout, [&] { return interrupted_ || durable() > after; });
    return durable() > after;
}

void Journal::interrupt() {
    {
        const std::lock_guard lock(reader_mutex_);
        interrupted_ = true;
    }
    readers_.notify_all();
}

void Journal::run() {
    pthread_setname_np(pthread_self(), "log-writer");
    // Woken on a busy core it waits for its turn (sched(7)): those that make its next group are
    // running there.
    const sched_param normal{};
    static_cast<void>(::sched_setscheduler(0, SCHED_BATCH, &normal));
    while (true) {
        const Chain chain = take();
        if (chain.first != nullptr) {
            write(chain);
            continue;
        }
        {
            const std::lock_guard lock(mutex_);
            if (stopping_ && queue_.first == nullptr) break;
            if (!problem_) continue;
        }
        try_to_heal();
    }
    finish();
}

Journal::Chain Journal::take() {
    std::unique_lock lock(mutex_);
    idle_ = true;
    if (problem_)
        wake_.wait_for(lock, options_.retry_interval, [this] { return stopping_; });
    else
        wake_.wait(lock, [this] { return stopping_ || queue_.first != nullptr; });
    idle_ = false;
    Chain chain;
    while (queue_.first != nullptr) {
        Append* const append = queue_.first;
        const std::uint64_t bound = Group::bound(append->batch);
        if (chain.first != nullptr && chain.bound + bound > options_.group_bytes) break;
        queue_.first = append->next;
        if (queue_.first == nullptr) queue_.last = nullptr;
        queue_.bound -= bound;
        queue_.queued -= append->batch.bytes();
        chain.push(*append);
    }
    return chain;
}

void Journal::write(Chain chain) {
    if (Status done = append_group(chain); !done) {
        fail(chain, done.error());
        return;
    }
    commit(chain);
}

Status Journal::append_group(const Chain& chain) {
    if (!active_ || !active_->fits(chain.bound + kFrameHeaderBytes)) EYED_TRY(roll(chain.bound));
    const std::uint32_t now = seconds_now();
    group_.begin({.counters = next_, .salt = active_->salt(), .time = now, .bound = chain.bound});
    {
        const std::lock_guard lock(dedup_mutex_);
        dedup_.expire(now);
        for (Append* append = chain.first; append != nullptr; append = append->next)
            group_.add(*append, dedup_);
    }
    if (group_.records() == 0) return {};  // duplicates alone
    Status written = active_->append(group_.bytes());
    if (!written) {
        {
            const std::lock_guard lock(dedup_mutex_);
            dedup_.undo(group_.keys());
        }
        active_.reset();
        return written;
    }
    syncs_.fetch_add(1, std::memory_order_relaxed);
    return {};
}

Status Journal::roll(std::uint64_t bytes) {
    const std::uint64_t needed = to_page(bytes + kSegmentHeaderBytes + 2 * kFrameHeaderBytes);
    active_.reset();
    std::optional<SpareFile> spare = housekeeper_->take_spare(needed);
    // Without one ready it begins a small segment, so that the prepared one follows soon.
    const std::uint64_t small = std::max(options_.segment_bytes / kSmallShare, kSmallestSegment);
    std::uint64_t size = std::max(std::min(options_.segment_bytes, small), needed);
    while (!spare) {
        Result<SpareFile> made = make_spare(parts_.files, options_.directory, size);
        if (made) {
            spare = std::move(*made);
            break;
        }
        const std::uint64_t smaller = std::max({size / 4, needed, kSmallestSegment});
        if (made.error().code != Code::kDiskFull || smaller >= size)
            return std::unexpected(std::move(made).error());
        size = smaller;
    }
    SegmentHeader header;
    header.first = next_.position;
    header.first_event = next_.event;
    header.first_rejection = next_.rejection;
    header.created_at = parts_.clock.now();
    header.salt = random_uuid().low();
    EYED_ASSIGN(ActiveSegment begun,
                ActiveSegment::begin(parts_.files, options_.directory, std::move(*spare), header));
    Segment segment;
    segment.first = header.first;
    segment.path = begun.path();
    segment.bytes = begun.bytes();
    segments_.add(std::move(segment), header.created_at);
    active_ = std::move(begun);
    housekeeper_->poke();
    return {};
}

void Journal::commit(const Chain& chain) {
    next_ = group_.counters();
    records_.fetch_add(group_.records(), std::memory_order_relaxed);
    duplicates_.fetch_add(group_.duplicates(), std::memory_order_relaxed);
    last_event_ = next_.event.value - 1;
    last_rejection_ = next_.rejection.value - 1;
    publish_dedup();
    {
        const std::lock_guard lock(reader_mutex_);
        durable_.store(next_.position.value - 1, std::memory_order_release);
    }
    readers_.notify_all();
    ResumeBatch resumes;
    for (Append* append = chain.first; append != nullptr;) {
        Append* const next = append->next;  // once completed, it may be gone
        append->complete(resumes);
        append = next;
    }
}

void Journal::fail(Chain chain, const Error& error) {
    Chain waiting;
    {
        const std::lock_guard lock(mutex_);
        problem_ = error;
        waiting = std::exchange(queue_, {});
    }
    parts_.logger.error("The log cannot be written: events are refused until it can.",
                        {{"error", error.detail}});
    ResumeBatch resumes;
    for (Append* first : {chain.first, waiting.first}) {
        for (Append* append = first; append != nullptr;) {
            Append* const next = append->next;
            append->verdicts.clear();
            append->error = error;
            append->complete(resumes);
            append = next;
        }
    }
}

void Journal::try_to_heal() {
    if (!active_) {
        if (Status begun = roll(0); !begun) {
            const std::lock_guard lock(mutex_);
            problem_ = std::move(begun).error();  // it may have changed
            return;
        }
    }
    parts_.logger.info("The log can be written again.");
    const std::lock_guard lock(mutex_);
    problem_.reset();
}

void Journal::finish() {
    if (!active_ || !active_->fits(kFrameHeaderBytes)) return;
    group_.begin({.counters = next_, .salt = active_->salt(), .time = seconds_now(), .bound = 0});
    group_.add_mark();
    if (Status marked = active_->append(group_.bytes()); !marked)
        parts_.logger.warning("The log could not be marked as cleanly stopped; all is on disk.",
                              {{"error", marked.error().detail}});
}

void Journal::publish_dedup() {
    dedup_ids_.store(dedup_.size(), std::memory_order_relaxed);
    dedup_covers_.store(dedup_.covers(seconds_now()).count(), std::memory_order_relaxed);
}

std::uint32_t Journal::seconds_now() const {
    return static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(parts_.clock.now().value / 1'000'000, 0, 0xffff'ffffLL));
}

}  // namespace eyed::log::journal

namespace eyed::log {

Result<std::unique_ptr<Log>> open_journal(JournalOptions options, JournalParts parts) {
    if (options.segment_bytes < 64 * 1024 || options.group_bytes == 0)
        return failure(Code::kInvalidArgument, "a log segment has at least 64 KiB");
    auto journal = std::make_unique<journal::Journal>(std::move(options), parts);
    EYED_TRY(journal->start());
    return journal;
}

}  // namespace eyed::log
