#include "delivery/engine_state.h"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/background.h"
#include "base/json_members.h"
#include "catalog/catalog.h"
#include "catalog/destinations.h"

namespace eyed::delivery {
namespace {

using model::AttemptKind;
using model::AttemptOutcome;
using model::DeliveryState;
using SteadyClock = std::chrono::steady_clock;
using Which = catalog::Deliveries::Want::Which;

/// What is due is asked for so long after a turn that may have left something for later.
constexpr std::chrono::milliseconds kLookAfter{50};
/// At the latest: the wall clock may have jumped.
constexpr std::chrono::seconds kLookEvery{5};
constexpr std::chrono::seconds kCountEvery{10};
constexpr std::chrono::milliseconds kBackOffFirst{50};
constexpr std::chrono::milliseconds kBackOffLast{5'000};
/// Of bodies that are under way, about.
constexpr std::size_t kMostBytes = 256 * 1024 * 1024;
/// A quarter of the places, and of the memory, is not for whoever has more than so many.
constexpr std::size_t kFew = 4;
constexpr std::size_t kKeptPart = 4;
constexpr int kLastTurns = 5;  ///< that a stop tries

}  // namespace

Status Engine::State::open() {
    EYED_ASSIGN(const std::uint64_t recovered,
                parts.catalog.deliveries().recover(parts.clock.now()));
    if (recovered != 0)
        parts.logger.info(
            "deliveries were under way when the program ended: it is not known "
            "whether they arrived",
            {{"deliveries", recovered}});
    EYED_ASSIGN(transfers_,
                Transfers::create(
                    {.policy = options.policy, .most = options.most + 1, .user_agent = "eyed"},
                    parts.resolver, parts.clock, [this](TransferResult result) {
                        bool is_first = false;
                        {
                            const std::lock_guard lock(mutex);
                            is_first = results.empty();
                            results.push_back(std::move(result));
                        }
                        if (is_first) wake.notify_one();
                    }));
    return {};
}

void Engine::State::run() {
    pthread_setname_np(pthread_self(), "delivery");
    work_in_background();
    while (true) {
        Signals signals = wait();
        for (TransferResult& result : signals.results)
            end(std::move(result));
        if (signals.is_stopping) break;
        if (const Status done = step(signals); !done)
            failed(done.error());
        else
            recovered();
    }
    finish();
}

Engine::State::SteadyTime Engine::State::wait_until() const {
    if (back_off_.count() != 0) return back_off_until_;
    if (must_load_) return {};
    SteadyTime until = std::min(look_at_, count_at_);
    const Micros now = parts.clock.now();
    for (const auto& [id, outlet] : outlets_)
        if (const auto at = outlet.room_at(now))
            until = std::min(
                until, SteadyClock::now() + std::max(*at - now, std::chrono::microseconds(0)));
    return until;
}

/// Until something ends, is told, or is due. While the catalog fails: until it is tried again.
Engine::State::Signals Engine::State::wait() {
    const SteadyTime until = wait_until();
    const bool backs_off = back_off_.count() != 0;
    std::unique_lock lock(mutex);
    wake.wait_until(lock, until, [&] {
        return is_stopping || (!backs_off && (is_woken || is_changed || !results.empty()));
    });
    return {std::exchange(is_woken, false), std::exchange(is_changed, false), is_stopping,
            std::exchange(results, {})};
}

Status Engine::State::step(const Signals& signals) {
    if (signals.is_changed) must_load_ = true;
    if (signals.is_woken || signals.is_changed) {
        look_at_ = {};
        for (auto& [id, outlet] : outlets_)
            outlet.may_have_tests = true;
    }
    if (must_load_) EYED_TRY(load());
    if (look_at_ <= SteadyClock::now()) EYED_TRY(look());
    EYED_TRY(turn());
    if (count_at_ <= SteadyClock::now()) count_open();
    return {};
}

/// Destinations as the catalog has them.
Status Engine::State::load() {
    EYED_ASSIGN(const auto all, parts.catalog.destinations().all());
    std::set<DestinationId> there;
    for (const model::Destination& destination : all) {
        there.insert(destination.id);
        Outlet* outlet = outlet_of(destination.id);
        if (outlet == nullptr)
            outlet =
                &outlets_
                     .emplace(destination.id, Outlet(destination, parts.vault, parts.clock.now()))
                     .first->second;
        else if (outlet->destination().revision != destination.revision)
            outlet->assign(destination, parts.vault);
        else
            continue;
        if (!outlet->problem().empty() && !destination.fields.url.empty())
            parts.logger.error(
                "nothing can be sent to a destination",
                {{"destination", destination.fields.name}, {"why", outlet->problem()}});
        note_room(*outlet);
    }
    std::erase_if(outlets_, [&there](const auto& entry) { return !there.contains(entry.first); });
    {
        const std::lock_guard lock(figures_mutex);
        std::erase_if(figures,
                      [&there](const auto& entry) { return !there.contains(entry.first); });
    }
    must_load_ = false;
    return {};
}

/// Asks what is due.
Status Engine::State::look() {
    EYED_ASSIGN(const auto due, parts.catalog.deliveries().due());
    const Micros now = parts.clock.now();
    for (auto& [id, outlet] : outlets_)
        outlet.due_at.reset();
    for (const catalog::Deliveries::Due& one : due) {
        Outlet* outlet = outlet_of(one.destination);
        if (outlet != nullptr) outlet->due_at = one.next_at;
    }
    // What the catalog has not been told yet.
    for (const catalog::Deliveries::Ended& one : ended_)
        if (Outlet* outlet = outlet_of(one.attempt.destination); outlet != nullptr)
            note_due(*outlet, one.attempt.next_at, now);
    look_at_ = SteadyClock::now() + kLookEvery;
    return {};
}

void Engine::State::count_open() {
    count_at_ = SteadyClock::now() + kCountEvery;
    const auto waiting = parts.catalog.deliveries().waiting();
    if (!waiting) return;  // the next time
    const std::lock_guard lock(figures_mutex);
    for (auto& [id, one] : figures)
        one.open = one.dead = 0;
    for (const catalog::Deliveries::Waiting& one : *waiting) {
        const auto found = figures.find(one.destination);
        if (found == figures.end()) continue;
        found->second.open = one.open;
        found->second.dead = one.dead;
    }
}

Outlet* Engine::State::outlet_of(DestinationId id) {
    const auto found = outlets_.find(id);
    return found == outlets_.end() ? nullptr : &found->second;
}

template <class Edit>
void Engine::State::edit_figures(DestinationId id, Edit edit) {
    const std::lock_guard lock(figures_mutex);
    edit(figures[id]);
}

/// What figures say of the destination itself.
void Engine::State::note_room(Outlet& outlet) {
    edit_figures(outlet.destination().id, [&outlet](Figures& figures) {
        figures.destination = outlet.destination().id;
        figures.name = outlet.fields().name;
        figures.state = outlet.destination().state;
        figures.circuit_open = outlet.circuit.open_until().has_value();
        figures.under_way = outlet.under_way();
    });
}

/// An attempt has ended: decides what becomes of its delivery.
void Engine::State::end(TransferResult result) {
    auto node = under_way_.extract(result.id);
    if (node.empty()) return;
    UnderWay& attempted = node.mapped();
    bytes_ -= attempted.bytes;
    Outlet* outlet = outlet_of(attempted.destination);
    if (outlet == nullptr) return;  // removed meanwhile, with its deliveries
    outlet->ended();
    const Micros now = parts.clock.now();
    const Word word{.may_have_arrived = result.reached == TransferResult::Reached::kSent,
                    .status = result.status,
                    .retry_after = result.retry_after};
    model::Attempt& attempt = attempted.attempt;
    Decision decision = decide_on(attempted, word, *outlet, now);
    if (attempted.is_test && decision.state != DeliveryState::kDelivered) {
        decision.state = DeliveryState::kDead;
        decision.next_at.reset();
    }
    attempt.outcome = decision.outcome;
    attempt.latency = result.latency;
    attempt.status = result.status;
    attempt.error = std::move(result.error);
    attempt.response = std::move(result.response);
    attempt.next_at = decision.next_at;
    count(*outlet, attempt);
    // A stop cuts off what the destination is not to blame for, and a test says nothing new.
    if (!is_stopping_now_ && !attempted.is_test)
        feed_circuit(*outlet,
                     decision.counts_as_failure && decision.outcome != AttemptOutcome::kDelivered,
                     now);
    if (decision.disables && !attempted.is_test) gone(*outlet, result.status);
    note_due(*outlet, decision.next_at, now);
    note_room(*outlet);
    using Ended = catalog::Deliveries::Ended;
    ended_.push_back({std::move(attempt), decision.state, attempted.cashback, attempted.reversal,
                      decision.counts ? Ended::Counts::kYes : Ended::Counts::kNo});
}

Decision Engine::State::decide_on(const UnderWay& attempted, const Word& word, const Outlet& outlet,
                                  Micros now) {
    const AttemptKind kind = attempted.attempt.kind;
    if (is_stopping_now_ && word.status == 0)
        return decide_cut_off(outlet.fields(), kind, word, now);
    const double jitter = std::uniform_real_distribution<double>(0, 1)(random_);
    if (kind == AttemptKind::kLookUp)
        return decide_lookup(outlet.fields(), word, attempted.begun, jitter, now);
    return decide(outlet.fields(), word, std::max(attempted.begun.sends, 1U) - 1, jitter, now);
}

/// An attempt has ended, and its delivery is due again at `next_at`, or not at all.
void Engine::State::note_due(Outlet& outlet, std::optional<Micros> next_at, Micros now) {
    if (next_at) outlet.due_at = std::min(outlet.due_at.value_or(*next_at), *next_at);
    if (outlet.fields().ordering == model::Ordering::kByKey) outlet.due_at = now;
}

void Engine::State::count(Outlet& outlet, const model::Attempt& attempt) {
    edit_figures(outlet.destination().id, [&attempt](Figures& figures) {
        switch (attempt.outcome) {
            case AttemptOutcome::kDelivered:
                ++figures.delivered;
                break;
            case AttemptOutcome::kFailed:
                ++figures.failed;
                break;
            case AttemptOutcome::kUnknown:
                ++figures.unknown;
                break;
        }
        figures.spent += attempt.latency;
        const double seconds = std::chrono::duration<double>(attempt.latency).count();
        const auto bound = std::ranges::lower_bound(Figures::kBounds, seconds);
        ++figures.by_latency[static_cast<std::size_t>(bound - Figures::kBounds.begin())];
    });
}

void Engine::State::feed_circuit(Outlet& outlet, bool failed, Micros now) {
    const std::uint32_t failures = outlet.circuit.failures();
    const auto open_until = outlet.circuit.open_until();
    const auto turned = outlet.circuit.ended(failed, now);
    if (outlet.circuit.failures() != failures || outlet.circuit.open_until() != open_until)
        health_[outlet.destination().id] = {outlet.destination().id, outlet.circuit.failures(),
                                            outlet.circuit.open_until()};
    const Field name{"destination", outlet.fields().name};
    switch (turned) {
        case Circuit::Turned::kNothing:
            break;
        case Circuit::Turned::kHalfWay:
            alert("destination_failing", outlet);
            break;
        case Circuit::Turned::kOpened:
            alert("destination_suspended", outlet);
            parts.logger.warning("a destination fails: it is tried again later",
                                 {name, {"failures", std::uint64_t{outlet.circuit.failures()}}});
            break;
        case Circuit::Turned::kClosed:
            alert("destination_recovered", outlet);
            if (open_until) parts.logger.info("a destination answers again", {name});
            break;
    }
}

void Engine::State::gone(Outlet& outlet, int status) {
    if (outlet.destination().state == model::DestinationState::kDisabled) return;
    // To a payment it is an answer like any other: one that is odd must not stop all of them.
    if (outlet.destination().kind != model::DestinationKind::kWebhook) return;
    const std::string reason = fmt::format("It answered {} (Gone).", status);
    outlet.disable(reason);
    disabled_.push_back({outlet.destination().id, reason});
    alert("destination_disabled", outlet);
    parts.logger.warning("a destination wants no more: it is disabled",
                         {{"destination", outlet.fields().name}, {"status", std::int64_t{status}}});
}

void Engine::State::alert(const std::string& name, const Outlet& outlet) {
    std::string data = "{";
    append_number_member("destination_id",
                         static_cast<std::uint64_t>(outlet.destination().id.value), data);
    append_text_member("destination", outlet.fields().name, data);
    append_text_member("origin", outlet.origin(), data);
    append_number_member("failures", outlet.circuit.failures(), data);
    append_instant_member("suspended_until", outlet.circuit.open_until(), data);
    append_member_if_any("reason", outlet.destination().reason, data);
    data += '}';
    alerts_.push_back({name, std::move(data)});
}

/// How many more may begin beside those under way and `taken`, by places, and by memory, if none
/// has a larger body than those of late.
std::size_t Engine::State::room(Share share, std::size_t taken) const {
    const auto of = [share](std::size_t all) {
        return share == Share::kAll ? all : all - all / kKeptPart;
    };
    const auto left = [](std::size_t all, std::size_t used) { return all - std::min(all, used); };
    const std::size_t by_bytes = left(of(kMostBytes), bytes_) / largest_;
    return std::min(left(of(options.most), under_way_.size() + taken), left(by_bytes, taken));
}

/// Each gets what it may begin now, as far as there is room. The last quarter of it is for those
/// that have next to nothing under way and did not fail last, so that whoever hangs keeps nobody
/// back, though it takes all that it may.
std::vector<catalog::Deliveries::Want> Engine::State::wants(Micros now) {
    std::vector<Want> wants;
    std::size_t taken = 0;
    const auto ask = [&](DestinationId id, Outlet& outlet) {
        auto wanted = outlet.room(now);
        std::size_t free = room(Share::kCommon, taken);
        if (outlet.circuit.failures() == 0 && outlet.under_way() < kFew)
            free = std::max(free, std::min(kFew - outlet.under_way(), room(Share::kAll, taken)));
        const auto places = static_cast<std::uint32_t>(std::min<std::size_t>(wanted.most, free));
        // For want of memory alone: smaller bodies may make room, though no request ends.
        const std::size_t common = options.most - options.most / kKeptPart;
        if (places < wanted.most && under_way_.size() + taken + places < common)
            look_at_ = std::min(look_at_, SteadyClock::now() + kLookAfter);
        wanted.most = places;
        if (wanted.most == 0) return;
        taken += wanted.most;
        wants.push_back({id, wanted.most, outlet.fields().ordering, wanted.which, outlet.origin()});
    };
    const auto first = outlets_.lower_bound(first_);
    for (auto at = first; at != outlets_.end(); ++at)
        ask(at->first, at->second);
    for (auto at = outlets_.begin(); at != first; ++at)
        ask(at->first, at->second);
    if (!wants.empty()) first_ = DestinationId{wants.front().destination.value + 1};
    return wants;
}

/// Writes what ended, and claims what may begin.
Status Engine::State::turn() {
    const Micros now = parts.clock.now();
    const std::vector<Want> wanted = wants(now);
    if (wanted.empty() && ended_.empty() && health_.empty() && disabled_.empty() && alerts_.empty())
        return {};
    std::vector<catalog::Deliveries::Health> health;
    for (const auto& [id, one] : health_)
        health.push_back(one);
    EYED_ASSIGN(auto claimed, parts.catalog.deliveries().turn({.ended = ended_,
                                                               .health = health,
                                                               .disabled = disabled_,
                                                               .alerts = alerts_,
                                                               .wants = wanted,
                                                               .now = now}));
    after_turn(wanted, std::move(claimed), now);
    return {};
}

void Engine::State::after_turn(std::span<const Want> wants,
                               std::vector<catalog::Deliveries::Claimed> claimed, Micros now) {
    std::vector<DeliveryId> written;
    for (const catalog::Deliveries::Ended& one : ended_)
        written.push_back(one.attempt.delivery);
    waits.ended(written);
    // What was decided about a delivery while it was asked for may begin now.
    if (std::ranges::any_of(
            ended_, [](const auto& one) { return one.attempt.kind == AttemptKind::kLookUp; }))
        look_at_ = {};
    if (!disabled_.empty() && parts.disabled) parts.disabled();
    ended_.clear();
    health_.clear();
    disabled_.clear();
    alerts_.clear();

    std::map<DestinationId, std::uint32_t> given;
    largest_ = std::max<std::size_t>(1024, largest_ - largest_ / 8);
    for (catalog::Deliveries::Claimed& one : claimed) {
        ++given[one.delivery.destination];
        begin(std::move(one), now);
    }
    for (const Want& want : wants) {
        Outlet* outlet = outlet_of(want.destination);
        if (outlet == nullptr) continue;
        const std::uint32_t got = given[want.destination];
        outlet->began(got);
        if (got < want.most && want.which == Which::kTests) outlet->may_have_tests = false;
        if (got < want.most && want.which == Which::kAll) {
            outlet->may_have_tests = false;
            outlet->due_at.reset();
            look_at_ = std::min(look_at_, SteadyClock::now() + kLookAfter);
        }
        note_room(*outlet);
    }
}

void Engine::State::begin(catalog::Deliveries::Claimed claimed, Micros now) {
    model::Delivery& delivery = claimed.delivery;
    const Outlet* outlet = outlet_of(delivery.destination);
    if (outlet == nullptr) return;
    const std::uint64_t number = ++last_number_;
    UnderWay& attempted = under_way_[number];
    attempted.destination = delivery.destination;
    attempted.cashback = delivery.cashback;
    attempted.reversal = delivery.reversal;
    attempted.is_test = delivery.is_test;
    attempted.bytes = delivery.body.size();
    bytes_ += attempted.bytes;
    largest_ = std::max(largest_, attempted.bytes);
    attempted.begun = {delivery.sends, delivery.lookups};
    attempted.attempt.delivery = delivery.id;
    attempted.attempt.destination = delivery.destination;
    attempted.attempt.number = claimed.number;
    attempted.attempt.kind =
        delivery.state == DeliveryState::kUnknown ? AttemptKind::kLookUp : AttemptKind::kSend;
    attempted.attempt.started_at = now;
    auto request = outlet->request(std::move(delivery), now);
    TransferResult none;  // surely not sent
    none.id = number;
    if (request) {
        request->transfer.id = number;
        attempted.attempt.request = std::move(request->shown);
        if (transfers_->start(std::move(request->transfer))) return;
        none.error = "there is no room for a request";
    } else {
        attempted.attempt.request = "{}";
        none.error = request.error().detail;
    }
    const std::lock_guard lock(mutex);
    results.push_back(std::move(none));
}

/// Nothing new begins until the catalog works again; what ended is kept.
void Engine::State::failed(const Error& error) {
    back_off_ = back_off_.count() == 0 ? kBackOffFirst : std::min(back_off_ * 2, kBackOffLast);
    back_off_until_ = SteadyClock::now() + back_off_;
    bool is_new = false;
    {
        const std::lock_guard lock(figures_mutex);
        is_new = problem != error.detail;
        problem = error.detail;
    }
    look_at_ = {};
    if (is_new)
        parts.logger.error("deliveries wait: the catalog does not take what was sent",
                           {{"why", error.detail}, {"code", code_name(error.code)}});
}

void Engine::State::recovered() {
    if (back_off_.count() == 0) return;
    back_off_ = {};
    {
        const std::lock_guard lock(figures_mutex);
        problem.clear();
    }
    parts.logger.info("deliveries go on");
}

/// The stop: what is under way gets its time, and how it ended is written.
void Engine::State::finish() {
    is_stopping_now_ = true;
    transfers_->stop(options.stop_within);
    std::vector<TransferResult> last;
    {
        const std::lock_guard lock(mutex);
        last.swap(results);
    }
    for (TransferResult& result : last)
        end(std::move(result));
    for (auto& [id, outlet] : outlets_) {
        outlet.due_at.reset();
        outlet.may_have_tests = false;
    }
    for (int tries = 0; tries < kLastTurns; ++tries) {
        const Status written = turn();
        if (written) return;
        failed(written.error());
        std::this_thread::sleep_until(back_off_until_);
    }
    parts.logger.error(
        "how requests ended could not be written: they count as unknown at the next "
        "start",
        {{"requests", std::uint64_t{ended_.size()}}});
}

}  // namespace eyed::delivery
