#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/application_names.h"
#include "api/edit_locks.h"
#include "api/errors.h"
#include "api/health.h"
#include "api/services.h"
#include "base/task.h"
#include "base/worker_pool.h"
#include "ingest/decoded.h"
#include "ingest/decoder.h"
#include "model/audit.h"

namespace eyed::api {

/// Keeps what is dear to make and used for a moment. Thread-safe. Keeps at most `capacity`.
template <class T>
class FreeList {
  public:
    explicit FreeList(std::size_t capacity) : capacity_(capacity) { kept_.reserve(capacity); }
    /// Null: there is none, make one.
    std::unique_ptr<T> take() {
        const std::lock_guard lock(mutex_);
        if (kept_.empty()) return nullptr;
        std::unique_ptr<T> one = std::move(kept_.back());
        kept_.pop_back();
        return one;
    }
    void give(std::unique_ptr<T> one) {
        const std::lock_guard lock(mutex_);
        if (kept_.size() < capacity_) kept_.push_back(std::move(one));
    }

  private:
    const std::size_t capacity_;
    std::mutex mutex_;  ///< guards kept_
    std::vector<std::unique_ptr<T>> kept_;
};

/// What all handlers share: the services, and the little state of this room. Owned by the router's
/// handlers; outlives every request.
struct Api {
    explicit Api(Services& services);

    Services& services;
    const ingest::Limits limits;
    const AuthenticatorNames names;
    EditLocks locks;
    Health health;
    FreeList<ingest::Decoder> decoders{16};  ///< in use only while decoding: about one a thread
    FreeList<ingest::Decoded> decoded{256};
};

/// A Decoded for one request, from the shelf and back to it, unless it has grown large.
class Intake {
  public:
    explicit Intake(Api& api);
    ~Intake();
    Intake(const Intake&) = delete;
    Intake& operator=(const Intake&) = delete;
    ingest::Decoded& operator*() { return *decoded_; }
    ingest::Decoded* operator->() { return decoded_.get(); }

    /// Calls `decode(decoder, decoded)` with a decoder that is no one else's meanwhile.
    template <class Decode>
    void decode(Decode decode) {
        std::unique_ptr<ingest::Decoder> decoder = borrow();
        decode(*decoder, *decoded_);
        api_.decoders.give(std::move(decoder));
    }

  private:
    std::unique_ptr<ingest::Decoder> borrow();

    Api& api_;
    std::unique_ptr<ingest::Decoded> decoded_;
};

/// The settings' limits of events.
ingest::Limits limits_of(const config::Settings& settings);

/// Who sends with this request, now.
ingest::Sender sender_of(const Api& api, const http::Request& request);

/// A failure as its answer; tells the log what the client is not told.
http::Response fail(const Api& api, const http::Request& request, const Error& failure);

/// Whether a read sees all that was accepted before it came.
enum class Freshness : std::uint8_t { kFresh, kStale };
/// Waits until the store has what was durable when this was called, `store.fresh_timeout` at most.
Task<Freshness> read_barrier(Api& api, const http::Request& request);
/// Adds `X-Eyed-Stale: true` when it is, and `Cache-Control: no-store`.
void mark(Freshness freshness, http::Response& response);

/// Runs `work` (giving Result<T>) on a pool and comes back on the request's io thread. kOverloaded
/// when the pool's queue is full.
template <class Work>
Task<std::invoke_result_t<Work&>> on_worker(WorkerPool& pool, const http::Request& request,
                                            Work work) {
    Offload<Work> offload(pool, request.executor, std::move(work));
    co_return co_await offload;
}

/// Adds `Cache-Control: no-store`: what only its caller may see.
void never_store(http::Response& response);

/// Runs `work`, giving Result<http::Response>, on a lane, from the reading of the body to the
/// answer.
template <class Work>
Task<http::Response> answer_on(WorkerPool& lane, Api& api, http::Request& request, Work work) {
    auto answered = co_await on_worker(lane, request, std::move(work));
    if (!answered) co_return fail(api, request, answered.error());
    never_store(*answered);
    co_return *std::move(answered);
}

/// Who changes something with this request: for the audit log.
model::Actor actor_of(const http::Request& request);
/// The same, and when.
model::Change change_of(const Api& api, const http::Request& request);

/// Names no application: what a filter gets that must find nothing.
inline constexpr ApplicationId kNoApplication{-1};

/// The applications whose events this caller reads: empty means all. A person reads those that they
/// own, an application's key its own. `asked` narrows it to one by name. kForbidden: not the
/// caller's to read.
Result<std::vector<ApplicationId>> readable(const query::ApplicationNames& names,
                                            const model::Principal& principal,
                                            const std::optional<std::string>& asked = {});

/// The applications whose events this caller may change or erase: empty means all, a superuser's.
/// What somebody was granted to read is not theirs to change.
std::vector<ApplicationId> changeable(const query::ApplicationNames& names,
                                      const model::Principal& principal);

/// A path parameter that is a positive number; nullopt: it names nothing, answer 404.
std::optional<std::uint64_t> path_number(const http::Request& request, std::string_view name);

/// The thing that a path parameter names, where ids are signed; nullopt: it names nothing.
template <class Id>
std::optional<Id> path_id(const http::Request& request, std::string_view name = "id") {
    const auto number = path_number(request, name);
    return number ? std::optional(Id{static_cast<std::int64_t>(*number)}) : std::nullopt;
}

/// Whether `key`, the request's Idempotency-Key, may be one and is the only one, or the request has
/// none at all. The header's draft (draft-ietf-httpapi-idempotency-key-header) leaves the form to
/// the server.
bool valid_idempotency_key(const http::Request& request, std::string_view key);
inline constexpr std::string_view kIdempotencyKeyFault =
    "It is one key of 1 to 255 visible ASCII characters.";

/// Whether the request's content type says JSON; none at all does.
bool takes_json(const http::Request& request);
/// How a native body of events is to be read, by its content type; nullopt: one that is not taken.
std::optional<ingest::BodyKind> native_body_kind(const http::Request& request);

/// Answers' data is bounded by bytes too, beside the number of rows.
inline constexpr std::uint64_t kPageBytes = std::uint64_t{16} << 20U;

}  // namespace eyed::api
