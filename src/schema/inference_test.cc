#include "schema/inference.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "schema/checker.h"

namespace eyed::schema {
namespace {

std::optional<Violation> violation_of(const Checker& checker, const std::string& payload) {
    const std::string padded = payload + std::string(64, ' ');
    const std::string_view text = std::string_view(padded).substr(0, payload.size());
    JsonIndex index;
    EXPECT_FALSE(index.index(text));
    JsonReader reader(index);
    Violation violation;
    if (checker.check(reader, text, "/data", violation)) return std::nullopt;
    return violation;
}

bool fits(const Checker& checker, const std::string& payload) {
    const auto violation = violation_of(checker, payload);
    EXPECT_FALSE(violation) << violation->message;
    return !violation;
}

const Inference::Key* find(const std::vector<Inference::Key>& keys, std::string_view pointer) {
    for (const auto& key : keys)
        if (key.pointer == pointer) return &key;
    return nullptr;
}

const std::vector<std::string> kOrders = {
    R"({"id":1,"total":9.5,"items":[{"sku":"a","price":1},{"sku":"b"}],"note":null})",
    R"({"id":2,"total":10,"items":[],"coupon":"x"})",
    R"({"id":3,"total":1.25,"items":[{"sku":"c","price":2.5}],"note":"hi"})",
};

TEST(Inference, CountsKeysAndTheirTypes) {
    Inference inference;
    for (const auto& order : kOrders)
        inference.add(order);
    const auto keys = inference.keys();
    EXPECT_EQ(inference.payloads(), 3U);
    const auto type = [](const Inference::Key& key, Inference::Type of) {
        return key.types[static_cast<std::size_t>(of)];
    };
    ASSERT_NE(find(keys, "/note"), nullptr);
    EXPECT_EQ(find(keys, "/note")->count, 2U);
    EXPECT_EQ(find(keys, "/note")->places, 3U);
    EXPECT_EQ(type(*find(keys, "/note"), Inference::Type::kNull), 1U);
    EXPECT_EQ(type(*find(keys, "/total"), Inference::Type::kInteger), 1U);
    EXPECT_EQ(type(*find(keys, "/total"), Inference::Type::kNumber), 2U);
    EXPECT_EQ(find(keys, "/items/*")->count, 3U);
    EXPECT_EQ(find(keys, "/items/*/price")->count, 2U);
    EXPECT_EQ(find(keys, "/items/*/price")->places, 3U);
}

TEST(Inference, ProposesASchemaThatFitsAllItSaw) {
    Inference inference;
    for (const auto& order : kOrders)
        inference.add(order);
    EXPECT_EQ(inference.schema(),
              R"({"$schema":"http://json-schema.org/draft-07/schema#","type":"object",)"
              R"("properties":{"id":{"type":"integer"},"total":{"type":"number"},)"
              R"("items":{"type":"array","items":{"type":"object","properties":)"
              R"({"sku":{"type":"string"},"price":{"type":"number"}},"required":["sku"]}},)"
              R"("note":{"type":["null","string"]},"coupon":{"type":"string"}},)"
              R"("required":["id","total","items"]})");
    const auto checker = Checker::from_schema(inference.schema());
    ASSERT_TRUE(checker.has_value());
    for (const auto& order : kOrders)
        EXPECT_TRUE(fits(*checker, order));
}

TEST(Inference, ProposesAnExampleOfTheKeysThatAllHave) {
    Inference inference;
    for (const auto& order : kOrders)
        inference.add(order);
    EXPECT_EQ(inference.example(),
              R"({"id":1,"total":9.5,"items":[{"sku":"a","price":1},{"sku":"a"}]})");
    const auto checker = Checker::from_example(*inference.example());
    ASSERT_TRUE(checker.has_value());
    EXPECT_TRUE(
        fits(*checker, R"({"id":7,"total":1,"items":[{"sku":"z"},{"price":1,"sku":"y"}]})"));
}

TEST(Inference, ProposesAnExampleThatFitsWhatItsArraysHeld) {
    const std::vector<std::string> seen = {
        R"({"tags":["x"],"rows":[[1,null]],"n":1})",
        R"({"tags":["y",7,true,null],"rows":[["a"],false],"n":2})",
        R"({"tags":[{"k":[1]},{"k":["a",2.5]},[]],"rows":[],"n":3})",
    };
    Inference inference;
    for (const auto& one : seen)
        inference.add(one);
    const auto checker = Checker::from_example(*inference.example());
    ASSERT_TRUE(checker.has_value()) << checker.error().message;
    for (const auto& one : seen)
        EXPECT_TRUE(fits(*checker, one)) << *inference.example();
}

TEST(Inference, SaysWhetherItsExampleFitsAllItSaw) {
    const std::vector<std::vector<std::string>> sets = {
        {R"({"a":1})", R"({"a":2.5})"},
        {R"({"a":1})", R"({"a":"x"})"},
        {R"({"a":1})", R"({"a":null})"},
        {R"({"a":null})", R"({"a":null})"},
        {R"({"a":1})", R"({"a":1,"b":2})"},
        {R"({"a":{"b":1}})", R"({"a":{"b":2}})"},
        {R"({"a":{"b":1}})", R"({"a":{"b":2,"c":3}})"},
        {R"({"a":[]})", R"({"a":[]})"},
        {R"({"a":[]})", R"({"a":[1,"x",null,[true]]})"},
        {R"({"a":[{"b":1},{"c":"x"}]})", R"({"a":[{"b":2,"c":"y"}]})"},
        {R"({"a":[{"b":1}]})", R"({"a":[{"b":"x"}]})"},
        {R"({"a":[{"b":{"c":1}}]})", R"({"a":[{"b":{}}]})"},
        {R"({"a":[[{"b":1}],[{"b":null}]]})"},
        {R"({"a":[1]})", R"({"a":{"b":1}})"},
    };
    std::size_t fitting = 0;
    for (const auto& seen : sets) {
        Inference inference;
        for (const auto& one : seen)
            inference.add(one);
        const auto checker = Checker::from_example(*inference.example());
        ASSERT_TRUE(checker.has_value()) << checker.error().message;
        const bool all = std::ranges::none_of(
            seen, [&](const auto& one) { return violation_of(*checker, one).has_value(); });
        EXPECT_EQ(inference.example_fits(), all) << seen.front() << *inference.example();
        fitting += inference.example_fits() ? 1 : 0;
    }
    EXPECT_EQ(fitting, 6U);
}

TEST(Inference, AnExampleWithADictionaryInItDoesNotFit) {
    Inference inference;
    for (int i = 0; i < 300; ++i)
        inference.add(fmt::format(R"({{"n":1,"by":{{"user {}":1}}}})", i));
    EXPECT_TRUE(inference.example());
    EXPECT_FALSE(inference.example_fits());
    EXPECT_FALSE(Inference().example_fits());
}

TEST(Inference, ShowsTheTypeThatMostValuesHad) {
    Inference inference;
    for (const char* payload : {R"({"a":"x"})", R"({"a":1})", R"({"a":2.5})"})
        inference.add(payload);
    EXPECT_EQ(inference.example(), R"({"a":1})");
}

TEST(Inference, TakesObjectsOfLongKeysForDictionaries) {
    Inference inference;
    inference.add(R"({"a":{")" + std::string(257, 'k') + R"(":1},"b":{")" + std::string(256, 'k') +
                  R"(":1}})");
    EXPECT_TRUE(find(inference.keys(), "/a")->dictionary);
    EXPECT_FALSE(find(inference.keys(), "/b")->dictionary);
    EXPECT_EQ(inference.keys().size(), 3U);
}

