#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/worker_pool.h"
#include "config/settings.h"
#include "http/message.h"
#include "http/server.h"

namespace eyed {
class Clock;
class Logger;
namespace auth {
class Accounts;
class BrowserSessions;
class LoginThrottle;
class LoginTokens;
class MemoryAuthenticator;
class SetupToken;
}  // namespace auth
namespace calendar {
class Service;
}
namespace cashback {
class Service;
}
namespace catalog {
class Catalog;
}
namespace delivery {
class Engine;
class Service;
}  // namespace delivery
namespace ingest {
class Committer;
class Duplicates;
class OutboxPump;
class Settler;
class Types;
}  // namespace ingest
namespace io {
class FileSystem;
}
namespace log {
class Log;
}
namespace store {
class AppliedSignal;
class EventStore;
class Projector;
}  // namespace store
}  // namespace eyed

namespace eyed::api {

/// The lanes of blocking work. Each is a pool of its own, so that no kind of work starves another;
/// a full queue answers 503.
struct Lanes {
    WorkerPool& queries;   ///< reads of the store: as many threads as `store.readers`
    WorkerPool& catalog;   ///< reads and changes of the catalog: short
    WorkerPool& calendar;  ///< the calendar's requests, from body to answer; they may wait for the
                           ///< log, which may wait for `catalog` to make an event type
    WorkerPool& cashback;  ///< reads and changes of cashback, but for purchases
    WorkerPool& deliveries;  ///< the same of destinations and deliveries
    WorkerPool& imports;     ///< the same of many events at once: one thread, a short queue
    WorkerPool& hashing;     ///< passwords: `auth.hash_threads` threads, a short queue
    WorkerPool& exports;     ///< files written for download: two threads
};

/// Everything the handlers stand on. Made by the app; all of it outlives the router and the server.
struct Services {
    const config::Settings& settings;
    const Clock& clock;
    Logger& logger;
    io::FileSystem& files;
    log::Log& log;
    store::EventStore& store;
    store::AppliedSignal& applied;
    const store::Projector& projector;
    catalog::Catalog& catalog;
    auth::Accounts& accounts;
    const auth::MemoryAuthenticator& authenticator;
    auth::BrowserSessions& sessions;
    auth::LoginThrottle& throttle;
    auth::LoginThrottle& token_throttle;  ///< of refresh tokens that are not ours
    auth::LoginTokens& login_tokens;
    const auth::SetupToken& setup;
    ingest::Types& types;
    ingest::Committer& committer;
    ingest::Settler& settler;
    ingest::OutboxPump& outbox;
    calendar::Service& calendar;
    cashback::Service& cashback;
    delivery::Service& destinations;
    delivery::Engine& deliveries;
    const ingest::Duplicates& duplicates;
    Lanes lanes;
    std::string version;

    /// The Prometheus text of /metrics. Any thread; must not block.
    std::function<std::string()> metrics;
    /// A fault that its caller is not told: for the log. Any thread; must not block.
    std::function<void(const http::Request&, const Error&)> fault;
    /// Each answered request, for access log and metrics: becomes Hooks::finished.
    std::function<void(const http::Exchange&)> finished;
};

}  // namespace eyed::api
