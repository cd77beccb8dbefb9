#include "schema/json_reader.h"

#include <cstring>

#include "base/check.h"
#include "base/json_text.h"

namespace eyed::schema {
namespace {

bool is_space(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

int hex_value(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Reads the four digits after `\u` at text[at]. False when they are not there.
bool read_hex4(std::string_view text, std::size_t at, std::uint32_t& out) {
    if (at + 4 > text.size()) return false;
    out = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        const int digit = hex_value(text[at + i]);
        if (digit < 0) return false;
        out = out << 4 | static_cast<std::uint32_t>(digit);
    }
    return true;
}

bool is_high_surrogate(std::uint32_t unit) {
    return unit >= 0xD800 && unit < 0xDC00;
}
bool is_low_surrogate(std::uint32_t unit) {
    return unit >= 0xDC00 && unit < 0xE000;
}

/// Reads the `\uXXXX` (or the pair of them) whose backslash is at `at`, and moves past it.
bool read_unicode_escape(std::string_view raw, std::size_t& at, std::uint32_t& code_point) {
    if (!read_hex4(raw, at + 2, code_point) || is_low_surrogate(code_point)) return false;
    at += 6;
    if (!is_high_surrogate(code_point)) return true;
    std::uint32_t low = 0;
    if (at + 6 > raw.size() || raw[at] != '\\' || raw[at + 1] != 'u') return false;
    if (!read_hex4(raw, at + 2, low) || !is_low_surrogate(low)) return false;
    at += 6;
    code_point = 0x10000 + ((code_point - 0xD800) << 10) + (low - 0xDC00);
    return true;
}

/// Where the first bad escape is; npos when all are good.
std::size_t find_bad_escape(std::string_view raw) {
    std::size_t at = raw.find('\\');
    while (at != std::string_view::npos) {
        if (at + 1 == raw.size()) return at;
        const std::size_t begin = at;
        if (raw[at + 1] == 'u') {
            std::uint32_t code_point = 0;
            if (!read_unicode_escape(raw, at, code_point)) return begin;
        } else {
            if (std::string_view("\"\\/bfnrt").find(raw[at + 1]) == std::string_view::npos)
                return begin;
            at += 2;
        }
        at = raw.find('\\', at);
    }
    return std::string_view::npos;
}

/// RFC 8259's grammar of numbers, over the whole of `text`.
bool is_number(std::string_view text) {
    std::size_t at = 0;
    const auto digits = [&] {
        const std::size_t begin = at;
        while (at < text.size() && is_digit(text[at]))
            ++at;
        return at - begin;
    };
    if (at < text.size() && text[at] == '-') ++at;
    const bool zero = at < text.size() && text[at] == '0';
    const std::size_t whole = digits();
    if (whole == 0 || (zero && whole > 1)) return false;
    if (at < text.size() && text[at] == '.') {
        ++at;
        if (digits() == 0) return false;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
        if (digits() == 0) return false;
    }
    return at == text.size();
}

/// One bit a level: whether the container is an object.
class Nesting {
  public:
    bool push(bool object) {
        if (depth_ == kMaxNesting) return false;
        const std::uint64_t bit = std::uint64_t{1} << (depth_ % 64);
        if (object) {
            bits_[depth_ / 64] |= bit;
        } else {
            bits_[depth_ / 64] &= ~bit;
        }
        ++depth_;
        return true;
    }
    void pop() { --depth_; }
    bool empty() const { return depth_ == 0; }
    bool in_object() const { return bits_[(depth_ - 1) / 64] >> ((depth_ - 1) % 64) & 1; }
    std::uint32_t depth() const { return depth_; }

  private:
    std::uint64_t bits_[kMaxNesting / 64];  // a level is written before it is read
    std::uint32_t depth_ = 0;
};

}  // namespace

JsonString JsonValue::string() const {
    const std::string_view inner = raw.substr(1, raw.size() - 2);
    return {inner, inner.find('\\') != std::string_view::npos};
}

JsonReader::JsonReader(const JsonIndex& index, std::size_t first, std::size_t last)
    : text_(index.text().data()), tokens_(index.tokens()), at_(first), last_(last) {
}

bool JsonReader::fail_at(JsonFault::Kind kind, const char* message, std::size_t offset) {
    if (!fault_) fault_ = {kind, message, offset};
    return false;
}

bool JsonReader::fail(const char* message) {
    return fail_at(JsonFault::Kind::kSyntax, message, offset());
}

bool JsonReader::peek_type(JsonType& type) const {
    switch (peek()) {
        case '{':
            type = JsonType::kObject;
            return true;
        case '[':
            type = JsonType::kArray;
            return true;
        case '"':
            type = JsonType::kString;
            return true;
        case 't':
        case 'f':
            type = JsonType::kBoolean;
            return true;
        case 'n':
            type = JsonType::kNull;
            return true;
        default:
            type = JsonType::kNumber;
            return peek() == '-' || is_digit(peek());
    }
}

/// One past the value that begins at the current token: whatever is left of the next token, less
/// the whitespace before that.
std::size_t JsonReader::scalar_end() const {
    std::size_t end = tokens_[at_ + 1];  // the index ends in a sentinel
    while (end > tokens_[at_] + 1 && is_space(text_[end - 1]))
        --end;
    return end;
}

bool JsonReader::read_string(JsonString& out) {
    if (peek() != '"') return fail("Expecting property name enclosed in double quotes");
    const std::size_t begin = tokens_[at_];
    const std::size_t end = scalar_end();
    // The index guarantees that the string ends; what follows it is a token of its own.
    if (end < begin + 2 || text_[end - 1] != '"') return fail("Unterminated string starting at");
    out.raw = std::string_view(text_ + begin + 1, end - begin - 2);
    out.escaped = std::memchr(out.raw.data(), '\\', out.raw.size()) != nullptr;
    if (out.escaped) {
        const std::size_t bad = find_bad_escape(out.raw);
        if (bad != std::string_view::npos)
            return fail_at(JsonFault::Kind::kSyntax, "Invalid \\escape", begin + 1 + bad);
    }
    ++at_;
    return true;
}

bool JsonReader::skip_scalar() {
    JsonType type;
    if (!peek_type(type)) return fail("Expecting value");
    if (type == JsonType::kString) {
        JsonString ignored;
        return read_string(ignored);
    }
    const std::size_t begin = tokens_[at_];
    const std::string_view word(text_ + begin, scalar_end() - begin);
    const bool good = type == JsonType::kNumber
                          ? is_number(word)
                          : word == "true" || word == "false" || word == "null";
    if (!good) return fail("Expecting value");
    ++at_;
    return true;
}

bool JsonReader::skip_container(std::uint32_t& deepest) {
    Nesting nesting;
    JsonString key;
    for (;;) {  // a value begins here
        const char c = peek();
        bool closed = true;
        if (c == '{' || c == '[') {
            if (!nesting.push(c == '{'))
                return fail_at(JsonFault::Kind::kTooDeep, "Nested too deep", offset());
            if (nesting.depth() > deepest) deepest = nesting.depth();
            ++at_;
            closed = peek() == (c == '{' ? '}' : ']');
            if (closed) {
                ++at_;
                nesting.pop();
            }
        } else if (!skip_scalar()) {
            return false;
        }
        while (closed) {  // a value has ended here
            if (nesting.empty()) return true;
            const char next = peek();
            if (next == ',') {
                ++at_;
                break;
            }
            if (next != (nesting.in_object() ? '}' : ']')) return fail("Expecting ',' delimiter");
            ++at_;
            nesting.pop();
        }
        if (!nesting.in_object()) continue;
        if (!read_string(key)) return false;
        if (peek() != ':') return fail("Expecting ':' delimiter");
        ++at_;
    }
}

bool JsonReader::read(JsonValue& value) {
    if (!peek_type(value.type)) return fail("Expecting value");
    value.token = at_;
    value.depth = 0;
    const std::size_t begin = tokens_[at_];
    if (value.type == JsonType::kObject || value.type == JsonType::kArray) {
        if (!skip_container(value.depth)) return false;
        value.end_token = at_;
        value.raw = std::string_view(text_ + begin, tokens_[at_ - 1] + 1 - begin);
        return true;
    }
    const std::size_t end = scalar_end();
    if (!skip_scalar()) return false;
    value.end_token = at_;
    value.raw = std::string_view(text_ + begin, end - begin);
    return true;
}

bool JsonReader::skip() {
    JsonValue ignored;
    return read(ignored);
}

bool JsonReader::enter_object() {
    if (peek() != '{') return fail("Expecting value");
    ++at_;
    opened_ = true;
    return true;
}

bool JsonReader::next_field(JsonString& key, bool& more) {
    more = peek() != '}';
    if (!more) {
        ++at_;
        opened_ = false;
        return true;
    }
    if (!opened_) {
        if (peek() != ',') return fail("Expecting ',' delimiter");
        ++at_;
    }
    opened_ = false;
    if (!read_string(key)) return false;
    if (peek() != ':') return fail("Expecting ':' delimiter");
    ++at_;
    return true;
}

bool JsonReader::enter_array() {
    if (peek() != '[') return fail("Expecting value");
    ++at_;
    opened_ = true;
    return true;
}

bool JsonReader::next_element(bool& more) {
    more = peek() != ']';
    if (!more) {
        ++at_;
        opened_ = false;
        return true;
    }
    if (!opened_) {
        if (peek() != ',') return fail("Expecting ',' delimiter");
        ++at_;
    }
    opened_ = false;
    return true;
}

void append_unescaped(std::string_view raw, std::string& out) {
    std::size_t done = 0;
    std::size_t at = raw.find('\\');
    while (at != std::string_view::npos) {
        out.append(raw, done, at - done);
        if (raw[at + 1] == 'u') {
            std::uint32_t code_point = 0;
            EYED_CHECK(read_unicode_escape(raw, at, code_point));
            append_utf8(code_point, out);
        } else {
            constexpr std::string_view kLetters = "\"\\/bfnrt";
            constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
            out += kMeanings[kLetters.find(raw[at + 1])];
            at += 2;
        }
        done = at;
        at = raw.find('\\', at);
    }
    out.append(raw, done);
}

std::string_view unescaped(const JsonString& string, std::string& scratch) {
    if (!string.escaped) return string.raw;
    scratch.clear();
    append_unescaped(string.raw, scratch);
    return scratch;
}

void append_compact(const JsonIndex& index, std::size_t first, std::size_t last, std::string& out) {
    const std::string_view text = index.text();
    for (std::size_t at = first; at < last; ++at) {
        const std::size_t begin = index.tokens()[at];
        std::size_t end = index.tokens()[at + 1];
        while (end > begin + 1 && is_space(text[end - 1]))
            --end;
        // The last token may be followed by what is not the value's.
        if (at + 1 == last && (text[begin] == '}' || text[begin] == ']')) end = begin + 1;
        out.append(text, begin, end - begin);
    }
}

void append_pointer(std::string_view key, std::string& pointer) {
    pointer += '/';
    for (const char c : key) {
        if (c == '~') {
            pointer += "~0";
        } else if (c == '/') {
            pointer += "~1";
        } else {
            pointer += c;
        }
    }
}

}  // namespace eyed::schema
