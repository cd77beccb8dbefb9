#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "duckdb.h"

namespace eyed::store {

/// What a `?` of a statement stands for.
using Parameter = std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double,
                               std::string, Uuid, Micros>;
using Parameters = std::vector<Parameter>;

/// A statement and what is bound to it.
struct Statement {
    std::string sql;
    Parameters parameters;
};

/// Up to duckdb_vector_size() rows of a result. Getters: the column has the type, the row is not
/// null. Views are valid while the chunk lives.
class Chunk {
  public:
    explicit Chunk(duckdb_data_chunk chunk) : chunk_(chunk) {}
    Chunk(Chunk&& other) noexcept : chunk_(std::exchange(other.chunk_, nullptr)) {}
    Chunk& operator=(Chunk&&) = delete;
    ~Chunk();

    std::size_t size() const;
    bool is_null(std::size_t column, std::size_t row) const;
    std::uint64_t u64(std::size_t column, std::size_t row) const;
    std::int64_t i64(std::size_t column, std::size_t row) const;
    std::uint32_t u32(std::size_t column, std::size_t row) const;
    std::uint8_t u8(std::size_t column, std::size_t row) const;
    Micros micros(std::size_t column, std::size_t row) const;
    Uuid uuid(std::size_t column, std::size_t row) const;  ///< nil when null
    std::string_view bytes(std::size_t column,
                           std::size_t row) const;  ///< text or blob; "" for null

  private:
    template <class T>
    const T* data(std::size_t column) const;
    duckdb_data_chunk chunk_;
};

/// A statement's result, whole in memory (DuckDB's, within its limit).
class Answer {
  public:
    Answer() = default;
    Answer(Answer&& other) noexcept : result_(std::exchange(other.result_, {})) {}
    Answer& operator=(Answer&&) = delete;
    ~Answer() { duckdb_destroy_result(&result_); }

    std::optional<Chunk> next();
    std::uint64_t rows_changed() { return duckdb_rows_changed(&result_); }

  private:
    friend class Connection;
    duckdb_result result_{};
};

/// One connection. One thread at a time.
class Connection {
  public:
    static Result<Connection> open(duckdb_database database);
    Connection(Connection&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Connection& operator=(Connection&&) = delete;
    ~Connection() { duckdb_disconnect(&handle_); }

    /// Prepares, binds, executes and forgets: a kept prepared statement remembers table sizes and
    /// gives wrong rows after inserts. Errors: see to_error().
    [[nodiscard]] Result<Answer> query(const Statement& statement);
    [[nodiscard]] Result<Answer> query(const std::string& sql) { return query(Statement{sql, {}}); }
    [[nodiscard]] Status run(const std::string& sql);
    /// The first column of the only row; nullopt when it is null or there is no row.
    [[nodiscard]] Result<std::optional<std::uint64_t>> number(const Statement& statement);

    duckdb_connection handle() const { return handle_; }

  private:
    explicit Connection(duckdb_connection handle) : handle_(handle) {}
    duckdb_connection handle_;
};

/// A transaction that rolls back unless it was committed.
class Transaction {
  public:
    static Result<Transaction> begin(Connection& connection);
    Transaction(Transaction&& other) noexcept
        : connection_(std::exchange(other.connection_, nullptr)) {}
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();
    [[nodiscard]] Status commit();

  private:
    explicit Transaction(Connection* connection) : connection_(connection) {}
    Connection* connection_;
};

/// DuckDB's message as our error: kTimeout (interrupted), kDiskFull, kIo, kOverloaded (out of its
/// memory), kConflict (no checkpoint while others read), kUnavailable (the instance is out of order
/// until it is reopened), else kInternal.
Error to_error(std::string_view message);

}  // namespace eyed::store
