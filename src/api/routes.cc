// The route table. api/openapi.yaml describes every line of it; routes_test.cc compares the two.
#include <memory>
#include <optional>
#include <span>

#include "api/admin.h"
#include "api/api.h"
#include "api/browse.h"
#include "api/errors.h"
#include "api/exports.h"
#include "api/flow.h"
#include "api/guard.h"
#include "api/handlers.h"
#include "api/options.h"
#include "api/routes.h"
#include "http/percent.h"

namespace eyed::api {

namespace {

using enum http::Method;
using enum model::Scope;
using enum model::Role;

/// Of the form that edits an example: 64 KiB, percent-encoded.
constexpr std::size_t kExampleForm = std::size_t{256} << 10U;

/// An example or a JSON Schema of 64 KiB, with room for how it is written.
constexpr std::size_t kRulesBody = std::size_t{256} << 10U;

/// A person, an application or a key. These bodies become a document on the io thread.
constexpr std::size_t kAccountBody = std::size_t{16} << 10U;
/// As many ids as may be settled at once, twenty digits each.
constexpr std::size_t kSettleBody = std::size_t{256} << 10U;

/// A description of 20,000 characters, escaped; 1000 dates.
constexpr std::size_t kCalendarBody = std::size_t{512} << 10U;
/// An iCalendar file, or a thousand events at once.
constexpr std::size_t kCalendarFile = std::size_t{4} << 20U;

/// A destination: a body template of 16 KiB, escaped, and header fields.
constexpr std::size_t kDestinationBody = std::size_t{256} << 10U;

constexpr Needs kSeesDeliveries{kRead, kStaff};
constexpr Needs kChangesDeliveries{kManage, kStaff};

constexpr Needs kCalendarRead{kOpen, kApplication, Welcome::kEverybody};
constexpr Needs kCalendarChange{kManage, kApplication, Welcome::kInOpenCalendar};

/// A purchase of 1000 lines.
constexpr std::size_t kPurchaseBody = std::size_t{512} << 10U;
/// The other side's file.
constexpr std::size_t kStatementFile = std::size_t{16} << 20U;

constexpr RouteEntry kTable[] = {
    {kPost, "/events", kIngest, send_event_the_eye},
    {kPost, "/api/v1/events", kIngest, send_events},
    {kPost, "/api/event", kIngest, send_event_or_messages},
    {kGet, "/api/ready", kIngest, consumer_ready},

    {kGet, "/events", kRead, list_events_seed},
    {kGet, "/event_detail/{id}", kRead, get_event_seed},
    {kPut, "/event_detail/{id}", kManage, replace_event_seed},
    {kDelete, "/event_detail/{id}", kManage, erase_event},
    {kPost, "/sessions", kIngest, create_session},
    {kGet, "/sessions", kRead, list_sessions_seed},
    {kGet, "/errors", kRead, list_errors_seed},

    {kGet, "/api/v1/events", kRead, list_events},
    {kGet, "/api/v1/events/{id}", kRead, get_event},
    {kPatch, "/api/v1/events/{id}", kManage, change_event},
    {kDelete, "/api/v1/events/{id}", kManage, erase_event},
    {kGet, "/api/v1/sessions", kRead, list_sessions},
    {kGet, "/api/v1/sessions/{id}", kRead, get_session},
    {kGet, "/api/v1/sessions/{id}/events", kRead, list_session_events},
    {kGet, "/api/v1/rejections", kRead, list_rejections},
    {kGet, "/api/v1/rejections/summary", kRead, summarize_rejections},
    {kPost, "/api/v1/rejections/replay", kManage, replay_rejections, kSettleBody},
    {kPost, "/api/v1/rejections/discard", kManage, discard_rejections, kSettleBody},
    {kGet, "/api/v1/rejections/{id}", kRead, get_rejection},
    {kGet, "/api/v1/receipts/{event_id}", kRead, get_receipt},
    {kGet, "/api/v1/event-types", kRead, list_event_types},
    {kGet, "/api/v1/event-types/{id}", kRead, get_event_type},
    {kPatch, "/api/v1/event-types/{id}", {kManage, kStaff}, change_event_type, kRulesBody},
    {kGet, "/api/v1/event-types/{id}/versions", kRead, list_event_type_versions},
    {kPost, "/api/v1/event-types/{id}/infer", kRead, infer_event_type, kRulesBody},
    {kPost, "/api/v1/event-types/{id}/backtest", kRead, backtest_event_type, kRulesBody},
    {kPost, "/api/v1/validate", kIngest, validate_events},
    {kGet, "/api/v1/export", kRead, export_events},

    {kGet, "/api/v1", kOpen, list_api},
    {kGet, "/api/v1/session", kOpen, get_browser_session},
    {kPost, "/api/v1/session", kOpen, start_browser_session, kAccountBody},
    {kDelete, "/api/v1/session", {kManage, kMember}, end_browser_session},
    {kGet, "/api/v1/me", kRead, get_me},
    {kPatch, "/api/v1/me", {kManage, kMember}, change_me, kAccountBody},
    {kGet, "/api/v1/users", {kRead, kSuperuser}, list_users},
    {kPost, "/api/v1/users", {kManage, kSuperuser}, create_user, kAccountBody},
    {kGet, "/api/v1/users/{id}", {kRead, kSuperuser}, get_user},
    {kPatch, "/api/v1/users/{id}", {kManage, kSuperuser}, change_user, kAccountBody},
    {kGet, "/api/v1/applications", {kRead, kMember}, list_applications},
    {kPost, "/api/v1/applications", {kManage, kMember}, create_application, kAccountBody},
    {kGet, "/api/v1/applications/{id}", {kRead, kMember}, get_application},
    {kPatch, "/api/v1/applications/{id}", {kManage, kSuperuser}, change_application, kAccountBody},
    {kGet, "/api/v1/keys", {kRead, kMember}, list_keys},
    {kPost, "/api/v1/keys", {kManage, kMember}, create_key, kAccountBody},
    {kGet, "/api/v1/keys/{id}", {kRead, kMember}, get_key},
    {kDelete, "/api/v1/keys/{id}", {kManage, kMember}, revoke_key, kAccountBody},
    {kGet, "/api/v1/audit", {kRead, kSuperuser}, list_audit},

    {kGet, "/api/v1/destinations", kSeesDeliveries, list_destinations},
    {kPost, "/api/v1/destinations", kChangesDeliveries, create_destination, kDestinationBody},
    {kGet, "/api/v1/destinations/{id}", kSeesDeliveries, get_destination},
    {kPatch, "/api/v1/destinations/{id}", kChangesDeliveries, change_destination, kDestinationBody},
    {kDelete, "/api/v1/destinations/{id}", kChangesDeliveries, delete_destination, kAccountBody},
    {kPost, "/api/v1/destinations/{id}/pause", kChangesDeliveries, pause_destination, kAccountBody},
    {kPost, "/api/v1/destinations/{id}/resume", kChangesDeliveries, resume_destination,
     kAccountBody},
    {kPost, "/api/v1/destinations/{id}/disable", kChangesDeliveries, disable_destination,
     kAccountBody},
    {kPost, "/api/v1/destinations/{id}/rotate-secret", kChangesDeliveries,
     rotate_destination_secret, kAccountBody},
    {kPost, "/api/v1/destinations/{id}/test", kChangesDeliveries, test_destination, kAccountBody},
    {kGet, "/api/v1/deliveries", kSeesDeliveries, list_deliveries},
    {kPost, "/api/v1/deliveries/retry", kChangesDeliveries, retry_deliveries, kAccountBody},
    {kGet, "/api/v1/deliveries/{id}", kSeesDeliveries, get_delivery},
    {kPost, "/api/v1/deliveries/{id}/retry", kChangesDeliveries, retry_delivery, kAccountBody},
    {kPost, "/api/v1/deliveries/{id}/cancel", kChangesDeliveries, cancel_delivery, kAccountBody},
    {kPost, "/api/v1/deliveries/{id}/resolve", kChangesDeliveries, resolve_delivery, kAccountBody},
    {kGet, "/api/v1/attempts", kSeesDeliveries, list_attempts},
    {kGet, "/api/v1/attempts/{id}", kSeesDeliveries, get_attempt},

    {kGet, "/events_api/v1", kCalendarRead, calendar_index},
    {kGet, "/events_api/v1/events", kCalendarRead, list_calendar_events},
    {kPost, "/events_api/v1/events", kCalendarChange, create_calendar_event, kCalendarFile},
    {kGet, "/events_api/v1/events/search", kCalendarRead, search_calendar_events},
    {kPost, "/events_api/v1/events/import", kCalendarChange, import_calendar, kCalendarFile},
    {kGet, "/events_api/v1/events/{id}", kCalendarRead, get_calendar_event},
    {kPut, "/events_api/v1/events/{id}", kCalendarChange, replace_calendar_event, kCalendarBody},
    {kPatch, "/events_api/v1/events/{id}", kCalendarChange, change_calendar_event, kCalendarBody},
    {kDelete, "/events_api/v1/events/{id}", kCalendarChange, delete_calendar_event, kCalendarBody},
    {kGet, "/events_api/v1/events/{id}/event.ics", kCalendarRead, get_event_ics},
    {kGet, "/events_api/v1/events/{id}/occurrences", kCalendarRead, list_event_occurrences},
    {kGet, "/events_api/v1/events/{id}/occurrences/{start}", kCalendarRead, get_occurrence},
    {kPatch, "/events_api/v1/events/{id}/occurrences/{start}", kCalendarChange, change_occurrence,
     kCalendarBody},
    {kDelete, "/events_api/v1/events/{id}/occurrences/{start}", kCalendarChange, cancel_occurrence,
     kCalendarBody},
    {kGet, "/events_api/v1/events/{id}/attendees", {kRead, kMember}, list_attendees},
    {kPost, "/events_api/v1/events/{id}/attendees", kCalendarChange, add_attendee, kCalendarBody},
    {kGet, "/events_api/v1/events/{id}/attendees.csv", {kRead, kMember}, export_attendees},
    {kGet, "/events_api/v1/events/{id}/attendees/{attendee}", {kRead, kMember}, get_attendee},
    {kPatch,
     "/events_api/v1/events/{id}/attendees/{attendee}",
     {kManage, kMember},
     change_attendee,
     kCalendarBody},
    {kDelete,
     "/events_api/v1/events/{id}/attendees/{attendee}",
     {kManage, kMember},
     erase_attendee,
     kCalendarBody},
    {kGet, "/events_api/v1/occurrences", kCalendarRead, list_occurrences},
    {kGet, "/events_api/v1/categories", kCalendarRead, list_categories},
    {kPost, "/events_api/v1/categories", kCalendarChange, create_category, kCalendarBody},
    {kGet, "/events_api/v1/categories/{id}", kCalendarRead, get_category},
    {kPut, "/events_api/v1/categories/{id}", kCalendarChange, replace_category, kCalendarBody},
    {kPatch, "/events_api/v1/categories/{id}", kCalendarChange, change_category, kCalendarBody},
    {kDelete, "/events_api/v1/categories/{id}", kCalendarChange, delete_category, kCalendarBody},
    {kGet, "/events_api/v1/locations", kCalendarRead, list_locations},
    {kPost, "/events_api/v1/locations", kCalendarChange, create_location, kCalendarBody},
    {kGet, "/events_api/v1/locations/{id}", kCalendarRead, get_location},
    {kPut, "/events_api/v1/locations/{id}", kCalendarChange, replace_location, kCalendarBody},
    {kPatch, "/events_api/v1/locations/{id}", kCalendarChange, change_location, kCalendarBody},
    {kDelete, "/events_api/v1/locations/{id}", kCalendarChange, delete_location, kCalendarBody},
    {kGet, "/events_api/v1/updates", kCalendarRead, list_calendar_updates},
    {kGet, "/events_api/v1/updates/{id}", kCalendarRead, get_calendar_update},
    {kGet, "/events_api/v1/feeds", {kRead, kMember}, list_feeds},
    {kPost, "/events_api/v1/feeds", {kManage, kMember}, create_feed, kCalendarBody},
    {kGet, "/events_api/v1/feeds/{id}", {kRead, kMember}, get_feed},
    {kDelete, "/events_api/v1/feeds/{id}", {kManage, kMember}, revoke_feed, kCalendarBody},
    {kGet, "/events_api/v1/ics/{file}", kCalendarRead, get_feed_ics},

    {kPost, "/api/cashback", kCashback, send_purchase, kPurchaseBody},
    {kPost, "/api/cashback/simulate", kCashback, simulate_purchase, kPurchaseBody},
    {kGet, "/api/cashback/rules", kCashback, list_rules},
    {kPost, "/api/cashback/rules", {kCashback, kStaff}, create_rule, kAccountBody},
    {kGet, "/api/cashback/rules/{id}", kCashback, get_rule},
    {kPost, "/api/cashback/rules/{id}/withdraw", {kCashback, kStaff}, withdraw_rule, kAccountBody},
    {kGet, "/api/cashbacks", kCashback, list_cashbacks},
    {kGet, "/api/cashbacks/export", kCashback, export_cashbacks},
    {kPost, "/api/cashbacks/retry", kCashback, retry_cashbacks, kAccountBody},
    {kGet, "/api/cashbacks/{id}", kCashback, get_cashback},
    {kGet, "/api/cashbacks/{id}/explain", kCashback, explain_cashback},
    {kGet, "/api/cashbacks/{id}/ledger", kCashback, list_ledger},
    {kGet, "/api/cashbacks/{id}/reversals", kCashback, list_reversals},
    {kPost, "/api/cashbacks/{id}/retry", kCashback, retry_cashback, kAccountBody},
    {kPost, "/api/cashbacks/{id}/cancel", kCashback, cancel_cashback, kAccountBody},
    {kPost, "/api/cashbacks/{id}/reverse", kCashback, reverse_cashback, kPurchaseBody},
    {kPost, "/api/cashbacks/{id}/resolve", {kCashback, kStaff}, resolve_cashback, kAccountBody},
    {kPost,
     "/api/cashbacks/{id}/reversals/{reversal}/settle",
     {kCashback, kStaff},
     settle_reversal,
     kAccountBody},
    {kGet, "/api/customers", kCashback, list_customers},
    {kPost, "/api/customers", kCashback, create_customer, kAccountBody},
    {kGet, "/api/customers/{id}", kCashback, get_customer},
    {kPut, "/api/customers/{id}", kCashback, replace_customer, kAccountBody},
    {kPatch, "/api/customers/{id}", kCashback, change_customer, kAccountBody},
    {kDelete, "/api/customers/{id}", {kCashback, kStaff}, erase_customer, kAccountBody},
    {kGet, "/api/products", kCashback, list_products},
    {kPost, "/api/products", {kCashback, kStaff}, create_product, kAccountBody},
    {kGet, "/api/products/{id}", kCashback, get_product},
    {kPut, "/api/products/{id}", {kCashback, kStaff}, replace_product, kAccountBody},
    {kPatch, "/api/products/{id}", {kCashback, kStaff}, change_product, kAccountBody},
    {kDelete, "/api/products/{id}", {kCashback, kStaff}, delete_product, kAccountBody},
    {kGet, "/api/reconciliation", kCashback, reconcile},
    {kGet, "/api/reconciliation/imports", {kCashback, kStaff}, list_statements},
    {kPost, "/api/reconciliation/imports", {kCashback, kStaff}, import_statement, kStatementFile},
    {kGet, "/api/reconciliation/imports/{id}", {kCashback, kStaff}, get_statement},
    {kGet, "/api/reconciliation/imports/{id}/lines", {kCashback, kStaff}, list_statement_lines},

    {kPost, "/api-token-auth", kOpen, obtain_token},
    {kPost, "/api/token", kOpen, obtain_token_pair},
    {kPost, "/api/token/refresh", kOpen, refresh_token_pair},
    {kPost, "/api/token/blacklist", kOpen, revoke_token_pair},
    {kPost, "/api/token/verify", kOpen, verify_token},

    {kGet, "/setup", kOpen, setup_page},
    {kPost, "/setup", kOpen, setup},
    {kGet, "/admin", kOpen, admin_index},
    {kGet, "/admin/login", kOpen, admin_login_page},
    {kPost, "/admin/login", kOpen, admin_login},
    {kPost, "/admin/logout", kOpen, admin_logout},
    {kGet, "/admin/events/eventtype", kOpen, admin_event_types},
    {kGet, "/admin/events/eventtype/{id}/change", kOpen, admin_event_type},
    {kPost, "/admin/events/eventtype/{id}/change", kOpen, admin_change_event_type, kExampleForm},
    {kGet, "/admin/style.css", kOpen, stylesheet},

    {kGet, "/openapi.yaml", kOpen, openapi_yaml},
    {kGet, "/openapi.json", kOpen, openapi_json},
    {kGet, "/docs", kOpen, docs_page},
    {kGet, "/docs/errors", kOpen, errors_page},
    {kGet, "/assets/{file}", kOpen, asset},
    {kGet, "/browse/{file}", kOpen, asset},

    {kGet, "/", kOpen, index},
    {kGet, "/health_check", kOpen, health_check},
    {kGet, "/healthz", kOpen, healthz},
    {kGet, "/readyz", kOpen, readyz},
    {kGet, "/metrics", kOpen, metrics},
};

bool is_welcome(const Needs& needs, const config::Settings& settings) {
    const bool open = settings.demo || settings.calendar.access == config::CalendarAccess::kOpen;
    return needs.welcome == Welcome::kEverybody ||
           (needs.welcome == Welcome::kInOpenCalendar && open);
}

/// Native routes refuse what they do not understand, a broken escape in the query included.
bool has_broken_query(const http::Request& request) {
    return style_of(request.path) == ErrorStyle::kProblem &&
           request.query.find('%') != std::string_view::npos &&
           !http::percent_decode(request.query, http::Plus::kIsSpace);
}

Task<http::Response> refuse_query(const http::Request& request) {
    co_return error(request, Error{Code::kInvalidArgument,
                                   "The query has a percent sign without two hexadecimal digits."});
}

}  // namespace

std::span<const RouteEntry> route_table() {
    return kTable;
}

Result<http::Router> make_router(Services& services) {
    EYED_TRY(prepare_exports(services));
    const auto api = std::make_shared<Api>(services);
    http::Router router;
    for (const RouteEntry& entry : kTable) {
        http::Route route;
        route.method = entry.method;
        route.pattern = entry.pattern;
        const bool welcome = is_welcome(entry.needs, services.settings);
        route.scope = welcome ? kOpen : entry.needs.scope;
        route.credentials = welcome ? http::Credentials::kIfGiven : http::Credentials::kIgnored;
        route.role = entry.needs.role;
        route.max_body = entry.max_body;
        route.handler = [api, handler = entry.handler](http::Request& request) {
            return has_broken_query(request) ? refuse_query(request) : handler(*api, request);
        };
        EYED_TRY(router.add(std::move(route)));
    }
    EYED_TRY(add_options(router));
    return router;
}

http::Hooks make_hooks(Services& services) {
    http::Hooks hooks;
    hooks.guard = [identities = Identities{services.authenticator, services.sessions,
                                           services.settings.http.cors_origins}](
                      http::Request& request) -> std::optional<http::Response> {
        if (wants_browse_page(request)) return browse_page(200);
        return guard(identities, request);
    };
    hooks.render_failure = [](const http::Request& request, const http::Failure& failure) {
        const bool no_route = failure.status == 404 || failure.status == 405;
        if (no_route && wants_browse_page(request)) return browse_page(failure.status);
        return failure_page(request, failure);
    };
    hooks.varies_by_accept = varies_by_accept;
    hooks.finished = services.finished;
    return hooks;
}

}  // namespace eyed::api