TEST(Inference, TakesObjectsOfManyKeysForDictionaries) {
    Inference inference;
    for (int i = 0; i < 300; ++i)
        inference.add(fmt::format(R"({{"by_user":{{"user {}":1}},"n":{}}})", i, i));
    const auto keys = inference.keys();
    ASSERT_NE(find(keys, "/by_user"), nullptr);
    EXPECT_TRUE(find(keys, "/by_user")->dictionary);
    EXPECT_EQ(keys.size(), 2U);
    EXPECT_EQ(inference.schema().find("user 1"), std::string::npos);
    EXPECT_EQ(inference.example(), R"({"by_user":{},"n":0})");
}

TEST(Inference, KeepsToItsBoundsWhateverComes) {
    Inference inference;
    std::string deep, end;
    for (int i = 0; i < 900; ++i) {
        deep += R"({"a":)";
        end += "}";
    }
    inference.add(deep + "1" + end);
    inference.add("not JSON");
    for (int i = 0; i < 100; ++i) {
        std::string wide = "{";
        for (int k = 0; k < 50; ++k)
            wide += fmt::format(R"("k{}":{{"x{}":1}},)", k, i * 50 + k);
        inference.add(wide + R"("z":1})");
    }
    EXPECT_EQ(inference.payloads(), 101U);
    EXPECT_LE(inference.keys().size(), Inference::kMaxKeys + Inference::kMaxDepth);
    EXPECT_TRUE(Checker::from_schema(inference.schema()).has_value());
}

TEST(Inference, OfNothingProposesNothing) {
    const Inference inference;
    EXPECT_TRUE(inference.keys().empty());
    EXPECT_EQ(inference.example(), std::nullopt);
}

TEST(Inference, ShortensLongTextsAndEscapesHostileKeys) {
    Inference inference;
    inference.add(R"({"~/":")" + std::string(1000, 'x') + R"("})");
    EXPECT_EQ(inference.keys().front().pointer, "/~0~1");
    EXPECT_EQ(inference.example(), R"({"~/":"text"})");
}

}  // namespace
}  // namespace eyed::schema
