#include "api/calendar_flow.h"

#include <fmt/format.h>

#include <array>

#include "base/ascii.h"
#include "base/json_text.h"
#include "ingest/outbox_pump.h"
#include "query/parameter_reader.h"
#include "query/parameters.h"

namespace eyed::api {

namespace {

using catalog::CalendarEvents;
using query::Parameter;

constexpr std::uint32_t kSearchPage = 100;
constexpr std::size_t kMostSearchBytes = 1'000;

std::optional<model::EventStatus> status_in(SentFields& fields) {
    const auto name = fields.text_if_any("status");
    if (!name) return std::nullopt;
    if (const auto status = model::event_status_named(trimmed(*name))) return status;
    fields.fail("status", fmt::format("\"{}\" is not a valid choice.", *name));
    return std::nullopt;
}

template <class Id>
std::optional<Id> link_in(SentFields& fields, std::string_view name, std::string_view resource) {
    const auto id = fields.link(name, resource);
    return id ? std::optional(Id{*id}) : std::nullopt;
}

struct NamedOrder {
    std::string_view name;
    CalendarEvents::Order order;
};
constexpr std::array kOrders{
    NamedOrder{"start_time", CalendarEvents::Order::kStartAscending},
    NamedOrder{"-start_time", CalendarEvents::Order::kStartDescending},
    NamedOrder{"title", CalendarEvents::Order::kTitle},
    NamedOrder{"-updated_at", CalendarEvents::Order::kUpdatedDescending},
};

/// Reads one list's parameters.
class QueryReader {
  public:
    QueryReader(ListOf list, query::ParameterErrors& errors)
        : list_(list), reader_(query::Style::kNative, errors) {}

    void read(std::string_view text, CalendarQuery& out) {
        reader_.read(text, [&](const Parameter& given) { return take(given, out); });
    }

  private:
    bool is(std::initializer_list<ListOf> lists) const {
        return std::ranges::find(lists, list_) != lists.end();
    }

    bool take(const Parameter& given, CalendarQuery& out) {
        using enum ListOf;
        const std::string& name = given.name;
        if (take_page(reader_, given, out.page) || name == "format") return true;
        if (is({kEvents, kSearch, kOccurrences})) {
            if (name == "category") return link(given, "categories", out.filter.category);
            if (name == "location") return link(given, "locations", out.filter.location);
            if (name == "status")
                return reader_.one_of(given, model::EventStatus::kCancelled,
                                      model::event_status_name, out.filter.status);
            if (name == "q" || (name == "search_term" && list_ == kSearch))
                return text(given, out.text);
        }
        if (is({kEvents, kSearch, kOccurrences, kUpdates})) {
            if (name == "from") return time(given, out.filter.from);
            if (name == "to") return time(given, out.filter.to);
        }
        if (name == "ordering" && is({kEvents, kLabels})) return ordering(given, out);
        if (name == "q" && is({kLabels, kAttendees})) return text(given, out.text);
        if (name == "state" && is({kAttendees}))
            return reader_.one_of(given, model::AttendeeState::kCancelled,
                                  model::attendee_state_name, out.state);
        if (name == "event" && is({kUpdates})) return link(given, "events", out.event);
        return false;
    }

    bool text(const Parameter& given, std::string& out) {
        if (given.value.size() > kMostSearchBytes)
            return reader_.fail(given.name, "Ensure this value has at most 1000 bytes.");
        out = given.value;
        return true;
    }

    /// A day is its midnight UTC.
    bool time(const Parameter& given, std::optional<Micros>& out) {
        out = parse_date(given.value);
        return out ? true : reader_.instant(given, out);
    }

    /// An id, or the URL of the thing.
    template <class Id>
    bool link(const Parameter& given, std::string_view resource, std::optional<Id>& out) {
        if (const auto id = linked_id(given.value, resource)) {
            out = Id{*id};
            return true;
        }
        return reader_.id(given, out);
    }

    bool ordering(const Parameter& given, CalendarQuery& out) {
        if (list_ == ListOf::kLabels) {
            out.descending = given.value == "-name";
            if (out.descending || given.value == "name") return true;
            return reader_.fail("ordering", "One of name, -name.");
        }
        for (const NamedOrder& known : kOrders) {
            if (known.name != given.value) continue;
            out.order = known.order;
            return true;
        }
        return reader_.fail("ordering", "One of start_time, -start_time, title, -updated_at.");
    }

