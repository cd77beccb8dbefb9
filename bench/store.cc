// What `./dev bench` measures without a server: DuckDB's own appender, the count per minute over a
// day, through the store and in DuckDB alone, and what is asked of refusals. Prints one JSON
// object.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "duckdb_alone.h"
#include "io/file_system.h"
#include "refusals.h"
#include "store/duckdb/duckdb_store.h"

namespace eyed::bench {
namespace {

constexpr Micros kDayStart{1'609'632'000'000'000};  // 2021-01-03
constexpr Micros kDayEnd{1'609'718'400'000'000};
constexpr const char* kCountSql =
    "SELECT time_bucket(INTERVAL '1 minute', timestamp) AS minute, count(*) FROM events "
    "WHERE timestamp >= '2021-01-03' AND timestamp < '2021-01-04' GROUP BY minute ORDER BY minute";

double store_count_ms(const std::string& file, std::uint32_t repeat, std::size_t& buckets) {
    NullLogger logger;
    auto files = io::make_file_system();
    auto store = store::open_duckdb({.path = file, .memory_bytes = 1ULL << 30U}, *files, logger);
    if (!store) {
        fmt::print(stderr, "{}\n", store.error().detail);
        std::exit(1);
    }
    store::CountByTime count;
    count.filter.from = kDayStart;
    count.filter.to = kDayEnd;
    std::vector<double> times;
    for (std::uint32_t i = 0; i < repeat; ++i) {
        const auto start = std::chrono::steady_clock::now();
        const auto rows = (*store)->count_by_time(count);
        times.push_back(
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
                .count());
        if (!rows) {
            fmt::print(stderr, "{}\n", rows.error().detail);
            std::exit(1);
        }
        buckets = rows->size();
    }
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
}

}  // namespace
}  // namespace eyed::bench

int main(int argc, char** argv) {
    std::string file;
    std::uint64_t rows = 1'000'000;
    std::uint32_t repeat = 100;
    CLI::App app("Measures the store and DuckDB alone");
    app.require_subcommand(1);
    auto* append = app.add_subcommand("append", "DuckDB's appender, into a new file");
    append->add_option("--file", file)->required();
    append->add_option("--rows", rows);
    auto* count = app.add_subcommand("count", "count per minute over a day, on a store's file");
    count->add_option("--file", file)->required();
    count->add_option("--repeat", repeat)->check(CLI::PositiveNumber);
    std::uint64_t rejections = 1'000'000;
    auto* refusals = app.add_subcommand("refusals", "What is asked of refusals, in a new store");
    refusals->add_option("--file", file)->required();
    refusals->add_option("--rows", rows)->check(CLI::PositiveNumber);
    refusals->add_option("--rejections", rejections)->check(CLI::PositiveNumber);
    refusals->add_option("--repeat", repeat)->check(CLI::PositiveNumber);
    CLI11_PARSE(app, argc, argv);
    if (refusals->parsed()) {
        const auto times = eyed::bench::time_refusals(file, rows, rejections, repeat);
        fmt::print(
            "{{\"trace_ms\":{:.2f},\"summary_ms\":{:.2f},\"filtered_ms\":{:.2f},"
            "\"page_ms\":{:.2f},\"groups\":{}}}\n",
            times.trace_ms, times.summary_ms, times.filtered_ms, times.page_ms, times.groups);
        return 0;
    }
    if (append->parsed()) {
        fmt::print("{{\"rows_per_second\":{:.0f}}}\n", eyed::bench::append_rate(file, rows));
        return 0;
    }
    std::size_t buckets = 0;
    const double store_ms = eyed::bench::store_count_ms(file, repeat, buckets);
    const double alone_ms = eyed::bench::median_query_ms(file, eyed::bench::kCountSql, repeat);
    fmt::print("{{\"store_ms\":{:.2f},\"duckdb_ms\":{:.2f},\"buckets\":{}}}\n", store_ms, alone_ms,
               buckets);
    return 0;
}
