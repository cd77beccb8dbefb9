#include "ingest/types.h"

#include <algorithm>
#include <utility>

namespace eyed::ingest {

std::uint64_t type_hash(std::string_view category, std::string_view name) {
    return hash64(name, hash64(category));
}

Types::Types(TypeDirectory& directory, WorkerPool& pool, Options options)
    : directory_(directory), pool_(pool), options_(options) {
}

Types::~Types() {
    // The job that made the last Registration looks once more whether another waits.
    std::unique_lock lock(queue_mutex_);
    idle_.wait(lock, [this] { return !running_; });
}

TypePointer Types::find(std::string_view category, std::string_view name) const {
    const std::uint64_t hash = type_hash(category, name);
    const Shard& shard = shards_[hash % kShards];
    const std::lock_guard lock(shard.mutex);
    const auto [begin, end] = shard.by_name.equal_range(hash);
    for (auto at = begin; at != end; ++at)
        if (at->second->category == category && at->second->name == name) return at->second;
    return nullptr;
}

bool Types::full(ApplicationId application) const {
    const std::lock_guard lock(counts_mutex_);
    const auto found = counts_.find(application);
    return found != counts_.end() && found->second >= options_.limit_per_application;
}

namespace {

std::shared_ptr<const schema::Checker> checker_of(const TypeRow& row, Logger* logger) {
    if (row.mode == model::CheckMode::kOff || (!row.example && !row.schema)) return nullptr;
    auto checker = row.example ? schema::Checker::from_example(*row.example)
                               : schema::Checker::from_schema(*row.schema);
    if (!checker) {
        if (logger != nullptr)
            logger->error("The rules of an event type cannot be read: it is not checked.",
                          {{"category", row.category},
                           {"name", row.name},
                           {"version", std::uint64_t{row.version}},
                           {"pointer", checker.error().pointer},
                           {"fault", checker.error().message}});
        return nullptr;
    }
    return std::make_shared<const schema::Checker>(*std::move(checker));
}

/// `known`, if there is one, is the type as it was.
TypePointer state_of(const TypeRow& row, const TypePointer& known, Logger* logger) {
    auto state = std::make_shared<TypeState>();
    state->id = row.id;
    state->category = row.category;
    state->name = row.name;
    state->mode = row.mode;
    state->version = row.version;
    state->revision = row.revision;
    const bool as_it_was = known && known->revision == row.revision;
    state->checker = as_it_was ? known->checker : checker_of(row, logger);
    std::vector<ApplicationId> senders = row.senders;
    if (senders.empty()) senders.push_back(row.application);
    state->sender = known ? known->sender : senders.front();
    std::erase(senders, state->sender);
    state->more_senders = std::move(senders);
    return state;
}

}  // namespace

/// Puts in a row, unless a newer version of it is there, or the same with as many senders. Its
/// caller holds directory_mutex_, so nobody else installs meanwhile.
void Types::install(const TypeRow& row) {
    const TypePointer known = find(row.category, row.name);
    if (known && known->revision > row.revision) return;
    if (known && known->revision == row.revision &&
        known->more_senders.size() + 1 >= row.senders.size())
        return;
    TypePointer state = state_of(row, known, options_.logger);
    const std::uint64_t hash = type_hash(row.category, row.name);
    Shard& shard = shards_[hash % kShards];
    {
        const std::lock_guard lock(shard.mutex);
        const auto [begin, end] = shard.by_name.equal_range(hash);
        for (auto at = begin; at != end; ++at) {
            if (at->second != known) continue;
            at->second = std::move(state);
            generation_.fetch_add(1, std::memory_order_release);
            return;
        }
        shard.by_name.emplace(hash, std::move(state));
    }
    size_.fetch_add(1, std::memory_order_relaxed);
    const std::lock_guard lock(counts_mutex_);
    ++counts_[row.application];
}

Status Types::refresh() {
    const std::lock_guard lock(directory_mutex_);
    EYED_ASSIGN(const auto rows, directory_.changes_since(seen_revision_));
    for (const TypeRow& row : rows) {
        install(row);
        seen_revision_ = std::max(seen_revision_, row.revision);
    }
    return {};
}

Status Types::enqueue(Registration& registration) {
    const std::lock_guard lock(queue_mutex_);
    if (!running_) {
        // Under the lock: whoever comes meanwhile must not count on a job that was refused.
        EYED_TRY(pool_.submit([this] { run_registrations(); }));
        running_ = true;
    }
    (waiting_ ? waiting_last_->next_ : waiting_) = &registration;
    waiting_last_ = &registration;
    return {};
}

void Types::run_registrations() {
    for (;;) {
        Registration* first = nullptr;
        {
            const std::lock_guard lock(queue_mutex_);
            first = std::exchange(waiting_, nullptr);
            if (!first) {
                running_ = false;
                idle_.notify_all();  // under the lock: then this is no longer touched
                return;
            }
        }
        register_together(first);
    }
}

/// Registers what a chain of waiters wants in one call of the directory, each type once for each
/// sender, and lets them go on.
void Types::register_together(Registration* first) {
    std::vector<NewType> wanted;
    std::unordered_map<std::string, std::size_t> places;  // in `wanted`
    const auto key_of = [](const NewType& type) {         // neither text holds a NUL
        return type.category + '\0' + type.name + '\0' + std::to_string(type.application.value);
    };
    for (const Registration* waiter = first; waiter; waiter = waiter->next_)
        for (const NewType& type : waiter->wanted_) {
            const TypePointer known = find(type.category, type.name);
            if (known && known->sent_by(type.application)) continue;
            if (places.emplace(key_of(type), wanted.size()).second) wanted.push_back(type);
        }

    std::optional<Error> error;
    if (!wanted.empty()) {
        const std::lock_guard lock(directory_mutex_);
        auto rows = directory_.create_if_absent(wanted, options_.limit_per_application);
        if (!rows) error = std::move(rows.error());
        if (rows)
            for (const auto& row : *rows)
                if (row) install(*row);
    }
    ResumeBatch resumes;
    while (first) {
        Registration& waiter = *first;
        first = waiter.next_;  // `waiter` may be gone once it was posted
        if (error) {
            waiter.made_ = std::unexpected(*error);
        } else {
            for (const NewType& type : waiter.wanted_)
                waiter.made_->push_back(find(type.category, type.name));
        }
        resumes.add(waiter.executor_, waiter.resumption_);
    }
}

bool Registration::await_suspend(std::coroutine_handle<> handle) {
    resumption_.handle = handle;
    Status queued = types_.enqueue(*this);
    if (queued) return true;  // from here on the pool's thread owns *this
    made_ = std::unexpected(std::move(queued).error());
    return false;
}

const TypeState* TypeCache::find(std::string_view category, std::string_view name) {
    const std::uint64_t now = types_.generation();
    if (now != generation_ || used_ >= kMostTypes) clear(now);
    const std::uint64_t hash = type_hash(category, name);
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = hash & mask; slots_[at].type; at = (at + 1) & mask) {
        const Slot& slot = slots_[at];
        if (slot.hash == hash && slot.type->category == category && slot.type->name == name)
            return slot.type.get();
    }
    TypePointer found = types_.find(category, name);
    const TypeState* const type = found.get();
    if (found) add(hash, std::move(found));
    return type;
}

void TypeCache::clear(std::uint64_t generation) {
    slots_ = std::vector<Slot>(kFirstSlots);
    used_ = 0;
    generation_ = generation;
}

void TypeCache::add(std::uint64_t hash, TypePointer type) {
    if (2 * (used_ + 1) > slots_.size()) {
        std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(2 * slots_.size()));
        used_ = 0;
        for (Slot& slot : old)
            if (slot.type) add(slot.hash, std::move(slot.type));
    }
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash & mask;
    while (slots_[at].type)
        at = (at + 1) & mask;
    slots_[at] = {hash, std::move(type)};
    ++used_;
}

}  // namespace eyed::ingest
