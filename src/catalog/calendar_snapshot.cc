#include "catalog/calendar_snapshot.h"

#include <algorithm>
#include <span>
#include <tuple>

#include "base/json_members.h"
#include "base/json_text.h"

namespace eyed::catalog {
namespace {

/// What of an event is told, and what is left out.
struct Limits {
    std::size_t description_bytes = SIZE_MAX;
    std::size_t items = SIZE_MAX;
    std::size_t changes_bytes = SIZE_MAX;
    bool with_occurrence_descriptions = true;
};

class Snapshot {
  public:
    explicit Snapshot(const Limits& limits) : limits_(limits) {}

    std::string of(const model::CalendarEvent& event,
                   const std::vector<model::OccurrenceChange>& changes) {
        const model::CalendarFields& fields = event.fields;
        append_text_member("title", fields.title, out_);
        const auto description = utf8_prefix(fields.description, limits_.description_bytes);
        note_cut("description", description.size() < fields.description.size());
        append_text_member("description", description, out_);
        append_instant_member("start_time", fields.start, out_);
        append_instant_member("end_time", fields.end, out_);
        append_text_member("zone", fields.zone, out_);
        append_flag_member("all_day", fields.all_day, out_);
        append_text_member("status", event_status_name(fields.status), out_);
        capacity(fields.capacity);
        append_text_member("organiser", fields.organiser, out_);
        id("location", fields.location.value);
        text_or_null("location_name", event.location_name);
        id("category", fields.category.value);
        text_or_null("category_name", event.category_name);
        text_or_null("rrule", fields.recurrence.rule);
        instants("rdate", fields.recurrence.added);
        instants("exdate", fields.recurrence.skipped);
        this->changes(changes);
        if (!cut_.empty()) append_json_member("cut", "[" + cut_ + "]", out_);
        return out_ + "}";
    }

  private:
    void note_cut(std::string_view name, bool cut) {
        if (!cut) return;
        if (!cut_.empty()) cut_ += ',';
        append_json_string(name, cut_);
    }
    void id(std::string_view name, std::int64_t value) {
        append_id_member(name, static_cast<std::uint64_t>(value), out_);
    }
    void text_or_null(std::string_view name, std::string_view text) {
        if (text.empty())
            append_json_member(name, std::nullopt, out_);
        else
            append_text_member(name, text, out_);
    }
    void capacity(std::optional<std::uint32_t> people) {
        if (people)
            append_number_member("capacity", *people, out_);
        else
            append_json_member("capacity", std::nullopt, out_);
    }
    template <class Item>
    std::span<const Item> first(std::string_view name, const std::vector<Item>& all) {
        note_cut(name, all.size() > limits_.items);
        return std::span(all).first(std::min(all.size(), limits_.items));
    }
    void instants(std::string_view name, const std::vector<Micros>& all) {
        append_key(name, out_);
        out_ += '[';
        for (const Micros at : first(name, all)) {
            if (!out_.ends_with('[')) out_ += ',';
            append_json_string(to_iso8601(at), out_);
        }
        out_ += ']';
    }
    void changes(const std::vector<model::OccurrenceChange>& all) {
        const auto shown = first("changes", all);
        if (!limits_.with_occurrence_descriptions && shown.size() == all.size())
            note_cut("changes", std::ranges::any_of(all, [](const auto& change) {
                         return change.description.has_value();
                     }));
        append_key("changes", out_);
        out_ += '[';
        const std::size_t begin = out_.size();
        for (const model::OccurrenceChange& one : shown) {
            const std::size_t end = out_.size();
            if (end != begin) out_ += ',';
            change(one);
            if (out_.size() - begin <= limits_.changes_bytes) continue;
            out_.resize(end);
            note_cut("changes", true);
            break;
        }
        out_ += ']';
    }
    void change(const model::OccurrenceChange& change) {
        out_ += '{';
        append_instant_member("original_start", change.original_start, out_);
        if (change.title) append_text_member("title", *change.title, out_);
        if (change.description && limits_.with_occurrence_descriptions)
            append_text_member("description", *change.description, out_);
        if (change.start) append_instant_member("start_time", change.start, out_);
        if (change.end) append_instant_member("end_time", change.end, out_);
        if (change.status) append_text_member("status", event_status_name(*change.status), out_);
        if (change.location) id("location", change.location->value);
        out_ += '}';
    }

    Limits limits_;
    std::string out_ = "{";
    std::string cut_;  ///< names as JSON strings
};

/// What others' calendars show of a changed occurrence.
auto told(const model::OccurrenceChange& change) {
    return std::tuple(change.original_start, change.start, change.end, change.status,
                      change.location);
}

auto told(const std::vector<model::OccurrenceChange>& changes) {
    std::vector<decltype(told(changes.front()))> all;
    for (const model::OccurrenceChange& change : changes)
        if (change.start || change.end || change.status || change.location)
            all.push_back(told(change));
    return all;
}

}  // namespace

std::string snapshot_json(const model::CalendarEvent& event,
                          const std::vector<model::OccurrenceChange>& changes_after) {
    std::vector<model::OccurrenceChange> touched;
    for (const model::OccurrenceChange& change : event.changes) {
        const auto after = std::ranges::lower_bound(changes_after, change.original_start, {},
                                                    &model::OccurrenceChange::original_start);
        if (after == changes_after.end() || *after != change) touched.push_back(change);
    }
    return Snapshot({.changes_bytes = kMostChangesBytes}).of(event, touched);
}

std::string log_values_json(const model::CalendarEvent& event) {
    return Snapshot({.description_bytes = kMostLoggedBytes,
                     .items = kMostLoggedItems,
                     .with_occurrence_descriptions = false})
        .of(event, event.changes);
}

std::vector<std::string> changed_fields(const model::CalendarEvent& from,
                                        const model::CalendarEvent& to) {
    std::vector<std::string> changed;
    const auto compare = [&](const char* name, const auto& before, const auto& after) {
        if (before != after) changed.emplace_back(name);
    };
    const model::CalendarFields& a = from.fields;
    const model::CalendarFields& b = to.fields;
    compare("title", a.title, b.title);
    compare("description", a.description, b.description);
    compare("start_time", a.start, b.start);
    compare("end_time", a.end, b.end);
    compare("zone", a.zone, b.zone);
    compare("all_day", a.all_day, b.all_day);
    compare("status", a.status, b.status);
    compare("capacity", a.capacity, b.capacity);
    compare("organiser", a.organiser, b.organiser);
    compare("location", a.location, b.location);
    compare("category", a.category, b.category);
    compare("rrule", a.recurrence.rule, b.recurrence.rule);
    compare("rdate", a.recurrence.added, b.recurrence.added);
    compare("exdate", a.recurrence.skipped, b.recurrence.skipped);
    compare("changes", from.changes, to.changes);
    return changed;
}

bool raises_sequence(const model::CalendarEvent& from, const model::CalendarEvent& to) {
    const auto when_and_where = [](const model::CalendarFields& fields) {
        return std::tie(fields.start, fields.end, fields.zone, fields.all_day, fields.status,
                        fields.location, fields.recurrence);
    };
    return when_and_where(from.fields) != when_and_where(to.fields) ||
           told(from.changes) != told(to.changes);
}

}  // namespace eyed::catalog
