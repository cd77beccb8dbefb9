#include "cashback/purchase.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace eyed::cashback {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr std::chrono::hours kDay{24};

ReadPurchase read(std::string json) {
    const Bounds bounds{*parse_iso8601("2026-11-28T12:00:00Z"), std::chrono::seconds(5),
                        400 * kDay};
    json.append(64, '\0');
    return read_purchase(std::string_view(json).substr(0, json.size() - 64), bounds);
}

std::string body(const std::string& products, const std::string& total = "\"100.00\"",
                 const std::string& sold_at = "\"2026-01-02 00:00:00\"",
                 const std::string& customer = R"({"document":"111.444.777-35","name":"Ann"})") {
    return fmt::format(R"({{"sold_at":{},"customer":{},"total":{},"products":{}}})", sold_at,
                       customer, total, products);
}
std::string line(const std::string& value, const std::string& quantity) {
    return fmt::format(R"([{{"type":"A","value":{},"qty":{}}}])", value, quantity);
}

/// `field: message` of each fault.
std::vector<std::string> faults(const std::string& json) {
    std::vector<std::string> texts;
    for (const Fault& fault : read(json).faults)
        texts.push_back(fault.field + ": " + fault.message);
    return texts;
}

TEST(ReadPurchase, TakesTheSeedsOwn) {
    const auto [purchase, faults] = read(body(
        R"([{"type":"A","value":"10.00","qty":1},{"type":"B","value":45.0,"qty":"2","more":[]}])"));
    ASSERT_THAT(faults, IsEmpty());
    EXPECT_EQ(purchase.document, "11144477735");
    EXPECT_EQ(purchase.name, "Ann");
    EXPECT_EQ(purchase.sold_at, parse_iso8601("2026-01-02T00:00:00Z"));
    EXPECT_EQ(purchase.total, model::Money{10'000});
    EXPECT_THAT(purchase.lines, ElementsAre(model::PurchaseLine{"A", {1000}, 1},
                                            model::PurchaseLine{"B", {4500}, 2}));
}

TEST(ReadPurchase, GathersAllFaults) {
    EXPECT_THAT(faults("{}"),
                ElementsAre("sold_at: This field is required.", "customer: This field is required.",
                            "total: This field is required.", "products: This field is required."));
    EXPECT_THAT(
        faults(R"({"sold_at":"x","customer":{"document":"33535353535","name":" "},"total":"1,0",
                   "products":[{"type":"A","value":"1.00","qty":1},{},{"type":"","value":-1,
                   "qty":0}]})"),
        ElementsAre(
            StartsWith("sold_at: Datetime has wrong format."),
            "customer.document: This is not a valid CPF.",
            "customer.name: This field may not be blank.", "total: A valid number is required.",
            "products.1.type: This field is required.", "products.1.value: This field is required.",
            "products.1.qty: This field is required.",
            "products.2.type: This field may not be blank.",
            "products.2.value: Ensure this value is greater than or equal to 0.01.",
            "products.2.qty: Ensure this value is greater than or equal to 1."));
}

TEST(ReadPurchase, NullsAndWrongTypesAreFaults) {
    EXPECT_THAT(
        faults(body("null", "null", "null", "null")),
        ElementsAre("sold_at: This field may not be null.", "customer: This field may not be null.",
                    "total: This field may not be null.", "products: This field may not be null."));
    EXPECT_THAT(faults(body("{}", "[]", "1", "[]")),
                ElementsAre(StartsWith("sold_at: Datetime has wrong format."),
                            "customer: Invalid data. Expected a dictionary, but got list.",
                            "total: A valid number is required.",
                            "products: Expected a list of items but got type \"dict\"."));
    EXPECT_THAT(faults(body("[1,[]]")),
                ElementsAre("products.0: Invalid data. Expected a dictionary, but got int.",
                            "products.1: Invalid data. Expected a dictionary, but got list."));
    EXPECT_THAT(
        faults("[]"),
        ElementsAre("non_field_errors: Invalid data. Expected a dictionary, but got list."));
}

TEST(ReadPurchase, AmountsAreReadDigitByDigit) {
    const auto told = [](const std::string& value) {
        const auto found = faults(body(line(value, "1"), value));
        return found.empty() ? std::string() : found.front().substr(found.front().find(':') + 2);
    };
    for (const std::string value : {"\"0.01\"", "0.01", "\"1\"", "10.0", "\"10.50000\"",
                                    "10000000000", "\" 1.00 \"", "9007199254.93"})
        EXPECT_EQ(told(value), "") << value;
    for (const std::string value : {"\"\"", "\"a\"", "1e2", "\"1.\"", "\".5\"", "true", "\"1 0\"",
                                    "\"+1\"", "\"1,00\"", "\"NaN\"", "\"Infinity\""})
        EXPECT_EQ(told(value), "A valid number is required.") << value;
    EXPECT_EQ(told("\"0.001\""), "Ensure that there are no more than 2 decimal places.");
    for (const std::string value : {"0", "\"0.00\"", "-1", "\"-0.01\""})
        EXPECT_EQ(told(value), "Ensure this value is greater than or equal to 0.01.") << value;
    for (const std::string value : {"10000000000.01", "99999999999999999999999999999999"})
        EXPECT_EQ(told(value), "Ensure this value is less than or equal to 10000000000.00.");
}

TEST(ReadPurchase, QuantitiesArePositiveIntegers) {
    const auto told = [](const std::string& quantity) {
        const auto found = faults(body(line("\"0.01\"", quantity), "\"0.02\""));
        return found.empty() ? std::string() : found.front();
    };
    for (const std::string quantity : {"2", "\"2\"", "2.0", "\" 2 \""})
        EXPECT_EQ(told(quantity), "") << quantity;
    for (const std::string quantity : {"2.5", "\"\"", "\"two\"", "true", "1e1", "\"0x2\"", "[]"})
        EXPECT_EQ(told(quantity), "products.0.qty: A valid integer is required.") << quantity;
    for (const std::string quantity : {"0", "-1", "\"-99999999999999\""})
        EXPECT_EQ(told(quantity),
                  "products.0.qty: Ensure this value is greater than or equal to 1.");
    for (const std::string quantity : {"1000001", "99999999999999999999"})
        EXPECT_EQ(told(quantity),
                  "products.0.qty: Ensure this value is less than or equal to 1000000.");
}

TEST(ReadPurchase, LinesComeToTheTotalToTheCent) {
    EXPECT_THAT(faults(body(line("\"0.10\"", "3"), "\"0.30\"")), IsEmpty());
    EXPECT_THAT(faults(body(line("\"30.00\"", "3"))),
                ElementsAre("total: The lines come to 90.00, the total says 100.00."));
    EXPECT_THAT(faults(body(line("\"33.33\"", "3"))),
                ElementsAre("total: The lines come to 99.99, the total says 100.00."));
}

TEST(ReadPurchase, TheLargestLinesOverflowNothing) {
    std::string products = "[";
    for (int i = 0; i < 1000; ++i)
        products += (i == 0 ? "" : ",") +
                    std::string(R"({"type":"A","value":"10000000000.00","qty":1000000})");
    EXPECT_THAT(faults(body(products + "]", "\"10000000000.00\"")),
                ElementsAre("total: The lines come to more than 10000000000.00."));
}

TEST(ReadPurchase, LinesAreBounded) {
    std::string products = "[";
    for (int i = 0; i < 1001; ++i)
        products += (i == 0 ? "" : ",") + std::string(R"({"type":"A","value":"0.10","qty":1})");
    EXPECT_THAT(faults(body(products + "]")),
                ElementsAre("products: Ensure this field has no more than 1000 elements."));
    EXPECT_THAT(faults(body("[]")), ElementsAre("products: This list may not be empty."));
    std::string empty = "[{}";
    for (int i = 0; i < 999; ++i)
        empty += ",{}";
    EXPECT_THAT(faults(body(empty + "]")), SizeIs(100));
}

TEST(ReadPurchase, TimesAreNeitherInTheFutureNorTooOld) {
    const auto told = [](const std::string& at) {
        const auto found = faults(body(line("\"100\"", "1"), "\"100\"", "\"" + at + "\""));
        return found.empty() ? std::string() : found.front();
    };
    for (const std::string at : {"2026-11-28 12:00:05", "2026-11-28T09:00:00-03:00",
                                 "2026-11-27T12:00:00.123456Z", "2025-10-24 12:00:00"})
        EXPECT_EQ(told(at), "") << at;
    EXPECT_THAT(told("2026-11-28 12:00:06"), HasSubstr("in the future"));
    EXPECT_THAT(told("2025-10-24 11:59:59"), HasSubstr("too old"));
    for (const std::string at : {"2026-11-28", "28/11/2026 10:00:00", "2026-13-01 00:00:00", ""})
        EXPECT_THAT(told(at), StartsWith("sold_at: Datetime has wrong format.")) << at;
}

TEST(ReadPurchase, AFieldThatIsGivenTwiceIsAFault) {
    const auto twice = faults(
        R"({"total":"1.00","sold_at":"2026-01-02 00:00:00","total":"100.00",
            "customer":{"document":"11144477735","name":"a","document":"52998224725"},
            "products":[{"type":"A","value":"100.00","qty":1,"qty":1}],"x":1,"x":2})");
    EXPECT_THAT(twice, ElementsAre("total: This field is given twice.",
                                   "customer.document: This field is given twice.",
                                   "products.0.qty: This field is given twice."));
}

