#pragma once

#include "base/task.h"
#include "http/message.h"

namespace eyed::api {

struct Api;

// Every route's handler, by the file it is in. What each takes and answers: api/openapi.yaml.
// All run on the request's io thread; see http::Handler.

// intake.cc
Task<http::Response> send_event_the_eye(Api& api, http::Request& request);
Task<http::Response> send_events(Api& api, http::Request& request);
Task<http::Response> create_session(Api& api, http::Request& request);

// consumer.cc
Task<http::Response> send_event_or_messages(Api& api, http::Request& request);
Task<http::Response> consumer_ready(Api& api, http::Request& request);

// events.cc
Task<http::Response> list_events_seed(Api& api, http::Request& request);
Task<http::Response> get_event_seed(Api& api, http::Request& request);
Task<http::Response> replace_event_seed(Api& api, http::Request& request);
Task<http::Response> list_events(Api& api, http::Request& request);
Task<http::Response> get_event(Api& api, http::Request& request);
Task<http::Response> change_event(Api& api, http::Request& request);
Task<http::Response> erase_event(Api& api, http::Request& request);

// sessions.cc
Task<http::Response> list_sessions_seed(Api& api, http::Request& request);
Task<http::Response> list_sessions(Api& api, http::Request& request);
Task<http::Response> get_session(Api& api, http::Request& request);
Task<http::Response> list_session_events(Api& api, http::Request& request);

// rejections.cc
Task<http::Response> list_errors_seed(Api& api, http::Request& request);
Task<http::Response> list_rejections(Api& api, http::Request& request);
Task<http::Response> summarize_rejections(Api& api, http::Request& request);
Task<http::Response> get_rejection(Api& api, http::Request& request);

// settlements.cc
Task<http::Response> replay_rejections(Api& api, http::Request& request);
Task<http::Response> discard_rejections(Api& api, http::Request& request);

// receipts.cc
Task<http::Response> get_receipt(Api& api, http::Request& request);

// event_types.cc
Task<http::Response> list_event_types(Api& api, http::Request& request);
Task<http::Response> get_event_type(Api& api, http::Request& request);
Task<http::Response> change_event_type(Api& api, http::Request& request);
Task<http::Response> list_event_type_versions(Api& api, http::Request& request);

// type_trials.cc
Task<http::Response> infer_event_type(Api& api, http::Request& request);
Task<http::Response> backtest_event_type(Api& api, http::Request& request);

// validate.cc
Task<http::Response> validate_events(Api& api, http::Request& request);

// export.cc
Task<http::Response> export_events(Api& api, http::Request& request);

// tokens.cc
Task<http::Response> obtain_token(Api& api, http::Request& request);

// login_tokens.cc
Task<http::Response> obtain_token_pair(Api& api, http::Request& request);
Task<http::Response> refresh_token_pair(Api& api, http::Request& request);
Task<http::Response> revoke_token_pair(Api& api, http::Request& request);
Task<http::Response> verify_token(Api& api, http::Request& request);

// me.cc
Task<http::Response> get_me(Api& api, http::Request& request);
Task<http::Response> change_me(Api& api, http::Request& request);

// users.cc
Task<http::Response> list_users(Api& api, http::Request& request);
Task<http::Response> create_user(Api& api, http::Request& request);
Task<http::Response> get_user(Api& api, http::Request& request);
Task<http::Response> change_user(Api& api, http::Request& request);

// applications.cc
Task<http::Response> list_applications(Api& api, http::Request& request);
Task<http::Response> create_application(Api& api, http::Request& request);
Task<http::Response> get_application(Api& api, http::Request& request);
Task<http::Response> change_application(Api& api, http::Request& request);

// keys.cc
Task<http::Response> list_keys(Api& api, http::Request& request);
Task<http::Response> create_key(Api& api, http::Request& request);
Task<http::Response> get_key(Api& api, http::Request& request);
Task<http::Response> revoke_key(Api& api, http::Request& request);

// audit.cc
Task<http::Response> list_audit(Api& api, http::Request& request);

// destinations.cc
Task<http::Response> list_destinations(Api& api, http::Request& request);
Task<http::Response> create_destination(Api& api, http::Request& request);
Task<http::Response> get_destination(Api& api, http::Request& request);
Task<http::Response> change_destination(Api& api, http::Request& request);
Task<http::Response> delete_destination(Api& api, http::Request& request);
Task<http::Response> pause_destination(Api& api, http::Request& request);
Task<http::Response> resume_destination(Api& api, http::Request& request);
Task<http::Response> disable_destination(Api& api, http::Request& request);
Task<http::Response> rotate_destination_secret(Api& api, http::Request& request);
Task<http::Response> test_destination(Api& api, http::Request& request);

// deliveries.cc
Task<http::Response> list_deliveries(Api& api, http::Request& request);
Task<http::Response> get_delivery(Api& api, http::Request& request);
Task<http::Response> retry_delivery(Api& api, http::Request& request);
Task<http::Response> retry_deliveries(Api& api, http::Request& request);
Task<http::Response> cancel_delivery(Api& api, http::Request& request);
Task<http::Response> resolve_delivery(Api& api, http::Request& request);

// attempts.cc
Task<http::Response> list_attempts(Api& api, http::Request& request);
Task<http::Response> get_attempt(Api& api, http::Request& request);

// calendar_events.cc
Task<http::Response> calendar_index(Api& api, http::Request& request);
Task<http::Response> list_calendar_events(Api& api, http::Request& request);
Task<http::Response> search_calendar_events(Api& api, http::Request& request);
Task<http::Response> create_calendar_event(Api& api, http::Request& request);
Task<http::Response> get_calendar_event(Api& api, http::Request& request);
Task<http::Response> replace_calendar_event(Api& api, http::Request& request);
Task<http::Response> change_calendar_event(Api& api, http::Request& request);
Task<http::Response> delete_calendar_event(Api& api, http::Request& request);

// calendar_occurrences.cc
Task<http::Response> list_occurrences(Api& api, http::Request& request);
Task<http::Response> list_event_occurrences(Api& api, http::Request& request);
Task<http::Response> get_occurrence(Api& api, http::Request& request);
Task<http::Response> change_occurrence(Api& api, http::Request& request);
Task<http::Response> cancel_occurrence(Api& api, http::Request& request);

// calendar_labels.cc
Task<http::Response> list_locations(Api& api, http::Request& request);
Task<http::Response> create_location(Api& api, http::Request& request);
Task<http::Response> get_location(Api& api, http::Request& request);
Task<http::Response> replace_location(Api& api, http::Request& request);
Task<http::Response> change_location(Api& api, http::Request& request);
Task<http::Response> delete_location(Api& api, http::Request& request);
Task<http::Response> list_categories(Api& api, http::Request& request);
Task<http::Response> create_category(Api& api, http::Request& request);
Task<http::Response> get_category(Api& api, http::Request& request);
Task<http::Response> replace_category(Api& api, http::Request& request);
Task<http::Response> change_category(Api& api, http::Request& request);
Task<http::Response> delete_category(Api& api, http::Request& request);

// calendar_updates.cc
Task<http::Response> list_calendar_updates(Api& api, http::Request& request);
Task<http::Response> get_calendar_update(Api& api, http::Request& request);

// calendar_attendees.cc
Task<http::Response> list_attendees(Api& api, http::Request& request);
Task<http::Response> export_attendees(Api& api, http::Request& request);
Task<http::Response> add_attendee(Api& api, http::Request& request);
Task<http::Response> get_attendee(Api& api, http::Request& request);
Task<http::Response> change_attendee(Api& api, http::Request& request);
Task<http::Response> erase_attendee(Api& api, http::Request& request);

// calendar_feeds.cc
Task<http::Response> get_event_ics(Api& api, http::Request& request);
Task<http::Response> get_feed_ics(Api& api, http::Request& request);
Task<http::Response> import_calendar(Api& api, http::Request& request);
Task<http::Response> list_feeds(Api& api, http::Request& request);
Task<http::Response> create_feed(Api& api, http::Request& request);
Task<http::Response> get_feed(Api& api, http::Request& request);
Task<http::Response> revoke_feed(Api& api, http::Request& request);

// cashback_purchases.cc
Task<http::Response> send_purchase(Api& api, http::Request& request);
Task<http::Response> simulate_purchase(Api& api, http::Request& request);

// cashbacks.cc
Task<http::Response> list_cashbacks(Api& api, http::Request& request);
Task<http::Response> get_cashback(Api& api, http::Request& request);
Task<http::Response> explain_cashback(Api& api, http::Request& request);
Task<http::Response> list_ledger(Api& api, http::Request& request);
Task<http::Response> list_reversals(Api& api, http::Request& request);

// cashback_acts.cc
Task<http::Response> retry_cashback(Api& api, http::Request& request);
Task<http::Response> retry_cashbacks(Api& api, http::Request& request);
Task<http::Response> cancel_cashback(Api& api, http::Request& request);
Task<http::Response> reverse_cashback(Api& api, http::Request& request);
Task<http::Response> resolve_cashback(Api& api, http::Request& request);
Task<http::Response> settle_reversal(Api& api, http::Request& request);

// cashback_export.cc
Task<http::Response> export_cashbacks(Api& api, http::Request& request);

// cashback_customers.cc
Task<http::Response> list_customers(Api& api, http::Request& request);
Task<http::Response> create_customer(Api& api, http::Request& request);
Task<http::Response> get_customer(Api& api, http::Request& request);
Task<http::Response> replace_customer(Api& api, http::Request& request);
Task<http::Response> change_customer(Api& api, http::Request& request);
Task<http::Response> erase_customer(Api& api, http::Request& request);

// cashback_products.cc
Task<http::Response> list_products(Api& api, http::Request& request);
Task<http::Response> create_product(Api& api, http::Request& request);
Task<http::Response> get_product(Api& api, http::Request& request);
Task<http::Response> replace_product(Api& api, http::Request& request);
Task<http::Response> change_product(Api& api, http::Request& request);
Task<http::Response> delete_product(Api& api, http::Request& request);

// cashback_rules.cc
Task<http::Response> list_rules(Api& api, http::Request& request);
Task<http::Response> create_rule(Api& api, http::Request& request);
Task<http::Response> get_rule(Api& api, http::Request& request);
Task<http::Response> withdraw_rule(Api& api, http::Request& request);

// cashback_reconciliation.cc
Task<http::Response> reconcile(Api& api, http::Request& request);
Task<http::Response> import_statement(Api& api, http::Request& request);
Task<http::Response> list_statements(Api& api, http::Request& request);
Task<http::Response> get_statement(Api& api, http::Request& request);
Task<http::Response> list_statement_lines(Api& api, http::Request& request);

// setup.cc
Task<http::Response> setup_page(Api& api, http::Request& request);
Task<http::Response> setup(Api& api, http::Request& request);

// admin_login.cc
Task<http::Response> admin_login_page(Api& api, http::Request& request);
Task<http::Response> admin_login(Api& api, http::Request& request);
Task<http::Response> admin_logout(Api& api, http::Request& request);

// browser_session.cc
Task<http::Response> get_browser_session(Api& api, http::Request& request);
Task<http::Response> start_browser_session(Api& api, http::Request& request);
Task<http::Response> end_browser_session(Api& api, http::Request& request);

// browse.cc
Task<http::Response> list_api(Api& api, http::Request& request);

// admin_types.cc
Task<http::Response> admin_index(Api& api, http::Request& request);
Task<http::Response> admin_event_types(Api& api, http::Request& request);
Task<http::Response> admin_event_type(Api& api, http::Request& request);
Task<http::Response> admin_change_event_type(Api& api, http::Request& request);

// documents.cc
Task<http::Response> openapi_yaml(Api& api, http::Request& request);
Task<http::Response> openapi_json(Api& api, http::Request& request);
Task<http::Response> docs_page(Api& api, http::Request& request);
Task<http::Response> errors_page(Api& api, http::Request& request);
Task<http::Response> asset(Api& api, http::Request& request);

// operations.cc
Task<http::Response> index(Api& api, http::Request& request);
Task<http::Response> health_check(Api& api, http::Request& request);
Task<http::Response> healthz(Api& api, http::Request& request);
Task<http::Response> readyz(Api& api, http::Request& request);
Task<http::Response> metrics(Api& api, http::Request& request);
Task<http::Response> stylesheet(Api& api, http::Request& request);

}  // namespace eyed::api
