#include "catalog/sqlite/sqlite.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "catalog/sqlite/migrations.h"

namespace eyed::catalog::sqlite {
namespace {

/// Makes the file before SQLite would: with the rights that password hashes ask for. Its WAL files
/// take them over.
Status create_private(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0)
        return failure(errno == ENOSPC ? Code::kDiskFull : Code::kIo,
                       fmt::format("catalog {}: {}", path, std::strerror(errno)));
    ::close(file);
    return {};
}

long long number_of(soci::session& sql, const std::string& query) {
    long long value = 0;
    sql << query, soci::into(value);
    return value;
}

/// Applies the next migration, if any; gives whether there was one.
Result<bool> migrate_once(soci::session& sql) {
    Transaction transaction(sql);
    const auto done =
        static_cast<std::size_t>(number_of(sql, "SELECT coalesce(max(number), 0) FROM migrations"));
    const auto& all = migrations();
    if (done > all.size())
        return failure(Code::kUnsupported,
                       fmt::format("the catalog has schema {}, this program knows {}: it was "
                                   "written by a newer one",
                                   done, all.size()));
    if (done == all.size()) return false;
    for (const auto statement : all[done].statements)
        sql << std::string(statement);
    const auto number = static_cast<long long>(done + 1);
    const std::string name(all[done].name);
    sql << "INSERT INTO migrations (number, name, applied_at) "
           "VALUES (:number, :name, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))",
        soci::use(number), soci::use(name);
    transaction.commit();
    return true;
}

}  // namespace

Status open_and_migrate(soci::session& sql, const Options& options) {
    if (options.path.find('"') != std::string::npos)
        return failure(Code::kInvalidArgument, "a catalog's path may not hold a quotation mark");
    EYED_TRY(create_private(options.path));
    sql.open(soci::sqlite3, fmt::format("db=\"{}\"", options.path));
    sql << fmt::format("PRAGMA busy_timeout = {}", options.busy_timeout.count());
    std::string mode;
    sql << "PRAGMA journal_mode = WAL", soci::into(mode);
    sql << "PRAGMA synchronous = FULL";
    sql << "PRAGMA foreign_keys = ON";
    // What a statement that changes many rows notes to undo itself, and what is sorted, would else
    // go through files elsewhere: slow, and nobody's business.
    sql << "PRAGMA temp_store = MEMORY";
    // What is removed is overwritten: a person's name and address, say. ON, for FAST leaves whole
    // pages that become free as they are.
    long long answer = 0;
    sql << "PRAGMA secure_delete = ON", soci::into(answer);
    sql << "PRAGMA journal_size_limit = 0", soci::into(answer);
    sql << "CREATE TABLE IF NOT EXISTS migrations ("
           "number BIGINT PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)";
    for (;;) {
        EYED_ASSIGN(const bool applied, migrate_once(sql));
        if (!applied) return {};
    }
}

std::uint64_t data_version(soci::session& sql) {
    return static_cast<std::uint64_t>(number_of(sql, "PRAGMA data_version"));
}

void overwrite_log(soci::session& sql) noexcept {
    try {
        long long busy = 0;
        sql << "PRAGMA wal_checkpoint(TRUNCATE)", soci::into(busy);
    } catch (const soci::soci_error&) {  // the change itself is committed: no failure of it
    }
}

Error to_error(const soci::soci_error& error) {
    // Without the statement and its values, which what() has: they may be anybody's.
    const auto detail = fmt::format("catalog: {}", error.get_error_message());
    const auto* own = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
    switch (own == nullptr ? SQLITE_ERROR : own->result() & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_NOMEM:
            return {Code::kUnavailable, detail};
        case SQLITE_FULL:
            return {Code::kDiskFull, detail};
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return {Code::kCorrupt, detail};
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
        case SQLITE_PERM:
            return {Code::kIo, detail};
        default:  // a constraint, too: what may be refused is looked at before, in the transaction
            return {Code::kInternal, detail};
    }
}

Transaction::Transaction(soci::session& sql) : sql_(sql) {
    sql_ << "BEGIN IMMEDIATE";
}

Transaction::~Transaction() {
    if (!open_) return;
    try {
        sql_ << "ROLLBACK";
    } catch (const soci::soci_error&) {  // SQLite has rolled back by itself
    }
}

void Transaction::commit() {
    sql_ << "COMMIT";
    open_ = false;
}

Savepoint::Savepoint(soci::session& sql) : sql_(sql) {
    sql_ << "SAVEPOINT part";
}

Savepoint::~Savepoint() {
    if (!open_) return;
    try {
        sql_ << "ROLLBACK TO part";
        sql_ << "RELEASE part";
    } catch (const soci::soci_error&) {  // SQLite has rolled back the whole transaction
    }
}

void Savepoint::keep() {
    sql_ << "RELEASE part";
    open_ = false;
}

}  // namespace eyed::catalog::sqlite
