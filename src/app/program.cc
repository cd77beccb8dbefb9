#include "app/program.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "api/api.h"
#include "api/flow.h"
#include "api/services.h"
#include "app/access_log.h"
#include "app/demo.h"
#include "app/demo_calendar.h"
#include "app/metrics.h"
#include "app/open_files.h"
#include "app/part_options.h"
#include "app/upkeep.h"
#include "auth/accounts.h"
#include "auth/browser_sessions.h"
#include "auth/jwt_trust.h"
#include "auth/login_throttle.h"
#include "auth/login_tokens.h"
#include "auth/memory_authenticator.h"
#include "auth/password_hasher.h"
#include "auth/server_secret.h"
#include "auth/setup_token.h"
#include "auth/tokens.h"
#include "base/hash.h"
#include "base/time.h"
#include "base/version.h"
#include "base/worker_pool.h"
#include "calendar/service.h"
#include "cashback/service.h"
#include "catalog/applications.h"
#include "catalog/cashbacks.h"
#include "catalog/catalog.h"
#include "catalog/event_types.h"
#include "catalog/known_settings.h"
#include "catalog/outbox.h"
#include "cli/data_directory.h"
#include "config/data_layout.h"
#include "delivery/engine.h"
#include "delivery/resolver.h"
#include "delivery/service.h"
#include "delivery/subscriptions.h"
#include "delivery/vault.h"
#include "http/server.h"
#include "ingest/catalog_types.h"
#include "ingest/committer.h"
#include "ingest/outbox_pump.h"
#include "ingest/settler.h"
#include "ingest/types.h"
#include "io/directory_lock.h"
#include "io/file_system.h"
#include "log/journal/journal.h"
#include "store/applied_signal.h"
#include "store/open.h"
#include "store/projector.h"

namespace eyed::app {
namespace {

using std::chrono::milliseconds;

/// Beside http.stop_timeout, within the ten seconds that a stop takes at most.
constexpr milliseconds kDeliveriesStop{1'500};

}  // namespace

/// Members are made from first to last and go from last to first: what a part refers to stands
/// above it.
class Program::Parts {
  public:
    Parts(const config::Loaded& loaded, Logger& logger)
        : loaded(loaded),
          settings(loaded.settings),
          logger(logger),
          files(io::make_file_system()) {}

    Status open();
    Status open_accounts();
    Status audit_settings();
    Status make_jwt_application();
    Status open_events();
    Status open_calendar();
    Status open_deliveries();
    Status open_cashback();
    Status count_cashbacks();
    Status open_server();
    http::Options server_options();
    void start_upkeep();
    void log_fault(const http::Request& request, const Error& error);

    const config::Loaded& loaded;
    const config::Settings& settings;
    Logger& logger;
    SystemClock clock;
    std::unique_ptr<io::FileSystem> files;
    std::unique_ptr<io::DirectoryLock> lock;

    std::unique_ptr<catalog::Catalog> catalog;
    std::optional<auth::ServerSecret> secret;
    std::optional<auth::PasswordHasher> hasher;
    std::optional<auth::MemoryAuthenticator> authenticator;
    std::optional<auth::Accounts> accounts;
    std::optional<auth::BrowserSessions> sessions;
    std::optional<auth::LoginThrottle> throttle;
    std::optional<auth::LoginThrottle> token_throttle;
    std::optional<auth::LoginTokens> login_tokens;
    auth::SetupToken setup;

    std::unique_ptr<log::Log> log;
    std::unique_ptr<store::EventStore> store;
    store::AppliedSignal applied;
    std::optional<store::Projector> projector;

    std::optional<WorkerPool> query_lane;
    std::optional<WorkerPool> catalog_lane;
    std::optional<WorkerPool> calendar_lane;
    std::optional<WorkerPool> cashback_lane;
    std::optional<WorkerPool> delivery_lane;
    std::optional<WorkerPool> import_lane;
    std::optional<WorkerPool> hashing_lane;
    std::optional<WorkerPool> export_lane;

    std::optional<ingest::CatalogTypes> type_directory;
    std::optional<ingest::Types> types;
    std::optional<ingest::Duplicates> duplicates;
    std::optional<ingest::Committer> committer;
    std::optional<ingest::Settler> settler;
    std::optional<ingest::OutboxPump> outbox;
    std::optional<calendar::Service> calendar;
    std::unique_ptr<delivery::Engine> deliveries;
    std::optional<delivery::Subscriptions> subscriptions;
    std::optional<delivery::Service> destinations;
    std::optional<cashback::Service> cashback;

