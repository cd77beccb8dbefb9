#include "store/duckdb/instance.h"

#include <fmt/format.h>

#include "store/duckdb/schema.h"

namespace eyed::store {

namespace {

/// As many idle connections as are worth keeping.
constexpr std::size_t kIdleConnections = 8;

std::string quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text)
        out += c == '\'' ? std::string("''") : std::string(1, c);
    return out + "'";
}

/// What kept a database from opening: the file's own fault, or something that may pass?
Error open_error(const std::string& message) {
    Error error = to_error(message);
    const auto says = [&](std::string_view what) {
        return message.find(what) != std::string::npos;
    };
    if (error.code == Code::kDiskFull || error.code == Code::kOverloaded) return error;
    if (says("Could not set lock") || says("Conflicting lock")) {
        error.code = Code::kUnavailable;
    } else if (says("Permission denied") || says("Too many open files") ||
               says("Read-only file system") || says("No such file") || says("Is a directory") ||
               says("Input/output error") || says("Cannot open file")) {
        error.code = Code::kIo;
    } else {
        error.code = Code::kCorrupt;
    }
    return error;
}

Result<duckdb_database> open_database(const DuckDbOptions& options) {
    const std::string temporary =
        options.temp_directory.empty() ? options.path + ".tmp" : options.temp_directory;
    const std::pair<const char*, std::string> settings[] = {
        {"memory_limit", fmt::format("{}B", options.memory_bytes)},
        {"threads", std::to_string(std::max(1u, options.threads))},
        {"temp_directory", temporary},
        {"preserve_insertion_order", "true"},
        // We fold the WAL ourselves, in steps small enough not to hold up the log's syncs.
        {"checkpoint_threshold", "1TB"},
        {"autoinstall_known_extensions", "false"},
        {"autoload_known_extensions", "false"},
        {"errors_as_json", "false"},
    };
    duckdb_config config = nullptr;
    if (duckdb_create_config(&config) != DuckDBSuccess)
        return failure(Code::kInternal, "DuckDB gives no configuration");
    for (const auto& [name, value] : settings) {
        if (duckdb_set_config(config, name, value.c_str()) == DuckDBSuccess) continue;
        duckdb_destroy_config(&config);
        return failure(Code::kInternal, fmt::format("DuckDB does not take {} = {}", name, value));
    }
    duckdb_database database = nullptr;
    char* message = nullptr;
    const duckdb_state state = duckdb_open_ext(options.path.c_str(), &database, config, &message);
    duckdb_destroy_config(&config);
    if (state == DuckDBSuccess) return database;
    const std::string why = message != nullptr ? message : "unknown";
    duckdb_free(message);
    return std::unexpected(open_error(why));
}

}  // namespace

Result<std::unique_ptr<Instance>> Instance::open(const DuckDbOptions& options) {
    std::unique_ptr<Instance> made(new Instance);
    EYED_ASSIGN(made->database_, open_database(options));
    EYED_ASSIGN(Connection writer, Connection::open(made->database_));
    made->writer_.emplace(std::move(writer));
    // From here on DuckDB touches its own files alone, and Parquet exports on their way.
    const std::string temporary =
        options.temp_directory.empty() ? options.path + ".tmp" : options.temp_directory;
    EYED_TRY(
        made->writer_->run(fmt::format("SET allowed_directories = [{}]", quoted(temporary + "/"))));
    EYED_TRY(made->writer_->run("SET enable_external_access = false"));
    EYED_TRY(prepare_schema(*made->writer_));
    return made;
}

Instance::~Instance() {
    idle_.clear();
    writer_.reset();
    if (database_ != nullptr) duckdb_close(&database_);
}

Result<std::unique_ptr<Instance::Lease>> Instance::reader() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            Connection connection = std::move(*idle_.back());
            idle_.pop_back();
            return std::make_unique<Lease>(*this, std::move(connection));
        }
    }
    EYED_ASSIGN(Connection connection, Connection::open(database_));
    return std::make_unique<Lease>(*this, std::move(connection));
}

void Instance::give_back(Connection connection) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < kIdleConnections)
        idle_.push_back(std::make_unique<Connection>(std::move(connection)));
}

}  // namespace eyed::store
