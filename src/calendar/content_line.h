#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace eyed::calendar {

/// What is kept of one line of a file, unfolded.
inline constexpr std::size_t kMostLineBytes = 64 * 1024;

/// Appends a content line (RFC 5545 §3.1): folded so that no line has more than 75 octets, no
/// character of UTF-8 cut in two, CRLF behind it. `line` has no line breaks.
void append_line(std::string_view line, std::string& out);

/// A TEXT value (§3.3.11): `\`, `;`, `,` and line breaks escaped; other control characters left
/// out, bytes that are not UTF-8 replaced. So no text can end its line.
std::string escape_text(std::string_view text);

/// A parameter's value in quotes (RFC 6868).
std::string quote_parameter(std::string_view text);

/// Text of a file as it is kept: line breaks as `\n`, other control characters but tabs left out.
std::string plain_text(std::string_view text);

/// The content lines of a file, unfolded, one after another.
class LineReader {
  public:
    explicit LineReader(std::string_view file);

    /// False at the end. Blank lines are passed over.
    bool next();
    /// Up to kMostLineBytes of it.
    const std::string& line() const { return line_; }
    bool was_cut() const { return was_cut_; }
    /// Of the file, from 1: where the line begins.
    std::size_t number() const { return number_; }
    /// In upper case: before the first `;` or `:`; all of the line when there is none.
    std::string name() const;
    /// Behind the first `:` that is not in quotes; empty: there is none.
    std::string_view value() const;

  private:
    std::string_view take_physical();
    void append(std::string_view part);

    std::string_view rest_;
    std::string line_;
    bool was_cut_ = false;
    std::size_t number_ = 0;
    std::size_t taken_ = 0;  ///< physical lines
};

}  // namespace eyed::calendar
