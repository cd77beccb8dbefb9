#include "catalog/sqlite/migrations.h"

namespace eyed::catalog::sqlite {

const std::vector<Migration>& migrations() {
    // AUTOINCREMENT: an id that stands in the log is never given to something else.
    static const std::vector<Migration> all{
        {"accounts and event types",
         {
             R"(CREATE TABLE applications (
                 id INTEGER PRIMARY KEY AUTOINCREMENT,
                 name TEXT NOT NULL UNIQUE,
                 owner_id BIGINT REFERENCES users (id),
                 created_at BIGINT NOT NULL))",
             R"(CREATE TABLE users (
                 id INTEGER PRIMARY KEY AUTOINCREMENT,
                 name TEXT NOT NULL UNIQUE,
                 application_id BIGINT NOT NULL REFERENCES applications (id),
                 password_hash TEXT NOT NULL,
                 token_nonce TEXT NOT NULL,
                 session_nonce TEXT NOT NULL,
                 superuser BIGINT NOT NULL CHECK (superuser IN (0, 1)),
                 active BIGINT NOT NULL CHECK (active IN (0, 1)),
                 created_at BIGINT NOT NULL))",
             R"(CREATE TABLE api_keys (
                 id INTEGER PRIMARY KEY AUTOINCREMENT,
                 digest TEXT NOT NULL UNIQUE,
                 name TEXT NOT NULL,
                 user_id BIGINT NOT NULL REFERENCES users (id),
                 application_id BIGINT NOT NULL REFERENCES applications (id),
                 scopes BIGINT NOT NULL,
                 is_default BIGINT NOT NULL CHECK (is_default IN (0, 1)),
                 created_at BIGINT NOT NULL,
                 last_used_at BIGINT,
                 expires_at BIGINT,
                 revoked_at BIGINT))",
             R"(CREATE UNIQUE INDEX api_keys_default ON api_keys (user_id)
                 WHERE is_default = 1 AND revoked_at IS NULL)",
             R"(CREATE TABLE event_types (
                 id INTEGER PRIMARY KEY AUTOINCREMENT,
                 application_id BIGINT NOT NULL,
                 category TEXT NOT NULL,
                 name TEXT NOT NULL,
                 example TEXT,
                 mode TEXT NOT NULL CHECK (mode IN ('off', 'example')),
                 version BIGINT NOT NULL,
                 first_seen BIGINT NOT NULL,
                 updated_at BIGINT NOT NULL,
                 updated_by BIGINT REFERENCES users (id),
                 UNIQUE (category, name)))",
             "CREATE UNIQUE INDEX event_types_version ON event_types (version)",
             "CREATE INDEX event_types_application ON event_types (application_id)",
             R"(CREATE TABLE ended_sessions (
                 nonce TEXT PRIMARY KEY,
                 expires_at BIGINT NOT NULL))",
         }},
        {"roles, keys of applications, versions of types, audit",
         {
             ("ALTER TABLE users ADD COLUMN role TEXT NOT NULL DEFAULT 'member' "
              "CHECK (role IN ('member', 'staff', 'superuser'))"),
             "UPDATE users SET role = 'superuser' WHERE superuser = 1",
             "ALTER TABLE users DROP COLUMN superuser",
             ("ALTER TABLE applications ADD COLUMN reads_all BIGINT NOT NULL DEFAULT 0 "
              "CHECK (reads_all IN (0, 1))"),
             // A key that was made for its user's own application is that person's.
             ("ALTER TABLE api_keys ADD COLUMN personal BIGINT NOT NULL DEFAULT 0 "
              "CHECK (personal IN (0, 1))"),
             ("UPDATE api_keys SET personal = 1 WHERE application_id = "
              "(SELECT application_id FROM users WHERE users.id = api_keys.user_id)"),
             "ALTER TABLE api_keys ADD COLUMN hint TEXT NOT NULL DEFAULT ''",
             R"(CREATE TABLE refresh_tokens (
                 digest TEXT PRIMARY KEY,
                 family TEXT NOT NULL,
                 user_id BIGINT NOT NULL REFERENCES users (id),
                 issued_at BIGINT NOT NULL,
                 expires_at BIGINT NOT NULL,
                 used_at BIGINT,
                 revoked_at BIGINT))",
             "CREATE INDEX refresh_tokens_family ON refresh_tokens (family)",
             "CREATE INDEX refresh_tokens_user ON refresh_tokens (user_id)",
             "CREATE INDEX refresh_tokens_expires_at ON refresh_tokens (expires_at)",
             R"(CREATE TABLE audit (
                 id INTEGER PRIMARY KEY AUTOINCREMENT,
                 at BIGINT NOT NULL,
                 user_id BIGINT,
                 key_id BIGINT,
                 via TEXT NOT NULL,
                 action TEXT NOT NULL,
                 kind TEXT NOT NULL,
                 subject_id BIGINT,
                 subject TEXT NOT NULL,
                 details TEXT NOT NULL))",
             "CREATE INDEX audit_subject ON audit (kind, subject_id)",
             ("CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit "
              "BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END"),
             ("CREATE TRIGGER audit_is_never_removed BEFORE DELETE ON audit "
              "BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END"),
             R"(CREATE TABLE known_settings (
                 name TEXT PRIMARY KEY,
                 value TEXT NOT NULL))",
             "ALTER TABLE event_types RENAME TO old_event_types",
             "DROP INDEX event_types_version",
             "DROP INDEX event_types_application",
             R"(CREATE TABLE event_types (
                 id INTEGER PRIMARY KEY AUTOINCREMENT,
                 application_id BIGINT NOT NULL,
                 category TEXT NOT NULL,
                 name TEXT NOT NULL,
                 description TEXT NOT NULL,
                 mode TEXT NOT NULL CHECK (mode IN ('off', 'observe', 'enforce')),
                 example TEXT,
                 schema TEXT,
                 version BIGINT NOT NULL,
                 revision BIGINT NOT NULL,
                 first_seen BIGINT NOT NULL,
                 updated_at BIGINT NOT NULL,
                 updated_by BIGINT REFERENCES users (id),
                 UNIQUE (category, name)))",
             R"(INSERT INTO event_types (id, application_id, category, name, description, mode,
                 example, version, revision, first_seen, updated_at, updated_by)
                 SELECT id, application_id, category, name, '',
                 CASE mode WHEN 'example' THEN 'enforce' ELSE 'off' END,
                 example, 1, version, first_seen, updated_at, updated_by
                 FROM old_event_types ORDER BY id)",
             "DROP TABLE old_event_types",
             "CREATE UNIQUE INDEX event_types_revision ON event_types (revision)",
             "CREATE INDEX event_types_application ON event_types (application_id)",
             R"(CREATE TABLE event_type_versions (
                 type_id BIGINT NOT NULL REFERENCES event_types (id),
                 version BIGINT NOT NULL,
                 description TEXT NOT NULL,
                 mode TEXT NOT NULL,
                 example TEXT,
                 schema TEXT,
                 changed_at BIGINT NOT NULL,
                 changed_by BIGINT,
                 PRIMARY KEY (type_id, version)))",
             R"(INSERT INTO event_type_versions (type_id, version, description, mode, example,
                 schema, changed_at, changed_by)
                 SELECT id, version, description, mode, example, schema, updated_at, updated_by
                 FROM event_types)",
             R"(CREATE TABLE event_type_senders (
                 type_id BIGINT NOT NULL REFERENCES event_types (id),
                 application_id BIGINT NOT NULL,
                 first_seen BIGINT NOT NULL,
                 PRIMARY KEY (type_id, application_id)))",
             R"(INSERT INTO event_type_senders (type_id, application_id, first_seen)
                 SELECT id, application_id, first_seen FROM event_types)",
             "CREATE INDEX event_type_senders_application ON event_type_senders (application_id)",
         }},
        {"calendar",
         {
             R"(CREATE TABLE locations (
                 id INTEGER PRIMARY KEY AUTOINCREMENT,
                 revision BIGINT NOT NULL,
                 name TEXT NOT NULL,
                 description TEXT NOT NULL))",
             "CREATE INDEX locations_name ON locations (lower(name))",
             R"(CREATE TABLE categories (
                 id INTEGER PRIMARY KEY AUTOINCREMENT,
                 revision BIGINT NOT NULL,
                 name TEXT NOT NULL,
                 description TEXT NOT NULL))",
             "CREATE INDEX categories_name ON categories (lower(name))",
             // The longest texts last: SQLite reads a row from its front.
             R"(CREATE TABLE calendar_events (
                 id INTEGER PRIMARY KEY AUTOINCREMENT,
                 uid TEXT NOT NULL UNIQUE,
                 sequence BIGINT NOT NULL,
                 revision BIGINT NOT NULL,
                 start_at BIGINT NOT NULL,
                 end_at BIGINT NOT NULL,
                 all_day BIGINT NOT NULL CHECK (all_day IN (0, 1)),
                 status TEXT NOT NULL CHECK (status IN ('confirmed', 'tentative', 'cancelled')),
                 capacity BIGINT,
                 location_id BIGINT REFERENCES locations (id),
                 category_id BIGINT REFERENCES categories (id),
                 first_start BIGINT,
                 last_end BIGINT,
                 several BIGINT NOT NULL CHECK (several IN (0, 1)),
                 times_until BIGINT,
                 created_at BIGINT NOT NULL,
                 updated_at BIGINT NOT NULL,
                 zone TEXT NOT NULL,
                 organiser TEXT NOT NULL,
                 rule TEXT NOT NULL,
                 title TEXT NOT NULL,
                 added TEXT NOT NULL,
                 skipped TEXT NOT NULL,
                 description TEXT NOT NULL))",
             // What a list is filtered by is all in the index that it is counted and ordered by.
             ("CREATE INDEX calendar_events_start ON calendar_events "
              "(start_at, id, first_start, last_end, several, location_id, category_id, status)"),
             ("CREATE INDEX calendar_events_location ON calendar_events "
              "(location_id, start_at, id, first_start, last_end, several, category_id, status)"),
             ("CREATE INDEX calendar_events_category ON calendar_events "
              "(category_id, start_at, id, first_start, last_end, several, location_id, status)"),
             ("CREATE INDEX calendar_events_end ON calendar_events "
              "(last_end, first_start, several, location_id, category_id, status)"),
             "CREATE INDEX calendar_events_title ON calendar_events (lower(title))",
             "CREATE INDEX calendar_events_updated ON calendar_events (updated_at)",
             ("CREATE INDEX calendar_events_until ON calendar_events (id, times_until) "
              "WHERE times_until IS NOT NULL"),
             R"(CREATE TABLE calendar_changes (
                 event_id BIGINT NOT NULL REFERENCES calendar_events (id),
                 original_start BIGINT NOT NULL,
                 start_at BIGINT,
                 end_at BIGINT,
                 status TEXT,
                 own_location BIGINT NOT NULL CHECK (own_location IN (0, 1)),
                 location_id BIGINT REFERENCES locations (id),
                 title TEXT,
                 description TEXT,
                 PRIMARY KEY (event_id, original_start)))",
             ("CREATE INDEX calendar_changes_location ON calendar_changes (location_id) "
              "WHERE location_id IS NOT NULL"),
             R"(CREATE TABLE calendar_occurrences (
                 event_id BIGINT NOT NULL REFERENCES calendar_events (id),
                 original_start BIGINT NOT NULL,
                 start_at BIGINT NOT NULL,
                 end_at BIGINT NOT NULL,
                 status TEXT NOT NULL,
                 location_id BIGINT,
                 category_id BIGINT,
                 PRIMARY KEY (event_id, original_start)) WITHOUT ROWID)",
             ("CREATE INDEX calendar_occurrences_start ON calendar_occurrences "
              "(start_at, event_id, original_start, end_at, status, location_id, category_id)"),
             ("CREATE INDEX calendar_occurrences_location ON calendar_occurrences "
              "(location_id, start_at, event_id, original_start, end_at, status, category_id) "
              "WHERE location_id IS NOT NULL"),
             ("CREATE INDEX calendar_occurrences_event ON calendar_occurrences "
              "(event_id, start_at, end_at)"),
             ("CREATE INDEX calendar_occurrences_length ON calendar_occurrences "
              "(end_at - start_at)"),
             R"(CREATE VIRTUAL TABLE calendar_text USING fts5 (
                 title, description, content='calendar_events', content_rowid='id',
                 tokenize='unicode61 remove_diacritics 2', prefix='1 2 3'))",
             R"(CREATE TRIGGER calendar_text_added AFTER INSERT ON calendar_events BEGIN
                 INSERT INTO calendar_text (rowid, title, description)
                 VALUES (new.id, new.title, new.description); END)",
             R"(CREATE TRIGGER calendar_text_removed AFTER DELETE ON calendar_events BEGIN
                 INSERT INTO calendar_text (calendar_text, rowid, title, description)
                 VALUES ('delete', old.id, old.title, old.description); END)",
             R"(CREATE TRIGGER calendar_text_changed
                 AFTER UPDATE OF title, description ON calendar_events
                 WHEN old.title <> new.title OR old.description <> new.description BEGIN
                 INSERT INTO calendar_text (calendar_text, rowid, title, description)
                 VALUES ('delete', old.id, old.title, old.description);
                 INSERT INTO calendar_text (rowid, title, description)
                 VALUES (new.id, new.title, new.description); END)",
             R"(CREATE TABLE calendar_updates (
                 id INTEGER PRIMARY KEY AUTOINCREMENT,
                 event_id BIGINT NOT NULL,
                 created_at BIGINT NOT NULL,
                 user_id BIGINT,
                 user_name TEXT NOT NULL,
                 action TEXT NOT NULL,
                 occurrence BIGINT,
                 event_title TEXT NOT NULL,
                 changed TEXT NOT NULL,
                 previous_values TEXT NOT NULL))",
             "CREATE INDEX calendar_updates_event ON calendar_updates (event_id)",
             "CREATE INDEX calendar_updates_user ON calendar_updates (user_id)",
             "CREATE INDEX calendar_updates_at ON calendar_updates (created_at)",
             ("CREATE TRIGGER calendar_updates_are_never_changed BEFORE UPDATE ON calendar_updates "
              "BEGIN SELECT RAISE(ABORT, 'the history of events is never changed'); END"),
             ("CREATE TRIGGER calendar_updates_are_never_removed BEFORE DELETE ON calendar_updates "
              "BEGIN SELECT RAISE(ABORT, 'the history of events is never changed'); END"),
             R"(CREATE TABLE calendar_attendees (
                 id INTEGER PRIMARY KEY AUTOINCREMENT,
                 event_id BIGINT NOT NULL REFERENCES calendar_events (id),
                 state TEXT NOT NULL CHECK (state IN ('registered', 'waiting', 'cancelled')),
                 place BIGINT NOT NULL,
                 registered_at BIGINT NOT NULL,
                 changed_at BIGINT NOT NULL,
                 name TEXT NOT NULL,
                 email TEXT NOT NULL))",
             ("CREATE UNIQUE INDEX calendar_attendees_email ON calendar_attendees "
              "(event_id, lower(email))"),
             "CREATE INDEX calendar_attendees_place ON calendar_attendees (event_id, place)",
             ("CREATE INDEX calendar_attendees_state ON calendar_attendees "
              "(event_id, state, place)"),
             R"(CREATE TABLE calendar_feeds (
                 id INTEGER PRIMARY KEY AUTOINCREMENT,
                 digest TEXT NOT NULL UNIQUE,
                 name TEXT NOT NULL,
                 hint TEXT NOT NULL,
                 location_id BIGINT REFERENCES locations (id),
                 category_id BIGINT REFERENCES categories (id),
                 user_id BIGINT REFERENCES users (id),
                 created_at BIGINT NOT NULL,
                 last_used_at BIGINT))",
             "CREATE INDEX calendar_feeds_user ON calendar_feeds (user_id)",
             "CREATE INDEX calendar_feeds_location ON calendar_feeds (location_id)",
             "CREATE INDEX calendar_feeds_category ON calendar_feeds (category_id)",
             R"(CREATE TABLE outbox (
                 number INTEGER PRIMARY KEY AUTOINCREMENT,
                 id TEXT NOT NULL,
                 category TEXT NOT NULL,
                 name TEXT NOT NULL,
                 at BIGINT NOT NULL,
                 data TEXT NOT NULL))",
         }},
        {"cashback and deliveries",
         {
             // A user's default token stands for the user, with every scope that there is.
             "UPDATE api_keys SET scopes = 15 WHERE is_default = 1 AND scopes = 7",
             "ALTER TABLE outbox ADD COLUMN application TEXT NOT NULL DEFAULT 'eyed-calendar'",
             R"(CREATE TABLE destinations (
                 id INTEGER PRIMARY KEY AUTOINCREMENT,
                 kind TEXT NOT NULL CHECK (kind IN ('webhook', 'cashback', 'takeback')),
                 name TEXT NOT NULL UNIQUE,
                 state TEXT NOT NULL CHECK (state IN ('active', 'paused', 'disabled')),
                 reason TEXT NOT NULL,
                 cursor BIGINT NOT NULL,
                 missed BIGINT NOT NULL DEFAULT 0,
                 failures BIGINT NOT NULL DEFAULT 0,
                 open_until BIGINT,
                 url TEXT NOT NULL,
                 method TEXT NOT NULL,
                 sealed_headers TEXT NOT NULL,
                 content_type TEXT NOT NULL,
                 body_template TEXT NOT NULL,
                 success TEXT NOT NULL,
                 unknown TEXT NOT NULL,
                 is_signed BIGINT NOT NULL CHECK (is_signed IN (0, 1)),
                 sealed_secrets TEXT NOT NULL,
                 timeout_ms BIGINT NOT NULL,
                 rate_per_second BIGINT NOT NULL,
                 concurrency BIGINT NOT NULL,
                 ordering TEXT NOT NULL CHECK (ordering IN ('free', 'by_key')),
                 schedule TEXT NOT NULL,
                 on_unknown TEXT NOT NULL CHECK (on_unknown IN ('repeat', 'look_up', 'hold')),
                 lookup_url TEXT NOT NULL,
                 lookup_delay_s BIGINT NOT NULL,
                 breaker_failures BIGINT NOT NULL,
                 filter TEXT NOT NULL,
                 created_at BIGINT NOT NULL,
                 updated_at BIGINT NOT NULL,
                 revision BIGINT NOT NULL))",
             ("CREATE UNIQUE INDEX destinations_kind ON destinations (kind) "
              "WHERE kind <> 'webhook'"),
             // The longest texts last: SQLite reads a row from its front.
             R"(CREATE TABLE deliveries (
                 id INTEGER PRIMARY KEY AUTOINCREMENT,
                 destination_id BIGINT NOT NULL REFERENCES destinations (id),
                 state TEXT NOT NULL CHECK (state IN
                     ('pending', 'sending', 'delivered', 'unknown', 'dead', 'cancelled')),
                 next_at BIGINT,
                 event_id BIGINT,
                 cashback_id BIGINT,
                 reversal_id BIGINT,
                 is_test BIGINT NOT NULL DEFAULT 0 CHECK (is_test IN (0, 1)),
                 erased BIGINT NOT NULL DEFAULT 0 CHECK (erased IN (0, 1)),
                 created_at BIGINT NOT NULL,
                 finished_at BIGINT,
                 attempts BIGINT NOT NULL DEFAULT 0,
                 sends BIGINT NOT NULL DEFAULT 0,
                 lookups BIGINT NOT NULL DEFAULT 0,
                 asking BIGINT NOT NULL DEFAULT 0 CHECK (asking IN (0, 1)),
                 last_status BIGINT NOT NULL DEFAULT 0,
                 message TEXT NOT NULL,
                 order_key TEXT NOT NULL,
                 last_error TEXT NOT NULL DEFAULT '',
                 body TEXT NOT NULL))",
             ("CREATE INDEX deliveries_due ON deliveries (destination_id, next_at, id) "
              "WHERE next_at IS NOT NULL AND asking = 0"),
             ("CREATE INDEX deliveries_tests ON deliveries (destination_id, next_at, id) "
              "WHERE is_test = 1 AND next_at IS NOT NULL AND asking = 0"),
             ("CREATE INDEX deliveries_open ON deliveries (destination_id, order_key, id) "
              "WHERE state IN ('pending', 'sending', 'unknown')"),
             "CREATE INDEX deliveries_state ON deliveries (state, id)",
             "CREATE INDEX deliveries_destination ON deliveries (destination_id, state, id)",
             "CREATE INDEX deliveries_event ON deliveries (event_id) WHERE event_id IS NOT NULL",
             ("CREATE INDEX deliveries_cashback ON deliveries (cashback_id) "
              "WHERE cashback_id IS NOT NULL"),
             "CREATE INDEX deliveries_message ON deliveries (message)",
             ("CREATE INDEX deliveries_finished ON deliveries (finished_at) "
              "WHERE finished_at IS NOT NULL AND cashback_id IS NULL"),
             R"(CREATE TABLE attempts (
                 id INTEGER PRIMARY KEY AUTOINCREMENT,
                 delivery_id BIGINT NOT NULL REFERENCES deliveries (id),
                 destination_id BIGINT NOT NULL,
                 number BIGINT NOT NULL,
                 kind TEXT NOT NULL CHECK (kind IN ('send', 'look_up')),
                 outcome TEXT NOT NULL CHECK (outcome IN ('delivered', 'failed', 'unknown')),
                 started_at BIGINT NOT NULL,
                 latency_us BIGINT NOT NULL,
                 status BIGINT NOT NULL,
                 next_at BIGINT,
                 error TEXT NOT NULL,
                 request TEXT NOT NULL,
                 response TEXT NOT NULL))",
             "CREATE INDEX attempts_delivery ON attempts (delivery_id)",
             "CREATE INDEX attempts_destination ON attempts (destination_id, id)",

             R"(CREATE TABLE customers (
                 id INTEGER PRIMARY KEY AUTOINCREMENT,
                 application_id BIGINT NOT NULL,
                 document TEXT UNIQUE,
                 name TEXT NOT NULL,
                 pseudonym TEXT NOT NULL,
                 created_at BIGINT NOT NULL,
                 updated_at BIGINT NOT NULL,
                 erased_at BIGINT,
                 revision BIGINT NOT NULL))",
             "CREATE INDEX customers_name ON customers (lower(name))",
             R"(CREATE TABLE products (
                 id INTEGER PRIMARY KEY AUTOINCREMENT,
                 type TEXT NOT NULL UNIQUE,
                 name TEXT NOT NULL,
                 description TEXT NOT NULL,
                 active BIGINT NOT NULL CHECK (active IN (0, 1)),
                 used BIGINT NOT NULL DEFAULT 0 CHECK (used IN (0, 1)),
                 created_at BIGINT NOT NULL,
                 updated_at BIGINT NOT NULL,
                 revision BIGINT NOT NULL))",
             R"(CREATE TABLE cashback_rules (
                 id INTEGER PRIMARY KEY AUTOINCREMENT,
                 product_id BIGINT NOT NULL REFERENCES products (id),
                 version BIGINT NOT NULL,
                 rate BIGINT NOT NULL CHECK (rate BETWEEN 0 AND 10000),
                 valid_from BIGINT,
                 valid_until BIGINT,
                 minimum BIGINT NOT NULL,
                 cap_per_purchase BIGINT,
                 cap_per_month BIGINT,
                 created_at BIGINT NOT NULL,
                 created_by BIGINT,
                 withdrawn_at BIGINT,
                 note TEXT NOT NULL,
                 UNIQUE (product_id, version)))",
             ("INSERT INTO products (type, name, description, active, created_at, updated_at, "
              "revision) SELECT column1, 'Products of type ' || column1, '', 1, "
              "CAST(strftime('%s', 'now') AS INTEGER) * 1000000, "
              "CAST(strftime('%s', 'now') AS INTEGER) * 1000000, 1 "
              "FROM (VALUES ('A'), ('B'), ('C'))"),
             ("INSERT INTO cashback_rules (product_id, version, rate, minimum, created_at, note) "
              "SELECT id, 1, CASE type WHEN 'A' THEN 500 WHEN 'B' THEN 1000 ELSE 1500 END, 0, "
              "created_at, 'of a fresh installation' FROM products ORDER BY id"),
             R"(CREATE TABLE cashbacks (
                 id INTEGER PRIMARY KEY AUTOINCREMENT,
                 customer_id BIGINT NOT NULL REFERENCES customers (id),
                 application_id BIGINT NOT NULL,
                 key_id BIGINT,
                 sold_at BIGINT NOT NULL,
                 received_at BIGINT NOT NULL,
                 total BIGINT NOT NULL CHECK (total >= 0),
                 earned BIGINT NOT NULL CHECK (earned >= 0),
                 reversed BIGINT NOT NULL DEFAULT 0 CHECK (reversed BETWEEN 0 AND earned),
                 state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'unknown', 'confirmed',
                     'failed', 'cancelled', 'reversed', 'nothing_due')),
                 rounding TEXT NOT NULL,
                 delivery_id BIGINT,
                 confirmed_at BIGINT,
                 answer_status BIGINT,
                 answered_at BIGINT,
                 digest TEXT NOT NULL,
                 target TEXT NOT NULL DEFAULT '',
                 answer_error TEXT NOT NULL DEFAULT '',
                 answer_body TEXT NOT NULL DEFAULT '',
                 lines TEXT NOT NULL))",
             "CREATE INDEX cashbacks_state ON cashbacks (state, id, earned, reversed)",
             "CREATE INDEX cashbacks_customer ON cashbacks (customer_id, sold_at, application_id)",
             "CREATE INDEX cashbacks_application ON cashbacks (application_id)",
             "CREATE INDEX cashbacks_digest ON cashbacks (digest)",
             ("CREATE INDEX cashbacks_confirmed ON cashbacks (confirmed_at) "
              "WHERE confirmed_at IS NOT NULL"),
             // What reconciliation adds up is all in the index.
             ("CREATE INDEX cashbacks_received ON cashbacks "
              "(received_at, state, target, earned, reversed, total, application_id)"),
             ("CREATE INDEX cashbacks_sold ON cashbacks "
              "(sold_at, state, target, earned, reversed, total, application_id)"),
             // What a key of the sender's (Idempotency-Key) stands for.
             R"(CREATE TABLE cashback_keys (
                 application_id BIGINT NOT NULL,
                 purpose TEXT NOT NULL CHECK (purpose IN ('purchase', 'reversal')),
                 key TEXT NOT NULL,
                 digest TEXT NOT NULL,
                 id BIGINT NOT NULL,
                 PRIMARY KEY (application_id, purpose, key)) WITHOUT ROWID)",
             R"(CREATE TABLE cashback_months (
                 customer_id BIGINT NOT NULL,
                 product_id BIGINT NOT NULL,
                 month BIGINT NOT NULL,
                 earned BIGINT NOT NULL,
                 PRIMARY KEY (customer_id, product_id, month)) WITHOUT ROWID)",
             R"(CREATE TABLE cashback_ledger (
                 id INTEGER PRIMARY KEY AUTOINCREMENT,
                 cashback_id BIGINT NOT NULL REFERENCES cashbacks (id),
                 kind TEXT NOT NULL CHECK (kind IN ('earned', 'sent', 'failed', 'unknown',
                     'confirmed', 'given_up', 'requeued', 'reversed', 'settlement_due',
                     'taken_back', 'settled')),
                 amount BIGINT NOT NULL CHECK (amount >= 0),
                 at BIGINT NOT NULL,
                 delivery_id BIGINT,
                 reversal_id BIGINT,
                 user_id BIGINT,
                 key_id BIGINT,
                 note TEXT NOT NULL))",
             "CREATE INDEX cashback_ledger_cashback ON cashback_ledger (cashback_id)",
             ("CREATE TRIGGER cashback_ledger_is_never_changed BEFORE UPDATE ON cashback_ledger "
              "BEGIN SELECT RAISE(ABORT, 'the ledger is never changed'); END"),
             ("CREATE TRIGGER cashback_ledger_is_never_removed BEFORE DELETE ON cashback_ledger "
              "BEGIN SELECT RAISE(ABORT, 'the ledger is never changed'); END"),
             R"(CREATE TABLE cashback_reversals (
                 id INTEGER PRIMARY KEY AUTOINCREMENT,
                 cashback_id BIGINT NOT NULL REFERENCES cashbacks (id),
                 amount BIGINT NOT NULL CHECK (amount >= 0),
                 state TEXT NOT NULL CHECK (state IN ('not_paid', 'pending', 'sent', 'unknown',
                     'taken_back', 'settlement_due', 'settled')),
                 delivery_id BIGINT,
                 created_at BIGINT NOT NULL,
                 user_id BIGINT,
                 key_id BIGINT,
                 reason TEXT NOT NULL,
                 lines TEXT NOT NULL))",
             "CREATE INDEX cashback_reversals_cashback ON cashback_reversals (cashback_id)",
             "CREATE INDEX cashback_reversals_state ON cashback_reversals (state, id)",
             R"(CREATE TABLE reconciliations (
                 id INTEGER PRIMARY KEY AUTOINCREMENT,
                 name TEXT NOT NULL,
                 from_at BIGINT NOT NULL,
                 to_at BIGINT NOT NULL,
                 created_at BIGINT NOT NULL,
                 user_id BIGINT,
                 mapping TEXT NOT NULL,
                 counts TEXT NOT NULL))",
             R"(CREATE TABLE reconciliation_lines (
                 reconciliation_id BIGINT NOT NULL REFERENCES reconciliations (id),
                 number BIGINT NOT NULL,
                 verdict TEXT NOT NULL CHECK (verdict IN
                     ('matched', 'missing_here', 'missing_there', 'differs', 'unreadable')),
                 cashback_id BIGINT,
                 line BIGINT,
                 theirs BIGINT,
                 ours BIGINT,
                 at BIGINT,
                 document TEXT,
                 reference TEXT NOT NULL,
                 note TEXT NOT NULL,
                 PRIMARY KEY (reconciliation_id, number)) WITHOUT ROWID)",
             ("CREATE INDEX reconciliation_lines_verdict ON reconciliation_lines "
              "(reconciliation_id, verdict, number)"),
             ("CREATE INDEX reconciliation_lines_document ON reconciliation_lines (document) "
              "WHERE document IS NOT NULL"),
             ("CREATE INDEX reconciliation_lines_cashback ON reconciliation_lines (cashback_id) "
              "WHERE cashback_id IS NOT NULL"),
         }},
    };
    return all;
}

}  // namespace eyed::catalog::sqlite
