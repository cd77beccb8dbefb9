#include "store/duckdb/schema.h"

#include <fmt/format.h>

#include <span>

namespace eyed::store {

namespace {

// No primary key and no index: they are slow to fill and have returned wrong rows. Rows lie in the
// order of their ids (changes are made in place), so the zone maps find one. These are the tables
// of format 1: a new file takes the same steps to today's as an old one, so both are the same.
constexpr const char* kTables[] = {
    "CREATE TABLE events(id UBIGINT NOT NULL, application BIGINT NOT NULL, "
    "session_tag USMALLINT, session UUID, "
    "category VARCHAR NOT NULL, name VARCHAR NOT NULL, timestamp TIMESTAMP NOT NULL, "
    "received_at TIMESTAMP NOT NULL, data VARCHAR NOT NULL, event_id VARCHAR, "
    "dialect UTINYINT NOT NULL)",
    "CREATE TABLE rejections(id UBIGINT NOT NULL, application BIGINT NOT NULL, "
    "key_id BIGINT NOT NULL, dialect UTINYINT NOT NULL, reason UTINYINT NOT NULL, "
    "received_at TIMESTAMP NOT NULL, message VARCHAR NOT NULL, pointer VARCHAR NOT NULL, "
    "category VARCHAR NOT NULL, name VARCHAR NOT NULL, payload BLOB NOT NULL)",
    ("CREATE TABLE made_sessions(session UUID NOT NULL, application BIGINT NOT NULL, "
     "created_at TIMESTAMP NOT NULL)"),
    "CREATE TABLE meta(format UBIGINT NOT NULL, applied UBIGINT NOT NULL)",
    "INSERT INTO meta VALUES (1, 0)",
};

// DuckDB adds no column that is NOT NULL. `meta.untagged`: events up to this id have no event_tag
// though they may have an event_id.
constexpr const char* kToFormat2[] = {
    "ALTER TABLE events ADD COLUMN type_version UINTEGER DEFAULT 0",
    "ALTER TABLE events ADD COLUMN violation UTINYINT DEFAULT 0",
    "ALTER TABLE events ADD COLUMN event_tag USMALLINT",
    "ALTER TABLE events ADD COLUMN replays UBIGINT DEFAULT 0",
    "ALTER TABLE rejections ADD COLUMN type_version UINTEGER DEFAULT 0",
    "ALTER TABLE rejections ADD COLUMN event_id VARCHAR",
    "ALTER TABLE rejections ADD COLUMN event_tag USMALLINT",
    "ALTER TABLE rejections ADD COLUMN target UBIGINT DEFAULT 0",
    "ALTER TABLE rejections ADD COLUMN state UTINYINT DEFAULT 0",
    "ALTER TABLE rejections ADD COLUMN event UBIGINT DEFAULT 0",
    "ALTER TABLE rejections ADD COLUMN settled_at TIMESTAMP",
    "ALTER TABLE rejections ADD COLUMN settled_by BIGINT DEFAULT 0",
    "ALTER TABLE rejections ADD COLUMN dedup_high UBIGINT",
    "ALTER TABLE rejections ADD COLUMN dedup_low UBIGINT",
    "ALTER TABLE meta ADD COLUMN untagged UBIGINT DEFAULT 0",
    "UPDATE meta SET format = 2, untagged = (SELECT coalesce(max(id), 0) FROM events)",
};

Status run_all(Connection& connection, std::span<const char* const> statements) {
    for (const char* statement : statements)
        EYED_TRY(connection.run(statement));
    return {};
}

}  // namespace

Status prepare_schema(Connection& connection) {
    EYED_ASSIGN(const auto tables,
                connection.number({"SELECT count(*)::UBIGINT FROM duckdb_tables() "
                                   "WHERE database_name = current_database()",
                                   {}}));
    EYED_ASSIGN(Transaction transaction, Transaction::begin(connection));
    if (tables.value_or(0) == 0) EYED_TRY(run_all(connection, kTables));
    const auto format = connection.number({"SELECT max(format) FROM meta", {}});
    if (!format || !format->has_value() || **format == 0)
        return failure(Code::kCorrupt, "the store's file holds other tables than the store's");
    if (**format > kStoreFormat)
        return failure(Code::kUnsupported,
                       fmt::format("the store's file has format {}, newer than this program's {}",
                                   **format, kStoreFormat));
    if (**format == kStoreFormat) return {};
    EYED_TRY(run_all(connection, kToFormat2));
    return transaction.commit();
}

Result<Position> read_applied(Connection& connection) {
    EYED_ASSIGN(const auto applied, connection.number({"SELECT applied FROM meta", {}}));
    if (!applied) return failure(Code::kCorrupt, "the store's file does not say how far it is");
    return Position{*applied};
}

}  // namespace eyed::store
