#include "cli/import_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/hash.h"
#include "base/json_text.h"

namespace eyed::cli {
namespace {

constexpr std::size_t kLineLimit = std::size_t{16} << 20U;
constexpr std::size_t kFingerprintBytes = std::size_t{1} << 20U;
constexpr std::array<std::string_view, 4> kExportOnly{"id", "application", "received_at",
                                                      "dialect"};
constexpr std::array<std::string_view, 6> kColumns{"category",  "name", "session_id",
                                                   "timestamp", "data", "event_id"};

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

void strip_carriage_return(std::string& line) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
}

}  // namespace

Result<std::unique_ptr<ImportSource>> ImportSource::open(Options options) {
    std::unique_ptr<ImportSource> source(new ImportSource);
    std::error_code error;
    source->size_ = std::filesystem::file_size(options.path, error);
    if (!error) source->file_.open(options.path, std::ios::binary);
    if (error || !source->file_)
        return failure(
            Code::kNotFound,
            fmt::format("{}: {}", options.path, error ? error.message() : std::strerror(errno)));
    source->options_ = std::move(options);
    EYED_TRY(source->read_fingerprint());
    EYED_TRY(source->read_start());
    if (source->options_.format == Format::kCsv) EYED_TRY(source->read_header());
    return source;
}

Status ImportSource::read_fingerprint() {
    const auto bytes = std::min<std::uint64_t>(size_, kFingerprintBytes);
    std::string ends(2 * bytes, '\0');
    file_.read(ends.data(), static_cast<std::streamsize>(bytes));
    file_.seekg(static_cast<std::streamoff>(size_ - bytes));
    file_.read(ends.data() + bytes, static_cast<std::streamsize>(bytes));
    if (!file_) return failure(Code::kIo, fmt::format("{} cannot be read", options_.path));
    const auto hash = hash128(ends, size_);
    fingerprint_ = fmt::format("{:016x}{:016x}", hash.high, hash.low);
    return seek({});
}

/// A byte order mark belongs to no line.
Status ImportSource::read_start() {
    constexpr std::string_view kMark = "\xef\xbb\xbf";
    constexpr std::string_view kGzip = "\x1f\x8b";
    std::string start(kMark.size(), '\0');
    file_.read(start.data(), static_cast<std::streamsize>(start.size()));
    if (start.starts_with(kGzip))
        return failure(Code::kInvalidArgument,
                       fmt::format("{} is packed: unpack it first (gunzip)", options_.path));
    if (start == kMark) first_.offset = kMark.size();
    return seek({});
}

Status ImportSource::read_header() {
    EYED_ASSIGN(const bool any, read_record(columns_));
    const auto has = [&](std::string_view name) {
        return std::ranges::find(columns_, name) != columns_.end();
    };
    if (!any || !has("category") || !has("name"))
        return failure(Code::kInvalidArgument,
                       fmt::format("{}: a CSV begins with a header row that names category and "
                                   "name, and may name session_id, timestamp, data, event_id",
                                   options_.path));
    first_ = place_;
    return {};
}

Status ImportSource::seek(Place place) {
    file_.clear();
    if (place.offset < first_.offset) place = first_;
    file_.seekg(static_cast<std::streamoff>(place.offset));
    if (!file_) return failure(Code::kIo, fmt::format("{} cannot be read", options_.path));
    place_ = place;
    return {};
}

Result<bool> ImportSource::read_line(std::string& line) {
    line.clear();
    if (!std::getline(file_, line)) {
        if (file_.bad()) return failure(Code::kIo, fmt::format("{} cannot be read", options_.path));
        return false;
    }
    place_.offset += line.size() + (file_.eof() ? 0 : 1);
    ++place_.line;
    if (line.size() > kLineLimit)
        return failure(Code::kTooLarge,
                       fmt::format("{}: line {} is over 16 MiB", options_.path, place_.line));
    return true;
}

Result<bool> ImportSource::next(std::string& out) {
    if (options_.format == Format::kCsv) {
        std::vector<std::string> fields;
        EYED_ASSIGN(const bool more, read_record(fields));
        if (!more) return false;
        ++place_.number;
        append_csv_line(fields, out);
        return true;
    }
    for (;;) {
        EYED_ASSIGN(const bool more, read_line(line_));
        if (!more) return false;
        place_.number = place_.line;
        strip_carriage_return(line_);
        if (is_blank(line_)) continue;
        append_json_line(out);
        return true;
    }
}

