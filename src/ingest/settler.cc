#include "ingest/settler.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "base/check.h"
#include "log/record.h"

namespace eyed::ingest {
namespace {

/// Refusals read, decoded and appended at once.
constexpr std::uint32_t kPageRows = 500;
constexpr std::uint64_t kPageBytes = 8u << 20;
/// What the decoder may read past the end of a body.
constexpr std::size_t kRoom = 128;

/// What an event without an event_id is deduplicated on: as when it was sent, or on its rejection.
Hash128 key_of(const model::Rejection& rejection) {
    if (rejection.dedup_key) return *rejection.dedup_key;
    std::string key("\0replay:", 8);  // no event_id holds a NUL
    key += std::to_string(rejection.id.value);
    return log::dedup_key(rejection.application, key);
}

void count_refused(model::Reason reason, RejectionId id, ReplayReport& report) {
    ++report.refused;
    const auto same = std::ranges::find(report.reasons, reason, &ReplayReport::Refused::reason);
    if (same != report.reasons.end())
        ++same->count;
    else
        report.reasons.push_back({reason, 1, id});
}

store::RejectionFilter open_ones(const store::RejectionFilter& filter) {
    store::RejectionFilter open = filter;
    open.state = model::RejectionState::kOpen;
    return open;
}

}  // namespace

/// A page of refusals after today's rules.
struct Settler::Judged {
    struct Passed {
        RejectionId rejection;
        std::uint32_t new_type = kNone;  ///< into new_types
    };
    std::uint64_t examined = 0;
    RejectionId last;
    bool more = false;
    log::Batch batch;
    std::vector<Passed> passed;  ///< an entry of the batch each
    std::vector<NewType> new_types;
    /// By application, category and name: each is a sender of its own.
    std::map<std::tuple<ApplicationId, std::string, std::string>, std::uint32_t> new_by_name;

