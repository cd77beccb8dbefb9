#pragma once

#include <soci/soci.h>

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "model/money.h"

namespace eyed::catalog {

/// A column of whole numbers that may be null, as SOCI wants it. Included by the room's sources
/// alone.
struct NullableNumber {
    long long value = 0;
    soci::indicator indicator = soci::i_null;

    NullableNumber() = default;
    explicit NullableNumber(std::optional<Micros> at)
        : value(at ? at->value : 0), indicator(at ? soci::i_ok : soci::i_null) {}
    explicit NullableNumber(std::optional<std::uint32_t> number)
        : value(number.value_or(0)), indicator(number ? soci::i_ok : soci::i_null) {}
    explicit NullableNumber(long long id)  ///< an id: zero is null
        : value(id), indicator(id != 0 ? soci::i_ok : soci::i_null) {}

    std::optional<Micros> instant() const {
        if (indicator == soci::i_null) return std::nullopt;
        return Micros{value};
    }
    std::optional<std::uint32_t> number() const {
        if (indicator == soci::i_null) return std::nullopt;
        return static_cast<std::uint32_t>(value);
    }
    long long id() const { return indicator == soci::i_null ? 0 : value; }
};

/// An amount that may be absent. Zero is an amount.
struct NullableMoney : NullableNumber {
    NullableMoney() = default;
    explicit NullableMoney(const std::optional<model::Money>& amount) {
        value = amount ? amount->minor : 0;
        indicator = amount ? soci::i_ok : soci::i_null;
    }
    std::optional<model::Money> money() const {
        if (indicator == soci::i_null) return std::nullopt;
        return model::Money{value};
    }
};

/// A column of text that may be null.
struct NullableText {
    std::string value;
    soci::indicator indicator = soci::i_null;

    NullableText() = default;
    explicit NullableText(const std::optional<std::string>& text)
        : value(text.value_or("")), indicator(text ? soci::i_ok : soci::i_null) {}

    std::optional<std::string> text() const {
        if (indicator == soci::i_null) return std::nullopt;
        return value;
    }
};

/// Prepares `query` with its soci::into and soci::use parts, in order; what they refer to must
/// outlive the statement.
template <class... Parts>
void prepare(soci::statement& statement, const std::string& query, const Parts&... parts) {
    (statement.exchange(parts), ...);
    statement.alloc();
    statement.prepare(query);
    statement.define_and_bind();
}

}  // namespace eyed::catalog
