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
    };
    return all;
}

}  // namespace eyed::catalog::sqlite