    /// Leaves out what is of a type that could not be made.
    void leave_out(const Registration::Made& made, ReplayReport& report) {
        log::Batch kept_batch;
        std::vector<Passed> kept;
        for (std::size_t i = 0; i < passed.size(); ++i) {
            if (passed[i].new_type != kNone && !made[passed[i].new_type]) {
                count_refused(model::Reason::kTooManyTypes, passed[i].rejection, report);
                continue;
            }
            const log::Batch::Entry& entry = batch.entries()[i];
            const auto event = log::decode_event(batch.body(entry));
            EYED_CHECK(event.has_value());
            kept_batch.add(*event, entry.key);
            kept.push_back(passed[i]);
        }
        batch = std::move(kept_batch);
        passed = std::move(kept);
    }
};

Settler::Settler(Parts parts) : parts_(parts), decoder_(parts.types, parts.limits) {
}

Task<Status> Settler::catch_up(Executor& executor) {
    store::AppliedSignal::Wait wait(parts_.applied, parts_.log.durable(), executor,
                                    parts_.patience);
    const bool reached = co_await wait;
    if (reached) co_return Status{};
    co_return failure(Code::kTimeout,
                      "Queries do not see yet all that was accepted: nothing was settled.");
}

void Settler::judge(const model::Rejection& rejection, Micros now, UserId by, Judged& out,
                    ReplayReport& report) {
    if (rejection.target) {
        ++report.skipped;
        return;
    }
    Sender sender;
    sender.application = rejection.application;
    sender.key = rejection.key;
    sender.now = rejection.received_at;
    sender.judged_at = now;
    body_.reserve(rejection.payload.size() + kRoom);
    body_.assign(rejection.payload);
    decoder_.single(rejection.dialect, sender, body_, scratch_);
    EYED_CHECK(scratch_.items.size() == 1 && scratch_.batch.size() == 1);
    const Item& item = scratch_.items.front();
    if (item.faults != 0)
        return count_refused(scratch_.faults[item.first_fault].reason, rejection.id, report);

    auto event = log::decode_event(scratch_.batch.body(scratch_.batch.entries().front()));
    EYED_CHECK(event.has_value());
    event->replays = rejection.id;
    event->replayed_at = now;
    event->replayed_by = by;
    const Hash128 key = event->event_id.empty()
                            ? key_of(rejection)
                            : log::dedup_key(event->application, event->event_id);
    out.batch.add(*event, key);
    Judged::Passed passed{rejection.id};
    if (item.new_type != kNone) {
        NewType& type = scratch_.new_types[item.new_type];
        const auto place = static_cast<std::uint32_t>(out.new_types.size());
        const auto [at, fresh] =
            out.new_by_name.emplace(std::tuple(type.application, type.category, type.name), place);
        if (fresh) out.new_types.push_back(std::move(type));
        passed.new_type = at->second;
    }
    out.passed.push_back(passed);
}

Result<Settler::Judged> Settler::judge_page(const SettleOrder& order, ReplayReport& report) {
    store::RejectionPage page;
    page.direction = store::Direction::kAscending;
    page.limit = std::min<std::uint64_t>(kPageRows, order.limit - report.examined);
    page.byte_limit = kPageBytes;
    page.after = report.next.value_or(order.after);
    EYED_ASSIGN(const auto found, parts_.store.rejections(open_ones(order.filter), page));
    Judged judged;
    const Micros now = parts_.clock.now();
    for (const model::Rejection& rejection : found.rows)
        judge(rejection, now, order.by, judged, report);
    judged.examined = found.rows.size();
    judged.more = found.more;
    if (!found.rows.empty()) judged.last = found.rows.back().id;
    report.examined += judged.examined;
    if (judged.examined != 0) report.next = judged.last;
    return judged;
}

void Settler::count_dry(const Judged& judged, Seen& seen, ReplayReport& report) {
    for (const log::Batch::Entry& entry : judged.batch.entries()) {
        if (parts_.log.find(entry.key) || !seen.insert(entry.key).second)
            ++report.duplicates;
        else
            ++report.accepted;
    }
}

Task<Status> Settler::take_in(Judged& judged, UserId by, ReplayReport& report, Executor& executor) {
    if (!judged.new_types.empty()) {
        Registration registration(parts_.types, executor, std::move(judged.new_types));
        const Result<Registration::Made> made = co_await registration;
        if (!made) co_return std::unexpected(made.error());
        judged.leave_out(*made, report);
    }
    if (judged.batch.empty()) co_return Status{};
    log::Append events(parts_.log, executor, std::move(judged.batch));
    const Result<std::vector<log::Verdict>> verdicts = co_await events;
    if (!verdicts) co_return std::unexpected(verdicts.error());

    log::Batch settlements;
    for (std::size_t i = 0; i < verdicts->size(); ++i) {
        const log::Verdict& verdict = (*verdicts)[i];
        if (verdict.outcome == log::Verdict::Outcome::kAppended) {
            ++report.accepted;
            replayed_.fetch_add(1);
            continue;
        }
        ++report.duplicates;
        settlements.add(log::SettleBody{.target = judged.passed[i].rejection,
                                        .state = model::RejectionState::kDuplicate,
                                        .event = {verdict.id},
                                        .changed_at = parts_.clock.now(),
                                        .changed_by = by});
    }
    if (settlements.empty()) co_return Status{};
    log::Append rest(parts_.log, executor, std::move(settlements));
    const Result<std::vector<log::Verdict>> settled = co_await rest;
    if (!settled) co_return std::unexpected(settled.error());
    co_return Status{};
}

/// Whether there are more.
Task<Result<bool>> Settler::replay_page(Replaying replaying, ReplayReport& report,
                                        Executor& executor) {
    auto work = [this, &replaying, &report] {
        Result<Judged> judged = judge_page(replaying.order, report);
        if (judged && replaying.mode == Mode::kDry) count_dry(*judged, replaying.seen, report);
        return judged;
    };
    Offload<decltype(work)> judging(parts_.pool, executor, std::move(work));
    Result<Judged> judged = co_await judging;
    if (!judged) co_return std::unexpected(std::move(judged).error());
    if (replaying.mode == Mode::kDry) co_return judged->more;
    Task<Status> taking = take_in(*judged, replaying.order.by, report, executor);
    EYED_CO_TRY(co_await taking);
    co_return judged->more;
}

Task<Result<ReplayReport>> Settler::replay(SettleOrder order, Mode mode, Executor& executor) {
    CoroutineLock::Acquire acquire(lock_, executor);
    const CoroutineLock::Held held = co_await acquire;
    Task<Status> catching_up = catch_up(executor);
    EYED_CO_TRY(co_await catching_up);
    ReplayReport report;
    Seen seen;
    bool more = true;
    while (more && report.examined < order.limit) {
        ReplayReport ahead = report;  // counts once its page is settled
        Task<Result<bool>> settling = replay_page({order, mode, seen}, ahead, executor);
        const Result<bool> settled = co_await settling;
        if (!settled && report.examined == 0) co_return std::unexpected(settled.error());
        if (!settled) break;
        report = std::move(ahead);
        more = *settled;
    }
    if (!more) report.next.reset();
    std::ranges::sort(report.reasons, [](const auto& one, const auto& other) {
        return std::pair(other.count, one.example) < std::pair(one.count, other.example);
    });
    co_return report;
}

Task<Result<DiscardReport>> Settler::discard(SettleOrder order, Executor& executor) {
    CoroutineLock::Acquire acquire(lock_, executor);
    const CoroutineLock::Held held = co_await acquire;
    Task<Status> catching_up = catch_up(executor);
    EYED_CO_TRY(co_await catching_up);
    store::RejectionPage page;
    page.direction = store::Direction::kAscending;
    page.limit = order.limit;
    page.after = order.after;
    page.payload = store::RejectionPage::Payload::kLeftOut;
    auto work = [this, &order, &page] {
        return parts_.store.rejections(open_ones(order.filter), page);
    };
    Offload<decltype(work)> reading(parts_.pool, executor, std::move(work));
    const Result<store::Rows<model::Rejection>> found = co_await reading;
    if (!found) co_return std::unexpected(found.error());
    DiscardReport report;
    if (found->rows.empty()) co_return report;
    log::Batch settlements;
    for (const model::Rejection& rejection : found->rows)
        settlements.add(log::SettleBody{.target = rejection.id,
                                        .state = model::RejectionState::kDiscarded,
                                        .changed_at = parts_.clock.now(),
                                        .changed_by = order.by});
    log::Append append(parts_.log, executor, std::move(settlements));
    const Result<std::vector<log::Verdict>> settled = co_await append;
    if (!settled) co_return std::unexpected(settled.error());
    report.discarded = settled->size();
    discarded_.fetch_add(report.discarded);
    if (found->more) report.next = found->rows.back().id;
    co_return report;
}

}  // namespace eyed::ingest
