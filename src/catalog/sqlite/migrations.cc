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
    };
    return all;
}

}  // namespace eyed::catalog::sqlite
