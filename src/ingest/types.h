#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <coroutine>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/executor.h"
#include "base/hash.h"
#include "base/ids.h"
#include "base/logger.h"
#include "base/result.h"
#include "base/time.h"
#include "base/worker_pool.h"
#include "model/event_type.h"
#include "schema/checker.h"

namespace eyed::ingest {

/// A type as its directory keeps it.
struct TypeRow {
    EventTypeId id;
    ApplicationId application;  ///< that sent it first: it counts towards that one's limit
    std::string category;
    std::string name;
    std::vector<ApplicationId> senders;  ///< ascending
    model::CheckMode mode = model::CheckMode::kOff;
    std::optional<std::string> example;
    std::optional<std::string> schema;
    std::uint32_t version = 0;   ///< of this type
    std::uint64_t revision = 0;  ///< rises with every change of any type
};

/// Asks for a type to be made.
struct NewType {
    ApplicationId application;
    std::string category;
    std::string name;
    Micros first_seen;
};

/// Where event types are kept for good: the catalog, seen from here. Calls may block; one at a
/// time for one Types.
class TypeDirectory {
  public:
    virtual ~TypeDirectory() = default;
    /// For each wanted type, in order: the one that is there or was made now; nullopt when its
    /// application has `limit` types already. Each type exactly once, however many ask.
    [[nodiscard]] virtual Result<std::vector<std::optional<TypeRow>>> create_if_absent(
        const std::vector<NewType>& wanted, std::uint32_t limit) = 0;
    /// All that changed after `revision` (0: all), by revision.
    [[nodiscard]] virtual Result<std::vector<TypeRow>> changes_since(std::uint64_t revision) = 0;
};

/// What the decoder needs to know of a type. Immutable.
struct TypeState {
    EventTypeId id;
    std::string category;
    std::string name;
    std::shared_ptr<const schema::Checker> checker;  ///< null: not checked
    model::CheckMode mode = model::CheckMode::kOff;
    std::uint32_t version = 0;
    std::uint64_t revision = 0;
    ApplicationId sender;                     ///< the first of all that send it, so that the usual
    std::vector<ApplicationId> more_senders;  ///< case reads no further; ascending

    bool sent_by(ApplicationId application) const {
        return application == sender || std::ranges::binary_search(more_senders, application);
    }
};
using TypePointer = std::shared_ptr<const TypeState>;

class Registration;

/// All event types, in memory, over the directory. Thread-safe. find() takes one short lock of a
/// shard; decoders keep a TypeCache before it and take none. A type that nobody has sent before is
/// registered in the directory before its first event is appended: all that wait at the same
/// moment go in one transaction, each type once.
class Types {
  public:
    struct Options {
        std::uint32_t limit_per_application = 10'000;
        Logger* logger = nullptr;  ///< hears of rules that cannot be checked any more
    };
    /// `pool` runs the directory's blocking calls. All are referred to and must outlive this; every
    /// Registration must have ended before it goes.
    Types(TypeDirectory& directory, WorkerPool& pool, Options options);
    /// Waits for the pool's thread to leave.
    ~Types();
    Types(const Types&) = delete;
    Types& operator=(const Types&) = delete;

    /// Takes in what changed in the directory: at start (before serving), after a type was changed,
    /// and now and then for changes of other processes. Blocks. What it has to check against is
    /// compiled here; an example or schema that cannot be any more (a newer rule) leaves its type
    /// unchecked, and the log says so once a version.
    [[nodiscard]] Status refresh();

    /// Null: not known yet.
    TypePointer find(std::string_view category, std::string_view name) const;
    /// Rises when a type that was known has changed: caches are then stale.
    std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }
    /// Whether the application has as many types as it may.
    bool full(ApplicationId application) const;
    std::size_t size() const { return size_.load(std::memory_order_relaxed); }
    std::uint32_t limit() const { return options_.limit_per_application; }

  private:
    friend class Registration;
    static constexpr std::size_t kShards = 16;
    struct Shard {
        mutable std::mutex mutex;  ///< guards by_name
        std::unordered_multimap<std::uint64_t, TypePointer> by_name;
    };

    [[nodiscard]] Status enqueue(Registration& registration);
    void run_registrations();
    void register_together(Registration* first);
    void install(const TypeRow& row);

    TypeDirectory& directory_;
    WorkerPool& pool_;
    const Options options_;
    Shard shards_[kShards];
    std::atomic<std::uint64_t> generation_{1};
    std::atomic<std::size_t> size_{0};

    std::mutex directory_mutex_;  ///< one caller of directory_ at a time; guards seen_revision_
    std::uint64_t seen_revision_ = 0;

    mutable std::mutex counts_mutex_;                          ///< guards counts_
    std::unordered_map<ApplicationId, std::uint32_t> counts_;  ///< types by application

    std::mutex queue_mutex_;        ///< guards waiting_, waiting_last_ and running_
    std::condition_variable idle_;  ///< running_ has become false
    Registration* waiting_ = nullptr;
    Registration* waiting_last_ = nullptr;
    bool running_ = false;  ///< a job of the pool takes from the queue
};

/// `Registration registration(types, executor, std::move(wanted)); auto made = co_await
/// registration;`: one entry for each wanted type, in order, null when its application is full.
/// kOverloaded when the pool's queue is full, or the directory's error: nothing may be appended.
class Registration {
  public:
    using Made = std::vector<TypePointer>;
    Registration(Types& types, Executor& executor, std::vector<NewType> wanted)
        : types_(types), executor_(executor), wanted_(std::move(wanted)) {}
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;

    bool await_ready() const noexcept { return wanted_.empty(); }
    bool await_suspend(std::coroutine_handle<> handle);
    Result<Made> await_resume() { return std::move(made_); }

  private:
    friend class Types;
    Types& types_;
    Executor& executor_;
    std::vector<NewType> wanted_;
    Result<Made> made_;
    Resumption resumption_;
    Registration* next_ = nullptr;
};

/// A decoder's own view of Types: no locks while nothing changes. One thread.
class TypeCache {
  public:
    explicit TypeCache(const Types& types) : types_(types) {}
    /// Null: not known yet. Valid until the next call.
    const TypeState* find(std::string_view category, std::string_view name);

  private:
    /// Begins anew with the smallest table.
    void clear(std::uint64_t generation);
    void add(std::uint64_t hash, TypePointer type);

    static constexpr std::size_t kFirstSlots = 256;
    static constexpr std::size_t kMostTypes = 1 << 16;
    /// By hash with linear probing, at most half full: thousands of types are looked up in turn,
    /// and each step of a chained table would be another miss of the processor's cache.
    struct Slot {
        std::uint64_t hash = 0;
        TypePointer type;  ///< null: free
    };
    const Types& types_;
    std::uint64_t generation_ = 0;
    std::vector<Slot> slots_;  ///< a power of two
    std::size_t used_ = 0;
};

/// What (category, name) hashes to, here and in the shards.
std::uint64_t type_hash(std::string_view category, std::string_view name);

}  // namespace eyed::ingest
