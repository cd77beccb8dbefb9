#include "api/cashback_faults.h"

#include <gtest/gtest.h>

namespace eyed::api {
namespace {

using cashback::Faults;

TEST(CashbackFaults, AreNestedAsTheirFieldsAre) {
    EXPECT_EQ(nested_faults({{"customer.document", "no CPF"}, {"total", "none"}}),
              R"({"customer":{"document":["no CPF"]},"total":["none"]})");
}

TEST(CashbackFaults, OfOneFieldStandTogether) {
    EXPECT_EQ(nested_faults({{"total", "a"}, {"sold_at", "b"}, {"total", "c"}}),
              R"({"total":["a","c"],"sold_at":["b"]})");
}

TEST(CashbackFaults, ElementsWithoutFaultsAreEmptyObjects) {
    EXPECT_EQ(nested_faults({{"products.2.qty", "q"}, {"products.0.type", "t"}}),
              R"({"products":[{"type":["t"]},{},{"qty":["q"]}]})");
}

TEST(CashbackFaults, OfAListThatHasFaultsItselfGoToTheTop) {
    EXPECT_EQ(nested_faults({{"products", "too many"}, {"products.0.qty", "q"}}),
              R"({"products":[{"qty":["q"]}],"non_field_errors":["too many"]})");
    EXPECT_EQ(nested_faults({{"products", "too many"}}), R"({"products":["too many"]})");
}

TEST(CashbackFaults, OfAnObjectThatHasFaultsItselfStandBesideItsFields) {
    EXPECT_EQ(nested_faults({{"customer", "odd"}, {"customer.name", "blank"}}),
              R"({"customer":{"name":["blank"],"non_field_errors":["odd"]}})");
}

TEST(CashbackFaults, AnElementThatIsNoObjectHasItsFaultAsAWhole) {
    EXPECT_EQ(nested_faults({{"products.1", "no dictionary"}}),
              R"({"products":[{},{"non_field_errors":["no dictionary"]}]})");
}

TEST(CashbackFaults, OfNoFieldAreOfTheWhole) {
    EXPECT_EQ(nested_faults({{"", "odd"}, {"total", "none"}}),
              R"({"non_field_errors":["odd"],"total":["none"]})");
}

TEST(CashbackFaults, AnIndexBeyondAllLinesIsAName) {
    EXPECT_EQ(nested_faults({{"products.99999999999", "x"}}),
              R"({"products":{"99999999999":["x"]}})");
}

}  // namespace
}  // namespace eyed::api
