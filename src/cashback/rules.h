#pragma once

#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "cashback/purchase.h"
#include "catalog/products.h"
#include "model/cashback.h"

namespace eyed::cashback {

/// What purchases earn: the product types and rules of one moment. Immutable; any thread.
class Rules {
  public:
    explicit Rules(catalog::Products::All all);

    /// Product types that are not known or not active, a fault of `products.N.type` each.
    Faults check(const model::Purchase& purchase) const;

    using MonthSoFar = std::function<Result<model::Money>(ProductId)>;
    /// What each line earns. First each line by itself, value × quantity × rate, rounded; then the
    /// rule's minimum over the lines of its type; then its caps, purchase before month, which the
    /// lines use up in their order. `month` is asked at most once a product, and only where a rule
    /// has a cap by month. Its errors pass through. The purchase was checked.
    [[nodiscard]] Result<std::vector<model::EarnedLine>> earn(const model::Purchase& purchase,
                                                              model::Rounding rounding,
                                                              const MonthSoFar& month) const;

    /// The rule of a product for a sale; nullptr: none is valid.
    const model::CashbackRule* rule_for(ProductId product, Micros sold_at) const;

  private:
    struct Entry {
        model::Product product;
        std::vector<model::CashbackRule> rules;  ///< highest version first
    };
    static const model::CashbackRule* valid_rule(const Entry& entry, Micros sold_at);

    std::map<std::string, Entry, std::less<>> by_type_;
    std::unordered_map<ProductId, std::string> types_;
};

/// Ten-thousandths of a centavo to centavos.
model::Money round_exact(std::int64_t exact, model::Rounding rounding);

/// What is taken back of a line of which `before` pieces were returned already, and `now` more: so
/// that all pieces together take back all that it earned, in whatever parts.
model::Money taken_back(const model::EarnedLine& line, std::uint32_t before, std::uint32_t now);

/// How an amount came about, in sentences: for the explanation of a line.
std::string explain(const model::EarnedLine& line, model::Rounding rounding);

}  // namespace eyed::cashback
