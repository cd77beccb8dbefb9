#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/cashback.h"

namespace eyed::cashback {

/// What is wrong with a purchase: `field` as somebody wrote it, `products.2.qty`.
struct Fault {
    std::string field;
    std::string message;
};
using Faults = std::vector<Fault>;

inline constexpr std::size_t kMostName = 150;  ///< of a customer, in code points, as the next
inline constexpr std::size_t kMostType = 50;   ///< of a product
inline constexpr std::size_t kMostLines = 1000;
inline constexpr std::uint32_t kMostQuantity = 1'000'000;

/// What purchases are checked against.
struct Bounds {
    Micros now;
    std::chrono::microseconds future_tolerance{0};
    std::chrono::microseconds oldest{0};  ///< 0: however old
};

/// Reads a purchase from its JSON text: `{"sold_at","customer":{"document","name"},"total",
/// "products":[{"type","value","qty"}]}`. Amounts are texts or JSON numbers, and are read digit by
/// digit. All faults are told, in the words of Django REST framework where it has any, 100 at most;
/// with faults the purchase is of no use. Whether its product types exist is Rules' to say. `json`
/// must have simdjson's padding behind it (http::Request::kBodyPadding). Time is linear.
struct ReadPurchase {
    model::Purchase purchase;
    Faults faults;
};
ReadPurchase read_purchase(std::string_view json, const Bounds& bounds);

/// What a purchase without a key is known by, as one text: customer, time, and how many pieces of
/// which type and value, in whatever order and however parted into lines. It shows the document, so
/// that a keyed digest of it alone is kept.
std::string identity_of(const model::Purchase& purchase);

}  // namespace eyed::cashback
