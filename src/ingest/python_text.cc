#include "ingest/python_text.h"

#include <array>
#include <charconv>
#include <cmath>

namespace eyed::ingest {
namespace {

/// Bytes of the whitespace character that `text` begins with; 0 when it begins with another.
std::size_t leading_space(std::string_view text) {
    if (text.empty()) return 0;
    const auto c = static_cast<unsigned char>(text[0]);
    if (c == ' ' || (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x1F)) return 1;
    if (c < 0x80) return 0;
    if (text.starts_with("\u0085") || text.starts_with("\u00A0")) return 2;
    if (text.starts_with("\u1680") || text.starts_with("\u2028") || text.starts_with("\u2029") ||
        text.starts_with("\u202F") || text.starts_with("\u205F") || text.starts_with("\u3000"))
        return 3;
    const bool spaces = text.starts_with("\xE2\x80") && text.size() >= 3 &&
                        static_cast<unsigned char>(text[2]) <= 0x8A;  // U+2000 to U+200A
    return spaces ? 3 : 0;
}

std::size_t trailing_space(std::string_view text) {
    for (std::size_t length = 1; length <= 3 && length <= text.size(); ++length)
        if (leading_space(text.substr(text.size() - length)) == length) return length;
    return 0;
}

}  // namespace

std::string_view python_strip(std::string_view text) {
    while (const std::size_t length = leading_space(text))
        text.remove_prefix(length);
    while (const std::size_t length = trailing_space(text))
        text.remove_suffix(length);
    return text;
}

void append_python_number(std::string_view number, std::string& out) {
    if (number.find_first_of(".eE") == std::string_view::npos) {
        out += number == "-0" ? std::string_view("0") : number;
        return;
    }
    double value = 0;
    const auto read = std::from_chars(number.data(), number.data() + number.size(), value);
    if (read.ec == std::errc::result_out_of_range) {
        // Too large is infinity in Python; too small is zero. The exponent's sign tells.
        const bool small = number.find("e-") != number.npos || number.find("E-") != number.npos;
        value = small ? 0.0 : HUGE_VAL;
        if (number.front() == '-') value = -value;
    }
    if (std::isinf(value)) {
        out += value < 0 ? "-inf" : "inf";
        return;
    }
    std::array<char, 64> text;
    const auto wrote =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific);
    std::string_view digits(text.data(), static_cast<std::size_t>(wrote.ptr - text.data()));
    const std::size_t e = digits.find('e');
    int exponent = 0;
    const std::string_view power = digits.substr(digits[e + 1] == '+' ? e + 2 : e + 1);
    std::from_chars(power.data(), power.data() + power.size(), exponent);
    if (exponent < -4 || exponent >= 16) {  // repr's own bounds
        out += digits;
        return;
    }
    const auto fixed =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    const std::string_view plain(text.data(), static_cast<std::size_t>(fixed.ptr - text.data()));
    out += plain;
    if (plain.find('.') == std::string_view::npos) out += ".0";
}

}  // namespace eyed::ingest
