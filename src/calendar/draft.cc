#include "calendar/draft.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/ascii.h"
#include "base/json_text.h"
#include "calendar/local_day.h"
#include "calendar/recurrence.h"

namespace eyed::calendar {
namespace {

using model::CalendarFields;

constexpr std::string_view kRequired = "This field is required.";
constexpr std::string_view kWrongTime =
    "Datetime has wrong format. Use one of these formats instead: "
    "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].";
constexpr std::string_view kStartBeforeEnd = "Start time must come before end time";

void fail(Faults& faults, std::string_view field, std::string_view message) {
    faults.push_back({std::string(field), std::string(message)});
}

enum class Blank : std::uint8_t { kAllowed, kRefused };

void check_text(std::string_view field, const std::string& text, std::size_t limit, Blank blank,
                Faults& faults) {
    if (!is_utf8(text))
        fail(faults, field, "This is not UTF-8.");
    else if (text.find('\0') != std::string::npos)
        fail(faults, field, "Null characters are not allowed.");
    else if (text.empty() && blank == Blank::kRefused)
        fail(faults, field, "This field may not be blank.");
    else if (count_code_points(text) > limit)
        fail(faults, field,
             fmt::format("Ensure this field has no more than {} characters.", limit));
}

/// White space at both ends goes, as Django's CharField has it.
std::string text_of(std::string_view text) {
    return std::string(trimmed(text));
}

void read_start_or_end(std::string_view field, const std::optional<std::string>& text,
                       const Zone& zone, Micros& out, Faults& faults) {
    if (!text) return;
    if (const auto at = read_time(*text, zone))
        out = *at;
    else
        fail(faults, field, kWrongTime);
}

void read_dates(std::string_view field, const std::optional<std::vector<std::string>>& texts,
                const Zone& zone, std::vector<Micros>& out, Faults& faults) {
    if (!texts) return;
    out.clear();
    if (texts->size() > kMostDates)
        return fail(faults, field,
                    fmt::format("Ensure this field has no more than {} elements.", kMostDates));
    for (const std::string& text : *texts) {
        const auto at = read_time(text, zone);
        if (!at) return fail(faults, field, kWrongTime);
        out.push_back(*at);
    }
    std::ranges::sort(out);
    const auto doubled = std::ranges::unique(out);
    out.erase(doubled.begin(), doubled.end());
}

/// Where a clock skips midnight, the day begins when it goes on.
bool is_midnight(Micros at, const Zone& zone) {
    return zone.to_utc(local_midnight(zone, at)) == at;
}

void check_times(const CalendarFields& fields, const Zone& zone, Faults& faults) {
    if (fields.start >= fields.end) return fail(faults, "", kStartBeforeEnd);
    if (fields.end - fields.start > kMostLength)
        return fail(faults, "", "An event lasts 366 days at most.");
    if (!fields.all_day) return;
    for (const auto& [field, at] :
         {std::pair{"start_time", fields.start}, std::pair{"end_time", fields.end}})
        if (!is_midnight(at, zone))
            fail(faults, field,
                 fmt::format("An all-day event starts and ends at midnight in {}: give dates, the "
                             "end being the day after the last.",
                             zone.name()));
}

void check_recurrence(CalendarFields& fields, const Zone& zone, Faults& faults) {
    model::Recurrence& recurrence = fields.recurrence;
    if (recurrence.empty()) return;
    constexpr std::int64_t kSecond = 1'000'000;
    if (fields.start.value % kSecond != 0 || fields.end.value % kSecond != 0)
        return fail(faults, "start_time", "An event that recurs starts and ends at whole seconds.");
    if (recurrence.rule.empty()) return;
    auto rule = check_rule(recurrence.rule, fields, zone);
    if (rule)
        recurrence.rule = *std::move(rule);
    else
        fail(faults, "rrule", rule.error().detail);
}

void check_in_zone(CalendarFields& fields, const Zone& zone, Faults& faults) {
    check_text("title", fields.title, kMostTitle, Blank::kRefused, faults);
    check_text("description", fields.description, kMostDescription, Blank::kAllowed, faults);
    check_text("organiser", fields.organiser, kMostOrganiser, Blank::kAllowed, faults);
    if (fields.capacity && (*fields.capacity < 1 || *fields.capacity > kMostCapacity))
        fail(faults, "capacity", fmt::format("A number from 1 to {}, or null.", kMostCapacity));
    if (!faults.empty()) return;  // the rest is about times that may be wrong
    check_times(fields, zone, faults);
    if (faults.empty()) check_recurrence(fields, zone, faults);
}

void check_texts(const model::OccurrenceChange& change, Faults& faults) {
    if (change.title) check_text("title", *change.title, kMostTitle, Blank::kRefused, faults);
    if (change.description)
        check_text("description", *change.description, kMostDescription, Blank::kAllowed, faults);
}

void require(const Draft& draft, Faults& faults) {
    if (!draft.title) fail(faults, "title", kRequired);
    if (!draft.start_time) fail(faults, "start_time", kRequired);
    if (!draft.end_time) fail(faults, "end_time", kRequired);
}

/// The days of an all-day event stay the same in another zone.
void keep_days(const CalendarFields& fields, const Zone& zone, CalendarFields& laid) {
    const auto before = Zone::find(fields.zone);
    if (!before || before->name() == zone.name()) return;
    laid.start = zone.to_utc(before->to_local(fields.start));
    laid.end = zone.to_utc(before->to_local(fields.end));
}

void lay_texts(const Draft& draft, CalendarFields& fields) {
    if (draft.title) fields.title = text_of(*draft.title);
    if (draft.description) fields.description = text_of(*draft.description);
    if (draft.organiser) fields.organiser = text_of(*draft.organiser);
    if (draft.all_day) fields.all_day = *draft.all_day;
    if (draft.status) fields.status = *draft.status;
    if (draft.capacity) fields.capacity = *draft.capacity;
    if (draft.location) fields.location = *draft.location;
    if (draft.category) fields.category = *draft.category;
    if (draft.rrule) fields.recurrence.rule = text_of(*draft.rrule);
}

}  // namespace

CalendarFields apply(const Draft& draft, Base base, const CalendarFields& fields,
                     const Zone& fallback, Faults& faults) {
    CalendarFields laid = base == Base::kNothing ? CalendarFields{} : fields;
    if (base == Base::kNothing) laid.zone = fallback.name();
    if (base != Base::kPart) require(draft, faults);
    if (draft.zone) laid.zone = text_of(*draft.zone);
    const auto zone = Zone::find(laid.zone);
    if (!zone) {
        fail(faults, "zone", zone.error().detail);
        return laid;
    }
    if (base != Base::kNothing && fields.all_day) keep_days(fields, *zone, laid);
    lay_texts(draft, laid);
    read_start_or_end("start_time", draft.start_time, *zone, laid.start, faults);
    read_start_or_end("end_time", draft.end_time, *zone, laid.end, faults);
    read_dates("rdate", draft.rdate, *zone, laid.recurrence.added, faults);
    read_dates("exdate", draft.exdate, *zone, laid.recurrence.skipped, faults);
    if (!faults.empty()) {
        check_text("title", laid.title, kMostTitle, draft.title ? Blank::kRefused : Blank::kAllowed,
                   faults);
        return laid;
    }
    check_in_zone(laid, *zone, faults);
    return laid;
}

model::OccurrenceChange apply(const OccurrenceDraft& draft, model::OccurrenceChange change,
                              const CalendarFields& fields, Faults& faults) {
    const auto zone = Zone::find(fields.zone);
    if (!zone) {
        fail(faults, "zone", zone.error().detail);
        return change;
    }
    if (draft.title) change.title = text_of(*draft.title);
    if (draft.description) change.description = text_of(*draft.description);
    check_texts(change, faults);
    if (draft.status) change.status = draft.status;
    if (draft.location) change.location = draft.location;
    if (!draft.start_time && !draft.end_time) return change;
    CalendarFields moved = fields;
    moved.start = change.start.value_or(change.original_start);
    moved.end = change.end.value_or(occurrence_end(fields, *zone, change.original_start));
    const CalendarFields before = moved;
    read_start_or_end("start_time", draft.start_time, *zone, moved.start, faults);
    if (!draft.end_time) moved.end = occurrence_end(before, *zone, moved.start);
    read_start_or_end("end_time", draft.end_time, *zone, moved.end, faults);
    if (faults.empty()) check_times(moved, *zone, faults);
    change.start = moved.start;
    change.end = moved.end;
    return change;
}

void check(CalendarFields& fields, Faults& faults) {
    const auto zone = Zone::find(fields.zone);
    if (!zone) return fail(faults, "zone", zone.error().detail);
    for (std::string* text : {&fields.title, &fields.description, &fields.organiser})
        *text = text_of(*text);
    check_in_zone(fields, *zone, faults);
}

void check(model::OccurrenceChange& change, const CalendarFields& fields, Faults& faults) {
    const auto zone = Zone::find(fields.zone);
    if (!zone) return fail(faults, "zone", zone.error().detail);
    for (std::optional<std::string>* text : {&change.title, &change.description})
        if (*text) *text = text_of(**text);
    check_texts(change, faults);
    if (!change.start || !change.end) return;
    CalendarFields moved = fields;
    moved.start = *change.start;
    moved.end = *change.end;
    check_times(moved, *zone, faults);
}

void check_uid(const std::string& uid, Faults& faults) {
    check_text("UID", uid, kMostUid, Blank::kRefused, faults);
}

}  // namespace eyed::calendar
