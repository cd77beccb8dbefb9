#include "calendar/content_line.h"

#include <algorithm>

#include "base/json_text.h"

namespace eyed::calendar {
namespace {

constexpr std::size_t kMostOctets = 75;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

/// Gives each character of `text` to `put`: valid UTF-8 without control characters, but for tabs
/// and `\n`, which stands for any line break.
template <class Put>
void for_each_character(std::string_view text, Put put) {
    while (!text.empty()) {
        const char c = text.front();
        const std::size_t length = utf8_sequence_length(text);
        if (text.starts_with("\r\n")) {
            text.remove_prefix(1);
            continue;
        }
        if (length == 0) {
            put(kReplacement);
        } else if (c == '\r') {
            put("\n");
        } else if (!is_control(c) || c == '\n' || c == '\t') {
            put(text.substr(0, length));
        }
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
}

}  // namespace

void append_line(std::string_view line, std::string& out) {
    std::size_t room = kMostOctets;
    while (line.size() > room) {
        const std::string_view part = utf8_prefix(line, room);
        out.append(part).append("\r\n ");
        line.remove_prefix(part.size());
        room = kMostOctets - 1;
    }
    out.append(line).append("\r\n");
}

std::string escape_text(std::string_view text) {
    std::string out;
    for_each_character(text, [&out](std::string_view character) {
        const char c = character.front();
        if (c == '\n') {
            out += "\\n";
            return;
        }
        if (c == '\\' || c == ';' || c == ',') out += '\\';
        out += character;
    });
    return out;
}

std::string quote_parameter(std::string_view text) {
    std::string out = "\"";
    for_each_character(text, [&out](std::string_view character) {
        switch (character.front()) {
            case '\n':
                out += "^n";
                break;
            case '^':
                out += "^^";
                break;
            case '"':
                out += "^'";
                break;
            default:
                out += character;
        }
    });
    return out + '"';
}

std::string plain_text(std::string_view text) {
    std::string out;
    for_each_character(text, [&out](std::string_view character) { out += character; });
    return out;
}

LineReader::LineReader(std::string_view file) : rest_(file) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
}

bool LineReader::next() {
    do {
        if (rest_.empty()) return false;
        line_.clear();
        was_cut_ = false;
        number_ = taken_ + 1;
        append(take_physical());
        while (rest_.starts_with(' ') || rest_.starts_with('\t'))
            append(take_physical().substr(1));
    } while (line_.find_first_not_of(" \t") == std::string::npos);
    return true;
}

std::string LineReader::name() const {
    std::string name = line_.substr(0, line_.find_first_of(";:"));
    std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return name;
}

std::string_view LineReader::value() const {
    bool quoted = false;
    for (std::size_t i = 0; i < line_.size(); ++i) {
        if (line_[i] == '"') quoted = !quoted;
        if (line_[i] == ':' && !quoted) return std::string_view(line_).substr(i + 1);
    }
    return {};
}

std::string_view LineReader::take_physical() {
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    std::string_view physical = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (physical.ends_with('\r')) physical.remove_suffix(1);
    ++taken_;
    return physical;
}

void LineReader::append(std::string_view part) {
    const std::size_t room = kMostLineBytes - line_.size();
    was_cut_ = was_cut_ || part.size() > room;
    line_ += part.substr(0, room);
}

}  // namespace eyed::calendar
