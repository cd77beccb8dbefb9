#include "store/duckdb/connection.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

namespace eyed::store {

namespace {

constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;

/// Owns a prepared statement for the length of one execution.
struct Prepared {
    duckdb_prepared_statement handle = nullptr;
    Prepared() = default;
    Prepared(const Prepared&) = delete;
    Prepared& operator=(const Prepared&) = delete;
    ~Prepared() { duckdb_destroy_prepare(&handle); }
};

struct Pending {
    duckdb_pending_result handle = nullptr;
    Pending() = default;
    Pending(const Pending&) = delete;
    Pending& operator=(const Pending&) = delete;
    ~Pending() { duckdb_destroy_pending(&handle); }
    std::unexpected<Error> failed() const {
        const char* message = duckdb_pending_error(handle);
        return std::unexpected(to_error(message != nullptr ? message : "statement failed"));
    }
};

/// Executes on this thread and DuckDB's own until the result is there. duckdb_query() spins while
/// another thread has the last task (the sync of a commit, say), and takes a core from the rest of
/// the program; this sleeps, longer each time.
Status work_off(const Pending& pending) {
    constexpr std::chrono::microseconds kFirst{20};
    constexpr std::chrono::microseconds kLongest{500};
    std::chrono::microseconds wait = kFirst;
    while (true) {
        const duckdb_pending_state state = duckdb_pending_execute_task(pending.handle);
        if (state == DUCKDB_PENDING_ERROR) return pending.failed();
        if (duckdb_pending_execution_is_finished(state)) return {};
        if (state != DUCKDB_PENDING_NO_TASKS_AVAILABLE) {
            wait = kFirst;
            continue;
        }
        std::this_thread::sleep_for(wait);
        wait = std::min(2 * wait, kLongest);
    }
}

struct Binder {
    duckdb_prepared_statement statement;
    idx_t index;

    duckdb_state operator()(std::nullptr_t) const { return duckdb_bind_null(statement, index); }
    duckdb_state operator()(bool v) const { return duckdb_bind_boolean(statement, index, v); }
    duckdb_state operator()(std::int64_t v) const { return duckdb_bind_int64(statement, index, v); }
    duckdb_state operator()(std::uint64_t v) const {
        return duckdb_bind_uint64(statement, index, v);
    }
    duckdb_state operator()(double v) const { return duckdb_bind_double(statement, index, v); }
    duckdb_state operator()(const std::string& v) const {
        return duckdb_bind_varchar_length(statement, index, v.data(), v.size());
    }
    duckdb_state operator()(const Uuid& v) const {
        duckdb_value value = duckdb_create_uuid({v.low(), v.high()});
        const duckdb_state state = duckdb_bind_value(statement, index, value);
        duckdb_destroy_value(&value);
        return state;
    }
    duckdb_state operator()(Micros v) const {
        return duckdb_bind_timestamp(statement, index, {v.value});
    }
};

}  // namespace

Chunk::~Chunk() {
    if (chunk_ != nullptr) duckdb_destroy_data_chunk(&chunk_);
}

std::size_t Chunk::size() const {
    return duckdb_data_chunk_get_size(chunk_);
}

template <class T>
const T* Chunk::data(std::size_t column) const {
    return static_cast<const T*>(
        duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk_, column)));
}

bool Chunk::is_null(std::size_t column, std::size_t row) const {
    std::uint64_t* valid = duckdb_vector_get_validity(duckdb_data_chunk_get_vector(chunk_, column));
    return valid != nullptr && !duckdb_validity_row_is_valid(valid, row);
}

std::uint64_t Chunk::u64(std::size_t column, std::size_t row) const {
    return data<std::uint64_t>(column)[row];
}
std::int64_t Chunk::i64(std::size_t column, std::size_t row) const {
    return data<std::int64_t>(column)[row];
}
std::uint32_t Chunk::u32(std::size_t column, std::size_t row) const {
    return data<std::uint32_t>(column)[row];
}
std::uint8_t Chunk::u8(std::size_t column, std::size_t row) const {
    return data<std::uint8_t>(column)[row];
}
Micros Chunk::micros(std::size_t column, std::size_t row) const {
    return {data<std::int64_t>(column)[row]};
}

