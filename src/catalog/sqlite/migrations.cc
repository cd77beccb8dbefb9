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
    };
    return all;
}

}  // namespace eyed::catalog::sqlite
