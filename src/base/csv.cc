#include "base/csv.h"

namespace eyed {

void append_csv(std::string_view text, std::string& out) {
    const bool formula =
        !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
    if (!formula && text.find_first_of(",\"\r\n") == std::string_view::npos) {
        out += text;
        return;
    }
    out += '"';
    if (formula) out += '\'';
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace

CsvReader::CsvReader(std::string_view text, char separator) : text_(text), separator_(separator) {
    if (text_.starts_with(kByteOrderMark)) at_ = line_begin_ = kByteOrderMark.size();
}

bool CsvReader::next(std::vector<std::string>& fields) {
    fields.clear();
    if (fault_) return false;
    while (take_line_end()) {
    }
    if (at_ == text_.size()) return false;
    line_ = lines_;
    while (true) {
        if (fields.size() == kMostFields) return fail("more than 1000 fields");
        std::string& field = fields.emplace_back();
        if (at_ < text_.size() && text_[at_] == '"') {
            if (!read_quoted(field)) return false;
        } else {
            read_plain(field);
        }
        if (at_ == text_.size() || take_line_end()) return true;
        if (text_[at_] != separator_)
            return fail(text_[at_] == '"' ? "a quote within a field that has none in front"
                                          : "text behind the quote that ends a field");
        ++at_;
    }
}

bool CsvReader::fail(std::string_view message) {
    fault_ = Fault{{lines_, at_ - line_begin_ + 1}, message};
    return false;
}

bool CsvReader::read_quoted(std::string& field) {
    const std::size_t opened = at_++;
    const Place place{lines_, opened - line_begin_ + 1};
    while (at_ < text_.size()) {
        const char c = text_[at_++];
        if (c == '"') {
            if (at_ == text_.size() || text_[at_] != '"') return true;
            ++at_;  // two of them stand for one
        } else if (c == '\n') {
            ++lines_;
            line_begin_ = at_;
        }
        field += c;
    }
    fault_ = Fault{place, "a quote that does not end"};
    return false;
}

void CsvReader::read_plain(std::string& field) {
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '"' &&
           text_[at_] != '\n' && !text_.substr(at_).starts_with("\r\n"))
        ++at_;
    field = text_.substr(begin, at_ - begin);
}

bool CsvReader::take_line_end() {
    const std::string_view rest = text_.substr(at_);
    if (!rest.starts_with('\n') && !rest.starts_with("\r\n")) return false;
    at_ += rest.front() == '\r' ? 2 : 1;
    ++lines_;
    line_begin_ = at_;
    return true;
}

}  // namespace eyed
