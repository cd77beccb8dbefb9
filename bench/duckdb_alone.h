#pragma once

#include <cstdint>
#include <string>

/// DuckDB by itself, through its C API, as what the store is measured against. Any error ends the
/// program with a message.
namespace eyed::bench {

/// Rows a second that DuckDB's appender takes by data chunks into a table like the store's, with a
/// transaction for every 100 000 rows. Makes the database `file`.
double append_rate(const std::string& file, std::uint64_t rows);

/// Median milliseconds of `repeat` runs of a query on `file`, every result row being fetched.
double median_query_ms(const std::string& file, const std::string& sql, std::uint32_t repeat);

}  // namespace eyed::bench
