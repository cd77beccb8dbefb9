#include "api/calendar_json.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>

#include "base/json_members.h"
#include "base/json_text.h"
#include "calendar/zone.h"

namespace eyed::api {

namespace {

using calendar::Zone;

/// The zone of an event that is kept: it was there when the event was written.
Zone zone_of(std::string_view name) {
    const auto zone = Zone::find(name);
    return zone ? *zone : Zone::utc();
}

void append_times(std::string_view name, const std::vector<Micros>& times, const Zone& zone,
                  std::string& out) {
    append_key(name, out);
    out += '[';
    for (const Micros at : times) {
        if (out.back() != '[') out += ',';
        append_json_string(zone.to_iso8601(at), out);
    }
    out += ']';
}

/// Fields that events have beyond the seed.
void append_more(const model::CalendarEvent& event, const Zone& zone, std::string& out) {
    const model::CalendarFields& fields = event.fields;
    append_text_member("zone", zone.name(), out);
    append_flag_member("all_day", fields.all_day, out);
    append_text_member("status", model::event_status_name(fields.status), out);
    append_text_member("organiser", fields.organiser, out);
    append_or_null("rrule", fields.recurrence.rule, out);
    append_times("rdate", fields.recurrence.added, zone, out);
    append_times("exdate", fields.recurrence.skipped, zone, out);
    append_key("capacity", out);
    out += fields.capacity ? std::to_string(*fields.capacity) : "null";
    append_number_member("registered", event.registered, out);
    append_number_member("waiting", event.waiting, out);
    append_text_member("uid", event.uid, out);
    append_number_member("sequence", event.sequence, out);
    append_instant_member("created_at", event.created_at, out);
    append_instant_member("updated_at", event.updated_at, out);
}

void append_names(const model::CalendarEvent& event, std::string& out) {
    append_text_member("location_name",
                       event.fields.location ? event.location_name : "no location given", out);
    append_text_member("category_name",
                       event.fields.category ? event.category_name : "no category given", out);
}

}  // namespace

std::string CalendarJson::link(std::string_view resource, std::int64_t id) const {
    return fmt::format("{}{}/{}/", base_, resource, id);
}

void CalendarJson::link_or_null(std::string_view resource, std::int64_t id,
                                std::string& out) const {
    append_or_null(resource == "locations" ? "location" : "category",
                   id == 0 ? std::string() : link(resource, id), out);
}

void CalendarJson::event(const model::CalendarEvent& event,
                         std::span<const model::CalendarUpdate> updates, std::string& out) const {
    const Zone zone = zone_of(event.fields.zone);
    const std::string self = link("events", event.id.value);
    out += fmt::format("{{\"id\":{}", event.id.value);
    append_text_member("detail_url", self, out);
    append_text_member("title", event.fields.title, out);
    append_text_member("description", event.fields.description, out);
    append_text_member("start_time", zone.to_iso8601(event.fields.start), out);
    append_text_member("end_time", zone.to_iso8601(event.fields.end), out);
    link_or_null("locations", event.fields.location.value, out);
    link_or_null("categories", event.fields.category.value, out);
    append_key("updates", out);
    out += '[';
    for (const model::CalendarUpdate& update : updates) {
        if (out.back() != '[') out += ',';
        this->update(update, out);
    }
    out += ']';
    append_names(event, out);
    append_more(event, zone, out);
    append_text_member("occurrences_url", self + "occurrences/", out);
    append_text_member("attendees_url", self + "attendees/", out);
    append_text_member("ics_url", self + "event.ics", out);
    out += '}';
}

void CalendarJson::clashes(std::span<const catalog::CalendarEvents::Clash> clashes,
                           std::string& out) const {
    append_key("conflicts", out);
    out += '[';
    for (const auto& clash : clashes) {
        const Zone zone = zone_of(clash.zone);
        if (out.back() != '[') out += ',';
        out += '{';
        append_text_member("event", link("events", clash.event.value), out);
        append_text_member("title", clash.title, out);
        append_text_member("start_time", zone.to_iso8601(clash.start), out);
        append_text_member("end_time", zone.to_iso8601(clash.end), out);
        out += '}';
    }
    out += ']';
}

void CalendarJson::saved(const catalog::CalendarEvents::Saved& saved,
                         std::span<const model::CalendarUpdate> updates, std::string& out) const {
    event(saved.event, updates, out);
    out.pop_back();
    clashes(saved.clashes, out);
    out += '}';
}

void CalendarJson::occurrence(const catalog::CalendarEvents::FoundOccurrence& found,
                              std::string& out) const {
    const model::CalendarEvent& event = found.event;
    const Zone zone = zone_of(event.fields.zone);
    const std::string self = link("events", event.id.value);
    out += '{';
    append_text_member("event", self, out);
    append_text_member(
        "detail_url",
        fmt::format("{}occurrences/{}/", self, occurrence_name(found.occurrence.original_start)),
        out);
    append_text_member("original_start_time", zone.to_iso8601(found.occurrence.original_start),
                       out);
    append_text_member("title", event.fields.title, out);
    append_text_member("description", event.fields.description, out);
    append_text_member("start_time", zone.to_iso8601(found.occurrence.start), out);
    append_text_member("end_time", zone.to_iso8601(found.occurrence.end), out);
    append_text_member("zone", zone.name(), out);
    append_flag_member("all_day", event.fields.all_day, out);
    append_text_member("status", model::event_status_name(found.occurrence.status), out);
    link_or_null("locations", event.fields.location.value, out);
    link_or_null("categories", event.fields.category.value, out);
    append_names(event, out);
    out += '}';
}

void CalendarJson::update(const model::CalendarUpdate& update, std::string& out) const {
    out += fmt::format("{{\"id\":{}", update.id.value);
    append_text_member("detail_url", link("updates", update.id.value), out);
    append_text_member("event", link("events", update.event.value), out);
    append_instant_member("created_at", update.created_at, out);
    append_or_null("user", update.user_name, out);
    append_text_member("action", update.action, out);
    append_instant_member("occurrence", update.occurrence, out);
    append_key("changed", out);
    out += '[';
    for (const std::string& field : update.changed) {
        if (out.back() != '[') out += ',';
        append_json_string(field, out);
    }
    out += ']';
    append_key("previous_values", out);
    boost::system::error_code fault;
    boost::json::value previous = boost::json::parse(update.previous_values, fault);
    if (boost::json::object* values = fault ? nullptr : previous.if_object()) {
        for (const auto& [field, resource] :
             {std::pair{"location", "locations"}, std::pair{"category", "categories"}}) {
            boost::json::value* const id = values->if_contains(field);
            if (id != nullptr && id->is_int64()) *id = link(resource, id->get_int64());
        }
    }
    out += boost::json::serialize(previous);
    out += '}';
}

void CalendarJson::name_and_description(std::string_view resource, std::int64_t id,
                                        std::string_view name, std::string_view description,
                                        std::string& out) const {
    out += fmt::format("{{\"id\":{}", id);
    append_text_member("detail_url", link(resource, id), out);
    append_text_member("name", name, out);
    append_text_member("description", description, out);
    out += '}';
}

void CalendarJson::attendee(const model::Attendee& attendee, std::string& out) const {
    const std::string event = link("events", attendee.event.value);
    out += fmt::format("{{\"id\":{}", attendee.id.value);
    append_text_member("detail_url", fmt::format("{}attendees/{}/", event, attendee.id.value), out);
    append_text_member("event", event, out);
    append_text_member("name", attendee.name, out);
    append_text_member("email", attendee.email, out);
    append_text_member("state", model::attendee_state_name(attendee.state), out);
    append_instant_member("registered_at", attendee.registered_at, out);
    append_instant_member("changed_at", attendee.changed_at, out);
    out += '}';
}

void CalendarJson::feed(const model::Feed& feed, std::string_view token, std::string& out) const {
    out += fmt::format("{{\"id\":{}", feed.id.value);
    append_text_member("detail_url", link("feeds", feed.id.value), out);
    append_text_member("name", feed.name, out);
    append_text_member("hint", feed.hint, out);
    link_or_null("locations", feed.location.value, out);
    link_or_null("categories", feed.category.value, out);
    append_instant_member("created_at", feed.created_at, out);
    append_instant_member("last_used_at", feed.last_used_at, out);
    if (!token.empty()) append_text_member("url", fmt::format("{}ics/{}.ics", base_, token), out);
    out += '}';
}

std::string occurrence_name(Micros original_start) {
    std::string name = to_iso8601(original_start);
    std::erase_if(name, [](char c) { return c == '-' || c == ':'; });
    constexpr std::string_view kWholeSecond = ".000000Z";
    if (name.ends_with(kWholeSecond))
        name.replace(name.size() - kWholeSecond.size(), kWholeSecond.size(), "Z");
    return name;
}

std::optional<Micros> occurrence_named(std::string_view name) {
    constexpr std::size_t kDate = 8;  // 20261130T090000Z
    constexpr std::size_t kTime = 15;
    if (name.size() <= kTime || name[kDate] != 'T') return parse_iso8601(name);
    const auto part = [name](std::size_t at) { return name.substr(at, 2); };
    return parse_iso8601(fmt::format("{}{}-{}-{}T{}:{}:{}", part(0), part(2), part(4), part(6),
                                     part(9), part(11), name.substr(13)));
}

}  // namespace eyed::api
