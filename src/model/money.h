#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace eyed::model {

/// An amount of money in minor units: centavos. No arithmetic with fractions anywhere.
struct Money {
    std::int64_t minor = 0;
    friend auto operator<=>(const Money&, const Money&) = default;
    friend Money operator+(Money a, Money b) { return {a.minor + b.minor}; }
    friend Money operator-(Money a, Money b) { return {a.minor - b.minor}; }
    Money& operator+=(Money other) { return *this = *this + other; }
};

/// What one amount may come to at most, so that sums of as many as there are never overflow.
inline constexpr Money kMostMoney{1'000'000'000'000};  // ten thousand million

/// Reads decimal text: digits, and a point with digits behind it. Zeros behind the second decimal
/// count for nothing. No sign, exponent or spaces.
enum class MoneyFault : std::uint8_t {
    kNotANumber,
    kTooManyDecimals,  ///< a third decimal that is not zero
    kTooLarge,         ///< over kMostMoney
};
struct ReadMoney {
    Money amount;
    std::optional<MoneyFault> fault;
};
ReadMoney read_money(std::string_view text);

/// Appends `12.30`, `-0.05`.
void append_money(Money amount, std::string& out);
std::string to_string(Money amount);

/// A share in hundredths of a per cent: 5 % is 500.
struct Rate {
    std::int32_t basis_points = 0;
    friend auto operator<=>(const Rate&, const Rate&) = default;
};
/// Reads per cent from decimal text, `5` or `5.25`: at most two decimals, 0 to 100. nullopt: it is
/// anything else.
std::optional<Rate> read_rate(std::string_view text);
/// `5.00`
std::string to_string(Rate rate);

}  // namespace eyed::model
