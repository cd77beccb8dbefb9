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

}  // namespace eyed::catalog::sqlite
