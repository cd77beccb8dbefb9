// iCalendar: of one event, of feeds under secret addresses; import; the feeds themselves.
#include <fmt/format.h>

#include <array>
#include <span>

#include "api/calendar_flow.h"
#include "api/handlers.h"
#include "auth/tokens.h"
#include "base/ascii.h"
#include "base/json_members.h"
#include "base/json_text.h"
#include "calendar/icalendar.h"
#include "catalog/calendar_labels.h"
#include "catalog/catalog.h"
#include "catalog/feeds.h"
#include "http/forms.h"

namespace eyed::api {

namespace {

using calendar::Service;

constexpr std::size_t kTokenBytes = 20;
constexpr std::size_t kHint = 6;
constexpr std::size_t kMostName = 75;
constexpr std::size_t kMostEvents = 10'000;  // in a feed
/// What is over for longer is not in feeds.
constexpr std::chrono::microseconds kPast = std::chrono::hours(24 * 366);

/// The events as a calendar of that name.
Result<http::Response> calendar_response(Api& api, const http::Request& request,
                                         std::span<const model::CalendarEvent> events,
                                         std::string name) {
    calendar::CalendarText text{.name = std::move(name),
                                .url = CalendarJson(request).base(),
                                .stamp = api.services.clock.now(),
                                .locations = {}};
    for (const model::CalendarEvent& event : events) {
        for (const model::OccurrenceChange& change : event.changes) {
            const LocationId id = change.location.value_or(LocationId{});
            if (!id || text.locations.contains(id)) continue;
            const auto location = api.services.catalog.locations().by_id(id);
            if (!location && location.error().code != Code::kNotFound)
                return std::unexpected(location.error());
            text.locations[id] = location ? location->name : std::string();
        }
    }
    http::Response response;
    response.content_type = "text/calendar; charset=utf-8";
    response.body = calendar::write_calendar(events, text);
    return response;
}

catalog::Feeds::New read_feed(SentFields& fields) {
    catalog::Feeds::New feed;
    feed.name = trimmed(fields.text_or_null("name").value_or(""));
    if (!is_utf8(feed.name) || count_code_points(feed.name) > kMostName)
        fields.fail("name",
                    fmt::format("Ensure this field has no more than {} characters.", kMostName));
    feed.location = LocationId{fields.link("location", "locations").value_or(0)};
    feed.category = CategoryId{fields.link("category", "categories").value_or(0)};
    fields.finish({"id", "detail_url", "hint", "url", "created_at", "last_used_at"});
    return feed;
}

/// Staff see all feeds, others their own.
std::optional<UserId> whose(const http::Request& request) {
    if (request.principal.role >= model::Role::kStaff) return std::nullopt;
    return request.principal.user;
}

Result<model::Feed> own_feed(Api& api, const http::Request& request) {
    const auto id = path_id<FeedId>(request);
    if (!id) return failure(Code::kNotFound, "no id");
    EYED_ASSIGN(auto feed, api.services.catalog.feeds().by_id(*id));
    const auto owner = whose(request);
    if (owner && *owner != feed.user) return failure(Code::kNotFound, "another's");
    return feed;
}

/// A name for a calendar that has none.
Result<std::string> name_of(Api& api, const model::Feed& feed) {
    if (!feed.name.empty()) return feed.name;
    std::string name;
    if (feed.category) {
        EYED_ASSIGN(const auto category, api.services.catalog.categories().by_id(feed.category));
        name = category.name;
    }
    if (feed.location) {
        EYED_ASSIGN(const auto location, api.services.catalog.locations().by_id(feed.location));
        name += name.empty() ? location.name : ", " + location.name;
    }
    return name.empty() ? "Events" : name;
}

constexpr std::string_view verdict_name(Service::Imported::Verdict verdict) {
    using enum Service::Imported::Verdict;
    switch (verdict) {
        case kCreated:
            return "created";
        case kUpdated:
            return "updated";
        case kUnchanged:
            return "unchanged";
        case kOlder:
            return "older";
        case kFailed:
            break;
    }
    return "failed";
}

void append_imported(const CalendarJson& json, const Service::Imported& imported,
                     std::string& out) {
    out += '{';
    append_text_member("uid", imported.uid, out);
    append_text_member("title", imported.title, out);
    append_text_member("verdict", verdict_name(imported.verdict), out);
    append_key("event", out);
    if (imported.event)
        append_json_string(json.link("events", imported.event.value), out);
    else
        out += "null";
    append_key("errors", out);
    out += '[';
    for (const std::string& fault : imported.faults) {
        if (out.back() != '[') out += ',';
        append_json_string(fault, out);
    }
    out += ']';
    json.clashes(imported.clashes, out);
    out += '}';
}

http::Response import_response(const http::Request& request,
                               const std::vector<Service::Imported>& all) {
    using enum Service::Imported::Verdict;
    std::array<std::uint64_t, static_cast<std::size_t>(kFailed) + 1> counts{};
    const CalendarJson json(request);
    std::string results;
    for (const Service::Imported& imported : all) {
        ++counts[static_cast<std::size_t>(imported.verdict)];
        if (!results.empty()) results += ',';
        append_imported(json, imported, results);
    }
    std::string body = "{";
    for (const auto verdict : {kCreated, kUpdated, kUnchanged, kOlder, kFailed})
        append_number_member(verdict_name(verdict), counts[static_cast<std::size_t>(verdict)],
                             body);
    body += ",\"results\":[" + results + "]}";
    return http::json(counts[static_cast<std::size_t>(kFailed)] == 0 ? 200 : 207, std::move(body));
}

}  // namespace

Task<http::Response> get_event_ics(Api& api, http::Request& request) {
    return answer_calendar(api, request, [&api, &request]() -> Result<http::Response> {
        const auto id = path_id<CalendarEventId>(request);
        if (!id) return error(request, Code::kNotFound);
        EYED_ASSIGN(const auto event, api.services.catalog.calendar_events().by_id(*id));
        EYED_ASSIGN(auto response, calendar_response(api, request, {&event, 1}, {}));
        response.headers.push_back(
            {"Content-Disposition",
             fmt::format("attachment; filename=\"event-{}.ics\"", id->value)});
        return response;
    });
}

Task<http::Response> get_feed_ics(Api& api, http::Request& request) {
    return answer_calendar(api, request, [&api, &request]() -> Result<http::Response> {
        std::string_view token = request.parameter("file");
        if (token.ends_with(".ics")) token.remove_suffix(4);
        const Micros now = api.services.clock.now();
        EYED_ASSIGN(const auto feed,
                    api.services.catalog.feeds().by_digest(auth::token_digest(token), now));
        catalog::CalendarEvents::Filter filter;
        filter.from = now - kPast;
        if (feed.location) filter.location = feed.location;
        if (feed.category) filter.category = feed.category;
        EYED_ASSIGN(const auto events,
                    api.services.catalog.calendar_events().for_feed(filter, kMostEvents));
        EYED_ASSIGN(auto name, name_of(api, feed));
        return calendar_response(api, request, events, std::move(name));
    });
}

Task<http::Response> import_calendar(Api& api, http::Request& request) {
    WorkerPool& lane = api.services.lanes.imports;
    return answer_on(lane, api, request, [&api, &request]() -> Result<http::Response> {
        const std::string media = http::media_type(request.content_type);
        if (!media.empty() && media != "text/calendar") return unsupported_media_type(request);
        auto how = how_of(api, request);
        if (!how) return std::move(how).error();
        auto imported = api.services.calendar.import(request.body, *how);
        tell_log(api);
        if (!imported) return std::unexpected(std::move(imported).error());
        return import_response(request, *imported);
    });
}

Task<http::Response> list_feeds(Api& api, http::Request& request) {
    return answer_calendar(api, request, [&api, &request]() -> Result<http::Response> {
        auto query = read_calendar_query(api, request, ListOf::kFeeds);
        if (!query) return std::move(query).error();
        EYED_ASSIGN(const auto found,
                    api.services.catalog.feeds().list(whose(request), query->page));
        const CalendarJson json(request);
        return numbered_page(
            request, query->page, found.count, found.rows,
            [&](const model::Feed& feed, std::string& out) { json.feed(feed, {}, out); });
    });
}

Task<http::Response> create_feed(Api& api, http::Request& request) {
    return answer_calendar(api, request, [&api, &request]() -> Result<http::Response> {
        auto how = how_of(api, request);
        if (!how) return std::move(how).error();
        return with_object(request, [&](SentFields& fields) -> Result<http::Response> {
            catalog::Feeds::New feed = read_feed(fields);
            if (!fields.errors().empty()) return field_errors(request, fields.errors());
            const std::string token = auth::random_hex(kTokenBytes);
            feed.digest = auth::token_digest(token);
            feed.hint = token.substr(0, kHint);
            const auto made = api.services.catalog.feeds().create(feed, how->change);
            if (!made) return field_errors_or(request, made.error());
            std::string body;
            const CalendarJson json(request);
            json.feed(*made, token, body);
            http::Response response = http::json(201, std::move(body));
            response.headers.push_back({"Location", json.link("feeds", made->id.value)});
            return response;
        });
    });
}

Task<http::Response> get_feed(Api& api, http::Request& request) {
    return answer_calendar(api, request, [&api, &request]() -> Result<http::Response> {
        EYED_ASSIGN(const auto feed, own_feed(api, request));
        std::string body;
        CalendarJson(request).feed(feed, {}, body);
        return http::json(200, std::move(body));
    });
}

Task<http::Response> revoke_feed(Api& api, http::Request& request) {
    return answer_calendar(api, request, [&api, &request]() -> Result<http::Response> {
        auto how = how_of(api, request);
        if (!how) return std::move(how).error();
        EYED_ASSIGN(const auto feed, own_feed(api, request));
        EYED_TRY(api.services.catalog.feeds().remove(feed.id, how->change));
        return http::empty(204);
    });
}

}  // namespace eyed::api
