#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "base/ascii.h"
#include "base/json_text.h"
#include "calendar/deadline.h"
#include "calendar/file_scanner.h"
#include "calendar/icalendar.h"
#include "calendar/recurrence.h"
#include "calendar/vevent.h"
#include "calendar/zone.h"

namespace eyed::calendar {
namespace {

using std::chrono::microseconds;

/// Gives one VEVENT's times their instants.
class Resolver {
  public:
    Resolver(ForeignZones& zones, const Zone& floating, std::vector<std::string>& faults)
        : zones_(zones), floating_(floating), faults_(faults) {}

    /// The clock that a time is of. nullopt: it is not known, which is a fault.
    std::optional<Zone> zone_of(std::string_view name, const WrittenTime& time) {
        if (time.kind == WrittenTime::Kind::kUtc) return Zone::utc();
        if (time.kind == WrittenTime::Kind::kDate || time.zone.empty()) return floating_;
        auto zone = zones_.find(time.zone);
        if (!zone)
            fault(name, fmt::format("the time zone “{}” is not known", shortened(time.zone, 60)));
        return zone;
    }
    std::optional<Micros> instant(std::string_view name, const WrittenTime& time) {
        const auto zone = zone_of(name, time);
        if (!zone) return std::nullopt;
        return zone->to_utc({time.value});
    }
    std::vector<Micros> instants(std::string_view name, const std::vector<WrittenTime>& times,
                                 bool all_day) {
        std::vector<Micros> out;
        for (const WrittenTime& time : times) {
            if (!is_kind(name, time, all_day)) return {};
            const auto at = instant(name, time);
            if (!at) return {};
            out.push_back(*at);
        }
        std::ranges::sort(out);
        out.erase(std::ranges::unique(out).begin(), out.end());
        return out;
    }
    /// A fault when it is not.
    bool is_kind(std::string_view name, const WrittenTime& time, bool all_day) {
        if ((time.kind == WrittenTime::Kind::kDate) == all_day) return true;
        fault(name, all_day ? "is a time, and DTSTART a date" : "is a date, and DTSTART a time");
        return false;
    }
    void fault(std::string_view name, std::string_view what) {
        faults_.push_back(fmt::format("{}: {}", name, what));
    }

  private:
    ForeignZones& zones_;
    const Zone& floating_;
    std::vector<std::string>& faults_;
};

/// Start, end, zone and kind, from DTSTART with DTEND or DURATION. False: there is a fault.
bool resolve_times(const VEvent& written, Resolver& resolver, model::CalendarFields& fields) {
    if (!written.start) {
        resolver.fault("DTSTART", "is missing");
        return false;
    }
    const auto zone = resolver.zone_of("DTSTART", *written.start);
    if (!zone) return false;
    fields.zone = zone->name();
    fields.all_day = written.start->kind == WrittenTime::Kind::kDate;
    fields.start = zone->to_utc({written.start->value});
    if (written.end) {
        if (!resolver.is_kind("DTEND", *written.end, fields.all_day)) return false;
        const auto end = resolver.instant("DTEND", *written.end);
        if (!end) return false;
        fields.end = *end;
    } else if (written.length || fields.all_day) {
        // A date alone lasts that day (RFC 5545 §3.6.1).
        const WrittenLength length =
            written.length.value_or(WrittenLength{.days = std::chrono::days(1)});
        if (fields.all_day && length.time.count() != 0) {
            resolver.fault("DURATION", "has hours, and DTSTART is a date");
            return false;
        }
        const auto days = microseconds(length.days).count();
        fields.end = zone->to_utc({written.start->value + days}) + length.time;
    } else {
        resolver.fault("DTSTART", "is a time without an end: an event takes some time");
        return false;
    }
    const std::string_view told = written.length ? "DURATION" : "DTEND";
    static const Micros latest = *parse_date("9999-12-31");
    if (fields.end > latest) {
        resolver.fault(told, "goes on behind the year 9999");
        return false;
    }
    if (fields.end > fields.start) return true;
    resolver.fault(told, "is no time behind the start");
    return false;
}

void resolve_recurrence(const VEvent& written, Resolver& resolver, model::CalendarFields& fields) {
    fields.recurrence.added = resolver.instants("RDATE", written.added, fields.all_day);
    fields.recurrence.skipped = resolver.instants("EXDATE", written.skipped, fields.all_day);
    if (written.rule.empty()) return;
    auto rule = check_rule(written.rule, fields, *Zone::find(fields.zone));
    if (rule)
        fields.recurrence.rule = std::move(*rule);
    else
        resolver.fault("RRULE", rule.error().detail);
}

/// One VEVENT with its instants.
struct Resolved {
    VEvent written;
    ReadEvent read;
    std::optional<Micros> original_start;
    bool has_times = false;
};

Resolved resolve(VEvent written, ForeignZones& zones, const Zone& floating) {
    Resolved out;
    ReadEvent& read = out.read;
    const bool is_readable = written.faults.empty();
    read.faults = std::move(written.faults);
    read.uid = trimmed(written.uid);
    if (read.uid.empty()) read.faults.emplace_back("UID: is missing");
    read.sequence = written.sequence;
    read.fields.title = written.summary.value_or("");
    read.fields.description = written.description.value_or("");
    read.fields.status = written.status.value_or(model::EventStatus::kConfirmed);
    read.fields.organiser = written.organiser;
    read.location_name = written.location.value_or("");
    read.category_name = written.category;
    Resolver resolver(zones, floating, read.faults);
    out.has_times = is_readable && resolve_times(written, resolver, read.fields);
    if (out.has_times && !written.recurrence_id) resolve_recurrence(written, resolver, read.fields);
    if (out.has_times && written.recurrence_id &&
        resolver.is_kind("RECURRENCE-ID", *written.recurrence_id, read.fields.all_day))
        out.original_start = resolver.instant("RECURRENCE-ID", *written.recurrence_id);
    out.written = std::move(written);
    return out;
}

/// Brings the VEVENTs of one UID together.
class Assembly {
  public:
    void add(Resolved one) {
        const std::string uid = one.read.uid;
        if (one.written.recurrence_id && !uid.empty()) {
            changes_[uid].push_back(std::move(one));
            return;
        }
        if (!uid.empty() && !masters_.try_emplace(uid, events_.size()).second)
            one.read.faults.emplace_back("UID: another event of the file has it");
        events_.push_back(std::move(one.read));
    }

