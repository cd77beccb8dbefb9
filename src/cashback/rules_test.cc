#include "cashback/rules.h"

#include <gmock/gmock.h>

#include <random>

namespace eyed::cashback {
namespace {

using model::LineLimit;
using model::Money;
using model::Rounding;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Result<Money> nothing_yet(ProductId) {
    return Money{};
}

catalog::Products::All three_types() {
    catalog::Products::All all;
    for (std::int64_t id = 1; id <= 3; ++id) {
        all.products.push_back(
            {.id = ProductId{id}, .type = std::string(1, static_cast<char>('A' + id - 1))});
        all.rules.push_back({.id = CashbackRuleId{id},
                             .product = ProductId{id},
                             .version = 1,
                             .rate = {static_cast<std::int32_t>(500 * id)}});
    }
    return all;
}

model::Purchase sale(std::vector<model::PurchaseLine> lines) {
    return {.sold_at = Micros{1000}, .lines = std::move(lines)};
}

std::vector<model::EarnedLine> earn(const catalog::Products::All& all,
                                    const model::Purchase& purchase,
                                    Rounding rounding = Rounding::kHalfUp) {
    return Rules(all).earn(purchase, rounding, nothing_yet).value();
}

TEST(Rules, EachTypeEarnsItsRate) {
    const auto lines =
        earn(three_types(), sale({{"A", {1000}, 1}, {"B", {1000}, 3}, {"C", {5}, 1}}));
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[0].earned, Money{50});
    EXPECT_EQ(lines[1].earned, Money{300});
    EXPECT_EQ(lines[1].number, 2U);
    EXPECT_EQ(lines[1].rule, CashbackRuleId{2});
    EXPECT_EQ(lines[1].rule_version, 1U);
    EXPECT_EQ(lines[1].exact, 3'000'000);
    EXPECT_EQ(lines[2].exact, 7'500);
    EXPECT_EQ(lines[2].earned, Money{1});
}

TEST(Rules, UnknownAndInactiveTypesAreFaults) {
    auto all = three_types();
    all.products[1].active = false;
    const Rules rules(all);
    EXPECT_THAT(rules.check(sale({{"A", {1}, 1}})), IsEmpty());
    const auto faults = rules.check(sale({{"A", {1}, 1}, {"B", {1}, 1}, {"b", {1}, 1}}));
    ASSERT_EQ(faults.size(), 2U);
    EXPECT_EQ(faults[0].field, "products.1.type");
    EXPECT_THAT(faults[0].message, HasSubstr("not active"));
    EXPECT_EQ(faults[1].field, "products.2.type");
    EXPECT_FALSE(rules.earn(sale({{"Z", {1}, 1}}), Rounding::kHalfUp, nothing_yet));
}

TEST(Rules, TheHighestVersionCountsThatIsValid) {
    auto all = three_types();
    const auto add = [&](std::uint32_t version, std::optional<Micros> from,
                         std::optional<Micros> until) {
        all.rules.push_back({.id = CashbackRuleId{10 + version},
                             .product = ProductId{1},
                             .version = version,
                             .rate = {0},
                             .valid_from = from,
                             .valid_until = until});
    };
    add(2, Micros{100}, Micros{200});
    add(3, Micros{150}, std::nullopt);
    add(4, Micros{0}, std::nullopt);
    all.rules.back().withdrawn_at = Micros{1};
    const Rules rules(all);
    const auto version = [&](std::int64_t at) {
        return rules.rule_for(ProductId{1}, Micros{at})->version;
    };
    EXPECT_EQ(version(99), 1U);
    EXPECT_EQ(version(100), 2U);
    EXPECT_EQ(version(149), 2U);
    EXPECT_EQ(version(150), 3U);
    EXPECT_EQ(version(200), 3U);
    EXPECT_EQ(rules.rule_for(ProductId{9}, Micros{1}), nullptr);
}

TEST(Rules, WithoutAValidRuleALineEarnsNothing) {
    auto all = three_types();
    all.rules[0].valid_until = Micros{1000};
    const auto lines = earn(all, sale({{"A", {1000}, 1}}));
    EXPECT_EQ(lines[0].limit, LineLimit::kNoRule);
    EXPECT_EQ(lines[0].earned, Money{0});
    EXPECT_FALSE(lines[0].rule);
}

TEST(Rules, TheMinimumIsOfAllLinesOfItsType) {
    auto all = three_types();
    all.rules[0].minimum = {1000};
    const auto below = earn(all, sale({{"A", {999}, 1}, {"B", {5000}, 1}}));
    EXPECT_EQ(below[0].limit, LineLimit::kMinimum);
    EXPECT_EQ(below[0].earned, Money{0});
    EXPECT_EQ(below[0].rounded, Money{50});
    EXPECT_EQ(below[1].earned, Money{500});
    const auto reached = earn(all, sale({{"A", {999}, 1}, {"A", {1}, 1}}));
    EXPECT_EQ(reached[0].limit, LineLimit::kNone);
    EXPECT_EQ(reached[0].earned, Money{50});
}

TEST(Rules, LinesUseUpTheCapsInTheirOrder) {
    auto all = three_types();
    all.rules[0].cap_per_purchase = Money{120};
    const auto lines =
        earn(all, sale({{"A", {2000}, 1}, {"B", {2000}, 1}, {"A", {2000}, 1}, {"A", {100}, 1}}));
    EXPECT_EQ(lines[0].earned, Money{100});
    EXPECT_EQ(lines[0].limit, LineLimit::kNone);
    EXPECT_EQ(lines[1].earned, Money{200});
    EXPECT_EQ(lines[2].earned, Money{20});
    EXPECT_EQ(lines[2].limit, LineLimit::kCapPerPurchase);
    EXPECT_EQ(lines[3].earned, Money{0});
    EXPECT_EQ(lines[3].limit, LineLimit::kCapPerPurchase);
}

TEST(Rules, TheMonthIsAskedOnceAndOnlyWhereItCounts) {
    auto all = three_types();
    all.rules[0].cap_per_month = Money{500};
    all.rules[0].cap_per_purchase = Money{400};
    std::vector<std::int64_t> asked;
    const auto month = [&](ProductId product) -> Result<Money> {
        asked.push_back(product.value);
        return Money{450};
    };
    const auto lines = Rules(all)
                           .earn(sale({{"A", {600}, 1}, {"A", {9000}, 1}, {"B", {100}, 1}}),
                                 Rounding::kHalfUp, month)
                           .value();
    EXPECT_THAT(asked, ElementsAre(1));
    EXPECT_EQ(lines[0].earned, Money{30});
    EXPECT_EQ(lines[1].earned, Money{20});
    EXPECT_EQ(lines[1].limit, LineLimit::kCapPerMonth);
    const auto over = Rules(all).earn(sale({{"A", {600}, 1}}), Rounding::kHalfUp,
                                      [](ProductId) -> Result<Money> { return Money{501}; });
    EXPECT_EQ(over->at(0).earned, Money{0});
    const auto failed =
        Rules(all).earn(sale({{"A", {600}, 1}}), Rounding::kHalfUp,
                        [](ProductId) -> Result<Money> { return failure(Code::kIo, "disk"); });
    EXPECT_EQ(failed.error().code, Code::kIo);
}

TEST(Rules, TheLargestAmountsOverflowNothing) {
    auto all = three_types();
    all.rules[0].rate = {10'000};
    const auto lines =
        earn(all, sale({{"A", {model::kMostMoney.minor / kMostQuantity}, kMostQuantity}}));
    EXPECT_EQ(lines[0].exact, model::kMostMoney.minor * 10'000);
    EXPECT_EQ(lines[0].earned, model::kMostMoney);
    EXPECT_EQ(taken_back(lines[0], 0, kMostQuantity), model::kMostMoney);
    EXPECT_EQ(taken_back(lines[0], kMostQuantity - 1, 1),
              Money{model::kMostMoney.minor / kMostQuantity});
}

TEST(Rounding, AgreesWithExactArithmetic) {
    std::mt19937_64 random(7);  // NOLINT(bugprone-random-generator-seed): the same each time
    for (int i = 0; i < 20'000; ++i) {
        std::int64_t exact = static_cast<std::int64_t>(random() % 1'000'000'000'000);
        if (i % 3 == 0) exact = exact / 10'000 * 10'000 + 5'000;  // a half
        const std::int64_t down = round_exact(exact, Rounding::kDown).minor;
        const std::int64_t up = round_exact(exact, Rounding::kHalfUp).minor;
        const std::int64_t even = round_exact(exact, Rounding::kHalfEven).minor;
        ASSERT_LE(down * 10'000, exact);
        ASSERT_GT((down + 1) * 10'000, exact);
        ASSERT_LE(up * 10'000 - 5'000, exact);
        ASSERT_GT(up * 10'000 + 5'000, exact);
        if (exact % 10'000 == 5'000)
            ASSERT_EQ(even % 2, 0);
        else
            ASSERT_EQ(even, up);
        ASSERT_LE(std::abs(even * 10'000 - exact), 5'000);
    }
}

TEST(TakenBack, PartsAddUpToTheWhole) {
    std::mt19937_64 random(8);  // NOLINT(bugprone-random-generator-seed): the same each time
    for (int i = 0; i < 2'000; ++i) {
        model::EarnedLine line;
        line.line.quantity = static_cast<std::uint32_t>(1 + random() % 50);
        line.earned = {static_cast<std::int64_t>(random() % 100'000)};
        Money sum;
        for (std::uint32_t before = 0; before < line.line.quantity;) {
            const auto left = line.line.quantity - before;
            const auto now = static_cast<std::uint32_t>(1 + random() % left);
            const Money part = taken_back(line, before, now);
            ASSERT_GE(part, Money{});
            sum += part;
            before += now;
        }
        ASSERT_EQ(sum, line.earned);
    }
}

TEST(Explain, TellsHowALineEarned) {
    auto all = three_types();
    all.rules[1].cap_per_purchase = Money{10};
    const auto lines = earn(all, sale({{"A", {333}, 2}, {"B", {1000}, 1}}));
    EXPECT_EQ(explain(lines[0], Rounding::kHalfUp),
              "2 × 3.33 of type A come to 6.66. 5.00 % of it (rule 1, version 1) is 0.333000, "
              "rounded half up 0.33.");
    EXPECT_THAT(explain(lines[1], Rounding::kDown), HasSubstr("cap for a purchase leaves 0.10."));
    all.rules.clear();
    EXPECT_THAT(explain(earn(all, sale({{"A", {1}, 1}}))[0], Rounding::kDown),
                HasSubstr("No rule was valid"));
}

}  // namespace
}  // namespace eyed::cashback
