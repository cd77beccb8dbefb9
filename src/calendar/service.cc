#include "calendar/service.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/uuid.h"
#include "calendar/recurrence.h"
#include "calendar/zone.h"
#include "catalog/catalog.h"

namespace eyed::calendar {
namespace {

using catalog::CalendarEvents;
using model::CalendarEvent;
using model::CalendarFields;
using model::OccurrenceChange;

/// The edit found faults, which its caller has.
std::unexpected<Error> faulty() {
    return failure(Code::kInvalidArgument, "faults");
}

Status check_revision(const CalendarEvent& event, const Service::How& how) {
    if (how.fits(event.revision)) return {};
    return failure(Code::kPreconditionFailed,
                   "The event was changed since you read it: read it again, then change it with "
                   "its new ETag.");
}

/// Changes whose occurrence is not in `times` go: it is no more of the series.
void drop_orphans(const CalendarEvents::Times& times, std::vector<OccurrenceChange>& changes) {
    if (changes.empty()) return;
    std::vector<Micros> starts;
    for (const model::Occurrence& one : times.rows)
        starts.push_back(one.original_start);
    std::ranges::sort(starts);
    std::erase_if(changes, [&starts](const OccurrenceChange& change) {
        return !std::ranges::binary_search(starts, change.original_start);
    });
}

/// How a series was moved: what its clock showed at the start, then and now.
class Move {
  public:
    /// kInvalidArgument: a zone that there is not.
    static Result<Move> create(const CalendarFields& from, const CalendarFields& to) {
        EYED_ASSIGN(const Zone before, Zone::find(from.zone));
        EYED_ASSIGN(const Zone now, Zone::find(to.zone));
        return Move(before, now, now.to_local(to.start).value - before.to_local(from.start).value);
    }
    Micros operator()(Micros at) const { return now_.to_utc({before_.to_local(at).value + by_}); }

