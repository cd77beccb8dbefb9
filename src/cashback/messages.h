#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "model/money.h"

namespace eyed::cashback {

/// What is told of faulty fields, in Django REST framework's own words where it has any.
inline constexpr std::string_view kRequired = "This field is required.";
inline constexpr std::string_view kNull = "This field may not be null.";
inline constexpr std::string_view kBlank = "This field may not be blank.";
inline constexpr std::string_view kNotText = "Not a valid string.";
inline constexpr std::string_view kNulCharacter = "Null characters are not allowed.";
inline constexpr std::string_view kControlCharacter = "Control characters are not allowed.";
inline constexpr std::string_view kNotANumber = "A valid number is required.";
inline constexpr std::string_view kNotAnInteger = "A valid integer is required.";
inline constexpr std::string_view kDecimals =
    "Ensure that there are no more than 2 decimal places.";
inline constexpr std::string_view kNotPositive = "Ensure this value is greater than or equal to 1.";
inline constexpr std::string_view kEmptyList = "This list may not be empty.";
inline constexpr std::string_view kNoCpf = "This is not a valid CPF.";
inline constexpr std::string_view kBadTime =
    "Datetime has wrong format. Use one of these formats instead: "
    "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].";

inline std::string too_many_characters(std::size_t most) {
    return fmt::format("Ensure this field has no more than {} characters.", most);
}
inline std::string too_many_elements(std::size_t most) {
    return fmt::format("Ensure this field has no more than {} elements.", most);
}
inline std::string unreadable_amount(model::MoneyFault fault) {
    if (fault == model::MoneyFault::kNotANumber) return std::string(kNotANumber);
    if (fault == model::MoneyFault::kTooManyDecimals) return std::string(kDecimals);
    return fmt::format("Ensure this value is less than or equal to {}.",
                       to_string(model::kMostMoney));
}

}  // namespace eyed::cashback
