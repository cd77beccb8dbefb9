// The pages that list event types and edit their examples (SEEDS.md, seed 000).
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "api/admin.h"
#include "api/flow.h"
#include "api/guard.h"
#include "api/handlers.h"
#include "api/pages.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "catalog/event_types.h"
#include "http/percent.h"
#include "ingest/types.h"
#include "schema/checker.h"

namespace eyed::api {

using auth::BrowserSessions;
using catalog::EventTypes;

namespace {

constexpr std::uint32_t kRowsOfPage = 50;
constexpr std::uint64_t kLastPage = 1'000'000;

struct Column {
    std::string_view order;  ///< of the `order` parameter
    std::string_view title;
    EventTypes::OrderBy by;
};
constexpr Column kColumns[] = {
    {"category", "Category", EventTypes::OrderBy::kCategoryName},
    {"name", "Name", EventTypes::OrderBy::kName},
    {"first_seen", "First seen", EventTypes::OrderBy::kFirstSeen},
    {"updated_at", "Changed", EventTypes::OrderBy::kUpdatedAt},
};

/// What the list's query string asks for; what makes no sense is as if it were not there.
struct ListQuery {
    std::string search;
    std::string order = "category";  ///< a column's, `-` before it for descending
    std::uint64_t page = 1;

    std::string url() const {
        return fmt::format("{}?q={}&order={}&page={}", kTypesPath, http::percent_encode(search),
                           http::percent_encode(order), page);
    }
};

/// The number that a text is; nullopt: none.
std::optional<std::uint64_t> number_in(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = fault == std::errc{} && end == text.data() + text.size();
    return whole ? std::optional(number) : std::nullopt;
}

const Column* column_of(std::string_view order) {
    if (order.starts_with('-')) order.remove_prefix(1);
    const auto* found = std::ranges::find(kColumns, order, &Column::order);
    return found == std::end(kColumns) ? nullptr : found;
}

ListQuery read_query(const http::Request& request) {
    ListQuery query;
    const auto form = http::Form::parse(request.query);
    if (!form) return query;
    query.search = value_of(*form, "q");
    const std::string_view order = value_of(*form, "order");
    if (column_of(order) != nullptr) query.order = order;
    const std::string_view page = value_of(*form, "page");
    const std::uint64_t number = number_in(page).value_or(0);
    if (number >= 1) query.page = std::min(number, kLastPage);
    return query;
}

Result<EventTypes::Found> read_types(Api& api, const ListQuery& query) {
    EventTypes::Page page;
    page.search = query.search;
    page.order = column_of(query.order)->by;
    page.direction = query.order.starts_with('-') ? EventTypes::Page::Direction::kDescending
                                                  : EventTypes::Page::Direction::kAscending;
    page.limit = kRowsOfPage;
    page.offset = (query.page - 1) * kRowsOfPage;
    return api.services.catalog.event_types().list(page);
}

std::string change_path(EventTypeId id) {
    return fmt::format("{}{}/change/", kTypesPath, id.value);
}

/// `2021-01-01 09:15 UTC`.
std::string minute_of(Micros at) {
    std::string text = to_iso8601(at).substr(0, 16);
    std::ranges::replace(text, 'T', ' ');
    return text + " UTC";
}

void append_heading(const Column& column, const ListQuery& query, Html& html) {
    const bool ascending = query.order == column.order;
    const bool descending = query.order.ends_with(column.order) && query.order.starts_with('-');
    ListQuery next = query;
    next.page = 1;
    next.order = ascending ? fmt::format("-{}", column.order) : std::string(column.order);
    html.raw("<th scope=\"col\"");
    if (ascending || descending)
        html.attribute("aria-sort", ascending ? "ascending" : "descending");
    html.raw("><a")
        .attribute("href", next.url())
        .raw(">")
        .text(column.title)
        .raw(ascending    ? " ▲"
             : descending ? " ▼"
                          : "")
        .raw("</a></th>");
}

/// `enforce: example`, `observe: JSON Schema`, `off`.
std::string checked_against(const model::EventType& type) {
    std::string text(model::mode_name(type.mode));
    if (type.example) text += ": example";
    if (type.schema) text += ": JSON Schema";
    return text;
}

void append_row(const model::EventType& type, Html& html) {
    html.raw("<tr><td>")
        .text(type.category)
        .raw("</td><td><a")
        .attribute("href", change_path(type.id))
        .raw(">")
        .text(type.name)
        .raw("</a></td><td class=\"time\">")
        .text(minute_of(type.first_seen))
        .raw("</td><td class=\"time\">")
        .text(minute_of(type.updated_at))
        .raw("</td><td>")
        .text(checked_against(type))
        .raw("</td></tr>");
}

void append_paging(const ListQuery& query, std::uint64_t total, Html& html) {
    const std::uint64_t pages = std::max<std::uint64_t>(1, (total + kRowsOfPage - 1) / kRowsOfPage);
    const auto link = [&](std::uint64_t page, std::string_view title) {
        ListQuery to = query;
        to.page = page;
        html.raw("<a").attribute("href", to.url()).raw(">").text(title).raw("</a>");
    };
    html.raw("<nav class=\"paging\" aria-label=\"Pages\"><span>")
        .number(total)
        .raw(total == 1 ? " event type, page " : " event types, page ")
        .number(query.page)
        .raw(" of ")
        .number(pages)
        .raw("</span>");
    if (query.page > 1) link(std::min(query.page - 1, pages), "Previous");
    if (query.page < pages) link(query.page + 1, "Next");
    html.raw("</nav>");
}

std::string list_content(const ListQuery& query, const EventTypes::Found& found) {
    Html html;
    html.raw(
            "<form class=\"search\" method=\"get\" action=\"/admin/events/eventtype/\">"
            "<input type=\"search\" name=\"q\" aria-label=\"Search\" placeholder=\"Category or "
            "name\"")
        .attribute("value", query.search)
        .raw("><input type=\"hidden\" name=\"order\"")
        .attribute("value", query.order)
        .raw("><button>Search</button></form>");
    if (found.rows.empty())
        html.raw("<p>")
            .raw(found.total > 0        ? "There is no such page: the list ends before it."
                 : query.search.empty() ? "No events have come yet: their types appear here."
                                        : "No event type matches.")
            .raw("</p>");
    else {
        html.raw("<div class=\"card scroll\"><table><thead><tr>");
        for (const Column& column : kColumns)
            append_heading(column, query, html);
        html.raw("<th scope=\"col\">Check</th></tr></thead><tbody>");
        for (const model::EventType& type : found.rows)
            append_row(type, html);
        html.raw("</tbody></table></div>");
    }
    append_paging(query, found.total, html);
    return html.take();
}

struct ExampleForm {
    std::string version;  ///< of the type when the form was opened
    std::string_view typed;
    std::string_view error;
    std::string_view done;
};

std::string change_content(const BrowserSessions::Session& session, const model::EventType& type,
                           const ExampleForm& form) {
    Html html;
    if (!form.done.empty())
        html.raw("<p class=\"done\" role=\"status\">").text(form.done).raw("</p>");
    html.raw("<dl><dt>Category</dt><dd>")
        .text(type.category)
        .raw("</dd><dt>Name</dt><dd>")
        .text(type.name)
        .raw("</dd><dt>First seen</dt><dd>")
        .text(minute_of(type.first_seen))
        .raw("</dd><dt>Check</dt><dd>")
        .text(checked_against(type))
        .raw("</dd></dl>");
    if (type.schema) {
        html.raw(
                "<p>This type has a JSON Schema, which the API alone changes.</p><pre "
                "class=\"card\">")
            .text(*type.schema)
            .raw("</pre><p><a href=\"/admin/events/eventtype/\">All event types</a></p>");
        return html.take();
    }
    html.raw("<form class=\"card\" method=\"post\"")
        .attribute("action", change_path(type.id))
        .raw(">");
    append_field({.name = "csrf_token", .type = "hidden", .value = session.csrf}, html);
    append_field({.name = "version", .type = "hidden", .value = form.version}, html);
    append_field({.name = "example",
                  .label = "Example",
                  .type = "textarea",
                  .value = form.typed,
                  .help = "A JSON object. Every later event of this type must have the same keys "
                          "and types in its data. Empty: events of this type are not checked.",
                  .error = form.error},
                 html);
    html.raw(
        "<button>Save</button></form><p><a href=\"/admin/events/eventtype/\">All event types"
        "</a></p>");
    return html.take();
}

std::string title_of(const model::EventType& type) {
    return fmt::format("{}: {}", type.category, type.name);
}

Task<Result<model::EventType>> find_type(Api& api, http::Request& request) {
    const std::optional<std::uint64_t> id = path_number(request, "id");
    if (!id) co_return failure(Code::kNotFound, "");
    auto read = [&api, id] {
        const EventTypeId type{static_cast<std::int64_t>(*id)};
        return api.services.catalog.event_types().by_id(type);
    };
    Result<model::EventType> type =
        co_await on_worker(api.services.lanes.catalog, request, std::move(read));
    co_return type;
}

http::Response no_such_type(const Api& api, const http::Request& request,
                            const BrowserSessions::Session& session, const Error& failure) {
    if (failure.code != Code::kNotFound) return fail_page(api, request, failure);
    return message_page(404, {.title = "Not found", .session = &session},
                        "There is no such event type.");
}

/// What is wrong with the example; empty: nothing.
std::string example_problem(std::string_view example) {
    const auto checker = schema::Checker::from_example(example);
    return checker ? std::string() : checker.error().message;
}

/// A form that was opened before the type was changed to what it is now: with what was typed, to
/// be saved again, unless a JSON Schema has come.
http::Response conflict_page(const BrowserSessions::Session& session, const model::EventType& type,
                             std::string_view typed) {
    const std::string title = title_of(type);
    const Frame frame{.title = title, .session = &session};
    if (type.schema)
        return message_page(409, frame,
                            "This type has a JSON Schema meanwhile, which the API alone changes.");
    const std::string changed = fmt::format(
        "Somebody has changed this type meanwhile. Its example is now: {} Save again to put yours "
        "in its place.",
        type.example.value_or("none."));
    return page(409, frame,
                change_content(
                    session, type,
                    {.version = std::to_string(type.version), .typed = typed, .error = changed}));
}

/// What a form asks for.
EventTypes::Change change_of(const BrowserSessions::Session& session, const model::EventType& type,
                             std::string_view typed) {
    EventTypes::Change change;
    change.id = type.id;
    change.by = {session.user.id, {}, model::Via::kAdmin};
    change.expected_version = type.version;
    const bool clears = typed.find_first_not_of(" \t\r\n") == std::string_view::npos;
    change.example.emplace();
    if (!clears) change.example->emplace(typed);
    change.mode = clears ? model::CheckMode::kOff : model::CheckMode::kEnforce;
    return change;
}

}  // namespace

Task<http::Response> admin_index(Api&, http::Request&) {
    co_return see_other(std::string(kTypesPath));
}

Task<http::Response> admin_event_types(Api& api, http::Request& request) {
    const auto session = session_of(api.services.sessions, request);
    if (!session) co_return see_other(std::string(kLoginPath));
    const ListQuery query = read_query(request);
    auto read = [&api, &query] { return read_types(api, query); };
    const Result<EventTypes::Found> found =
        co_await on_worker(api.services.lanes.catalog, request, std::move(read));
    if (!found) co_return fail_page(api, request, found.error());
    const Frame frame{.title = "Event types", .session = &*session};
    co_return page(200, frame, list_content(query, *found));
}

Task<http::Response> admin_event_type(Api& api, http::Request& request) {
    const auto session = session_of(api.services.sessions, request);
    if (!session) co_return see_other(std::string(kLoginPath));
    const Result<model::EventType> type = co_await find_type(api, request);
    if (!type) co_return no_such_type(api, request, *session, type.error());
    ExampleForm form{.version = std::to_string(type->version)};
    if (type->example) form.typed = *type->example;
    if (request.query == "saved=1")
        form.done = type->mode != model::CheckMode::kOff
                        ? "Saved. Events are checked against this example from now on."
                        : "Saved. Events of this type are not checked.";
    const std::string title = title_of(*type);
    const Frame frame{.title = title, .session = &*session};
    co_return page(200, frame, change_content(*session, *type, form));
}

Task<http::Response> admin_change_event_type(Api& api, http::Request& request) {
    const auto session = session_of(api.services.sessions, request);
    if (!session) co_return see_other(std::string(kLoginPath));
    const Result<http::Form> sent = read_form(request);
    if (!sent) co_return fail_page(api, request, sent.error());
    if (!BrowserSessions::csrf_matches(*session, value_of(*sent, "csrf_token")))
        co_return csrf_refusal();
    const Result<model::EventType> type = co_await find_type(api, request);
    if (!type) co_return no_such_type(api, request, *session, type.error());

    const std::string_view typed = value_of(*sent, "example");
    const std::string_view version = value_of(*sent, "version");
    EventTypes::Change change = change_of(*session, *type, typed);
    const std::string wrong = *change.example ? example_problem(typed) : std::string();
    if (!wrong.empty()) {
        const std::string title = title_of(*type);
        const Frame frame{.title = title, .session = &*session};
        const ExampleForm again{.version = std::string(version), .typed = typed, .error = wrong};
        co_return page(200, frame, change_content(*session, *type, again));
    }
    if (type->schema || number_in(version) != type->version)
        co_return conflict_page(*session, *type, typed);
    change.at = api.services.clock.now();
    auto save = [&api, &change]() -> Status {
        EYED_TRY(api.services.catalog.event_types().change(change));
        return api.services.types.refresh();
    };
    const Status saved = co_await on_worker(api.services.lanes.catalog, request, std::move(save));
    if (!saved && saved.error().code == Code::kConflict) {
        const Result<model::EventType> now = co_await find_type(api, request);
        if (!now) co_return no_such_type(api, request, *session, now.error());
        co_return conflict_page(*session, *now, typed);
    }
    if (!saved) co_return fail_page(api, request, saved.error());
    co_return see_other(change_path(type->id) + "?saved=1");
}

}  // namespace eyed::api