  private:
    Move(Zone before, Zone now, std::int64_t by) : before_(before), now_(now), by_(by) {}
    Zone before_;
    Zone now_;
    std::int64_t by_;  ///< microseconds
};

/// What is said of single occurrences goes along when the series is moved, unless the draft says it
/// anew.
Status move_along(const Draft& draft, const CalendarFields& before, CalendarFields& fields,
                  std::vector<OccurrenceChange>& changes) {
    if (before.start == fields.start && before.zone == fields.zone) return {};
    EYED_ASSIGN(const Move move, Move::create(before, fields));
    const auto all = [&move](std::vector<Micros>& times) {
        std::ranges::transform(times, times.begin(), move);
        std::ranges::sort(times);
        times.erase(std::ranges::unique(times).begin(), times.end());
    };
    if (!draft.rdate) all(fields.recurrence.added);
    if (!draft.exdate) all(fields.recurrence.skipped);
    for (OccurrenceChange& change : changes) {
        change.original_start = move(change.original_start);
        if (change.start) change.start = move(*change.start);
        if (change.end) change.end = move(*change.end);
    }
    // Where a clock is put on or back two may come to the same time: the first stays.
    std::ranges::sort(changes, {}, &OccurrenceChange::original_start);
    const auto doubled = std::ranges::unique(changes, {}, &OccurrenceChange::original_start);
    changes.erase(doubled.begin(), doubled.end());
    return {};
}

/// A result with the faults that were found on the way.
Result<Service::Outcome> outcome(Result<CalendarEvents::Saved> saved, Faults faults) {
    if (!faults.empty()) return Service::Outcome{{}, std::move(faults)};
    if (saved) return Service::Outcome{*std::move(saved), {}};
    if (auto fault = fault_of(saved.error())) return Service::Outcome{{}, {*std::move(fault)}};
    return std::unexpected(std::move(saved).error());
}

/// The change of that occurrence; made when there is none.
OccurrenceChange& change_at(std::vector<OccurrenceChange>& changes, Micros original_start) {
    const auto at =
        std::ranges::lower_bound(changes, original_start, {}, &OccurrenceChange::original_start);
    if (at != changes.end() && at->original_start == original_start) return *at;
    return *changes.insert(at, OccurrenceChange{.original_start = original_start});
}

std::unexpected<Error> no_occurrence() {
    return failure(Code::kNotFound, "the event does not take place then");
}

}  // namespace

std::optional<Fault> fault_of(const Error& error) {
    if (error.code != Code::kInvalidArgument) return std::nullopt;
    const std::size_t colon = error.detail.find(": ");
    if (colon == std::string::npos) return std::nullopt;
    Fault fault{error.detail.substr(0, colon), error.detail.substr(colon + 2)};
    const bool link = fault.field == "location" || fault.field == "category";
    if (link) fault.message = "Invalid hyperlink - Object does not exist.";
    return fault;
}

Result<Service> Service::create(catalog::Catalog& catalog, const Clock& clock, Options options) {
    EYED_ASSIGN(const Zone zone, Zone::find(options.zone));
    return Service(catalog, clock, std::move(options), zone);
}

Service::Clashes Service::clashes_for(Force force) const {
    const bool forced = force == Force::kYes && options_.clashes == Clashes::kRefuse;
    return forced ? Clashes::kTell : options_.clashes;
}

Micros Service::horizon(const CalendarFields& fields,
                        const std::vector<OccurrenceChange>& changes) const {
    Micros horizon = std::max(clock_->now(), fields.start) + kHorizon;
    for (const OccurrenceChange& change : changes)
        horizon = std::max(horizon, change.original_start + std::chrono::microseconds(1));
    return horizon;
}

Result<CalendarEvents::Times> Service::times_of(
    const CalendarFields& fields, const std::vector<OccurrenceChange>& changes) const {
    EYED_ASSIGN(const Zone zone, Zone::find(fields.zone));
    OccurrenceTimes times = occurrences(fields, changes, zone, horizon(fields, changes));
    return CalendarEvents::Times{std::move(times.rows), times.until};
}

Result<CalendarEvents::Times> Service::bounded_times_of(
    const CalendarFields& fields, const std::vector<OccurrenceChange>& changes) const {
    EYED_ASSIGN(auto times, times_of(fields, changes));
    // A little less: the clock has gone on since.
    const Micros far = horizon(fields, {}) - std::chrono::hours(1);
    if (times.until && *times.until < far)
        return failure(Code::kInvalidArgument,
                       fmt::format("rrule: The event takes place more than {} times until {}: end "
                                   "it earlier by COUNT or UNTIL, or let it come less often.",
                                   kMostOccurrences, to_iso8601(far)));
    if (times.rows.empty())
        return failure(Code::kInvalidArgument, "exdate: The event would take place at no time.");
    return times;
}

Result<CalendarEvents::Edited> Service::edited(CalendarFields fields,
                                               std::vector<OccurrenceChange> changes) const {
    CalendarEvents::Edited edited;
    EYED_ASSIGN(edited.times, bounded_times_of(fields, changes));
    drop_orphans(edited.times, changes);
    edited.fields = std::move(fields);
    edited.changes = std::move(changes);
    return edited;
}

Result<CalendarEvents::Creation> Service::creation_of(const Draft& draft, Faults& faults) const {
    CalendarEvents::Creation creation;
    creation.event.uid = to_string(random_uuid());
    creation.event.fields = apply(draft, Base::kNothing, {}, zone_, faults);
    if (!faults.empty()) return creation;
    auto times = bounded_times_of(creation.event.fields, {});
    if (times) {
        creation.times = *std::move(times);
        return creation;
    }
    auto fault = fault_of(times.error());
    if (!fault) return std::unexpected(std::move(times).error());
    faults.push_back(*std::move(fault));
    return creation;
}

Status Service::count_in(const CalendarEvents::Times& times, std::size_t& occurrences) {
    if (occurrences + times.rows.size() > kMostOccurrencesAtOnce)
        return failure(
            Code::kInvalidArgument,
            fmt::format("More than {} occurrences at once: send this in another request.",
                        kMostOccurrencesAtOnce));
    occurrences += times.rows.size();
    return {};
}

Status Service::create_some(std::span<const Draft> drafts, const How& how,
                            std::vector<Outcome>& outcomes, std::size_t& occurrences) {
    std::vector<CalendarEvents::Creation> creations;
    std::vector<std::size_t> places;
    std::size_t rows = 0;
    while (outcomes.size() < drafts.size() && rows < kRowsAtOnce) {
        Faults faults;
        EYED_ASSIGN(auto creation, creation_of(drafts[outcomes.size()], faults));
        rows += creation.times.rows.size();
        if (const Status fits = count_in(creation.times, occurrences); !fits)
            faults.push_back({"", fits.error().detail});
        if (faults.empty()) {
            places.push_back(outcomes.size());
            creations.push_back(std::move(creation));
        }
        outcomes.push_back({{}, std::move(faults)});
    }
    if (creations.empty()) return {};
    EYED_ASSIGN(auto saved, catalog_->calendar_events().create_all(
                                creations, clashes_for(how.force), how.change));
    for (std::size_t i = 0; i < saved.size(); ++i) {
        EYED_ASSIGN(outcomes[places[i]], outcome(std::move(saved[i]), {}));
    }
    return {};
}

Result<std::vector<Service::Outcome>> Service::create_events(std::span<const Draft> drafts,
                                                             const How& how) {
    std::vector<Outcome> outcomes;
    outcomes.reserve(drafts.size());
    std::size_t occurrences = 0;
    while (outcomes.size() < drafts.size())
        EYED_TRY(create_some(drafts, how, outcomes, occurrences));
    return outcomes;
}

Result<Service::Outcome> Service::create_event(const Draft& draft, const How& how) {
    EYED_ASSIGN(auto outcomes, create_events({&draft, 1}, how));
    return std::move(outcomes.front());
}

Result<Service::Outcome> Service::change_event(CalendarEventId id, const Draft& draft, Base base,
                                               const How& how) {
    Faults faults;
    const auto edit = [&](const CalendarEvent& event) -> Result<CalendarEvents::Edited> {
        EYED_TRY(check_revision(event, how));
        CalendarFields fields = apply(draft, base, event.fields, zone_, faults);
        if (!faults.empty()) return faulty();
        std::vector<OccurrenceChange> changes = event.changes;
        EYED_TRY(move_along(draft, event.fields, fields, changes));
        return edited(std::move(fields), std::move(changes));
    };
    auto saved = catalog_->calendar_events().change(id, edit, clashes_for(how.force), how.change);
    return outcome(std::move(saved), std::move(faults));
}

Status Service::remove_event(CalendarEventId id, const How& how) {
    return catalog_->calendar_events().remove(
        id, [&](const CalendarEvent& event) { return check_revision(event, how); }, how.change);
}

Result<Service::Outcome> Service::change_occurrence(CalendarEventId id, Micros original_start,
                                                    const OccurrenceDraft& draft, const How& how) {
    Faults faults;
    const auto edit = [&](const CalendarEvent& event) -> Result<CalendarEvents::Edited> {
        EYED_TRY(check_revision(event, how));
        EYED_ASSIGN(const Zone zone, Zone::find(event.fields.zone));
        if (!has_occurrence(event.fields, zone, original_start)) return no_occurrence();
        std::vector<OccurrenceChange> changes = event.changes;
        OccurrenceChange& change = change_at(changes, original_start);
        change = apply(draft, std::move(change), event.fields, faults);
        if (!faults.empty()) return faulty();
        EYED_ASSIGN(auto after, edited(event.fields, std::move(changes)));
        after.action = "occurrence_changed";
        after.occurrence = original_start;
        return after;
    };
    auto saved = catalog_->calendar_events().change(id, edit, clashes_for(how.force), how.change);
    return outcome(std::move(saved), std::move(faults));
}

Result<Service::Outcome> Service::cancel_occurrence(CalendarEventId id, Micros original_start,
                                                    const How& how) {
    const auto edit = [&](const CalendarEvent& event) -> Result<CalendarEvents::Edited> {
        EYED_TRY(check_revision(event, how));
        EYED_ASSIGN(const Zone zone, Zone::find(event.fields.zone));
        if (!has_occurrence(event.fields, zone, original_start)) return no_occurrence();
        CalendarFields fields = event.fields;
        std::vector<Micros>& skipped = fields.recurrence.skipped;
        skipped.insert(std::ranges::upper_bound(skipped, original_start), original_start);
        std::vector<OccurrenceChange> changes = event.changes;
        std::erase_if(changes, [original_start](const OccurrenceChange& change) {
            return change.original_start == original_start;
        });
        auto after = edited(std::move(fields), std::move(changes));
        const auto fault = after ? std::nullopt : fault_of(after.error());
        if (fault && fault->field == "exdate")
            return failure(Code::kConflict,
                           "The event takes place at no other time: delete the event itself.");
        if (!after) return after;
        after->action = "occurrence_cancelled";
        after->occurrence = original_start;
        return after;
    };
    return outcome(catalog_->calendar_events().change(id, edit, Clashes::kAllow, how.change), {});
}

Status Service::extend_series() {
    constexpr std::size_t kAtOnce = 100;
    const Micros wanted = clock_->now() + kFarthest;
    CalendarEventId after;
    while (true) {
        EYED_ASSIGN(const auto series,
                    catalog_->calendar_events().short_of(wanted, after, kAtOnce));
        for (const CalendarEvent& event : series) {
            EYED_ASSIGN(const auto times, times_of(event.fields, event.changes));
            EYED_TRY(catalog_->calendar_events().extend(event.id, event.revision, times));
            after = event.id;
        }
        if (series.size() < kAtOnce) return {};
    }
}

}  // namespace eyed::calendar
