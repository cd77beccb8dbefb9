#include "duckdb_alone.h"

#include <duckdb.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace eyed::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kRowsPerTransaction = 100'000;

double milliseconds_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

[[noreturn]] void fail(std::string_view what) {
    fmt::print(stderr, "{}\n", what);
    std::exit(1);
}

class Database {
  public:
    explicit Database(const std::string& file) {
        if (duckdb_open(file.c_str(), &database_) != DuckDBSuccess ||
            duckdb_connect(database_, &connection_) != DuckDBSuccess) {
            fail(fmt::format("cannot open {}", file));
        }
    }
    ~Database() {
        duckdb_disconnect(&connection_);
        duckdb_close(&database_);
    }
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Runs it and fetches every chunk of its result.
    void run(const std::string& sql) {
        duckdb_result result;
        if (duckdb_query(connection_, sql.c_str(), &result) != DuckDBSuccess) {
            fail(duckdb_result_error(&result));
        }
        while (duckdb_data_chunk chunk = duckdb_fetch_chunk(result)) {
            duckdb_destroy_data_chunk(&chunk);
        }
        duckdb_destroy_result(&result);
    }
    duckdb_connection connection() const { return connection_; }

  private:
    duckdb_database database_ = nullptr;
    duckdb_connection connection_ = nullptr;
};

/// Data chunks like those of the store's table of events.
class EventChunk {
  public:
    EventChunk() {
        std::vector<duckdb_logical_type> types;
        for (const auto type : {DUCKDB_TYPE_UBIGINT, DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_UUID,
                                DUCKDB_TYPE_VARCHAR, DUCKDB_TYPE_VARCHAR, DUCKDB_TYPE_TIMESTAMP,
                                DUCKDB_TYPE_TIMESTAMP, DUCKDB_TYPE_VARCHAR}) {
            types.push_back(duckdb_create_logical_type(type));
        }
        chunk_ = duckdb_create_data_chunk(types.data(), types.size());
        for (auto& type : types)
            duckdb_destroy_logical_type(&type);
    }
    ~EventChunk() { duckdb_destroy_data_chunk(&chunk_); }
    EventChunk(const EventChunk&) = delete;
    EventChunk& operator=(const EventChunk&) = delete;

    duckdb_data_chunk fill(std::uint64_t first, std::uint64_t rows) {
        duckdb_data_chunk_reset(chunk_);
        for (std::uint64_t row = 0; row < rows; ++row)
            fill_row(row, first + row);
        duckdb_data_chunk_set_size(chunk_, rows);
        return chunk_;
    }

  private:
    template <class Number>
    Number* numbers(std::uint64_t column) {
        return static_cast<Number*>(
            duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk_, column)));
    }
    void text(std::uint64_t column, std::uint64_t row, std::string_view value) {
        duckdb_vector_assign_string_element_len(duckdb_data_chunk_get_vector(chunk_, column), row,
                                                value.data(), value.size());
    }
    void fill_row(std::uint64_t row, std::uint64_t id) {
        const auto micros = static_cast<std::int64_t>(1'609'459'200'000'000 + id * 86'400);
        numbers<std::uint64_t>(0)[row] = id;
        numbers<std::int64_t>(1)[row] = 1;
        numbers<duckdb_hugeint>(2)[row] = {.lower = id / 20'000 * 1000 + id * 7919 % 1000,
                                           .upper = 0x6f0c2f0e};
        text(3, row, fmt::format("page interact {}", id % 10));
        text(4, row, fmt::format("click {:03}", id % 500));
        numbers<std::int64_t>(5)[row] = micros;
        numbers<std::int64_t>(6)[row] = micros;
        text(7, row,
             R"({"host": "www.consumeraffairs.com", "path": "/", "element": "chat bubble"})");
    }

    duckdb_data_chunk chunk_ = nullptr;
};

}  // namespace

double append_rate(const std::string& file, std::uint64_t rows) {
    Database database(file);
    database.run(
        "CREATE TABLE events(id UBIGINT NOT NULL, application BIGINT NOT NULL, session UUID, "
        "category VARCHAR NOT NULL, name VARCHAR NOT NULL, timestamp TIMESTAMP NOT NULL, "
        "received_at TIMESTAMP NOT NULL, data VARCHAR NOT NULL)");
    EventChunk chunk;
    const auto start = Clock::now();
    for (std::uint64_t done = 0; done < rows;) {
        database.run("BEGIN");
        duckdb_appender appender = nullptr;
        if (duckdb_appender_create(database.connection(), nullptr, "events", &appender) !=
            DuckDBSuccess) {
            fail("cannot make an appender");
        }
        const std::uint64_t end = std::min(rows, done + kRowsPerTransaction);
        while (done < end) {
            const std::uint64_t part = std::min<std::uint64_t>(duckdb_vector_size(), end - done);
            if (duckdb_append_data_chunk(appender, chunk.fill(done, part)) != DuckDBSuccess) {
                fail(duckdb_appender_error(appender));
            }
            done += part;
        }
        if (duckdb_appender_destroy(&appender) != DuckDBSuccess) fail("cannot flush the appender");
        database.run("COMMIT");
    }
    return static_cast<double>(rows) / milliseconds_since(start) * 1000;
}

double median_query_ms(const std::string& file, const std::string& sql, std::uint32_t repeat) {
    Database database(file);
    std::vector<double> times;
    for (std::uint32_t i = 0; i < repeat; ++i) {
        const auto start = Clock::now();
        database.run(sql);
        times.push_back(milliseconds_since(start));
    }
    std::sort(times.begin(), times.end());
    return times.empty() ? 0 : times[times.size() / 2];
}

}  // namespace eyed::bench
