#pragma once

#include <soci/soci.h>

#include <chrono>
#include <cstdint>
#include <string>

#include "base/result.h"

namespace eyed::catalog::sqlite {

/// What is SQLite's own in the catalog: opening, the schema and what its errors mean.

struct Options {
    std::string path;
    std::chrono::milliseconds busy_timeout{5000};
};

/// Opens the file, or makes it readable by its owner alone, sets WAL and full syncs, and brings the
/// schema up to date. kUnsupported: the schema is a newer program's. Throws soci_error.
[[nodiscard]] Status open_and_migrate(soci::session& sql, const Options& options);

/// Changes when another connection has committed. Throws soci_error.
std::uint64_t data_version(soci::session& sql);

/// Brings all of the WAL into the file and cuts it to nothing, so that it holds nothing any more of
/// what was removed. Where another connection is in its way it may not get there: the WAL is then
/// cut when it next begins anew. Costs a write and a sync of what the WAL holds, 4 MB at most.
void overwrite_log(soci::session& sql) noexcept;

/// What an error of the database is to who called. Its text is for the log: none of these codes but
/// kUnavailable shows it to clients.
Error to_error(const soci::soci_error& error);

/// BEGIN IMMEDIATE: the lock for writing is taken at once, so that two that read and then write
/// wait for each other rather than fail. Rolls back unless committed. One thread.
class Transaction {
  public:
    explicit Transaction(soci::session& sql);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

  private:
    soci::session& sql_;
    bool open_ = true;
};

/// A part of a transaction: undone unless kept. Not within another one. One thread.
class Savepoint {
  public:
    explicit Savepoint(soci::session& sql);
    ~Savepoint();
    Savepoint(const Savepoint&) = delete;
    Savepoint& operator=(const Savepoint&) = delete;
    void keep();

  private:
    soci::session& sql_;
    bool open_ = true;
};

}  // namespace eyed::catalog::sqlite
