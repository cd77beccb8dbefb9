#include "delivery/subscriptions.h"

#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/background.h"
#include "catalog/catalog.h"
#include "catalog/deliveries.h"
#include "catalog/destinations.h"
#include "delivery/body.h"
#include "delivery/event_filter.h"
#include "log/log.h"

namespace eyed::delivery {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// How long a stop may have to wait for wait_beyond().
constexpr std::chrono::milliseconds kLook{200};
/// Between rounds that found little: each may cost a sync of the catalog.
constexpr std::chrono::milliseconds kPauseIdle{2};
constexpr std::chrono::milliseconds kPauseBusy{50};
constexpr std::size_t kBusyRecords = 200;
/// Cursors over records that nobody wants are moved so often.
constexpr std::chrono::seconds kMoveEvery{1};
/// Whether who was full is still, is asked so often: less often the longer nothing changes, and
/// never so often that the asking takes more than a tenth of the time.
constexpr std::chrono::milliseconds kAskFirst{20};
constexpr std::chrono::milliseconds kAskLast{1'000};
constexpr int kAskPart = 10;
constexpr std::size_t kMostBytes = 8 * 1024 * 1024;  ///< of bodies in one transaction
constexpr std::size_t kMostCursors = 64;             ///< open on the log
constexpr std::chrono::milliseconds kBackOffFirst{50};
constexpr std::chrono::milliseconds kBackOffLast{5'000};

/// A webhook, and how far it is.
struct Reader {
    explicit Reader(const model::Destination& made)
        : destination(made), matcher(made.fields.filter), stored(made.cursor), at(made.cursor) {}
    model::Destination destination;
    EventMatcher matcher;
    Position stored;           ///< as the catalog has it
    Position at;               ///< as it is
    std::uint64_t missed = 0;  ///< between the two
    std::uint64_t open = 0;    ///< about: what it has, and what was added since

    bool is_active() const { return destination.state == model::DestinationState::kActive; }
};

}  // namespace

struct Subscriptions::State {
    explicit State(Subscriptions& owner) : parts(owner.parts_), options(owner.options_) {}

    Parts& parts;
    const Options& options;

    std::mutex mutex;  ///< guards what follows
    std::condition_variable wake;
    bool is_stopping = false;
    bool is_changed = true;

    // The thread's own.
    std::map<DestinationId, Reader> readers;
    std::map<Position, std::unique_ptr<log::Cursor>> cursors;  ///< by where they stand
    SteadyClock::time_point ask_at{};
    std::chrono::milliseconds ask_every{kAskFirst};
    SteadyClock::time_point moved_at{};
    /// Everything before that is looked through for events that were erased.
    Position erasures_to;
    std::unordered_set<EventId> erased;  ///< after the slowest cursor
    std::chrono::milliseconds back_off{0};
    std::string problem;

    /// What one group of readers brings in one transaction.
    struct Batch {
        std::vector<catalog::Deliveries::New> deliveries;
        std::vector<EventId> erased;
        std::size_t bytes = 0;
        std::size_t records = 0;
        Position to;
    };
    using Group = std::vector<Reader*>;

    bool stopping();
    void pause(std::chrono::milliseconds time);
    Status round();
    Status load();
    Status ask_open();
    bool is_full(const Reader& reader) const;
    bool has_full() const;
    std::map<Position, Group> groups(Position durable);
    Result<std::unique_ptr<log::Cursor>> cursor_at(Position position);
    Status find_erasures(Position durable);
    Status erase(const std::vector<EventId>& events);
    Result<std::size_t> read(Position from, const Group& group, Position until);
    Status take(const log::Entry& entry, const Group& group, Batch& batch);
    void add(const log::EventBody& event, EventId id, Reader& reader, std::string& json,
             Batch& batch);
    Status write(Position from, const Group& group, Batch& batch);
    Status move_cursors();
    Position slowest() const;
    std::uint64_t behind(Position durable) const;
    void report(const Error& error);
    void recovered();
};

Subscriptions::Subscriptions(Parts parts, Options options)
    : parts_(std::move(parts)), options_(options), state_(std::make_unique<State>(*this)) {
}

Subscriptions::~Subscriptions() {
    stop();
}

void Subscriptions::start() {
    thread_ = std::thread([this] { run(); });
}

void Subscriptions::stop() {
    {
        const std::lock_guard lock(state_->mutex);
        state_->is_stopping = true;
    }
    state_->wake.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Subscriptions::changed() {
    {
        const std::lock_guard lock(state_->mutex);
        state_->is_changed = true;
    }
    state_->wake.notify_all();
}

bool Subscriptions::State::stopping() {
    const std::lock_guard lock(mutex);
    return is_stopping;
}

void Subscriptions::State::pause(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex);
    wake.wait_for(lock, time, [this] { return is_stopping; });
}

void Subscriptions::run() {
    pthread_setname_np(pthread_self(), "subscriptions");
    work_in_background();
    State& state = *state_;
    while (!state.stopping()) {
        if (const Status done = state.round(); !done) {
            state.report(done.error());
            state.cursors.clear();  // begin anew where the catalog says
            state.readers.clear();
            {
                const std::lock_guard lock(state.mutex);
                state.is_changed = true;
            }
            state.pause(state.back_off);
        } else {
            state.recovered();
        }
        behind_.store(state.behind(parts_.log.durable()), std::memory_order_relaxed);
    }
    static_cast<void>(state.move_cursors());  // else the next start reads a little again
}

/// Brings each group what there is for it, or waits for more.
Status Subscriptions::State::round() {
    bool has_changed = false;
    {
        const std::lock_guard lock(mutex);
        has_changed = std::exchange(is_changed, false);
    }
    if (has_changed) EYED_TRY(load());
    if (moved_at + kMoveEvery <= SteadyClock::now()) EYED_TRY(move_cursors());
    const Position durable = parts.log.durable();
    EYED_TRY(ask_open());
    const auto all = groups(durable);
    if (!all.empty() && all.begin()->first.value + options.at_once < durable.value)
        EYED_TRY(find_erasures(durable));
    std::size_t most = 0;
    for (auto at = all.begin(); at != all.end(); ++at) {
        const auto next = std::next(at);
        // Up to where the next group stands, so that the two go on together.
        const Position until = next == all.end() ? durable : next->first;
        EYED_ASSIGN(const std::size_t records, read(at->first, at->second, until));
        most = std::max(most, records);
    }
    // Nobody may read what is left: who is paused must lose what is erased all the same.
    if (!readers.empty() && erasures_to < durable && all.empty()) EYED_TRY(find_erasures(durable));
    while (cursors.size() > kMostCursors)
        cursors.erase(cursors.begin());
    if (most >= options.at_once) return {};  // there is more
    if (most > 0) {
        pause(most >= kBusyRecords ? kPauseBusy : kPauseIdle);
    } else if (has_full()) {
        pause(kAskFirst);
    } else {
        const auto before = SteadyClock::now();
        const bool more = parts.log.wait_beyond(durable, kLook);
        // An interrupted log no longer waits: do not spin until we are stopped too.
        if (!more && SteadyClock::now() - before < kLook / 2) pause(kLook);
    }
    return {};
}

/// Webhooks as the catalog has them. Who was changed begins where the catalog says.
Status Subscriptions::State::load() {
    EYED_TRY(move_cursors());
    EYED_ASSIGN(const auto all, parts.catalog.destinations().all());
    std::map<DestinationId, Reader> fresh;
    for (const model::Destination& destination : all) {
        if (destination.kind != model::DestinationKind::kWebhook) continue;
        const auto known = readers.find(destination.id);
        if (known != readers.end() && known->second.destination.revision == destination.revision &&
            known->second.stored == destination.cursor)
            fresh.insert(readers.extract(known));
        else
            fresh.emplace(destination.id, Reader(destination));
    }
    readers = std::move(fresh);
    ask_at = {};
    if (readers.empty()) erased.clear();
    const auto slowest =
        std::ranges::min_element(readers, {}, [](const auto& entry) { return entry.second.at; });
    if (slowest != readers.end() && (erasures_to == Position{} || slowest->second.at < erasures_to))
        erasures_to = slowest->second.at;
    return {};
}

bool Subscriptions::State::is_full(const Reader& reader) const {
    return reader.is_active() && reader.open >= options.most_open;
}

bool Subscriptions::State::has_full() const {
    return std::ranges::any_of(readers, [this](const auto& one) { return is_full(one.second); });
}

/// How many each has that are not finished. What is added is counted here; what ends is not.
Status Subscriptions::State::ask_open() {
    const auto began = SteadyClock::now();
    const bool is_first = ask_at == SteadyClock::time_point{};
    if (!is_first && (!has_full() || ask_at > began)) return {};
    EYED_ASSIGN(const auto waiting, parts.catalog.deliveries().waiting());
    std::map<DestinationId, std::uint64_t> open;
    for (const catalog::Deliveries::Waiting& one : waiting)
        open[one.destination] = one.open;
    bool has_freed = is_first;
    for (auto& [id, reader] : readers) {
        const bool was_full = is_full(reader);
        reader.open = open[id];
        has_freed = has_freed || (was_full && !is_full(reader));
    }
    const auto now = SteadyClock::now();
    ask_every = has_freed ? kAskFirst : std::min(ask_every * 2, kAskLast);
    ask_at = now + std::max<SteadyClock::duration>(ask_every, (now - began) * kAskPart);
    return {};
}

/// Who may be given more, by where they stand.
std::map<Position, Subscriptions::State::Group> Subscriptions::State::groups(Position durable) {
    std::map<Position, Group> groups;
    for (auto& [id, reader] : readers)
        if (reader.is_active() && !is_full(reader) && reader.at < durable)
            groups[reader.at].push_back(&reader);
    return groups;
}

Result<std::unique_ptr<log::Cursor>> Subscriptions::State::cursor_at(Position position) {
    if (auto node = cursors.extract(position); !node.empty()) return std::move(node.mapped());
    return parts.log.read_after(position);
}

/// Looks ahead, so that nobody is sent what is erased further on.
Status Subscriptions::State::find_erasures(Position durable) {
    if (erasures_to >= durable) return {};
    EYED_ASSIGN(const auto cursor, parts.log.read_after(erasures_to));
    std::vector<EventId> found;
    Position to = erasures_to;
    while (to < durable) {
        EYED_ASSIGN(const auto entry, cursor->next());
        if (!entry) break;
        to = entry->position;
        if (entry->kind != log::Kind::kErase) continue;
        EYED_ASSIGN(const log::EraseBody body, log::decode_erase(entry->body));
        found.push_back(body.target);
        if (found.size() >= options.at_once) EYED_TRY(erase(std::exchange(found, {})));
        if (stopping()) return {};
    }
    EYED_TRY(erase(found));
    erasures_to = to;
    return {};
}

Status Subscriptions::State::erase(const std::vector<EventId>& events) {
    if (events.empty()) return {};
    EYED_TRY(parts.catalog.deliveries().erase_events(events, parts.clock.now()));
    erased.insert(events.begin(), events.end());
    return {};
}

/// Reads on from where the group stands; gives how many records.
Result<std::size_t> Subscriptions::State::read(Position from, const Group& group, Position until) {
    EYED_ASSIGN(auto cursor, cursor_at(from));
    Batch batch;
    batch.to = from;
    while (batch.to < until && batch.records < options.at_once && batch.bytes < kMostBytes &&
           std::ranges::none_of(
               group, [this](const Reader* reader) { return reader->open >= options.most_open; })) {
        auto entry = cursor->next();
        if (!entry) {
            // What came before the damage is good: bring it, then meet the damage again.
            if (batch.records > 0) break;
            return std::unexpected(std::move(entry).error());
        }
        if (!*entry) break;
        EYED_TRY(take(**entry, group, batch));
        batch.to = (**entry).position;
        ++batch.records;
    }
    EYED_TRY(write(from, group, batch));
    if (!cursors.contains(batch.to)) cursors[batch.to] = std::move(cursor);
    return batch.records;
}

Status Subscriptions::State::take(const log::Entry& entry, const Group& group, Batch& batch) {
    if (entry.kind == log::Kind::kGap)
        for (Reader* reader : group)
            reader->missed += entry.id;
    if (entry.kind == log::Kind::kErase && entry.position > erasures_to) {
        EYED_ASSIGN(const log::EraseBody body, log::decode_erase(entry.body));
        batch.erased.push_back(body.target);
    }
    if (entry.kind != log::Kind::kEvent || erased.contains(EventId{entry.id})) return {};
    EYED_ASSIGN(const log::EventBody event, log::decode_event(entry.body));
    std::string json;  // made for the first that wants it
    for (Reader* reader : group)
        if (reader->matcher.matches(event)) add(event, EventId{entry.id}, *reader, json, batch);
    return {};
}

void Subscriptions::State::add(const log::EventBody& event, EventId id, Reader& reader,
                               std::string& json, Batch& batch) {
    if (json.empty()) json = event_json(id, event, parts.application_name(event.application));
    const std::string& form = reader.destination.fields.body_template;
    catalog::Deliveries::New delivery{.destination = reader.destination.id,
                                      .event = id,
                                      .order_key = {},
                                      .body = form.empty() ? json : fill_template(form, json)};
    if (!event.session.is_nil()) delivery.order_key = to_string(event.session);
    batch.bytes += delivery.body.size();
    batch.deliveries.push_back(std::move(delivery));
    ++reader.open;
}

Status Subscriptions::State::write(Position from, const Group& group, Batch& batch) {
    // Erased within what was read: never given.
    const std::unordered_set<EventId> gone(batch.erased.begin(), batch.erased.end());
    std::erase_if(batch.deliveries,
                  [&gone](const auto& delivery) { return gone.contains(delivery.event); });
    EYED_TRY(erase(batch.erased));
    if (!batch.deliveries.empty()) {
        std::vector<catalog::Deliveries::Moved> moved;
        for (const Reader* reader : group)
            moved.push_back({reader->destination.id, reader->stored, batch.to, reader->missed});
        EYED_TRY(parts.catalog.deliveries().add_events(batch.deliveries, moved, parts.clock.now()));
        for (Reader* reader : group) {
            reader->stored = batch.to;
            reader->missed = 0;
        }
        parts.added();
    }
    for (Reader* reader : group)
        reader->at = batch.to;  // where nothing was found, move_cursors() writes it
    if (from <= erasures_to && erasures_to < batch.to) erasures_to = batch.to;
    return {};
}

Status Subscriptions::State::move_cursors() {
    std::vector<catalog::Deliveries::Moved> moved;
    for (const auto& [id, reader] : readers)
        if (reader.at != reader.stored)
            moved.push_back({id, reader.stored, reader.at, reader.missed});
    moved_at = SteadyClock::now();
    if (moved.empty()) return {};
    EYED_TRY(parts.catalog.deliveries().add_events({}, moved, parts.clock.now()));
    for (auto& [id, reader] : readers) {
        reader.stored = reader.at;
        reader.missed = 0;
    }
    const auto slowest =
        std::ranges::min_element(readers, {}, [](const auto& entry) { return entry.second.at; });
    if (slowest->second.at >= erasures_to) erased.clear();
    return {};
}

/// Where the last of the readers stands; there must be one.
Position Subscriptions::State::slowest() const {
    return std::ranges::min_element(readers, {}, [](const auto& one) { return one.second.at; })
        ->second.at;
}

std::uint64_t Subscriptions::State::behind(Position durable) const {
    std::uint64_t most = 0;
    for (const auto& [id, reader] : readers)
        if (reader.is_active() && reader.at < durable)
            most = std::max(most, durable.value - reader.at.value);
    return most;
}

void Subscriptions::State::report(const Error& error) {
    back_off = back_off.count() == 0 ? kBackOffFirst : std::min(back_off * 2, kBackOffLast);
    if (std::exchange(problem, error.detail) == error.detail) return;
    parts.logger.error("events are not brought to destinations",
                       {{"why", error.detail}, {"code", code_name(error.code)}});
}

void Subscriptions::State::recovered() {
    if (back_off.count() == 0) return;
    back_off = {};
    problem.clear();
    parts.logger.info("events are brought to destinations again");
}

}  // namespace eyed::delivery