Uuid Chunk::uuid(std::size_t column, std::size_t row) const {
    if (is_null(column, row)) return {};
    const duckdb_hugeint value = data<duckdb_hugeint>(column)[row];
    // DuckDB flips the top bit, so that its signed order is the order of the bytes.
    return Uuid::from_halves(static_cast<std::uint64_t>(value.upper) ^ kSignBit, value.lower);
}

std::string_view Chunk::bytes(std::size_t column, std::size_t row) const {
    if (is_null(column, row)) return {};
    const duckdb_string_t& value = data<duckdb_string_t>(column)[row];
    const std::uint32_t length = value.value.inlined.length;
    return {length <= 12 ? value.value.inlined.inlined : value.value.pointer.ptr, length};
}

std::optional<Chunk> Answer::next() {
    duckdb_data_chunk chunk = duckdb_fetch_chunk(result_);
    if (chunk == nullptr) return std::nullopt;
    return Chunk(chunk);
}

Result<Connection> Connection::open(duckdb_database database) {
    duckdb_connection handle = nullptr;
    if (duckdb_connect(database, &handle) != DuckDBSuccess)
        return failure(Code::kUnavailable, "the store gives no connection");
    return Connection(handle);
}

Result<Answer> Connection::query(const Statement& statement) {
    Prepared prepared;
    if (duckdb_prepare(handle_, statement.sql.c_str(), &prepared.handle) != DuckDBSuccess) {
        const char* message = duckdb_prepare_error(prepared.handle);
        return std::unexpected(to_error(message != nullptr ? message : "statement not prepared"));
    }
    for (std::size_t i = 0; i < statement.parameters.size(); ++i) {
        if (std::visit(Binder{prepared.handle, i + 1}, statement.parameters[i]) != DuckDBSuccess)
            return failure(Code::kInvalidArgument,
                           "a value of the query is not what the store can compare");
    }
    Pending pending;
    if (duckdb_pending_prepared(prepared.handle, &pending.handle) != DuckDBSuccess)
        return pending.failed();
    EYED_TRY(work_off(pending));
    Answer answer;
    if (duckdb_execute_pending(pending.handle, &answer.result_) != DuckDBSuccess) {
        const char* message = duckdb_result_error(&answer.result_);
        return std::unexpected(to_error(message != nullptr ? message : "statement failed"));
    }
    return answer;
}

Status Connection::run(const std::string& sql) {
    EYED_ASSIGN(const Answer answer, query(sql));
    return {};
}

Result<std::optional<std::uint64_t>> Connection::number(const Statement& statement) {
    EYED_ASSIGN(Answer answer, query(statement));
    const std::optional<Chunk> chunk = answer.next();
    if (!chunk || chunk->size() == 0 || chunk->is_null(0, 0)) return std::nullopt;
    return chunk->u64(0, 0);
}

Result<Transaction> Transaction::begin(Connection& connection) {
    EYED_TRY(connection.run("BEGIN TRANSACTION"));
    return Transaction(&connection);
}

Transaction::~Transaction() {
    // Fails when DuckDB has rolled back by itself: then there is nothing left to do.
    if (connection_ != nullptr) static_cast<void>(connection_->run("ROLLBACK"));
}

Status Transaction::commit() {
    Connection* const connection = std::exchange(connection_, nullptr);
    Status committed = connection->run("COMMIT");
    if (!committed) static_cast<void>(connection->run("ROLLBACK"));
    return committed;
}

Error to_error(std::string_view message) {
    const auto says = [&](std::string_view what) {
        return message.find(what) != std::string_view::npos;
    };
    const auto error = [&](Code code) { return Error{code, "store: " + std::string(message)}; };
    if (says("No space left") || says("Disk quota exceeded") || says("File too large") ||
        says("max_temp_directory_size"))
        return error(Code::kDiskFull);
    if (says("has been invalidated") || message.starts_with("FATAL Error"))
        return error(Code::kUnavailable);
    if (says("Cannot CHECKPOINT") || says("checkpoint lock")) return error(Code::kConflict);
    if (message.starts_with("INTERRUPT Error"))
        return {Code::kTimeout, "the query took longer than allowed"};
    if (message.starts_with("Out of Memory Error")) return error(Code::kOverloaded);
    if (message.starts_with("IO Error")) return error(Code::kIo);
    return error(Code::kInternal);
}

}  // namespace eyed::store
