#include "store/duckdb/export.h"

#include <fmt/format.h>

#include <atomic>

#include "store/duckdb/conditions.h"
#include "store/duckdb/reads.h"

namespace eyed::store {

namespace {

constexpr std::uint32_t kPageRows = 20'000;
constexpr std::uint64_t kPageBytes = 16u << 20;
constexpr std::size_t kWriteBytes = 1u << 20;
/// Left free for the log and the store, which matter more than an export.
constexpr std::uint64_t kKeepFree = 256u << 20;
constexpr std::uint64_t kCheckSpaceEvery = 64u << 20;

constexpr std::string_view kCsvHead =
    "id,application,session_id,category,name,timestamp,received_at,event_id,dialect,data\r\n";

void append_json_string(std::string_view text, std::string& out) {
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20) {
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
        } else {
            out += c;
        }
    }
    out += '"';
}

using Names = std::function<std::string(ApplicationId)>;

void append_ndjson(const model::Event& event, const Names& names, std::string& out) {
    fmt::format_to(std::back_inserter(out), R"({{"id":{},"application":)", event.id.value);
    if (names)
        append_json_string(names(event.application), out);
    else
        out += std::to_string(event.application.value);
    out += R"(,"session_id":)";
    if (event.session.is_nil()) {
        out += "null";
    } else {
        out += '"';
        append_uuid(event.session, out);
        out += '"';
    }
    out += R"(,"category":)";
    append_json_string(event.category, out);
    out += R"(,"name":)";
    append_json_string(event.name, out);
    out += R"(,"data":)";
    // Line breaks in JSON text are space between tokens, never within one.
    for (const char c : event.data)
        out += c == '\n' || c == '\r' ? ' ' : c;
    out += R"(,"timestamp":")";
    append_iso8601(event.timestamp, out);
    out += R"(","received_at":")";
    append_iso8601(event.received_at, out);
    out += R"(","event_id":)";
    if (event.event_id.empty())
        out += "null";
    else
        append_json_string(event.event_id, out);
    fmt::format_to(std::back_inserter(out), ",\"dialect\":\"{}\"}}\n",
                   model::dialect_name(event.dialect));
}

/// RFC 4180.
void append_csv_field(std::string_view text, std::string& out) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
        out += text;
        return;
    }
    out += '"';
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

void append_csv(const model::Event& event, const Names& names, std::string& out) {
    fmt::format_to(std::back_inserter(out), "{},", event.id.value);
    append_csv_field(names ? names(event.application) : std::to_string(event.application.value),
                     out);
    out += ',';
    if (!event.session.is_nil()) append_uuid(event.session, out);
    out += ',';
    append_csv_field(event.category, out);
    out += ',';
    append_csv_field(event.name, out);
    out += ',';
    append_iso8601(event.timestamp, out);
    out += ',';
    append_iso8601(event.received_at, out);
    out += ',';
    append_csv_field(event.event_id, out);
    fmt::format_to(std::back_inserter(out), ",{},", model::dialect_name(event.dialect));
    append_csv_field(event.data, out);
    out += "\r\n";
}

Status check_space(io::FileSystem& files, const std::string& path) {
    EYED_ASSIGN(const std::uint64_t free, files.free_bytes(path));
    if (free >= kKeepFree) return {};
    return failure(Code::kDiskFull, fmt::format("{}: {} MiB are free, an export leaves at least {}",
                                                path, free >> 20, kKeepFree >> 20));
}

std::string directory_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

/// A file that is removed unless it was kept.
class NewFile {
  public:
    NewFile(io::FileSystem& files, std::string path) : files_(files), path_(std::move(path)) {}
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;
    ~NewFile() {
        if (!kept_ && files_.exists(path_)) static_cast<void>(files_.remove(path_));
    }
    void keep() { kept_ = true; }

  private:
    io::FileSystem& files_;
    std::string path_;
    bool kept_ = false;
};

/// Writes text behind what is there, a MiB at a time.
class TextFile {
  public:
    TextFile(io::FileSystem& files, const std::string& path, io::File& file)
        : files_(files), path_(path), file_(file) {}
    std::string& text() { return text_; }
    Status write_if_full() {
        if (text_.size() < kWriteBytes) return {};
        return write();
    }
    Status write() {
        EYED_TRY(file_.write_at(offset_, text_));
        offset_ += text_.size();
        unchecked_ += text_.size();
        text_.clear();
        if (unchecked_ < kCheckSpaceEvery) return {};
        unchecked_ = 0;
        return check_space(files_, directory_of(path_));
    }

  private:
    io::FileSystem& files_;
    const std::string& path_;
    io::File& file_;
    std::string text_;
    std::uint64_t offset_ = 0;
    std::uint64_t unchecked_ = 0;
};

