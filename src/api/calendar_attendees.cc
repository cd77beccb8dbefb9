// /events_api/v1/events/{id}/attendees: who comes, who waits; CSV.
#include <fmt/format.h>

#include <algorithm>

#include "api/calendar_flow.h"
#include "api/handlers.h"
#include "base/ascii.h"
#include "base/csv.h"
#include "base/json_text.h"
#include "catalog/attendees.h"
#include "catalog/catalog.h"

namespace eyed::api {

namespace {

using catalog::Attendees;
using model::AttendeeState;

constexpr std::size_t kMostName = 255;   // characters
constexpr std::size_t kMostEmail = 254;  // bytes (RFC 5321 §4.5.3.1.3, without the brackets)

/// One mailbox at one domain: what a message could be sent to. Who reads it is not asked here.
bool is_email(std::string_view text) {
    const std::size_t at = text.rfind('@');
    if (text.size() > kMostEmail || at == 0 || at == std::string_view::npos) return false;
    const std::string_view domain = text.substr(at + 1);
    const bool visible =
        std::ranges::all_of(text, [](unsigned char c) { return c > ' ' && c != 0x7f; });
    return visible && text.find('@') == at &&
           text.find_first_of("<>,;:\"()[]\\") == std::string::npos &&
           domain.find('.') != std::string_view::npos &&
           domain.find("..") == std::string_view::npos && domain.front() != '.' &&
           domain.back() != '.';
}

std::string required(SentFields& fields, std::string_view name) {
    const bool there = fields.has(name);
    const auto text = fields.text(name);
    if (!there) fields.fail(name, "This field is required.");
    if (!text) return {};
    std::string value(trimmed(*text));
    if (value.empty()) fields.fail(name, "This field may not be blank.");
    return value;
}

Attendees::New read_attendee(SentFields& fields) {
    Attendees::New attendee{required(fields, "name"), required(fields, "email")};
    if (!is_utf8(attendee.name) || attendee.name.find('\0') != std::string::npos)
        fields.fail("name", "This is not text in UTF-8 without null characters.");
    else if (count_code_points(attendee.name) > kMostName)
        fields.fail("name",
                    fmt::format("Ensure this field has no more than {} characters.", kMostName));
    if (!attendee.email.empty() && (!is_utf8(attendee.email) || !is_email(attendee.email)))
        fields.fail("email", "Enter a valid email address.");
    fields.finish({"id", "detail_url", "event", "state", "registered_at", "changed_at"});
    return attendee;
}

http::Response attendee_response(const http::Request& request, const model::Attendee& attendee,
                                 int status) {
    std::string body;
    CalendarJson(request).attendee(attendee, body);
    return http::json(status, std::move(body));
}

/// Calls `work(event, attendee, how)` with what the path names.
template <class Work>
Task<http::Response> at_attendee(Api& api, http::Request& request, Work work) {
    return answer_calendar(api, request, [&api, &request, work]() -> Result<http::Response> {
        const auto event = path_id<CalendarEventId>(request);
        const auto attendee = path_id<AttendeeId>(request, "attendee");
        if (!event || !attendee) return error(request, Code::kNotFound);
        auto how = how_of(api, request);
        if (!how) return std::move(how).error();
        return work(*event, *attendee, *how);
    });
}

/// The state that a PATCH asks for.
AttendeeState read_state(SentFields& fields) {
    const auto name = fields.text("state");
    if (!fields.has("state")) fields.fail("state", "This field is required.");
    fields.finish({"id", "detail_url", "event", "name", "email", "registered_at", "changed_at"});
    if (name == model::attendee_state_name(AttendeeState::kRegistered))
        return AttendeeState::kRegistered;
    if (name && name != model::attendee_state_name(AttendeeState::kCancelled))
        fields.fail("state", "registered or cancelled: who waits is decided by the capacity.");
    return AttendeeState::kCancelled;
}

std::string csv_of(const std::vector<model::Attendee>& attendees) {
    std::string out = "name,email,state,registered_at\r\n";
    for (const model::Attendee& attendee : attendees) {
        append_csv(attendee.name, out);
        out += ',';
        append_csv(attendee.email, out);
        out += fmt::format(",{},{}\r\n", model::attendee_state_name(attendee.state),
                           to_iso8601(attendee.registered_at));
    }
    return out;
}

}  // namespace

Task<http::Response> list_attendees(Api& api, http::Request& request) {
    return answer_calendar(api, request, [&api, &request]() -> Result<http::Response> {
        const auto event = path_id<CalendarEventId>(request);
        if (!event) return error(request, Code::kNotFound);
        auto query = read_calendar_query(api, request, ListOf::kAttendees);
        if (!query) return std::move(query).error();
        EYED_ASSIGN(const auto found,
                    api.services.catalog.attendees().list(
                        *event, {.state = query->state, .search = query->text}, query->page));
        const CalendarJson json(request);
        return numbered_page(request, query->page, found.count, found.rows,
                             [&](const model::Attendee& attendee, std::string& out) {
                                 json.attendee(attendee, out);
                             });
    });
}

Task<http::Response> export_attendees(Api& api, http::Request& request) {
    return answer_calendar(api, request, [&api, &request]() -> Result<http::Response> {
        const auto event = path_id<CalendarEventId>(request);
        if (!event) return error(request, Code::kNotFound);
        constexpr std::uint32_t kAtOnce = 10'000;
        std::vector<model::Attendee> all;
        for (catalog::NumberPage page{.number = 1, .size = kAtOnce};; ++page.number) {
            EYED_ASSIGN(const auto found, api.services.catalog.attendees().list(*event, {}, page));
            all.insert(all.end(), found.rows.begin(), found.rows.end());
            if (found.rows.size() < kAtOnce) break;
        }
        http::Response response;
        response.content_type = "text/csv; charset=utf-8";
        response.body = csv_of(all);
        response.headers.push_back(
            {"Content-Disposition",
             fmt::format("attachment; filename=\"attendees-{}.csv\"", event->value)});
        return response;
    });
}

Task<http::Response> add_attendee(Api& api, http::Request& request) {
    return answer_calendar(api, request, [&api, &request]() -> Result<http::Response> {
        const auto event = path_id<CalendarEventId>(request);
        if (!event) return error(request, Code::kNotFound);
        auto how = how_of(api, request);
        if (!how) return std::move(how).error();
        return with_object(request, [&](SentFields& fields) -> Result<http::Response> {
            const Attendees::New attendee = read_attendee(fields);
            if (!fields.errors().empty()) return field_errors(request, fields.errors());
            EYED_ASSIGN(const auto added,
                        api.services.catalog.attendees().add(*event, attendee, how->change));
            tell_log(api);
            return attendee_response(request, added, 201);
        });
    });
}

Task<http::Response> get_attendee(Api& api, http::Request& request) {
    return at_attendee(api, request,
                       [&api, &request](CalendarEventId event, AttendeeId id,
                                        const calendar::Service::How&) -> Result<http::Response> {
                           EYED_ASSIGN(const auto attendee,
                                       api.services.catalog.attendees().by_id(event, id));
                           return attendee_response(request, attendee, 200);
                       });
}

Task<http::Response> change_attendee(Api& api, http::Request& request) {
    return at_attendee(
        api, request,
        [&api, &request](CalendarEventId event, AttendeeId id,
                         const calendar::Service::How& how) -> Result<http::Response> {
            return with_object(request, [&](SentFields& fields) -> Result<http::Response> {
                const AttendeeState state = read_state(fields);
                if (!fields.errors().empty()) return field_errors(request, fields.errors());
                Attendees& attendees = api.services.catalog.attendees();
                if (state == AttendeeState::kCancelled) {
                    EYED_ASSIGN(const auto cancelled, attendees.cancel(event, id, how.change));
                    tell_log(api);
                    return attendee_response(request, cancelled.attendee, 200);
                }
                EYED_ASSIGN(const auto known, attendees.by_id(event, id));
                if (known.state != AttendeeState::kCancelled)
                    return attendee_response(request, known, 200);
                EYED_ASSIGN(const auto again,
                            attendees.add(event, {known.name, known.email}, how.change));
                tell_log(api);
                return attendee_response(request, again, 200);
            });
        });
}

Task<http::Response> erase_attendee(Api& api, http::Request& request) {
    return at_attendee(api, request,
                       [&api](CalendarEventId event, AttendeeId id,
                              const calendar::Service::How& how) -> Result<http::Response> {
                           EYED_TRY(api.services.catalog.attendees().erase(event, id, how.change));
                           tell_log(api);
                           return http::empty(204);
                       });
}

}  // namespace eyed::api