std::string ImportSource::derived_id() const {
    return fmt::format("import:{}:{}", fingerprint_, place_.number);
}

void ImportSource::append_json_line(std::string& out) {
    const auto begin = out.size();
    bool has_id = false;
    std::string scratch;
    // The index reads past the end of its text.
    line_.reserve(line_.size() + 64);
    bool whole = !index_.index(line_);
    schema::JsonReader reader(index_);
    whole = whole && reader.enter_object();
    schema::JsonString key;
    bool more = whole;
    out += '{';
    while (whole && (whole = reader.next_field(key, more)) && more) {
        schema::JsonValue value;
        whole = reader.read(value);
        if (!whole) break;
        const auto name = schema::unescaped(key, scratch);
        const bool known_null = value.type == schema::JsonType::kNull &&
                                std::ranges::find(kColumns, name) != kColumns.end() &&
                                name != "category" && name != "name";
        if (known_null || std::ranges::find(kExportOnly, name) != kExportOnly.end()) continue;
        has_id = has_id || name == "event_id";
        out += fmt::format("{}\"{}\":{}", out.size() > begin + 1 ? "," : "", key.raw, value.raw);
    }
    if (!whole || !reader.at_end()) {  // not one object: passed on as it is
        out.resize(begin);
        out += line_ + "\n";
        return;
    }
    if (!has_id)
        out +=
            fmt::format("{}\"event_id\":\"{}\"", out.size() > begin + 1 ? "," : "", derived_id());
    out += "}\n";
}

Result<bool> ImportSource::read_record(std::vector<std::string>& fields) {
    fields.clear();
    do {
        EYED_ASSIGN(const bool more, read_line(line_));
        if (!more) return false;
    } while (is_blank(line_));
    const Place first = place_;  // behind its first line
    std::uint64_t quoted_since = 0;
    std::string field;
    bool quoted = false;
    for (;;) {
        for (std::size_t i = 0; i < line_.size(); ++i) {
            const char c = line_[i];
            if (quoted && c == '"' && i + 1 < line_.size() && line_[i + 1] == '"') {
                field += '"';
                ++i;
            } else if (c == '"' && (quoted || field.empty())) {
                quoted = !quoted;
                quoted_since = place_.line;
            } else if (c == ',' && !quoted) {
                fields.push_back(std::exchange(field, {}));
            } else if (c == '\r' && !quoted && i + 1 == line_.size()) {
                break;
            } else {
                field += c;
            }
        }
        if (!quoted) break;
        field += '\n';  // the field goes on in the next line
        if (place_.offset - first.offset > kLineLimit)
            return failure(Code::kTooLarge,
                           fmt::format("{}: the record that begins in line {} is over 16 MiB: is a "
                                       "quotation mark missing?",
                                       options_.path, first.line));
        EYED_ASSIGN(const bool more, read_line(line_));
        if (!more)
            return failure(Code::kInvalidArgument,
                           fmt::format("{}: the quotation mark that opens in line {} is never "
                                       "closed",
                                       options_.path, quoted_since));
    }
    fields.push_back(std::move(field));
    return true;
}

void ImportSource::append_csv_line(const std::vector<std::string>& fields, std::string& out) {
    const auto begin = out.size();
    bool has_id = false;
    out += '{';
    for (std::size_t i = 0; i < columns_.size() && i < fields.size(); ++i) {
        const auto& name = columns_[i];
        const auto& value = fields[i];
        if (std::ranges::find(kColumns, name) == kColumns.end()) continue;
        const bool required = name == "category" || name == "name";
        if (value.empty() && !required) continue;
        out += fmt::format("{}\"{}\":", out.size() > begin + 1 ? "," : "", name);
        line_ = value;
        line_.reserve(line_.size() + 64);
        // A cell of data holds JSON; one that does not is passed on as a text and refused as such.
        bool json = name == "data" && !index_.index(line_);
        if (json) {
            schema::JsonReader reader(index_);
            schema::JsonValue read;
            json = reader.read(read) && reader.at_end();
        }
        if (json) {
            // Line breaks in JSON text are space between tokens, never within one.
            for (const char c : value)
                out += c == '\n' || c == '\r' ? ' ' : c;
        } else {
            append_json_string(value, out);
        }
        has_id = has_id || name == "event_id";
    }
    if (!has_id)
        out +=
            fmt::format("{}\"event_id\":\"{}\"", out.size() > begin + 1 ? "," : "", derived_id());
    out += "}\n";
}

}  // namespace eyed::cli
