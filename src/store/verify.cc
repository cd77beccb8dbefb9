#include "store/verify.h"

#include <map>
#include <optional>
#include <string>

#include "log/record.h"

namespace eyed::store {

namespace {

constexpr std::uint64_t kProgressEvery = 100'000;

/// What an event says, as one number. Lengths go in too, so that texts cannot run into each other.
class Digest {
  public:
    Digest& text(std::string_view text) {
        number(text.size());
        bytes_ += text;
        return *this;
    }
    Digest& number(std::uint64_t value) {
        bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
        return *this;
    }
    Digest& number(Micros at) { return number(static_cast<std::uint64_t>(at.value)); }
    Digest& uuid(const Uuid& uuid) { return number(uuid.high()).number(uuid.low()); }
    std::uint64_t take() {
        const std::uint64_t hash = hash64(bytes_);
        bytes_.clear();
        return hash;
    }

  private:
    std::string bytes_;
};

/// Of a stored event or of a logged one: what both say has the same names.
template <class Event>
std::uint64_t digest(const Event& e, Digest& d) {
    d.number(static_cast<std::uint64_t>(e.application.value)).uuid(e.session);
    d.text(e.category).text(e.name).text(e.data).text(e.event_id);
    d.number(e.timestamp).number(e.received_at).number(static_cast<std::uint64_t>(e.dialect));
    d.number(e.judgement.type_version).number(e.replays.value);
    d.number(e.judgement.violation ? 1 + static_cast<std::uint64_t>(*e.judgement.violation) : 0);
    return d.take();
}

/// Which of the log's rejections nothing has settled: a bit for each.
class OpenRejections {
  public:
    void open(std::uint64_t id) {
        if (open_.empty()) first_ = id;
        if (id < first_) return;  // ids rise
        open_.resize(id - first_ + 1);
        open_.back() = true;
        ++count_;
    }
    /// One that the log no longer has, or that is settled already, changes nothing.
    void settle(RejectionId id) {
        if (id.value < first_ || id.value - first_ >= open_.size()) return;
        if (!open_[id.value - first_]) return;
        open_[id.value - first_] = false;
        --count_;
    }
    std::uint64_t count() const { return count_; }

  private:
    std::vector<bool> open_;
    std::uint64_t first_ = 0;
    std::uint64_t count_ = 0;
};

struct Amendment {
    bool erased = false;
    Micros timestamp;
    Uuid session;
    std::string category, name, data;
    model::Judgement judgement;
};
using Amendments = std::map<std::uint64_t, Amendment>;

/// The log up to a position, one entry after the other, with progress.
class Reader {
  public:
    Reader(log::Log& log, Position end, std::uint64_t before, const VerifyOptions& options)
        : log_(log), end_(end), before_(before), options_(options) {}

    Result<std::optional<log::Entry>> next() {
        if (!cursor_) {
            EYED_ASSIGN(cursor_, log_.read_after({}));
        }
        if (at_ >= end_) return std::nullopt;
        EYED_ASSIGN(auto entry, cursor_->next());
        if (!entry)
            return failure(Code::kCorrupt, "the log ends before the store's position " +
                                               std::to_string(end_.value));
        if (entry->position > end_) {  // a gap that leads beyond
            entry->id -= entry->position.value - end_.value;
            entry->position = end_;
        }
        at_ = entry->position;
        if (options_.on_progress && (at_.value % kProgressEvery == 0 || at_ == end_))
            options_.on_progress(before_ + at_.value, 2 * end_.value);
        return entry;
    }

  private:
    log::Log& log_;
    const Position end_;
    const std::uint64_t before_;
    const VerifyOptions& options_;
    std::unique_ptr<log::Cursor> cursor_;
    Position at_;
};

/// First pass: what became of events after they were accepted, and the counts of rejections.
Result<Amendments> read_amendments(Reader reader, VerifyReport& report) {
    Amendments amendments;
    OpenRejections open;
    while (true) {
        EYED_ASSIGN(const auto entry, reader.next());
        report.log_open_rejections = open.count();
        if (!entry) return amendments;
        if (entry->kind == log::Kind::kGap) {
            report.lost += entry->id;
            report.last_lost = entry->position;
        }
        if (entry->kind == log::Kind::kRejection) {
            ++report.log_rejections;
            open.open(entry->id);
        }
        if (entry->kind == log::Kind::kEvent) {
            EYED_ASSIGN(const auto body, log::decode_event(entry->body));
            if (body.replays) open.settle(body.replays);
        }
        if (entry->kind == log::Kind::kSettle) {
            EYED_ASSIGN(const auto body, log::decode_settle(entry->body));
            open.settle(body.target);
        }
        if (entry->kind == log::Kind::kErase) {
            EYED_ASSIGN(const auto body, log::decode_erase(entry->body));
            amendments[body.target.value] = Amendment{};
            amendments[body.target.value].erased = true;
        }
        if (entry->kind == log::Kind::kReplace) {
            EYED_ASSIGN(const auto body, log::decode_replace(entry->body));
            Amendment& amendment = amendments[body.target.value];
            if (amendment.erased) continue;
            amendment = {false,
                         body.timestamp,
                         body.session,
                         std::string(body.category),
                         std::string(body.name),
                         std::string(body.data),
                         body.judgement};
        }
    }
}

/// Second pass: the log's live events in order, to lay beside the store's.
class LiveEvents {
  public:
    LiveEvents(Reader reader, const Amendments& amendments)
        : reader_(std::move(reader)), amendments_(amendments) {}

