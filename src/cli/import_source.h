#pragma once

#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "schema/json_reader.h"

namespace eyed::cli {

/// The events of a file, one a line of JSON in the native form, each with an event_id: its own, or
/// one that follows from the file and the place, so that a line sent twice is known. From NDJSON
/// the fields that only an export has (id, application, received_at, dialect) and nulls are left
/// out; from CSV (RFC 4180, a header row) the columns category, name, session_id, timestamp, data
/// and event_id are taken. What is no event is passed on as it is: the intake refuses and records
/// it. One thread.
class ImportSource {
  public:
    enum class Format { kNdjson, kCsv };
    struct Options {
        std::string path;
        Format format = Format::kNdjson;
    };
    /// kNotFound, kIo; kInvalidArgument: a CSV header without category and name, a gzip file.
    [[nodiscard]] static Result<std::unique_ptr<ImportSource>> open(Options options);

    /// Where the next event begins.
    struct Place {
        std::uint64_t offset = 0;  ///< bytes
        std::uint64_t line = 0;    ///< lines of the file before it
        std::uint64_t number = 0;  ///< NDJSON: the same; CSV: records before it, without the header
    };
    Place place() const { return place_; }
    /// Goes on from a place() of before. kIo.
    [[nodiscard]] Status seek(Place place);

    /// Appends the next event and a line's end to `out`; false at the end of the file. Blank lines
    /// are passed over. kIo; kTooLarge: a line, or a record of a CSV, over 16 MiB;
    /// kInvalidArgument: the last record of a CSV ends within quotation marks. The detail names the
    /// line.
    [[nodiscard]] Result<bool> next(std::string& out);

    std::uint64_t size() const { return size_; }
    /// What stands for the file in a derived event_id: 32 hex digits of its size, its beginning and
    /// its end.
    const std::string& fingerprint() const { return fingerprint_; }

  private:
    ImportSource() = default;
    Status read_fingerprint();
    Status read_start();
    Status read_header();
    Result<bool> read_line(std::string& line);
    Result<bool> read_record(std::vector<std::string>& fields);
    void append_json_line(std::string& out);
    void append_csv_line(const std::vector<std::string>& fields, std::string& out);
    std::string derived_id() const;

    Options options_;
    std::ifstream file_;
    std::uint64_t size_ = 0;
    std::string fingerprint_;
    Place place_;
    std::vector<std::string> columns_;  ///< of a CSV
    Place first_;                       ///< behind a byte order mark and a CSV's header
    std::string line_;
    schema::JsonIndex index_;
};

}  // namespace eyed::cli