    const ListOf list_;
    query::Reader reader_;
};

}  // namespace

void tell_log(Api& api) {
    // The upkeep tries again, and says what is wrong.
    (void)api.services.outbox.drain();
}

std::vector<FieldError> field_errors_of(const calendar::Faults& faults) {
    std::vector<FieldError> errors;
    for (const calendar::Fault& fault : faults)
        errors.push_back({fault.field.empty() ? std::string("non_field_errors") : fault.field,
                          fault.message,
                          {}});
    return errors;
}

Result<http::Response> field_errors_or(const http::Request& request, const Error& error) {
    auto fault = calendar::fault_of(error);
    if (!fault) return std::unexpected(error);
    return field_errors(request, field_errors_of({*std::move(fault)}));
}

calendar::Draft read_draft(SentFields& fields) {
    calendar::Draft draft;
    draft.title = fields.text("title");
    draft.description = fields.text_or_null("description");
    draft.start_time = fields.text("start_time");
    draft.end_time = fields.text("end_time");
    draft.zone = fields.text_if_any("zone");
    draft.all_day = fields.flag("all_day");
    draft.status = status_in(fields);
    draft.capacity = fields.number_or_null("capacity");
    draft.organiser = fields.text_or_null("organiser");
    draft.location = link_in<LocationId>(fields, "location", "locations");
    draft.category = link_in<CategoryId>(fields, "category", "categories");
    draft.rrule = fields.text_or_null("rrule");
    draft.rdate = fields.texts("rdate");
    draft.exdate = fields.texts("exdate");
    fields.finish({"id", "detail_url", "updates", "location_name", "category_name", "registered",
                   "waiting", "uid", "sequence", "created_at", "updated_at", "occurrences_url",
                   "attendees_url", "ics_url", "conflicts"});
    return draft;
}

calendar::OccurrenceDraft read_occurrence_draft(SentFields& fields) {
    calendar::OccurrenceDraft draft;
    draft.title = fields.text("title");
    draft.description = fields.text_or_null("description");
    draft.start_time = fields.text("start_time");
    draft.end_time = fields.text("end_time");
    draft.status = status_in(fields);
    draft.location = link_in<LocationId>(fields, "location", "locations");
    fields.finish({"event", "detail_url", "original_start_time", "zone", "all_day", "category",
                   "location_name", "category_name"});
    return draft;
}

std::expected<calendar::Service::How, http::Response> how_of(const Api& api,
                                                             const http::Request& request) {
    calendar::Service::How how{.force = calendar::Service::Force::kNo,
                               .revisions = {},
                               .change = {actor_of(request), api.services.clock.now()}};
    const auto wrong = [&request](std::string_view field, std::string_view message) {
        const FieldError error{std::string(field), std::string(message), {}};
        return std::unexpected(field_errors(request, {&error, 1}));
    };
    auto revisions = revisions_of(request);
    if (!revisions) return wrong(revisions.error().field, revisions.error().message);
    how.revisions = *std::move(revisions);
    for (const query::Parameter& given : query::parse_query_string(request.query)) {
        if (given.name == "format") continue;
        if (given.name != "force") return wrong(given.name, "There is no such parameter.");
        if (given.value != "0" && given.value != "1") return wrong("force", "0 or 1.");
        if (given.value == "1") how.force = calendar::Service::Force::kYes;
    }
    return how;
}

std::expected<CalendarQuery, http::Response> read_calendar_query(const Api& api,
                                                                 const http::Request& request,
                                                                 ListOf list) {
    CalendarQuery query;
    if (list == ListOf::kSearch) query.page.size = kSearchPage;  // an array shows no next page
    query::ParameterErrors errors;
    QueryReader(list, errors).read(request.query, query);
    const std::optional<Micros>& from = query.filter.from;
    const std::optional<Micros>& to = query.filter.to;
    if (errors.empty() && from && to && *from >= *to)
        errors.push_back({"to", "This must be after `from`."});
    const Micros farthest = api.services.clock.now() + calendar::kFarthest;
    for (const auto& [name, at] : {std::pair{"from", from}, std::pair{"to", to}})
        if (errors.empty() && list != ListOf::kUpdates && at && *at > farthest)
            errors.push_back({name, fmt::format("Series are worked out to {}: look no further.",
                                                to_iso8601(farthest))});
    if (errors.empty()) return query;
    return std::unexpected(query_faults(request, errors));
}

}  // namespace eyed::api