    struct Live {
        EventId id;
        Position position;
        std::uint64_t hash;
        bool after_gap;  ///< between the one before and this one the log lost records
    };
    Result<std::optional<Live>> next() {
        gap_ = false;
        while (true) {
            EYED_ASSIGN(const auto entry, reader_.next());
            if (!entry) return std::nullopt;
            gap_ = gap_ || entry->kind == log::Kind::kGap;
            if (entry->kind != log::Kind::kEvent) continue;
            EYED_ASSIGN(log::EventBody body, log::decode_event(entry->body));
            if (const auto found = amendments_.find(entry->id); found != amendments_.end()) {
                const Amendment& now = found->second;
                if (now.erased) continue;
                body.timestamp = now.timestamp;
                body.session = now.session;
                body.category = now.category;
                body.name = now.name;
                body.data = now.data;
                body.judgement = now.judgement;
            }
            return Live{{entry->id}, entry->position, digest(body, digest_), gap_};
        }
    }
    /// Whether the log lost records after the last event that next() gave.
    bool ends_in_gap() const { return gap_; }

  private:
    Reader reader_;
    const Amendments& amendments_;
    Digest digest_;
    bool gap_ = false;
};

void list(EventId id, std::uint64_t& count, std::vector<EventId>& ids, std::size_t limit) {
    ++count;
    if (ids.size() < limit) ids.push_back(id);
}

/// Both sides rise by id: a merge finds what is on one side alone.
Status compare(LiveEvents& live, EventStore& store, const VerifyOptions& options,
               VerifyReport& report) {
    Digest scratch;
    EYED_ASSIGN(auto expected, live.next());
    // A change or an erasure of it may be among the records that the log lost later.
    const auto differs = [&](std::uint64_t& count, std::vector<EventId>& ids) {
        if (expected->position < report.last_lost)
            ++report.unproven;
        else
            list(expected->id, count, ids, options.list_limit);
    };
    const auto advance = [&]() -> Status {
        ++report.log_events;
        EYED_ASSIGN(expected, live.next());
        return {};
    };
    EYED_TRY(store.visit_events([&](const model::Event& event) -> Status {
        ++report.store_events;
        while (expected && expected->id < event.id) {
            differs(report.missing, report.missing_ids);
            EYED_TRY(advance());
        }
        if (!expected || expected->id > event.id) {
            if (expected ? expected->after_gap : live.ends_in_gap())
                ++report.unproven;
            else
                list(event.id, report.extra, report.extra_ids, options.list_limit);
            return {};
        }
        if (digest(event, scratch) != expected->hash)
            differs(report.different, report.different_ids);
        return advance();
    }));
    while (expected) {
        differs(report.missing, report.missing_ids);
        EYED_TRY(advance());
    }
    return {};
}

Result<std::uint64_t> count_rejections(EventStore& store) {
    std::uint64_t count = 0;
    RejectionPage page;
    page.limit = 10'000;
    page.payload = RejectionPage::Payload::kLeftOut;
    while (true) {
        EYED_ASSIGN(const auto rows, store.rejections({}, page));
        count += rows.rows.size();
        if (!rows.more || rows.rows.empty()) return count;
        page.after = rows.rows.back().id;
    }
}

}  // namespace

Result<VerifyReport> verify_store(log::Log& log, EventStore& store, const VerifyOptions& options) {
    VerifyReport report;
    report.compared = store.applied();
    EYED_ASSIGN(const Amendments amendments,
                read_amendments(Reader(log, report.compared, 0, options), report));
    LiveEvents live(Reader(log, report.compared, report.compared.value, options), amendments);
    EYED_TRY(compare(live, store, options, report));
    EYED_ASSIGN(report.store_rejections, count_rejections(store));
    report.store_open_rejections = store.state().open_rejections;
    return report;
}

}  // namespace eyed::store