TEST(ReadPurchase, TextsAreBounded) {
    const auto named = [](const std::string& name) {
        return faults(body(line("\"100\"", "1"), "\"100\"", "\"2026-01-02 00:00:00\"",
                           R"({"document":11144477735,"name":")" + name + "\"}"));
    };
    std::string longest;
    for (int i = 0; i < 150; ++i)
        longest += "é";
    EXPECT_THAT(named(longest), IsEmpty());
    EXPECT_THAT(named(longest + "e"),
                ElementsAre("customer.name: Ensure this field has no more than 150 characters."));
    EXPECT_THAT(named("a\\u0000b"), ElementsAre("customer.name: Null characters are not allowed."));
    for (const char* control : {"a\\nb", "a\\u001bb", "a\\u007fb", "a\\u0085b", "a\xc2\x9f"})
        EXPECT_THAT(named(control),
                    ElementsAre("customer.name: Control characters are not allowed."));
    EXPECT_THAT(named("\\t Ana\xc2\xa0Lima \\n"), IsEmpty());
}

TEST(ReadPurchase, WhatIsNoJsonIsToldWithItsPlace) {
    EXPECT_THAT(faults(""), ElementsAre(StartsWith("detail: JSON parse error - Expecting value")));
    EXPECT_THAT(faults("{"), ElementsAre(StartsWith("detail: JSON parse error - ")));
    EXPECT_THAT(faults("{} {}"),
                ElementsAre("detail: JSON parse error - Extra data: line 1 column 4 (char 3)"));
    EXPECT_THAT(faults("{\"a\":\xff}"), ElementsAre(StartsWith("detail: JSON parse error - ")));
}

