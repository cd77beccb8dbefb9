#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "calendar/content_line.h"
#include "calendar/icalendar.h"
#include "calendar/recurrence.h"
#include "calendar/vtimezone.h"
#include "calendar/zone.h"

namespace eyed::calendar {
namespace {

using model::CalendarEvent;
using model::OccurrenceChange;

constexpr std::array<std::string_view, 3> kStatuses{"CONFIRMED", "TENTATIVE", "CANCELLED"};

Zone zone_of(const CalendarEvent& event) {
    auto zone = Zone::find(event.fields.zone);
    return zone ? *zone : Zone::utc();
}

bool is_address(std::string_view text) {
    const auto plain = [](char c) {
        return c > 0x20 && c < 0x7F &&
               std::string_view("\"<>(),:;[]\\").find(c) == std::string_view::npos;
    };
    const std::size_t at = text.find('@');
    return at > 0 && at + 1 < text.size() && text.find('@', at + 1) == std::string_view::npos &&
           std::ranges::all_of(text, plain);
}

/// The VEVENTs of one event.
class EventWriter {
  public:
    EventWriter(const CalendarEvent& event, const CalendarText& text, std::string& out)
        : event_(event), fields_(event.fields), text_(text), zone_(zone_of(event)), out_(out) {}

    void write() {
        begin();
        time("DTSTART", fields_.start);
        time("DTEND", rounded_up(fields_.end));
        if (!fields_.recurrence.rule.empty()) line("RRULE", fields_.recurrence.rule);
        for (const Micros added : fields_.recurrence.added)
            time("RDATE", added);
        for (const Micros skipped : fields_.recurrence.skipped)
            time("EXDATE", skipped);
        rest({}, event_.location_name);
        for (const OccurrenceChange& change : event_.changes)
            write_change(change);
    }

  private:
    void write_change(const OccurrenceChange& change) {
        const Micros start = change.start.value_or(change.original_start);
        const Micros end =
            change.end.value_or(occurrence_end(fields_, zone_, change.original_start));
        begin();
        time("RECURRENCE-ID", change.original_start);
        time("DTSTART", start);
        time("DTEND", rounded_up(end));
        const auto named =
            change.location ? text_.locations.find(*change.location) : text_.locations.end();
        std::string place = change.location ? "" : event_.location_name;
        if (named != text_.locations.end()) place = named->second;
        if (change.description && change.description->empty()) line("DESCRIPTION", "");
        if (change.location && place.empty()) line("LOCATION", "");
        rest(change, place);
    }

    void begin() {
        line("BEGIN", "VEVENT");
        line("UID", escape_text(event_.uid));
        line("SEQUENCE", fmt::to_string(event_.sequence));
        line("DTSTAMP", basic_time(Zone::utc(), text_.stamp) + 'Z');
    }

    void rest(const OccurrenceChange& change, std::string_view place) {
        text("SUMMARY", change.title.value_or(fields_.title));
        text("DESCRIPTION", change.description.value_or(fields_.description));
        text("LOCATION", place);
        text("CATEGORIES", event_.category_name);
        line("STATUS", kStatuses[static_cast<std::size_t>(change.status.value_or(fields_.status))]);
        organiser();
        if (!text_.url.empty()) {
            std::string_view base = text_.url;
            if (base.ends_with('/')) base.remove_suffix(1);
            line("URL", plain_text(fmt::format("{}/events/{}/", base, event_.id.value)));
        }
        line("CREATED", basic_time(Zone::utc(), event_.created_at) + 'Z');
        line("LAST-MODIFIED", basic_time(Zone::utc(), event_.updated_at) + 'Z');
        line("END", "VEVENT");
    }

    void organiser() {
        const std::string& organiser = fields_.organiser;
        if (organiser.empty()) return;
        if (is_address(organiser))
            line("ORGANIZER", "mailto:" + organiser);
        else  // a value must be an address: this one is nobody's
            line("ORGANIZER;CN=" + quote_parameter(organiser), "invalid:nomail");
    }

    /// iCalendar has no fractions, and an event of less than a second still takes one.
    static Micros rounded_up(Micros at) {
        using std::chrono::microseconds;
        return {
            microseconds(std::chrono::ceil<std::chrono::seconds>(microseconds(at.value))).count()};
    }

    /// In the zone's local time, or in UTC where the zone shows that time twice and this is the
    /// second.
    void time(std::string_view name, Micros at) {
        const std::string local = basic_time(zone_, at);
        if (fields_.all_day) {
            line(fmt::format("{};VALUE=DATE", name), local.substr(0, 8));
        } else if (zone_.name() == "UTC" || zone_.to_utc(zone_.to_local(at)) != at) {
            line(name, basic_time(Zone::utc(), at) + 'Z');
        } else {
            line(fmt::format("{};TZID={}", name, zone_.name()), local);
        }
    }
    void text(std::string_view name, std::string_view value) {
        if (!value.empty()) line(name, escape_text(value));
    }
    void line(std::string_view name, std::string_view value) {
        append_line(fmt::format("{}:{}", name, value), out_);
    }

    const CalendarEvent& event_;
    const model::CalendarFields& fields_;
    const CalendarText& text_;
    const Zone zone_;
    std::string& out_;
};

/// The zones that events are written in, each with the first instant that it is needed for.
std::map<std::string, Micros> zones_of(std::span<const CalendarEvent> events) {
    std::map<std::string, Micros> zones;
    for (const CalendarEvent& event : events) {
        const Zone zone = zone_of(event);
        if (event.fields.all_day || zone.name() == "UTC") continue;
        Micros first = event.fields.start;
        for (const Micros added : event.fields.recurrence.added)
            first = std::min(first, added);
        for (const OccurrenceChange& change : event.changes)
            first = std::min(first, change.start.value_or(first));
        const auto [known, is_new] = zones.try_emplace(zone.name(), first);
        if (!is_new) known->second = std::min(known->second, first);
    }
    return zones;
}

}  // namespace

std::string write_calendar(std::span<const CalendarEvent> events, const CalendarText& text) {
    std::string out;
    for (const std::string_view line :
         {"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//eyed//Calendar//EN", "CALSCALE:GREGORIAN"})
        append_line(line, out);
    if (!text.name.empty()) {
        append_line("NAME:" + escape_text(text.name), out);
        append_line("X-WR-CALNAME:" + escape_text(text.name), out);
    }
    for (const auto& [name, first] : zones_of(events))
        append_vtimezone(*Zone::find(name), first, out);
    for (const CalendarEvent& event : events)
        EventWriter(event, text, out).write();
    append_line("END:VCALENDAR", out);
    return out;
}

}  // namespace eyed::calendar
