#include "model/money.h"

#include <algorithm>

namespace eyed::model {
namespace {

bool all_digits(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Appends hundredths as decimal text.
void append_hundredths(std::int64_t hundredths, std::string& out) {
    // Of the most negative number, too, there is a magnitude.
    const auto bits = static_cast<std::uint64_t>(hundredths);
    const std::uint64_t magnitude = hundredths < 0 ? 0 - bits : bits;
    if (hundredths < 0) out += '-';
    out += std::to_string(magnitude / 100);
    out += '.';
    out += static_cast<char>('0' + magnitude / 10 % 10);
    out += static_cast<char>('0' + magnitude % 10);
}

}  // namespace

ReadMoney read_money(std::string_view text) {
    constexpr std::size_t kMostDigits = 16;  // more cannot be kMostMoney or less
    const std::size_t point = text.find('.');
    std::string_view whole = text.substr(0, point);
    std::string_view decimals =
        point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
    const bool is_number = !whole.empty() && all_digits(whole) && all_digits(decimals) &&
                           (point == std::string_view::npos || !decimals.empty());
    if (!is_number) return {{}, MoneyFault::kNotANumber};
    while (!decimals.empty() && decimals.back() == '0')
        decimals.remove_suffix(1);
    if (decimals.size() > 2) return {{}, MoneyFault::kTooManyDecimals};
    whole.remove_prefix(std::min(whole.find_first_not_of('0'), whole.size()));
    if (whole.size() > kMostDigits) return {{}, MoneyFault::kTooLarge};
    std::int64_t minor = 0;
    for (const char digit : whole)
        minor = minor * 10 + (digit - '0');
    for (std::size_t i = 0; i < 2; ++i)
        minor = minor * 10 + (i < decimals.size() ? decimals[i] - '0' : 0);
    if (minor > kMostMoney.minor) return {{}, MoneyFault::kTooLarge};
    return {{minor}, std::nullopt};
}

void append_money(Money amount, std::string& out) {
    append_hundredths(amount.minor, out);
}

std::string to_string(Money amount) {
    std::string text;
    append_money(amount, text);
    return text;
}

std::optional<Rate> read_rate(std::string_view text) {
    constexpr std::int64_t kWhole = 10'000;
    const ReadMoney read = read_money(text);  // per cent in hundredths: the same form
    if (read.fault || read.amount.minor > kWhole) return std::nullopt;
    return Rate{static_cast<std::int32_t>(read.amount.minor)};
}

std::string to_string(Rate rate) {
    std::string text;
    append_hundredths(rate.basis_points, text);
    return text;
}

}  // namespace eyed::model
