// /events_api/v1/events: create, list, search, retrieve, change, delete; the index.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "api/calendar_outcome.h"
#include "api/handlers.h"
#include "base/ascii.h"
#include "base/json_members.h"
#include "catalog/catalog.h"

namespace eyed::api {

namespace {

using calendar::Base;
using calendar::Service;
using catalog::CalendarEvents;
using model::CalendarEvent;

constexpr std::size_t kMostItems = 1000;  // created at once
constexpr std::size_t kFront = 64;        // of a body, to see whether it is an array

/// One of several as it was sent: an event, or what is wrong with it.
struct Item {
    calendar::Draft draft;
    std::vector<FieldError> errors;
};

Item read_item(const boost::json::value& sent) {
    if (!sent.is_object()) return {{}, {not_an_object(sent)}};
    SentFields fields(sent.get_object(), Writing::kJson);
    calendar::Draft draft = read_draft(fields);
    return {std::move(draft), fields.errors()};
}

/// `"status":…` and what the single request would answer. False: it was refused.
bool append_made(const http::Request& request, std::span<const FieldError> errors,
                 const Service::Saved& saved, std::string& out) {
    const CalendarJson json(request);
    const int status = !errors.empty() ? 400 : saved.refused ? 409 : 201;
    append_number_member("status", static_cast<std::uint64_t>(status), out);
    append_key(status == 201 ? "event" : "errors", out);
    if (status == 201)
        json.saved(saved, {}, out);
    else
        out += (status == 400 ? field_errors(request, errors) : clash_refusal(json, saved)).body;
    return status == 201;
}

Result<http::Response> create_many(Api& api, const http::Request& request,
                                   const boost::json::array& sent, const Service::How& how) {
    if (sent.size() > kMostItems)
        return error(request,
                     Error{Code::kTooLarge, fmt::format("At most {} events at once.", kMostItems)});
    std::vector<Item> items;
    std::vector<calendar::Draft> drafts;
    for (const boost::json::value& one : sent) {
        items.push_back(read_item(one));
        if (items.back().errors.empty()) drafts.push_back(std::move(items.back().draft));
    }
    EYED_ASSIGN(const auto outcomes, api.services.calendar.create_events(drafts, how));
    tell_log(api);
    std::size_t created = 0;
    std::string results;
    auto outcome = outcomes.begin();
    for (std::size_t i = 0; i < items.size(); ++i) {
        results += i == 0 ? "{" : ",{";
        append_number_member("index", i, results);
        const bool was_read = items[i].errors.empty();
        const Service::Saved none;
        const auto errors = was_read ? field_errors_of(outcome->faults) : items[i].errors;
        created += append_made(request, errors, was_read ? outcome->saved : none, results) ? 1 : 0;
        if (was_read) ++outcome;
        results += '}';
    }
    return http::json(created == items.size() ? 201 : 207,
                      fmt::format(R"({{"created":{},"failed":{},"results":[{}]}})", created,
                                  items.size() - created, results));
}

Result<http::Response> create_one(Api& api, const http::Request& request, const Sent& sent,
                                  const Service::How& how) {
    if (!sent.value.is_object()) {
        const FieldError wrong = not_an_object(sent.value);
        return field_errors(request, {&wrong, 1});
    }
    SentFields fields(sent.value.get_object(), sent.writing);
    const calendar::Draft draft = read_draft(fields);
    if (!fields.errors().empty()) return field_errors(request, fields.errors());
    EYED_ASSIGN(const auto outcome, api.services.calendar.create_event(draft, how));
    return outcome_response(api, request, outcome, 201);
}

Task<http::Response> change_event_by(Api& api, http::Request& request, Base base) {
    return answer_calendar(api, request, [&api, &request, base]() -> Result<http::Response> {
        const auto id = path_id<CalendarEventId>(request);
        if (!id) return error(request, Code::kNotFound);
        auto how = how_of(api, request);
        if (!how) return std::move(how).error();
        return with_object(request, [&](SentFields& fields) -> Result<http::Response> {
            const calendar::Draft draft = read_draft(fields);
            if (!fields.errors().empty()) return field_errors(request, fields.errors());
            EYED_ASSIGN(const auto outcome,
                        api.services.calendar.change_event(*id, draft, base, *how));
            return outcome_response(api, request, outcome, 200);
        });
    });
}

}  // namespace

Task<http::Response> calendar_index(Api&, http::Request& request) {
    const CalendarJson json(request);
    co_return http::json(200,
                         fmt::format(R"({{"events":"{0}events/","categories":"{0}categories/",)"
                                     R"("locations":"{0}locations/"}})",
                                     json.base()));
}

Task<http::Response> list_calendar_events(Api& api, http::Request& request) {
    return answer_calendar(api, request, [&api, &request]() -> Result<http::Response> {
        auto query = read_calendar_query(api, request, ListOf::kEvents);
        if (!query) return std::move(query).error();
        query->filter.search = catalog::parse_search(query->text);
        const auto order = query->order.value_or(query->filter.search.empty()
                                                     ? CalendarEvents::Order::kStartDescending
                                                     : CalendarEvents::Order::kBestMatch);
        EYED_ASSIGN(const auto found,
                    api.services.catalog.calendar_events().list(query->filter, order, query->page));
        EYED_ASSIGN(const auto updates, updates_of(api, found.rows));
        const CalendarJson json(request);
        return numbered_page(request, query->page, found.count, found.rows,
                             [&](const CalendarEvent& event, std::string& out) {
                                 json.event(event, of_event(updates, event.id), out);
                             });
    });
}

Task<http::Response> search_calendar_events(Api& api, http::Request& request) {
    return answer_calendar(api, request, [&api, &request]() -> Result<http::Response> {
        auto query = read_calendar_query(api, request, ListOf::kSearch);
        if (!query) return std::move(query).error();
        if (trimmed(query->text).empty())
            return http::json(400, R"({"error":"A search term is required as a query parameter"})");
        query->filter.search = catalog::parse_search(query->text);
        if (query->filter.search.empty()) return http::json(200, "[]");
        EYED_ASSIGN(const auto found,
                    api.services.catalog.calendar_events().search(query->filter, query->page));
        EYED_ASSIGN(const auto updates, updates_of(api, found.rows));
        const CalendarJson json(request);
        std::string body = "[";
        for (const CalendarEvent& event : found.rows) {
            if (body.size() > 1) body += ',';
            json.event(event, of_event(updates, event.id), body);
        }
        body += ']';
        http::Response response = http::json(200, std::move(body));
        if (found.more) add_next_link(request, query->page, response);
        return response;
    });
}

Task<http::Response> create_calendar_event(Api& api, http::Request& request) {
    const bool many = trimmed(request.body.substr(0, kFront)).starts_with('[');
    WorkerPool& lane = many ? api.services.lanes.imports : api.services.lanes.calendar;
    return answer_on(lane, api, request, [&api, &request]() -> Result<http::Response> {
        auto how = how_of(api, request);
        if (!how) return std::move(how).error();
        const auto sent = read_sent(request);
        if (!sent) return unsupported_media_type(request);
        if (!*sent) return error(request, sent->error());
        if (const auto* items = (*sent)->value.if_array())
            return create_many(api, request, *items, *how);
        return create_one(api, request, **sent, *how);
    });
}

Task<http::Response> get_calendar_event(Api& api, http::Request& request) {
    return answer_calendar(api, request, [&api, &request]() -> Result<http::Response> {
        const auto id = path_id<CalendarEventId>(request);
        if (!id) return error(request, Code::kNotFound);
        EYED_ASSIGN(const auto event, api.services.catalog.calendar_events().by_id(*id));
        EYED_ASSIGN(const auto updates, updates_of(api, event));
        std::string body;
        CalendarJson(request).event(event, updates, body);
        http::Response response = http::json(200, std::move(body));
        add_etag(event.revision, response);
        return response;
    });
}

Task<http::Response> replace_calendar_event(Api& api, http::Request& request) {
    return change_event_by(api, request, Base::kWhole);
}

Task<http::Response> change_calendar_event(Api& api, http::Request& request) {
    return change_event_by(api, request, Base::kPart);
}

Task<http::Response> delete_calendar_event(Api& api, http::Request& request) {
    return answer_calendar(api, request, [&api, &request]() -> Result<http::Response> {
        const auto id = path_id<CalendarEventId>(request);
        if (!id) return error(request, Code::kNotFound);
        auto how = how_of(api, request);
        if (!how) return std::move(how).error();
        EYED_TRY(api.services.calendar.remove_event(*id, *how));
        tell_log(api);
        return http::empty(204);
    });
}

}  // namespace eyed::api
