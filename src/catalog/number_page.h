#pragma once

#include <algorithm>
#include <cstdint>

namespace eyed::catalog {

/// A page by its number, as the calendar's lists have them.
struct NumberPage {
    std::uint32_t number = 1;  ///< from 1
    std::uint32_t size = 10;
    /// At most what a database counts to.
    std::uint64_t offset() const {
        return std::min(std::uint64_t{number - 1} * size, std::uint64_t{INT64_MAX});
    }
};

}  // namespace eyed::catalog
