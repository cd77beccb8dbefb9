#include "catalog/products.h"

#include <gmock/gmock.h>

#include "catalog/audit.h"
#include "catalog/cashback_fixture.h"

namespace eyed::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class ProductsTest : public CashbackTest {
  protected:
    Products& products() { return catalog_->products(); }
    ProductId add(const std::string& type) {
        return products().create({type, "Things", "", true}, change_)->id;
    }
};

TEST_F(ProductsTest, AFreshInstallationHasThree) {
    const auto all = products().all().value();
    ASSERT_EQ(all.products.size(), 3U);
    ASSERT_EQ(all.rules.size(), 3U);
    std::vector<std::string> rates;
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(all.rules[i].product, all.products[i].id);
        rates.push_back(all.products[i].type + " " + to_string(all.rules[i].rate));
    }
    EXPECT_THAT(rates, ElementsAre("A 5.00", "B 10.00", "C 15.00"));
}

TEST_F(ProductsTest, AreMadeChangedAndRemoved) {
    const auto id = add("D");
    const auto taken = products().create({"D", "", "", true}, change_);
    EXPECT_EQ(taken.error().code, Code::kInvalidArgument);
    EXPECT_THAT(taken.error().detail, StartsWith("type: "));
    EXPECT_EQ(products().change(id, {"A", "", "", true}, {}, change_).error().code,
              Code::kInvalidArgument);
    EXPECT_EQ(products().change(id, {"E", "", "", true}, {{2}}, change_).error().code,
              Code::kPreconditionFailed);
    const auto changed = products().change(id, {"E", "Others", "text", false}, {{1}}, change_);
    ASSERT_TRUE(changed);
    EXPECT_EQ(changed->type, "E");
    EXPECT_FALSE(changed->active);
    EXPECT_EQ(changed->revision, 2U);
    EXPECT_EQ(products().change(id, {"E", "Others", "text", false}, {}, change_)->revision, 2U);
    EXPECT_EQ(products().list({.active = true}, {})->count, 3U);
    EXPECT_EQ(products().list({.text = "other"}, {})->rows.at(0).id, id);
    ASSERT_TRUE(products().add_rule({.product = id, .rate = {100}}, change_));
    EXPECT_EQ(products().remove(id, {{1}}, change_).error().code, Code::kPreconditionFailed);
    ASSERT_TRUE(products().remove(id, {{2}}, change_));
    EXPECT_EQ(products().by_id(id).error().code, Code::kNotFound);
    const auto lines = catalog_->audit().list({.kind = "product"}).value().rows;
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_THAT(lines[1].details, HasSubstr(R"("type":["D","E"])"));
}

TEST_F(ProductsTest, AChangeLeavesWhatItDoesNotName) {
    const auto id = add("D");
    ASSERT_TRUE(products().change(id, {.name = "Others", .description = "text"}, {}, change_));
    const auto changed = products().change(id, {.active = false}, {}, change_).value();
    EXPECT_EQ(changed.type, "D");
    EXPECT_EQ(changed.name, "Others");
    EXPECT_EQ(changed.description, "text");
    EXPECT_FALSE(changed.active);
}

TEST_F(ProductsTest, ThatCashbacksNameStay) {
    make(purchase(kAnn, {1000}));
    EXPECT_EQ(products().remove(ProductId{1}, {}, change_).error().code, Code::kConflict);
    EXPECT_EQ(products().change(ProductId{1}, {"Z", "", "", true}, {}, change_).error().code,
              Code::kConflict);
    EXPECT_TRUE(products().change(ProductId{1}, {"A", "", "", false}, {}, change_));
    EXPECT_TRUE(products().remove(ProductId{2}, {}, change_));
}

TEST_F(ProductsTest, RulesHaveVersionsAndAreWithdrawnNotChanged) {
    const auto rule = products()
                          .add_rule({.product = ProductId{1},
                                     .rate = {725},
                                     .valid_from = at(0),
                                     .valid_until = at(100),
                                     .minimum = {1000},
                                     .cap_per_purchase = model::Money{500},
                                     .cap_per_month = model::Money{0},
                                     .note = "summer"},
                                    change_)
                          .value();
    EXPECT_EQ(rule.version, 2U);
    EXPECT_EQ(rule.created_by, UserId{1});
    const auto kept = products().rule_by_id(rule.id).value();
    EXPECT_EQ(kept.rate.basis_points, 725);
    EXPECT_EQ(kept.valid_from, at(0));
    EXPECT_EQ(kept.cap_per_purchase, model::Money{500});
    EXPECT_EQ(kept.cap_per_month, model::Money{0});
    const auto valid = [&](Micros when) {
        return products().list_rules({.product = ProductId{1}, .valid_at = when}, {})->count;
    };
    EXPECT_EQ(valid(at(-1)), 1U);
    EXPECT_EQ(valid(at(0)), 2U);
    EXPECT_EQ(valid(at(100)), 1U);
    EXPECT_EQ(products().all()->rules.front().version, 2U);
    EXPECT_TRUE(products().withdraw_rule(rule.id, change_)->withdrawn_at);
    EXPECT_EQ(products().withdraw_rule(rule.id, change_).error().code, Code::kConflict);
    EXPECT_EQ(products().all()->rules.size(), 3U);
    EXPECT_EQ(products().list_rules({.withdrawn = true}, {})->count, 1U);
    EXPECT_EQ(products().add_rule({.product = ProductId{1}}, change_)->version, 3U);
    const auto nowhere = products().add_rule({.product = ProductId{99}}, change_);
    EXPECT_EQ(nowhere.error().code, Code::kInvalidArgument);
    EXPECT_THAT(nowhere.error().detail, StartsWith("product: "));
}

}  // namespace
}  // namespace eyed::catalog
