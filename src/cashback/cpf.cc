#include "cashback/cpf.h"

#include <algorithm>
#include <array>

#include "model/cashback.h"

namespace eyed::cashback {
namespace {

constexpr std::size_t kDigits = 11;
using Digits = std::array<char, kDigits>;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// What may stand before the digit of that place.
char separator_before(std::size_t place) {
    return place == 3 || place == 6 ? '.' : place == 9 ? '-' : '\0';
}

/// Reads eleven digits at the front of `text`; the length of what it read, 0: they are not there.
std::size_t scan(std::string_view text, Digits& digits) {
    std::size_t at = 0;
    for (std::size_t place = 0; place < kDigits; ++place) {
        const char separator = separator_before(place);
        if (separator != '\0' && at < text.size() && text[at] == separator) ++at;
        if (at == text.size() || !is_digit(text[at])) return 0;
        digits[place] = text[at++];
    }
    return at;
}

/// The check digit of the first `count` digits.
char check_digit(const Digits& digits, std::size_t count) {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < count; ++i)
        sum += static_cast<std::size_t>(digits[i] - '0') * (count + 1 - i);
    return static_cast<char>('0' + sum * 10 % 11 % 10);
}

bool is_cpf(const Digits& digits) {
    const bool all_equal = std::ranges::all_of(digits, [&](char c) { return c == digits[0]; });
    return !all_equal && digits[9] == check_digit(digits, 9) &&
           digits[10] == check_digit(digits, 10);
}

}  // namespace

std::optional<std::string> read_cpf(std::string_view text) {
    Digits digits{};
    if (scan(text, digits) != text.size() || text.empty() || !is_cpf(digits)) return std::nullopt;
    return std::string(digits.data(), digits.size());
}

std::string with_masked_cpfs(std::string_view text) {
    std::string masked;
    masked.reserve(text.size());
    std::size_t at = 0;
    while (at < text.size()) {
        Digits digits{};
        const bool begins = is_digit(text[at]) && (at == 0 || !is_digit(text[at - 1]));
        const std::size_t length = begins ? scan(text.substr(at), digits) : 0;
        const bool ends = at + length == text.size() || !is_digit(text[at + length]);
        if (length == 0 || !ends || !is_cpf(digits)) {
            masked += text[at++];
            continue;
        }
        masked += model::masked_cpf({digits.data(), digits.size()});
        at += length;
    }
    return masked;
}

}  // namespace eyed::cashback
