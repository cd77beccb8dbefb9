#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

#include "log/log.h"

namespace eyed::store {

/// A log in memory, for the tests of what reads one. No deduplication; ids and positions as the
/// real one gives them. Thread-safe as the port says.
class MemoryLog final : public log::Log {
  public:
    Status submit(log::Append& append) override {
        append.verdicts = add(append.batch);
        append.last = durable();
        ResumeBatch resumes;
        append.complete(resumes);
        return {};
    }

    /// What submit() does, without a coroutine.
    std::vector<log::Verdict> add(const log::Batch& batch) {
        std::vector<log::Verdict> verdicts;
        {
            const std::lock_guard lock(mutex_);
            for (const log::Batch::Entry& entry : batch.entries()) {
                Record record{entry.kind, 0, std::string(batch.body(entry))};
                if (entry.kind == log::Kind::kEvent) record.id = ++last_event_;
                if (entry.kind == log::Kind::kRejection) record.id = ++last_rejection_;
                verdicts.push_back({log::Verdict::Outcome::kAppended, record.id});
                records_.push_back(std::move(record));
            }
        }
        grown_.notify_all();
        return verdicts;
    }

    Result<std::unique_ptr<log::Cursor>> read_after(Position after) override {
        return std::make_unique<MemoryCursor>(*this, after.value);
    }

    std::optional<EventId> find(const Hash128&) const override { return std::nullopt; }
    log::State state() const override {
        log::State state;
        state.durable = durable();
        return state;
    }
    Position durable() const override {
        const std::lock_guard lock(mutex_);
        return {records_.size()};
    }
    bool wait_beyond(Position after, std::chrono::milliseconds timeout) override {
        std::unique_lock lock(mutex_);
        grown_.wait_for(lock, timeout,
                        [&] { return interrupted_ || records_.size() > after.value; });
        return records_.size() > after.value;
    }
    void interrupt() override {
        const std::lock_guard lock(mutex_);
        interrupted_ = true;
        grown_.notify_all();
    }
    void applied(Position position) override {
        const std::lock_guard lock(mutex_);
        applied_ = position;
    }

    /// What the projector last said.
    Position told() const {
        const std::lock_guard lock(mutex_);
        return applied_;
    }
    /// The records from `first` to `last` are no more: cursors give a gap.
    void lose(Position first, Position last) {
        const std::lock_guard lock(mutex_);
        lost_first_ = first;
        lost_last_ = last;
    }
    /// Reading the record at `position` gives kCorrupt from now on; 0: none does.
    void damage(Position position) {
        const std::lock_guard lock(mutex_);
        damaged_ = position;
    }

  private:
    struct Record {
        log::Kind kind;
        std::uint64_t id;
        std::string body;
    };

    class MemoryCursor final : public log::Cursor {
      public:
        MemoryCursor(MemoryLog& log, std::uint64_t at) : log_(log), at_(at) {}
        Result<std::optional<log::Entry>> next() override {
            const std::lock_guard lock(log_.mutex_);
            if (at_ >= log_.records_.size()) return std::nullopt;
            if (log_.damaged_.value == at_ + 1)
                return failure(Code::kCorrupt,
                               "the record at " + std::to_string(at_ + 1) + " is damaged");
            if (at_ + 1 >= log_.lost_first_.value && at_ < log_.lost_last_.value) {
                const std::uint64_t records = log_.lost_last_.value - at_;
                at_ = log_.lost_last_.value;
                return log::Entry{{at_}, log::Kind::kGap, records, {}};
            }
            const Record& record = log_.records_[at_++];
            current_ = record.body;
            return log::Entry{{at_}, record.kind, record.id, current_};
        }

      private:
        MemoryLog& log_;
        std::uint64_t at_;
        std::string current_;
    };

    mutable std::mutex mutex_;  ///< guards all that follows
    std::condition_variable grown_;
    std::deque<Record> records_;
    std::uint64_t last_event_ = 0;
    std::uint64_t last_rejection_ = 0;
    Position applied_;
    Position damaged_;
    Position lost_first_;
    Position lost_last_;
    bool interrupted_ = false;
};

}  // namespace eyed::store
