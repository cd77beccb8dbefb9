#include "store/projector.h"

#include <pthread.h>

#include <algorithm>

namespace eyed::store {

namespace {
/// How long a stop may have to wait for wait_beyond().
constexpr std::chrono::milliseconds kLook{200};
/// What an idle projector keeps of its buffers.
constexpr std::size_t kKeepBytes = 1u << 20;
}  // namespace

Projector::Projector(log::Log& log, EventStore& store, AppliedSignal& signal, Logger& logger,
                     ProjectorOptions options)
    : log_(log), store_(store), signal_(signal), logger_(logger), options_(options) {
}

Projector::~Projector() {
    stop();
}

void Projector::start() {
    const Position applied = store_.applied();
    {
        const std::lock_guard lock(mutex_);
        state_.applied = applied;
    }
    signal_.advance(applied);
    log_.applied(applied);
    thread_ = std::thread([this] { run(); });
}

void Projector::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

ProjectorState Projector::state() const {
    const std::lock_guard lock(mutex_);
    return state_;
}

bool Projector::stopping() const {
    const std::lock_guard lock(mutex_);
    return stopping_;
}

void Projector::pause(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, time, [this] { return stopping_; });
}

void Projector::run() {
    pthread_setname_np(pthread_self(), "projector");
    while (!stopping()) {
        Status done = step();
        if (done) continue;
        report(done.error());
        cursor_.reset();  // begins anew at the store's own position: only that is sure
        pause(back_off_);
    }
}

/// One batch, or one wait for more.
Status Projector::step() {
    if (!cursor_) {
        EYED_ASSIGN(cursor_, log_.read_after(store_.applied()));
    }
    EYED_TRY(collect());
    if (!batch_.empty()) return apply();
    recovered();
    // A failed fold leaves the rows as they are; the store logs it.
    static_cast<void>(store_.fold());
    if (bodies_.capacity() > kKeepBytes) {
        bodies_ = std::string();
        batch_ = {};
    }
    const auto before = std::chrono::steady_clock::now();
    const bool more = log_.wait_beyond(store_.applied(), kLook);
    // An interrupted log no longer waits: do not spin until we are stopped too.
    if (!more && std::chrono::steady_clock::now() - before < kLook / 2) pause(kLook);
    return {};
}

/// Fills the batch with what there is, up to the limits. Bodies are copied: the cursor's own go as
/// it moves.
Status Projector::collect() {
    batch_.clear();
    bodies_.clear();
    std::vector<std::size_t> offsets;
    while (batch_.size() < options_.batch_rows && bodies_.size() < options_.batch_bytes) {
        auto entry = cursor_->next();
        if (!entry) {
            // What came before the damage is good: apply it, then meet the damage again.
            if (!batch_.empty()) break;
            return std::unexpected(std::move(entry).error());
        }
        if (!*entry) break;
        offsets.push_back(bodies_.size());
        bodies_ += (**entry).body;
        batch_.push_back(**entry);
    }
    for (std::size_t i = 0; i < batch_.size(); ++i)
        batch_[i].body = std::string_view(bodies_).substr(offsets[i], batch_[i].body.size());
    return {};
}

Status Projector::apply() {
    EYED_TRY(store_.apply(batch_));
    report_gaps();
    const Position applied = batch_.back().position;
    {
        const std::lock_guard lock(mutex_);
        state_.applied = applied;
        ++state_.batches;
        state_.records += batch_.size();
    }
    recovered();
    signal_.advance(applied);
    log_.applied(applied);
    static_cast<void>(store_.fold());
    // Each transaction costs a sync: under load a little patience makes fewer and larger ones. A
    // full batch means that we are behind: go on at once.
    if (batch_.size() < options_.batch_rows && bodies_.size() < options_.batch_bytes)
        pause(batch_.size() >= options_.busy_rows ? options_.pause_busy : options_.pause_idle);
    return {};
}

/// Said once: the store's position is behind them now.
void Projector::report_gaps() {
    for (const log::Entry& entry : batch_)
        if (entry.kind == log::Kind::kGap)
            logger_.log(Level::kError,
                        "the log no longer has these records: the store goes on without them",
                        {{"first", entry.first().value},
                         {"last", entry.position.value},
                         {"records", entry.id}});
}

void Projector::report(const Error& error) {
    back_off_ = back_off_.count() == 0 ? options_.retry_first
                                       : std::min(back_off_ * 2, options_.retry_last);
    std::string problem = error.detail;
    bool fresh = false;
    {
        const std::lock_guard lock(mutex_);
        ++state_.failures;
        fresh = state_.problem != problem;
        state_.problem = problem;
    }
    if (!fresh) return;  // once is enough in the log; state() and metrics keep saying it
    logger_.log(Level::kError, "events are not applied to the store",
                {{"why", problem},
                 {"code", code_name(error.code)},
                 {"applied", std::to_string(store_.applied().value)}});
}

void Projector::recovered() {
    if (back_off_.count() == 0) return;
    back_off_ = {};
    {
        const std::lock_guard lock(mutex_);
        state_.problem.clear();
    }
    logger_.log(Level::kInfo, "events are applied to the store again",
                {{"applied", std::to_string(store_.applied().value)}});
}

}  // namespace eyed::store
