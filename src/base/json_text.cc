#include "base/json_text.h"

#include <array>

namespace eyed {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

bool is_continuation(unsigned char c) {
    return (c & 0xC0) == 0x80;
}

constexpr std::array<bool, 256> make_plain() {
    std::array<bool, 256> plain{};
    for (std::size_t c = 0x20; c < 0x80; ++c)
        plain[c] = c != '"' && c != '\\' && c != 0x7F;
    return plain;
}
/// Bytes that stand for themselves in a JSON string, whatever is around them.
constexpr std::array<bool, 256> kPlain = make_plain();

void append_escape(unsigned char c, std::string& out) {
    constexpr char kHex[] = "0123456789abcdef";
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\b':
            out += "\\b";
            return;
        case '\f':
            out += "\\f";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            out += "\\u00";
            out += kHex[c >> 4];
            out += kHex[c & 15];
    }
}

}  // namespace

std::size_t utf8_sequence_length(std::string_view text) {
    if (text.empty()) return 0;
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = at(0);
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead <= 0xDF) return text.size() >= 2 && is_continuation(at(1)) ? 2 : 0;
    if (lead >= 0xE0 && lead <= 0xEF) {
        if (text.size() < 3 || !is_continuation(at(1)) || !is_continuation(at(2))) return 0;
        if (lead == 0xE0 && at(1) < 0xA0) return 0;  // overlong
        if (lead == 0xED && at(1) > 0x9F) return 0;  // surrogate
        return 3;
    }
    if (lead < 0xF0 || lead > 0xF4 || text.size() < 4) return 0;
    if (!is_continuation(at(1)) || !is_continuation(at(2)) || !is_continuation(at(3))) return 0;
    if (lead == 0xF0 && at(1) < 0x90) return 0;  // overlong
    if (lead == 0xF4 && at(1) > 0x8F) return 0;  // over U+10FFFF
    return 4;
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = utf8_sequence_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

bool has_control_character(std::string_view text) {
    constexpr unsigned kDelete = 0x7f;
    constexpr unsigned kLeadOfUpper = 0xc2;  // U+0080–00BF: those up to 9F are controls
    constexpr unsigned kLastUpper = 0x9f;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const unsigned byte = static_cast<unsigned char>(text[i]);
        if (byte < ' ' || byte == kDelete) return true;
        if (byte == kLeadOfUpper && i + 1 < text.size() &&
            static_cast<unsigned char>(text[i + 1]) <= kLastUpper)
            return true;
    }
    return false;
}

std::size_t count_code_points(std::string_view text) {
    std::size_t count = 0;
    for (const char c : text)
        count += !is_continuation(static_cast<unsigned char>(c));
    return count;
}

std::string_view utf8_prefix(std::string_view text, std::size_t bytes) {
    if (text.size() <= bytes) return text;
    constexpr std::size_t kMostContinuations = 3;
    std::size_t end = bytes;
    while (end > 0 && bytes - end < kMostContinuations &&
           is_continuation(static_cast<unsigned char>(text[end])))
        --end;
    return text.substr(0, end);
}

std::string_view first_code_points(std::string_view text, std::size_t count) {
    std::size_t end = 0;
    for (; end < text.size(); ++end)
        if (!is_continuation(static_cast<unsigned char>(text[end])) && count-- == 0) break;
    return text.substr(0, end);
}

std::string shortened(std::string_view text, std::size_t bytes) {
    const std::string_view front = utf8_prefix(text, bytes);
    std::string out(front);
    if (front.size() < text.size()) out += "…";
    return out;
}

void append_utf8(std::uint32_t code_point, std::string& out) {
    const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (code_point < 0x80) {
        put(code_point);
    } else if (code_point < 0x800) {
        put(0xC0 | code_point >> 6);
        put(0x80 | (code_point & 0x3F));
    } else if (code_point < 0x10000) {
        put(0xE0 | code_point >> 12);
        put(0x80 | (code_point >> 6 & 0x3F));
        put(0x80 | (code_point & 0x3F));
    } else {
        put(0xF0 | code_point >> 18);
        put(0x80 | (code_point >> 12 & 0x3F));
        put(0x80 | (code_point >> 6 & 0x3F));
        put(0x80 | (code_point & 0x3F));
    }
}

void append_json_string(std::string_view text, std::string& out) {
    out += '"';
    std::size_t done = 0;  // what lies between here and `at` goes out as it is
    std::size_t at = 0;
    while (at < text.size()) {
        const auto c = static_cast<unsigned char>(text[at]);
        if (kPlain[c]) {
            ++at;
            continue;
        }
        if (c >= 0x80) {
            const std::size_t length = utf8_sequence_length(text.substr(at));
            if (length != 0) {
                at += length;
                continue;
            }
        }
        out.append(text, done, at - done);
        if (c >= 0x80) {
            out += kReplacement;
        } else {
            append_escape(c, out);
        }
        done = ++at;
    }
    out.append(text, done, at - done);
    out += '"';
}

}  // namespace eyed