    /// Each event with the changes of its occurrences.
    Result<std::vector<ReadEvent>> finish(const Deadline& deadline) {
        for (auto& [uid, changes] : changes_) {
            EYED_TRY(deadline.check());
            if (const auto master = masters_.find(uid); master != masters_.end()) {
                apply(changes, events_[master->second]);
                continue;
            }
            for (Resolved& change : changes) {
                change.read.faults.emplace_back(
                    "RECURRENCE-ID: the event that it changes is not in the file");
                events_.push_back(std::move(change.read));
            }
        }
        return std::move(events_);
    }

  private:
    static void apply(std::vector<Resolved>& changes, ReadEvent& event) {
        for (Resolved& change : changes)
            for (std::string& fault : change.read.faults)
                event.faults.push_back("a changed occurrence, " + std::move(fault));
        if (!event.faults.empty()) return;
        const Zone zone = *Zone::find(event.fields.zone);
        Micros last = event.fields.start;
        for (const Resolved& change : changes)
            last = std::max(last, *change.original_start);
        const auto times = expand(event.fields, zone, {last.value + 1}).instances;
        // By time, and as they stand in the file. Not by stable_sort: libstdc++'s is deprecated
        // inside.
        std::vector<std::size_t> order(changes.size());
        std::iota(order.begin(), order.end(), 0);
        std::ranges::sort(order, {}, [&changes](std::size_t i) {
            return std::pair(changes[i].original_start, i);
        });
        for (const std::size_t i : order)
            apply_one(changes[i], times, zone, event);
    }

    static void apply_one(const Resolved& change, const std::vector<Instance>& times,
                          const Zone& zone, ReadEvent& event) {
        const Micros original_start = *change.original_start;
        const auto time = std::ranges::lower_bound(times, original_start, {}, &Instance::start);
        const auto fault = [&](std::string_view what) {
            event.faults.push_back(
                fmt::format("RECURRENCE-ID {}: {}", zone.to_iso8601(original_start), what));
        };
        if (time == times.end() || time->start != original_start)
            return fault("is no occurrence of the series");
        if (change.read.fields.all_day != event.fields.all_day)
            return fault("is of whole days, or its series is, but not both");
        const auto is_same = [&](const model::OccurrenceChange& known) {
            return known.original_start == original_start;
        };
        if (std::ranges::any_of(event.changes, is_same)) return fault("is changed twice");

        model::OccurrenceChange changed{.original_start = original_start};
        const model::CalendarFields& fields = change.read.fields;
        if (change.written.summary && fields.title != event.fields.title)
            changed.title = fields.title;
        if (change.written.description && fields.description != event.fields.description)
            changed.description = fields.description;
        if (change.written.status && fields.status != event.fields.status)
            changed.status = fields.status;
        if (fields.start != time->start || fields.end != time->end) {
            changed.start = fields.start;
            changed.end = fields.end;
        }
        event.changes.push_back(std::move(changed));
        const bool is_elsewhere =
            change.written.location && change.read.location_name != event.location_name;
        event.change_locations.push_back(is_elsewhere ? change.written.location : std::nullopt);
    }

    std::vector<ReadEvent> events_;
    std::map<std::string, std::size_t> masters_;            ///< UID → its event
    std::map<std::string, std::vector<Resolved>> changes_;  ///< by UID
};

}  // namespace

Result<std::vector<ReadEvent>> read_calendar(std::string_view file, std::string_view zone,
                                             const ReadLimits& limits) {
    EYED_ASSIGN(const Zone floating, Zone::find(zone));
    const Deadline deadline(limits.time);
    EYED_ASSIGN(ScannedFile scanned, scan_file(file, limits.events, deadline));
    Assembly assembly;
    for (VEvent& event : scanned.events) {
        EYED_TRY(deadline.check());
        assembly.add(resolve(std::move(event), scanned.zones, floating));
    }
    return assembly.finish(deadline);
}

}  // namespace eyed::calendar
