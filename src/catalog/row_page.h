#pragma once

#include <cstdint>

namespace eyed::catalog {

/// A page of users, applications, keys or audit lines. Rows are never removed or renamed: an id
/// says where a page ended, whatever the order, and a page that follows it misses and repeats
/// nothing.
struct RowPage {
    enum class Order : std::uint8_t { kId, kName };
    enum class Direction : std::uint8_t { kAscending, kDescending };
    Order order = Order::kId;
    Direction direction = Direction::kAscending;
    std::uint32_t limit = 100;
    std::int64_t after = 0;  ///< the last row of the page before; 0: this is the first page
};

}  // namespace eyed::catalog
