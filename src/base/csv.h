#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace eyed {

/// Appends one field of a CSV record (RFC 4180 §2), in quotes where it needs them. A text that a
/// spreadsheet would take for a formula gets an apostrophe in front: it came from a stranger.
void append_csv(std::string_view text, std::string& out);

/// Reads CSV (RFC 4180) record by record. Records end with LF or CRLF; a byte order mark at the
/// front and lines of nothing are passed over. `text` must outlive it. One thread.
class CsvReader {
  public:
    static constexpr std::size_t kMostFields = 1'000;  ///< of a record
    /// Where something is: line and column (in bytes) of the text, from 1.
    struct Place {
        std::size_t line = 1;
        std::size_t column = 1;
    };
    struct Fault {
        Place place;
        std::string_view message;
    };
    explicit CsvReader(std::string_view text, char separator = ',');

    /// The next record's fields; false at the end, or when something is wrong: then fault() says
    /// what, and there is no further record.
    bool next(std::vector<std::string>& fields);
    /// The line at which the record that was read last begins.
    std::size_t line() const { return line_; }
    const std::optional<Fault>& fault() const { return fault_; }

  private:
    bool fail(std::string_view message);
    bool read_quoted(std::string& field);
    void read_plain(std::string& field);
    bool take_line_end();

    const std::string_view text_;
    const char separator_;
    std::size_t at_ = 0;
    std::size_t lines_ = 1;       ///< the line that `at_` is in
    std::size_t line_begin_ = 0;  ///< where it begins
    std::size_t line_ = 0;
    std::optional<Fault> fault_;
};

}  // namespace eyed
