#include "api/flow.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "base/ascii.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "http/forms.h"
#include "log/log.h"
#include "store/applied_signal.h"
#include "store/event_store.h"
#include "store/projector.h"

namespace eyed::api {

namespace {

/// A Decoded that has held more than this is not kept: one large batch must not hold memory.
constexpr std::size_t kKeptItems = 64;
constexpr std::size_t kKeptBytes = std::size_t{64} << 10U;

Health::Parts health_parts(Services& services) {
    const auto check_log = [&services]() -> Status {
        const log::State state = services.log.state();
        if (state.writable) return {};
        return failure(Code::kUnavailable, state.problem);
    };
    const auto check_store = [&services]() -> Status {
        const std::string problem = services.projector.state().problem;
        if (!problem.empty())
            return failure(Code::kUnavailable, "events are not applied to it: " + problem);
        return services.store.check();
    };
    return {.log = check_log,
            .store = check_store,
            .catalog = [&services] { return services.catalog.check(); },
            .clock = services.clock,
            .logger = services.logger};
}

}  // namespace

ingest::Limits limits_of(const config::Settings& settings) {
    ingest::Limits limits;
    limits.future_tolerance = settings.ingest.future_tolerance;
    limits.batch_events = settings.ingest.max_batch;
    limits.depth = settings.ingest.max_depth;
    return limits;
}

Api::Api(Services& services)
    : services(services),
      limits(limits_of(services.settings)),
      names(services.authenticator),
      health(health_parts(services)) {
}

Intake::Intake(Api& api) : api_(api), decoded_(api.decoded.take()) {
    if (decoded_ == nullptr) decoded_ = std::make_unique<ingest::Decoded>();
}

Intake::~Intake() {
    if (decoded_->items.capacity() > kKeptItems || decoded_->body.size() > kKeptBytes) return;
    decoded_->clear();
    api_.decoded.give(std::move(decoded_));
}

std::unique_ptr<ingest::Decoder> Intake::borrow() {
    std::unique_ptr<ingest::Decoder> decoder = api_.decoders.take();
    if (decoder == nullptr)
        decoder = std::make_unique<ingest::Decoder>(api_.services.types, api_.limits);
    return decoder;
}

ingest::Sender sender_of(const Api& api, const http::Request& request) {
    ingest::Sender sender;
    sender.application = request.principal.application;
    sender.key = request.principal.key;
    sender.user = request.principal.user;
    sender.now = api.services.clock.now();
    return sender;
}

http::Response fail(const Api& api, const http::Request& request, const Error& failure) {
    if (kind_of(failure.code).status >= 500 && api.services.fault)
        api.services.fault(request, failure);
    return error(request, failure);
}

Task<Freshness> read_barrier(Api& api, const http::Request& request) {
    const Position durable = api.services.log.durable();
    if (api.services.applied.applied() >= durable) co_return Freshness::kFresh;
    const auto timeout = std::chrono::duration_cast<std::chrono::milliseconds>(
        api.services.settings.store.fresh_timeout);
    store::AppliedSignal::Wait wait(api.services.applied, durable, request.executor, timeout);
    const bool reached = co_await wait;
    co_return reached ? Freshness::kFresh : Freshness::kStale;
}

void mark(Freshness freshness, http::Response& response) {
    never_store(response);
    if (freshness == Freshness::kStale) response.headers.push_back({"X-Eyed-Stale", "true"});
}

model::Actor actor_of(const http::Request& request) {
    return {request.principal.user, request.principal.key, model::Via::kApi};
}

model::Change change_of(const Api& api, const http::Request& request) {
    return {actor_of(request), api.services.clock.now()};
}

namespace {

/// Of a caller who does not read all.
std::vector<ApplicationId> own_applications(const query::ApplicationNames& names,
                                            const model::Principal& principal) {
    std::vector<ApplicationId> own{principal.application ? principal.application : kNoApplication};
    if (principal.role < model::Role::kMember) return own;
    for (const ApplicationId owned : names.owned_by(principal.user))
        if (owned != principal.application) own.push_back(owned);
    return own;
}

}  // namespace

Result<std::vector<ApplicationId>> readable(const query::ApplicationNames& names,
                                            const model::Principal& principal,
                                            const std::optional<std::string>& asked) {
    if (!asked) {
        if (principal.reads_all) return std::vector<ApplicationId>{};
        return own_applications(names, principal);
    }
    const std::optional<ApplicationId> id = names.id(*asked);
    if (principal.reads_all) return std::vector{id.value_or(kNoApplication)};
    const std::vector<ApplicationId> own = own_applications(names, principal);
    if (!id || std::ranges::find(own, *id) == own.end())
        return failure(Code::kForbidden,
                       fmt::format("This key does not read the application “{}”.", *asked));
    return std::vector{*id};
}

std::vector<ApplicationId> changeable(const query::ApplicationNames& names,
                                      const model::Principal& principal) {
    if (principal.role == model::Role::kSuperuser) return {};
    return own_applications(names, principal);
}

std::optional<std::uint64_t> path_number(const http::Request& request, std::string_view name) {
    const std::string_view text = request.parameter(name);
    std::uint64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc{} || end != text.data() + text.size() || number == 0 ||
        number > static_cast<std::uint64_t>(INT64_MAX))
        return std::nullopt;
    return number;
}

bool valid_idempotency_key(const http::Request& request, std::string_view key) {
    constexpr std::size_t kMost = 255;
    const auto visible = [](char c) { return c >= '!' && c <= '~'; };
    if (key.size() > kMost || !std::ranges::all_of(key, visible)) return false;
    return std::ranges::all_of(request.headers, [&](const http::Field& field) {
        return !equal_ignoring_case(field.name, "Idempotency-Key") ||
               (!field.value.empty() && field.value == key);
    });
}

bool takes_json(const http::Request& request) {
    const std::string_view type = request.content_type;
    if (type.empty() || type == "application/json") return true;
    const std::string media = http::media_type(type);
    return media == "application/json" || media.ends_with("+json");
}

std::optional<ingest::BodyKind> native_body_kind(const http::Request& request) {
    if (takes_json(request)) return ingest::BodyKind::kDetect;
    const std::string media = http::media_type(request.content_type);
    if (media == "application/x-ndjson" || media == "application/ndjson" ||
        media == "application/jsonl")
        return ingest::BodyKind::kLines;
    return std::nullopt;
}

void never_store(http::Response& response) {
    response.headers.push_back({"Cache-Control", "no-store"});
}

}  // namespace eyed::api
