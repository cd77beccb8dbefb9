#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "catalog/calendar_events.h"
#include "http/message.h"
#include "model/calendar.h"

namespace eyed::api {

/// The calendar as JSON, as seed 003 has it and beyond. Links are absolute: they begin with the
/// address that the client used. All functions append to `out`; any thread.
class CalendarJson {
  public:
    explicit CalendarJson(const http::Request& request)
        : base_(request.base_url() + "/events_api/v1/") {}

    const std::string& base() const { return base_; }
    /// `http://host/events_api/v1/<resource>/<id>/`.
    std::string link(std::string_view resource, std::int64_t id) const;

    /// `updates` are this event's, newest first.
    void event(const model::CalendarEvent& event, std::span<const model::CalendarUpdate> updates,
               std::string& out) const;
    /// The same, and who else is at the location then.
    void saved(const catalog::CalendarEvents::Saved& saved,
               std::span<const model::CalendarUpdate> updates, std::string& out) const;
    void clashes(std::span<const catalog::CalendarEvents::Clash> clashes, std::string& out) const;
    void occurrence(const catalog::CalendarEvents::FoundOccurrence& found, std::string& out) const;
    void update(const model::CalendarUpdate& update, std::string& out) const;
    template <class Label>
    void label(const Label& label, std::string_view resource, std::string& out) const {
        name_and_description(resource, label.id.value, label.name, label.description, out);
    }
    void attendee(const model::Attendee& attendee, std::string& out) const;
    /// `token` is told once, when the feed is made; empty: not.
    void feed(const model::Feed& feed, std::string_view token, std::string& out) const;

  private:
    void name_and_description(std::string_view resource, std::int64_t id, std::string_view name,
                              std::string_view description, std::string& out) const;
    void link_or_null(std::string_view resource, std::int64_t id, std::string& out) const;

    std::string base_;
};

/// `20261130T090000Z`: how a path names an occurrence (RFC 5545 §3.3.5; with a fraction if it has
/// one).
std::string occurrence_name(Micros original_start);
/// nullopt: neither that nor ISO 8601.
std::optional<Micros> occurrence_named(std::string_view name);

}  // namespace eyed::api
