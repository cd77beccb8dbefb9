#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace eyed::model {

/// A value and the name that it is stored and shown by. Included by the room's sources alone.
template <class Value>
struct Named {
    Value value;
    std::string_view name;
};

/// Empty: the table lacks it.
template <class Value>
std::string_view name_in(std::span<const Named<Value>> table, Value value) {
    for (const Named<Value>& row : table)
        if (row.value == value) return row.name;
    return {};
}

template <class Value>
std::optional<Value> value_in(std::span<const Named<Value>> table, std::string_view name) {
    for (const Named<Value>& row : table)
        if (row.name == name && !name.empty()) return row.value;
    return std::nullopt;
}

}  // namespace eyed::model
