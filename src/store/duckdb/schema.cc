#include "store/duckdb/schema.h"

#include <fmt/format.h>

namespace eyed::store {

namespace {

// No primary key and no index: they are slow to fill and have returned wrong rows. Rows lie in the
// order of their ids (changes are made in place), so the zone maps find one.
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
};

}  // namespace

Status prepare_schema(Connection& connection) {
    EYED_ASSIGN(const auto tables,
                connection.number({"SELECT count(*)::UBIGINT FROM duckdb_tables() "
                                   "WHERE database_name = current_database()",
                                   {}}));
    if (tables.value_or(0) == 0) {
        EYED_ASSIGN(Transaction transaction, Transaction::begin(connection));
        for (const char* table : kTables)
            EYED_TRY(connection.run(table));
        EYED_TRY(connection.run(fmt::format("INSERT INTO meta VALUES ({}, 0)", kStoreFormat)));
        return transaction.commit();
    }
    const auto format = connection.number({"SELECT max(format) FROM meta", {}});
    if (!format || !format->has_value())
        return failure(Code::kCorrupt, "the store's file holds other tables than the store's");
    if (**format > kStoreFormat)
        return failure(Code::kUnsupported,
                       fmt::format("the store's file has format {}, newer than this program's {}",
                                   **format, kStoreFormat));
    if (**format < kStoreFormat)
        return failure(Code::kCorrupt,
                       fmt::format("the store's file has the old format {}", **format));
    return {};
}

Result<Position> read_applied(Connection& connection) {
    EYED_ASSIGN(const auto applied, connection.number({"SELECT applied FROM meta", {}}));
    if (!applied) return failure(Code::kCorrupt, "the store's file does not say how far it is");
    return Position{*applied};
}

}  // namespace eyed::store
