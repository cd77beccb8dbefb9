#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/result.h"
#include "store/duckdb/connection.h"
#include "store/duckdb/duckdb_store.h"

namespace eyed::store {

/// One opened database with its connections: the projector's, and a pool of the readers'.
/// Thread-safe but for writer(), which is one thread's. Leases end before it does.
class Instance {
  public:
    /// Opens, sets DuckDB up and prepares the tables. Errors as open_duckdb().
    static Result<std::unique_ptr<Instance>> open(const DuckDbOptions& options);
    ~Instance();
    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;

    Connection& writer() { return *writer_; }

    /// A reader's connection for one call.
    class Lease {
      public:
        Lease(Instance& instance, Connection connection)
            : instance_(instance), connection_(std::move(connection)) {}
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        ~Lease() { instance_.give_back(std::move(connection_)); }
        Connection& connection() { return connection_; }

      private:
        Instance& instance_;
        Connection connection_;
    };
    [[nodiscard]] Result<std::unique_ptr<Lease>> reader();

  private:
    Instance() = default;
    void give_back(Connection connection);

    duckdb_database database_ = nullptr;
    std::optional<Connection> writer_;
    std::mutex mutex_;  ///< guards idle_
    std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace eyed::store