Result<std::uint64_t> write_text(Connection& connection, EventId highest, const EventFilter& filter,
                                 const ExportTarget& target, io::FileSystem& files) {
    EYED_ASSIGN(auto file, files.open(target.path, io::OpenMode::kCreateNew));
    NewFile begun(files, target.path);
    TextFile out(files, target.path, *file);
    const bool csv = target.format == ExportFormat::kCsv;
    const Names& names = target.application_name;
    if (csv) out.text() += kCsvHead;
    std::uint64_t rows = 0;
    EYED_TRY(visit_each(connection, highest, filter, [&](const model::Event& event) {
        csv ? append_csv(event, names, out.text()) : append_ndjson(event, names, out.text());
        ++rows;
        return out.write_if_full();
    }));
    EYED_TRY(out.write());
    EYED_TRY(file->sync_data());
    begun.keep();
    return rows;
}

/// Moves a finished file to where it was asked for; copies it when that is another file system.
Status move_file(io::FileSystem& files, const std::string& from, const std::string& to) {
    if (files.rename(from, to)) return {};
    EYED_ASSIGN(auto source, files.open(from, io::OpenMode::kRead));
    EYED_ASSIGN(auto file, files.open(to, io::OpenMode::kCreateNew));
    NewFile begun(files, to);
    TextFile out(files, to, *file);
    std::string block(kWriteBytes, '\0');
    for (std::uint64_t offset = 0;;) {
        EYED_ASSIGN(const std::size_t got, source->read_at(offset, block.data(), block.size()));
        if (got == 0) break;
        out.text().assign(block, 0, got);
        EYED_TRY(out.write());
        offset += got;
    }
    EYED_TRY(file->sync_data());
    begun.keep();
    return files.remove(from);
}

/// The column `application` in SQL: its number, or, by a CASE over those there are, its name.
Result<Statement> application_column(Connection& connection, const Names& names) {
    Statement column{"application", {}};
    if (!names) return column;
    EYED_ASSIGN(Answer found, connection.query("SELECT DISTINCT application FROM events"));
    std::string cases;
    while (const auto chunk = found.next())
        for (std::size_t row = 0; row < chunk->size(); ++row) {
            const ApplicationId id{chunk->i64(0, row)};
            fmt::format_to(std::back_inserter(cases), " WHEN {} THEN ?::VARCHAR", id.value);
            column.parameters.emplace_back(names(id));
        }
    if (!cases.empty()) column.sql = fmt::format("CASE application{} END AS application", cases);
    return column;
}

Result<std::uint64_t> write_parquet(Connection& connection, const EventFilter& filter,
                                    const ExportTarget& target, io::FileSystem& files) {
    static std::atomic<std::uint64_t> serial{0};  // only makes names differ
    EYED_TRY(files.create_directories(target.scratch));
    const std::string path =
        fmt::format("{}/export-{}-{}.parquet", target.scratch,
                    std::chrono::steady_clock::now().time_since_epoch().count(), ++serial);
    NewFile begun(files, path);
    std::string quoted;
    for (const char c : path)
        quoted += c == '\'' ? std::string("''") : std::string(1, c);
    Conditions where = event_conditions(filter);
    if (filter.min_id) where.add("id >= ?", filter.min_id->value);
    if (filter.max_id) where.add("id <= ?", filter.max_id->value);
    EYED_ASSIGN(Transaction snapshot, Transaction::begin(connection));
    EYED_ASSIGN(Statement column, application_column(connection, target.application_name));
    Parameters& parameters = column.parameters;
    parameters.insert(parameters.end(), where.parameters().begin(), where.parameters().end());
    EYED_ASSIGN(
        Answer answer,
        connection.query(
            {fmt::format("COPY (SELECT id, {}, session AS session_id, category, name, "
                         "timestamp, received_at, event_id, dialect, data FROM events {}) TO '{}' "
                         "(FORMAT parquet, COMPRESSION zstd)",
                         column.sql, where.sql(), quoted),
             parameters}));
    const std::uint64_t rows = answer.rows_changed();
    EYED_TRY(snapshot.commit());
    EYED_TRY(move_file(files, path, target.path));
    return rows;
}

}  // namespace

Status visit_each(Connection& connection, EventId highest, const EventFilter& filter,
                  const EventStore::Visit& visit) {
    EYED_ASSIGN(Transaction snapshot, Transaction::begin(connection));
    EventPage page{OrderBy::kId, Direction::kAscending, kPageRows, kPageBytes, std::nullopt};
    while (true) {
        EYED_ASSIGN(const auto rows, read_events(connection, highest, filter, page));
        for (const model::Event& event : rows.rows)
            EYED_TRY(visit(event));
        if (!rows.more || rows.rows.empty()) return snapshot.commit();
        page.after = EventKey{rows.rows.back().timestamp, rows.rows.back().id};
    }
}

Result<std::uint64_t> write_export(Connection& connection, EventId highest,
                                   const EventFilter& filter, const ExportTarget& target,
                                   io::FileSystem& files) {
    if (files.exists(target.path))
        return failure(Code::kConflict, target.path + " is there already");
    EYED_TRY(check_space(files, directory_of(target.path)));
    if (target.format == ExportFormat::kParquet)
        return write_parquet(connection, filter, target, files);
    return write_text(connection, highest, filter, target, files);
}

}  // namespace eyed::store
