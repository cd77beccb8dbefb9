#pragma once

#include <soci/soci.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <type_traits>

#include "base/fair_mutex.h"
#include "base/result.h"
#include "catalog/sqlite/sqlite.h"

namespace eyed::catalog {

/// The repositories' one way to the database: a SOCI session, one call at a time. SOCI's exceptions
/// stop here. Included by the room's sources alone: SOCI is heavy.
class Connection {
  public:
    [[nodiscard]] static Result<std::unique_ptr<Connection>> open(const sqlite::Options& options) {
        auto connection = std::make_unique<Connection>();
        EYED_TRY(connection->run(
            [&](soci::session& sql) { return sqlite::open_and_migrate(sql, options); }));
        return connection;
    }

    /// Runs `work(sql)`, which gives a Result or Status, outside of a transaction: for single
    /// statements.
    template <class Work>
    auto run(Work work) -> std::invoke_result_t<Work&, soci::session&> {
        const std::lock_guard lock(mutex_);
        try {
            return work(session_);
        } catch (const soci::soci_error& error) {
            return std::unexpected(sqlite::to_error(error));
        }
    }

    /// The same within one transaction that may write; an error rolls it back.
    template <class Work>
    auto transact(Work work) -> std::invoke_result_t<Work&, soci::session&> {
        return run([&](soci::session& sql) -> std::invoke_result_t<Work&, soci::session&> {
            sqlite::Transaction transaction(sql);
            auto result = work(sql);
            if (result) transaction.commit();
            return result;
        });
    }

    /// After a transaction that removed what must leave no trace: see sqlite::overwrite_log().
    void overwrite_log() {
        const std::lock_guard lock(mutex_);
        sqlite::overwrite_log(session_);
    }

  private:
    FairMutex mutex_;  ///< guards session_
    soci::session session_;
};

}  // namespace eyed::catalog