    Metrics metrics;
    std::mutex store_state_mutex;  ///< guards store_state, cashback_totals
    store::StoreState store_state;
    std::vector<catalog::Cashbacks::StateTotal> cashback_totals;
    std::optional<api::Services> services;
    std::optional<http::Router> router;
    std::unique_ptr<http::Server> server;
    std::optional<Upkeep> upkeep;
};

Status Program::Parts::open() {
    const config::DataLayout layout{settings.data};
    EYED_TRY(files->create_directories(settings.data));
    EYED_TRY(files->create_directories(layout.store_directory()));
    EYED_ASSIGN(lock, io::DirectoryLock::acquire(settings.data));
    EYED_TRY(open_accounts());
    EYED_TRY(open_events());
    return open_server();
}

Status Program::Parts::open_accounts() {
    const config::DataLayout layout{settings.data};
    EYED_ASSIGN(catalog, catalog::Catalog::open({.path = layout.catalog()}));
    EYED_ASSIGN(secret, auth::ServerSecret::open_or_create(*files, settings.data));
    EYED_ASSIGN(hasher, auth::PasswordHasher::create(hash_cost(settings)));
    auto trust = auth::trust_elsewhere(settings, *files);
    if (!trust) return failure(Code::kInvalidArgument, std::move(trust.error().detail));
    authenticator.emplace(clock, auth::JwtTrust(*secret, *std::move(trust)));
    EYED_TRY(make_jwt_application());
    EYED_TRY(audit_settings());
    accounts.emplace(auth::Accounts::Parts{.catalog = *catalog,
                                           .authenticator = *authenticator,
                                           .hasher = *hasher,
                                           .secret = *secret,
                                           .clock = clock});
    EYED_TRY(accounts->load());
    sessions.emplace(auth::BrowserSessions::Parts{.catalog = *catalog,
                                                  .authenticator = *authenticator,
                                                  .secret = *secret,
                                                  .clock = clock,
                                                  .lifetime = settings.auth.session_lifetime});
    EYED_TRY(sessions->load());
    const auth::LoginThrottle::Options tries{.attempts = settings.auth.login_attempts};
    throttle.emplace(tries, clock);
    token_throttle.emplace(tries, clock);
    login_tokens.emplace(
        auth::LoginTokens::Parts{.catalog = *catalog,
                                 .authenticator = *authenticator,
                                 .clock = clock,
                                 .logger = logger,
                                 .access_lifetime = settings.auth.access_lifetime,
                                 .refresh_lifetime = settings.auth.refresh_lifetime});
    return {};
}

/// Whose events JWTs made elsewhere send and read.
Status Program::Parts::make_jwt_application() {
    constexpr std::size_t kEnoughBytes = 32;  // RFC 7518 §3.2, for HS256
    const auto& auth = settings.auth;
    if (authenticator->trust().elsewhere().keys.empty()) return {};
    if (auto problem = auth::Accounts::name_problem(auth.jwt_application); !problem.empty())
        return failure(Code::kInvalidArgument, "auth.jwt_application: " + problem);
    if (!auth.jwt_secret.empty() && auth.jwt_secret.size() < kEnoughBytes)
        logger.warning("auth.jwt_secret is short: whoever sees one token can guess it",
                       {{"bytes", std::uint64_t{auth.jwt_secret.size()}},
                        {"enough", std::uint64_t{kEnoughBytes}}});
    EYED_ASSIGN(const auto application,
                catalog->applications().find_or_create(
                    {.name = auth.jwt_application, .created_at = clock.now()},
                    {.via = model::Via::kStart}));
    if (application.owner)
        return failure(Code::kInvalidArgument,
                       fmt::format("auth.jwt_application: the application {} is a user's: whoever "
                                   "makes JWTs elsewhere would send and read as them. Name another "
                                   "one, or make it the installation's",
                                   application.name));
    return {};
}

/// Settings that are not those of the last start are lines of the audit log.
Status Program::Parts::audit_settings() {
    using Setting = catalog::KnownSettings::Setting;
    std::vector<Setting> known;
    for (const config::Effective& one : loaded.effective) {
        Setting setting{one.name, one.value, Setting::Shown::kOpenly};
        if (one.shown == config::Effective::Shown::kNever) {
            setting.shown = Setting::Shown::kNever;
            const auto digest = secret->sign("setting", one.name + "=" + one.value);
            setting.value = one.value.empty() ? std::string() : auth::to_hex(digest);
        }
        known.push_back(std::move(setting));
    }
    return catalog->known_settings().update(known, clock.now());
}

Status Program::Parts::open_events() {
    EYED_ASSIGN(log, log::open_journal(cli::journal_options(settings), {*files, clock, logger}));
    store::DuckDbOptions options = cli::store_options(settings);
    options.application_name = [this](ApplicationId id) {
        return authenticator->application_name(id);
    };
    EYED_ASSIGN(store::Opened opened, store::open_store(options, *files, logger, clock));
    store = std::move(opened.store);
    if (store->applied() > log->durable())
        return failure(Code::kCorrupt,
                       fmt::format("the store has {} records of the log, and the log only {}: the "
                                   "log is not the one this store was made from. Put the right "
                                   "log back, or move the folder `store` away to have it made "
                                   "anew from this log",
                                   store->applied().value, log->durable().value));
    applied.advance(store->applied());
    projector.emplace(*log, *store, applied, logger);

    query_lane.emplace(WorkerPool::Options{
        .name = "query", .threads = settings.store.readers, .queue_capacity = 256});
    catalog_lane.emplace(
        WorkerPool::Options{.name = "catalog", .threads = 1, .queue_capacity = 256});
    calendar_lane.emplace(
        WorkerPool::Options{.name = "calendar", .threads = 2, .queue_capacity = 256});
    cashback_lane.emplace(
        WorkerPool::Options{.name = "cashback-lane", .threads = 2, .queue_capacity = 256});
    delivery_lane.emplace(
        WorkerPool::Options{.name = "deliveries", .threads = 1, .queue_capacity = 256});
    import_lane.emplace(WorkerPool::Options{.name = "import", .threads = 1, .queue_capacity = 8});
    hashing_lane.emplace(WorkerPool::Options{
        .name = "hashing", .threads = settings.auth.hash_threads, .queue_capacity = 64});
    export_lane.emplace(WorkerPool::Options{.name = "export", .threads = 2, .queue_capacity = 8});

    type_directory.emplace(catalog->event_types());
    types.emplace(*type_directory, *catalog_lane,
                  ingest::Types::Options{.limit_per_application = settings.ingest.max_types,
                                         .logger = &logger});
    EYED_TRY(types->refresh());
    duplicates.emplace(clock.now());
    committer.emplace(*log, *types, &*duplicates);
    settler.emplace(ingest::Settler::Parts{.log = *log,
                                           .store = *store,
                                           .applied = applied,
                                           .types = *types,
                                           .pool = *query_lane,
                                           .clock = clock,
                                           .limits = api::limits_of(settings)});
    EYED_TRY(open_calendar());
    EYED_TRY(open_deliveries());
    return open_cashback();
}

Status Program::Parts::open_calendar() {
    using Clashes = calendar::Service::Clashes;
    outbox.emplace(
        ingest::OutboxPump::Parts{.outbox = catalog->outbox(),
                                  .applications = catalog->applications(),
                                  .types = *types,
                                  .committer = *committer,
                                  .clock = clock,
                                  .application_found = [this] { return accounts->load(); }},
        api::limits_of(settings));
    calendar::Service::Options options{.clashes = Clashes::kTell, .zone = settings.calendar.zone};
    if (settings.calendar.conflicts == config::CalendarConflicts::kRefuse)
        options.clashes = Clashes::kRefuse;
    if (settings.calendar.conflicts == config::CalendarConflicts::kAllow)
        options.clashes = Clashes::kAllow;
    auto service = calendar::Service::create(*catalog, clock, std::move(options));
    if (!service)
        return failure(Code::kInvalidArgument, "calendar.zone: " + service.error().detail);
    calendar.emplace(*std::move(service));
    return {};
}

Status Program::Parts::open_deliveries() {
    const delivery::Vault vault(secret->sign("vault", "deliveries"));
    const delivery::AddressPolicy policy(settings.delivery.allow_networks);
    destinations.emplace(delivery::Service::Parts{
        .catalog = *catalog,
        .log = *log,
        .clock = clock,
        .vault = vault,
        .policy = policy,
        .changed =
            [this] {
                if (deliveries) deliveries->changed();
                if (subscriptions) subscriptions->changed();
            },
        .wake =
            [this] {
                if (deliveries) deliveries->wake();
            },
    });
    // What a crash left is decided by what the settings say today.
    EYED_TRY(destinations->keep_cashback_targets(cashback_target(settings),
                                                 {{.via = model::Via::kStart}, clock.now()}));
    EYED_ASSIGN(deliveries, delivery::Engine::create({.catalog = *catalog,
                                                      .clock = clock,
                                                      .logger = logger,
                                                      .resolver = delivery::make_system_resolver(),
                                                      .vault = vault,
                                                      .disabled =
                                                          [this] {
                                                              if (subscriptions)
                                                                  subscriptions->changed();
                                                          }},
                                                     {.policy = policy,
                                                      .most = settings.delivery.max_requests,
                                                      .stop_within = kDeliveriesStop,
                                                      .keep = settings.delivery.keep}));
    subscriptions.emplace(
        delivery::Subscriptions::Parts{
            .catalog = *catalog,
            .log = *log,
            .clock = clock,
            .logger = logger,
            .application_name =
                [this](ApplicationId id) { return authenticator->application_name(id); },
            .added = [this] { deliveries->wake(); }},
        delivery::Subscriptions::Options{.most_open = 1'000, .at_once = 1'000});
    return {};
}

Status Program::Parts::open_cashback() {
    static_assert(static_cast<int>(config::CashbackRounding::kDown) ==
                  static_cast<int>(model::Rounding::kDown));
    cashback.emplace(*catalog, clock,
                     cashback::Service::Options{
                         .future_tolerance = settings.ingest.future_tolerance,
                         .oldest = settings.cashback.oldest,
                         .rounding = static_cast<model::Rounding>(settings.cashback.rounding),
                         .digest =
                             [this](std::string_view text) {
                                 return first_bits(secret->sign("purchase", text));
                             },
                         .recorded = [this] { deliveries->wake(); }});
    EYED_TRY(cashback->refresh());
    return count_cashbacks();
}

Status Program::Parts::count_cashbacks() {
    EYED_ASSIGN(auto totals, catalog->cashbacks().state_totals());
    const std::lock_guard guard(store_state_mutex);
    cashback_totals = std::move(totals);
    return {};
}

/// With no more connections than leave files for everybody else.
http::Options Program::Parts::server_options() {
    http::Options options = http_options(settings);
    const std::size_t wanted = settings.http.max_connections;
    const std::uint64_t open_files = raise_open_files_limit();
    options.limits.connections = connections_within(open_files, wanted);
    if (options.limits.connections < wanted)
        logger.warning("the limit of open files allows fewer connections than http.max_connections",
                       {{"open_files", open_files},
                        {"connections", std::uint64_t{options.limits.connections}},
                        {"http.max_connections", std::uint64_t{wanted}}});
    return options;
}

Status Program::Parts::open_server() {
    services.emplace(api::Services{
        .settings = settings,
        .clock = clock,
        .logger = logger,
        .files = *files,
        .log = *log,
        .store = *store,
        .applied = applied,
        .projector = *projector,
        .catalog = *catalog,
        .accounts = *accounts,
        .authenticator = *authenticator,
        .sessions = *sessions,
        .throttle = *throttle,
        .token_throttle = *token_throttle,
        .login_tokens = *login_tokens,
        .setup = setup,
        .types = *types,
        .committer = *committer,
        .settler = *settler,
        .outbox = *outbox,
        .calendar = *calendar,
        .cashback = *cashback,
        .destinations = *destinations,
        .deliveries = *deliveries,
        .duplicates = *duplicates,
        .lanes = {*query_lane, *catalog_lane, *calendar_lane, *cashback_lane, *delivery_lane,
                  *import_lane, *hashing_lane, *export_lane},
        .version = std::string(kVersion),
        .metrics = [this] { return metrics.text(); },
        .fault = [this](const http::Request& request, const Error& e) { log_fault(request, e); },
        .finished =
            [this](const http::Exchange& exchange) {
                metrics.count(exchange);
                log_access(exchange, logger);
            },
    });
    EYED_ASSIGN(router, api::make_router(*services));
    EYED_ASSIGN(server,
                http::Server::create(server_options(), *router, api::make_hooks(*services)));
    metrics.know_routes(*router);
    metrics.know_sources({
        .log = [this] { return log->state(); },
        .projector = [this] { return projector->state(); },
        .store =
            [this] {
                const std::lock_guard guard(store_state_mutex);
                return store_state;
            },
        .http = [this] { return server->counters(); },
        .event_types = [this] { return types->size(); },
        .settled = [this] { return settler->counts(); },
        .outbox_waiting = [this] { return outbox->waiting(); },
        .deliveries = [this] { return deliveries->figures(); },
        .deliveries_work = [this] { return deliveries->problem().empty(); },
        .subscriptions_behind = [this] { return subscriptions->behind(); },
        .cashback =
            [this] {
                const std::lock_guard guard(store_state_mutex);
                return cashback_totals;
            },
    });
    return {};
}

void Program::Parts::start_upkeep() {
    using namespace std::chrono_literals;
    std::vector<Upkeep::Job> jobs;
    jobs.push_back({"accounts", 1s, [this] { return accounts->upkeep(); }});
    jobs.push_back({"event types", 1s, [this] { return types->refresh(); }});
    jobs.push_back({"ended sessions", 10min, [this] { return sessions->purge(); }});
    jobs.push_back({"refresh tokens", 10min, [this] { return login_tokens->purge(); }});
    jobs.push_back({"outbox", 1s, [this] { return outbox->drain(); }});
    jobs.push_back({"calendar series", 1h, [this] { return calendar->extend_series(); }});
    jobs.push_back({"cashback rules", 2s, [this] { return cashback->refresh(); }});
    jobs.push_back({"cashback totals", 10s, [this] { return count_cashbacks(); }});
    jobs.push_back({"old deliveries", 1min, [this] { return deliveries->purge(); }});
    jobs.push_back({"store state", 5s, [this]() -> Status {
                        store::StoreState state = store->state();
                        const std::lock_guard guard(store_state_mutex);
                        store_state = state;
                        return {};
                    }});
    upkeep.emplace(std::move(jobs), logger);
}

void Program::Parts::log_fault(const http::Request& request, const Error& error) {
    const std::string path = shown_path(request);
    logger.error("a request failed", {{"code", std::string_view(code_name(error.code))},
                                      {"why", std::string_view(error.detail)},
                                      {"path", std::string_view(path)},
                                      {"request_id", std::string_view(request.request_id)}});
}

Program::Program(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {
}
Program::~Program() = default;

Result<std::unique_ptr<Program>> Program::create(const config::Loaded& loaded, Logger& logger) {
    auto parts = std::make_unique<Parts>(loaded, logger);
    EYED_TRY(parts->open());
    return std::unique_ptr<Program>(new Program(std::move(parts)));
}

Status Program::start() {
    parts_->projector->start();
    parts_->deliveries->start();
    parts_->subscriptions->start();
    if (parts_->settings.demo)
        EYED_TRY(add_demo_events(*parts_->log, *parts_->catalog, *parts_->types, *parts_->committer,
                                 parts_->clock));
    if (parts_->settings.demo)
        EYED_TRY(add_demo_calendar(*parts_->catalog, *parts_->calendar, parts_->clock));
    parts_->start_upkeep();
    return parts_->server->start();
}

std::size_t Program::stop() {
    parts_->deliveries->end_waits();  // who asked gets an answer while there is a server
    const std::size_t left = parts_->server->stop(to_ms(parts_->settings.http.stop_timeout));
    parts_->upkeep.reset();
    parts_->deliveries->stop();
    parts_->applied.stop();
    parts_->log->interrupt();
    parts_->subscriptions->stop();
    parts_->projector->stop();
    const Status flushed = parts_->accounts->flush_uses();
    if (!flushed)
        parts_->logger.warning("last uses of keys were not written",
                               {{"why", std::string_view(flushed.error().detail)}});
    return left;
}

std::string Program::address() const {
    const config::Settings& settings = parts_->settings;
    const std::string host = settings.host == "*" ? "0.0.0.0" : settings.host;
    const bool bracketed = host.find(':') != std::string::npos;
    return fmt::format("{}://{}{}{}:{}", settings.tls.certificate.empty() ? "http" : "https",
                       bracketed ? "[" : "", host, bracketed ? "]" : "", parts_->server->port());
}

std::string Program::setup_link() const {
    if (parts_->authenticator->has_users()) return {};
    return fmt::format("{}/setup?token={}", address(), parts_->setup.text());
}

}  // namespace eyed::app
