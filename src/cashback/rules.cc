#include "cashback/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

namespace eyed::cashback {
namespace {

constexpr std::int64_t kExactPerMinor = 10'000;

std::int64_t amount_of(const model::PurchaseLine& line) {
    return line.value.minor * line.quantity;
}

/// What of a cap is left; none: there is no cap.
using Left = std::optional<std::int64_t>;

void cut(model::EarnedLine& line, Left& left, model::LineLimit limit) {
    if (!left) return;
    if (line.earned.minor > *left) {
        line.earned.minor = *left;
        line.limit = limit;
    }
}

void use_up(const model::EarnedLine& line, Left& left) {
    if (left) *left -= line.earned.minor;
}

/// What the lines of one product share.
struct Shared {
    const model::CashbackRule* rule = nullptr;
    std::int64_t amount = 0;
    Left in_purchase;
    Left in_month;
};

bool is_valid(const model::CashbackRule& rule, Micros at) {
    return (!rule.valid_from || *rule.valid_from <= at) &&
           (!rule.valid_until || at < *rule.valid_until);
}

std::string_view rounding_text(model::Rounding rounding) {
    switch (rounding) {
        case model::Rounding::kHalfUp:
            return "half up";
        case model::Rounding::kHalfEven:
            return "half to even";
        case model::Rounding::kDown:
            break;
    }
    return "down";
}

/// Why a line earned less than its rate says, or how it came to that.
std::string limit_text(const model::EarnedLine& line) {
    switch (line.limit) {
        case model::LineLimit::kNone:
        case model::LineLimit::kNoRule:
            return {};
        case model::LineLimit::kMinimum:
            return " The lines of the type do not come to the rule's minimum: it earns nothing.";
        case model::LineLimit::kCapPerPurchase:
            return fmt::format(" The rule's cap for a purchase leaves {}.", to_string(line.earned));
        case model::LineLimit::kCapPerMonth:
            return fmt::format(" The rule's cap for a customer and month leaves {}.",
                               to_string(line.earned));
    }
    return {};
}

}  // namespace

Rules::Rules(catalog::Products::All all) {
    std::unordered_map<ProductId, std::vector<model::CashbackRule>> rules;
    for (model::CashbackRule& rule : all.rules)
        if (!rule.withdrawn_at) rules[rule.product].push_back(std::move(rule));
    for (model::Product& product : all.products) {
        auto& own = rules[product.id];
        std::ranges::sort(own, std::ranges::greater{}, &model::CashbackRule::version);
        std::string type = product.type;
        const ProductId id = product.id;
        types_.emplace(id, type);
        by_type_.emplace(std::move(type), Entry{std::move(product), std::move(own)});
    }
}

Faults Rules::check(const model::Purchase& purchase) const {
    constexpr std::size_t kMost = 100;
    Faults faults;
    for (std::size_t i = 0; i < purchase.lines.size() && faults.size() < kMost; ++i) {
        const std::string& type = purchase.lines[i].type;
        const auto found = by_type_.find(type);
        if (found != by_type_.end() && found->second.product.active) continue;
        faults.push_back({fmt::format("products.{}.type", i),
                          found == by_type_.end()
                              ? fmt::format("There is no product type “{}”.", type)
                              : fmt::format("The product type “{}” is not active.", type)});
    }
    return faults;
}

Result<std::vector<model::EarnedLine>> Rules::earn(const model::Purchase& purchase,
                                                   model::Rounding rounding,
                                                   const MonthSoFar& month) const {
    std::vector<model::EarnedLine> lines;
    lines.reserve(purchase.lines.size());
    std::unordered_map<ProductId, Shared> shared;
    for (const model::PurchaseLine& sold : purchase.lines) {
        const auto found = by_type_.find(sold.type);
        if (found == by_type_.end())
            return failure(Code::kInvalidArgument, "products: a type is not known any more");
        const ProductId product = found->second.product.id;
        const auto [entry, is_new] = shared.try_emplace(product);
        if (is_new) entry->second.rule = valid_rule(found->second, purchase.sold_at);
        entry->second.amount += amount_of(sold);
        model::EarnedLine line{.number = static_cast<std::uint32_t>(lines.size() + 1),
                               .line = sold,
                               .product = product};
        if (const model::CashbackRule* rule = entry->second.rule) {
            line.rule = rule->id;
            line.rule_version = rule->version;
            line.rate = rule->rate;
            line.exact = amount_of(sold) * rule->rate.basis_points;
            line.rounded = round_exact(line.exact, rounding);
        } else {
            line.limit = model::LineLimit::kNoRule;
        }
        lines.push_back(std::move(line));
    }
    for (auto& [product, one] : shared) {
        if (one.rule == nullptr) continue;
        if (one.rule->cap_per_purchase) one.in_purchase = one.rule->cap_per_purchase->minor;
        if (!one.rule->cap_per_month) continue;
        EYED_ASSIGN(const model::Money so_far, month(product));
        one.in_month = std::max(one.rule->cap_per_month->minor - so_far.minor, std::int64_t{0});
    }
    for (model::EarnedLine& line : lines) {
        Shared& one = shared.at(line.product);
        if (one.rule == nullptr) continue;
        if (one.amount < one.rule->minimum.minor) {
            line.limit = model::LineLimit::kMinimum;
            continue;
        }
        line.earned = line.rounded;
        cut(line, one.in_purchase, model::LineLimit::kCapPerPurchase);
        cut(line, one.in_month, model::LineLimit::kCapPerMonth);
        use_up(line, one.in_purchase);
        use_up(line, one.in_month);
    }
    return lines;
}

const model::CashbackRule* Rules::valid_rule(const Entry& entry, Micros sold_at) {
    const auto found = std::ranges::find_if(
        entry.rules, [&](const model::CashbackRule& rule) { return is_valid(rule, sold_at); });
    return found == entry.rules.end() ? nullptr : &*found;
}

const model::CashbackRule* Rules::rule_for(ProductId product, Micros sold_at) const {
    const auto type = types_.find(product);
    if (type == types_.end()) return nullptr;
    return valid_rule(by_type_.find(type->second)->second, sold_at);
}

model::Money round_exact(std::int64_t exact, model::Rounding rounding) {
    const std::int64_t whole = exact / kExactPerMinor;
    const std::int64_t doubled = exact % kExactPerMinor * 2;
    const bool half = doubled == kExactPerMinor;
    bool up = doubled > kExactPerMinor;
    if (rounding == model::Rounding::kHalfUp) up = up || half;
    if (rounding == model::Rounding::kHalfEven) up = up || (half && whole % 2 != 0);
    if (rounding == model::Rounding::kDown) up = false;
    return {whole + (up ? 1 : 0)};
}

model::Money taken_back(const model::EarnedLine& line, std::uint32_t before, std::uint32_t now) {
    // What an amount is made of is at most kMostMoney × kMostQuantity: 10^18.
    const auto share = [&](std::uint32_t pieces) {
        return line.earned.minor * std::min(pieces, line.line.quantity) / line.line.quantity;
    };
    return {share(before + now) - share(before)};
}

std::string explain(const model::EarnedLine& line, model::Rounding rounding) {
    const std::string what = fmt::format("{} × {} of type {} come to {}.", line.line.quantity,
                                         to_string(line.line.value), line.line.type,
                                         to_string(model::Money{amount_of(line.line)}));
    if (line.limit == model::LineLimit::kNoRule)
        return what + " No rule was valid for the type when it was sold: it earns nothing.";
    const std::int64_t per_unit = kExactPerMinor * 100;
    return fmt::format("{} {} % of it (rule {}, version {}) is {}.{:06}, rounded {} {}.{}", what,
                       to_string(line.rate), line.rule.value, line.rule_version,
                       line.exact / per_unit, line.exact % per_unit, rounding_text(rounding),
                       to_string(line.rounded), limit_text(line));
}

}  // namespace eyed::cashback