TEST(Digest, IsOfCustomerTimeAndLines) {
    const auto purchase = read(body(line("\"100\"", "1"))).purchase;
    const auto differs = [&](auto change) {
        model::Purchase other = purchase;
        change(other);
        return identity_of(other) != identity_of(purchase);
    };
    EXPECT_TRUE(differs([](auto& other) { other.document = "52998224725"; }));
    EXPECT_TRUE(differs([](auto& other) { other.sold_at.value += 1; }));
    EXPECT_TRUE(differs([](auto& other) { other.lines[0].type = "B"; }));
    EXPECT_TRUE(differs([](auto& other) { other.lines[0].quantity = 2; }));
    EXPECT_TRUE(differs([](auto& other) { other.lines.push_back(other.lines[0]); }));
    EXPECT_FALSE(differs([](auto& other) { other.name = "Anna"; }));
}

TEST(Purchase, IsTheSameHoweverItsLinesAreOrderedAndParted) {
    model::Purchase one{.document = "11144477735", .lines = {{"A", {1000}, 2}, {"B", {500}, 1}}};
    model::Purchase other = one;
    other.lines = {{"B", {500}, 1}, {"A", {1000}, 1}, {"A", {1000}, 1}};
    EXPECT_EQ(identity_of(one), identity_of(other));
    other.lines.back().value = {999};
    EXPECT_NE(identity_of(one), identity_of(other));
}

}  // namespace
}  // namespace eyed::cashback
