// An iCalendar file taken in, event by event.
#include <algorithm>
#include <span>
#include <utility>

#include "base/ascii.h"
#include "base/json_text.h"
#include "calendar/icalendar.h"
#include "calendar/local_day.h"
#include "calendar/recurrence.h"
#include "calendar/service.h"
#include "catalog/catalog.h"
#include "catalog/label_names.h"

namespace eyed::calendar {
namespace {

using catalog::CalendarEvents;
using catalog::LabelNames;
using model::CalendarEvent;
using model::CalendarFields;
using model::OccurrenceChange;
using Imported = Service::Imported;

/// Events in one transaction, which others wait for.
constexpr std::size_t kAtOnce = 50;

/// What a file calls a place or a kind, as far as it can be the name of one.
std::string label_name(std::string_view text) {
    return std::string(trimmed(first_code_points(trimmed(text), kMostLabelName)));
}

void tell(const Faults& faults, std::string_view of, std::vector<std::string>& out) {
    for (const Fault& fault : faults)
        out.push_back(std::string(of) +
                      (fault.field.empty() ? fault.message : fault.field + ": " + fault.message));
}

/// What can be said of an event without the calendar. With faults it goes no further.
Imported checked(ReadEvent& read) {
    Imported imported;
    imported.uid = shortened(read.uid, 4 * kMostUid);
    imported.faults = std::move(read.faults);
    if (imported.faults.empty()) {
        Faults faults;
        check_uid(read.uid, faults);
        check(read.fields, faults);
        tell(faults, "", imported.faults);
    }
    imported.title = read.fields.title;
    if (!imported.faults.empty()) return imported;
    Faults faults;
    for (OccurrenceChange& change : read.changes)
        check(change, read.fields, faults);
    tell(faults, "a changed occurrence, ", imported.faults);
    return imported;
}

/// Dates have no zone in a file: those of an event that is known are of its zone.
void move_days(ReadEvent& read, const Zone& to) {
    const auto from = Zone::find(read.fields.zone);
    if (!from || from->name() == to.name()) return;
    const auto move = [&](Micros& day) { day = to.to_utc(local_midnight(*from, day)); };
    read.fields.zone = to.name();
    move(read.fields.start);
    move(read.fields.end);
    std::ranges::for_each(read.fields.recurrence.added, move);
    std::ranges::for_each(read.fields.recurrence.skipped, move);
    for (OccurrenceChange& change : read.changes) {
        move(change.original_start);
        if (change.start) move(*change.start);
        if (change.end) move(*change.end);
    }
}

/// Whether both make the same occurrence of the series.
bool is_same_occurrence(const OccurrenceChange& a, const OccurrenceChange& b,
                        const CalendarFields& fields, const Zone& zone) {
    const auto end = [&](const OccurrenceChange& change) {
        return change.end.value_or(occurrence_end(fields, zone, change.original_start));
    };
    return a.title.value_or(fields.title) == b.title.value_or(fields.title) &&
           a.description.value_or(fields.description) ==
               b.description.value_or(fields.description) &&
           a.start.value_or(a.original_start) == b.start.value_or(b.original_start) &&
           end(a) == end(b) &&
           a.status.value_or(fields.status) == b.status.value_or(fields.status) &&
           a.location.value_or(fields.location) == b.location.value_or(fields.location);
}

/// A file's changes of `fields`. A file says how an occurrence is, and not whether it is so by
/// itself or as its series: one that is as the file says keeps its change.
std::vector<OccurrenceChange> lay_changes(const ReadEvent& read, const CalendarFields& fields,
                                          const std::vector<OccurrenceChange>& known,
                                          const Zone& zone, LabelNames& labels) {
    std::vector<OccurrenceChange> laid = read.changes;
    for (std::size_t i = 0; i < laid.size(); ++i) {
        OccurrenceChange& change = laid[i];
        const auto was =
            std::ranges::find(known, change.original_start, &OccurrenceChange::original_start);
        const bool is_known = was != known.end();
        if (const auto& name = read.change_locations[i])
            change.location = labels.location(
                label_name(*name), is_known ? was->location.value_or(LocationId{}) : LocationId{});
        if (is_known && is_same_occurrence(*was, change, fields, zone)) change = *was;
    }
    return laid;
}

}  // namespace

Result<CalendarEvents::Edited> Service::lay(ReadEvent& read, const CalendarEvent* known,
                                            LabelNames& labels, Imported& imported,
                                            std::size_t& occurrences) const {
    using enum Imported::Verdict;
    if (known && known->sequence > read.sequence) {
        imported.verdict = kOlder;
        return CalendarEvents::Edited{.fields = known->fields, .changes = known->changes};
    }
    const CalendarEvent before = known ? *known : CalendarEvent();
    if (known && read.fields.all_day) {
        EYED_ASSIGN(const Zone kept, Zone::find(before.fields.zone));
        move_days(read, kept);
    }
    EYED_ASSIGN(const Zone zone, Zone::find(read.fields.zone));
    CalendarEvents::Edited laid{.fields = read.fields, .sequence = read.sequence};
    laid.fields.capacity = before.fields.capacity;
    laid.fields.location = labels.location(label_name(read.location_name), before.fields.location);
    laid.fields.category = labels.category(label_name(read.category_name), before.fields.category);
    laid.changes = lay_changes(read, laid.fields, before.changes, zone, labels);
    const bool is_same = known && laid.fields == before.fields && laid.changes == before.changes;
    imported.verdict = !known ? kCreated : is_same ? kUnchanged : kUpdated;
    if (is_same) return laid;
    EYED_ASSIGN(auto after, edited(std::move(laid.fields), std::move(laid.changes)));
    EYED_TRY(count_in(after.times, occurrences));
    after.sequence = read.sequence;
    return after;
}

Status Service::import_some(std::span<ReadEvent> events, std::span<Imported> imported,
                            const How& how, std::size_t& occurrences) {
    std::vector<CalendarEvents::Put> puts;
    std::vector<Imported*> of_puts;
    for (std::size_t i = 0; i < events.size(); ++i) {
        if (!imported[i].faults.empty()) continue;
        puts.push_back({events[i].uid, [this, &read = events[i], &one = imported[i], &occurrences](
                                           const CalendarEvent* known, LabelNames& labels) {
                            return lay(read, known, labels, one, occurrences);
                        }});
        of_puts.push_back(&imported[i]);
    }
    if (puts.empty()) return {};
    EYED_ASSIGN(auto all,
                catalog_->calendar_events().put_all(puts, clashes_for(how.force), how.change));
    for (std::size_t i = 0; i < all.size(); ++i) {
        Imported& one = *of_puts[i];
        const auto fail = [&](std::string_view why) {
            one.verdict = Imported::Verdict::kFailed;
            one.faults.emplace_back(why);
        };
        if (!all[i]) {
            const Error& error = all[i].error();
            if (error.code != Code::kInvalidArgument) return std::unexpected(error);
            fail(error.detail);
            continue;
        }
        one.clashes = std::move(all[i]->clashes);
        if (one.clashes.size() > Imported::kMostClashes) one.clashes.resize(Imported::kMostClashes);
        if (all[i]->refused)
            fail(kLocationTaken);
        else
            one.event = all[i]->event.id;
    }
    return {};
}

Result<std::vector<Imported>> Service::import(std::string_view file, const How& how) {
    EYED_ASSIGN(auto events, read_calendar(file, zone_.name(), {}));
    std::vector<Imported> imported;
    imported.reserve(events.size());
    for (ReadEvent& event : events)
        imported.push_back(checked(event));
    std::size_t occurrences = 0;
    for (std::size_t begin = 0; begin < events.size(); begin += kAtOnce) {
        const std::size_t count = std::min(kAtOnce, events.size() - begin);
        EYED_TRY(import_some(std::span(events).subspan(begin, count),
                             std::span(imported).subspan(begin, count), how, occurrences));
    }
    return imported;
}

}  // namespace eyed::calendar
