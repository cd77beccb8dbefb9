#pragma once

#include <string_view>
#include <vector>

namespace eyed::catalog::sqlite {

/// One step of the schema: its number is its place in the list, from 1. Steps that were released
/// never change; new ones are added at the end. See docs/internals/catalog.md.
struct Migration {
    std::string_view name;
    std::vector<std::string_view> statements;
};
const std::vector<Migration>& migrations();

}  // namespace eyed::catalog::sqlite
