#include "schema/json_schema.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>

namespace eyed::schema {
namespace {

struct Verdict {
    bool fits = false;
    Violation violation;
};

Verdict check(std::string_view schema, std::string_view payload) {
    const auto compiled = JsonSchema::compile(schema);
    EXPECT_TRUE(compiled.has_value())
        << schema << ": " << (compiled ? "" : compiled.error().message);
    Verdict verdict;
    if (compiled) verdict.fits = compiled->check(payload, "/data", verdict.violation);
    return verdict;
}

std::string repeated(std::string_view text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i)
        all += text;
    return all;
}

struct Case {
    std::string_view schema, fits, fails, pointer;
};

void expect(const Case& c) {
    const Verdict good = check(c.schema, c.fits);
    EXPECT_TRUE(good.fits) << c.schema << " " << c.fits << ": " << good.violation.message;
    const Verdict bad = check(c.schema, c.fails);
    EXPECT_FALSE(bad.fits) << c.schema << " " << c.fails;
    EXPECT_EQ(bad.violation.pointer, c.pointer) << c.schema;
    EXPECT_EQ(bad.violation.reason, model::Reason::kSchema);
    EXPECT_TRUE(bad.violation.message.starts_with(bad.violation.pointer + " "))
        << bad.violation.message;
}

TEST(JsonSchema, ChecksEveryKeywordOfDraft7) {
    const Case cases[] = {
        {R"({"type":"object"})", "{}", "[]", "/data"},
        {R"({"properties":{"a":{"type":["string","null"]}}})", R"({"a":null})", R"({"a":1})",
         "/data/a"},
        {R"({"properties":{"a":{"type":"integer"}}})", R"({"a":2.0})", R"({"a":2.5})", "/data/a"},
        {R"({"properties":{"a":{"type":["integer","number"]}}})", R"({"a":2.5})", R"({"a":"x"})",
         "/data/a"},
        {R"({"properties":{"a":{"const":{"x":[1,2.0]}}}})", R"({"a":{"x":[1.0,2]}})",
         R"({"a":{"x":[1]}})", "/data/a"},
        {R"({"properties":{"a":{"enum":[1,"x"]}}})", R"({"a":1.0})", R"({"a":"y"})", "/data/a"},
        {R"({"properties":{"a":{"minimum":5}}})", R"({"a":5})", R"({"a":4.999})", "/data/a"},
        {R"({"properties":{"a":{"maximum":5}}})", R"({"a":5})", R"({"a":18446744073709551615})",
         "/data/a"},
        {R"({"properties":{"a":{"exclusiveMinimum":5}}})", R"({"a":5.1})", R"({"a":5})", "/data/a"},
        {R"({"properties":{"a":{"exclusiveMaximum":9007199254740993}}})",
         R"({"a":9007199254740992})", R"({"a":9007199254740993})", "/data/a"},
        {R"({"properties":{"a":{"multipleOf":0.01}}})", R"({"a":0.29})", R"({"a":0.295})",
         "/data/a"},
        {R"({"properties":{"a":{"multipleOf":0.01}}})", R"({"a":10})", R"({"a":1e-12})", "/data/a"},
        {R"({"properties":{"a":{"multipleOf":0.01}}})", R"({"a":3.0})", R"({"a":3.001})",
         "/data/a"},
        {R"({"properties":{"a":{"multipleOf":0.1}}})", R"({"a":1})", R"({"a":1.05})", "/data/a"},
        {R"({"properties":{"a":{"multipleOf":1}}})", R"({"a":1000000000})", R"({"a":1000000000.5})",
         "/data/a"},
        {R"({"properties":{"a":{"multipleOf":3}}})", R"({"a":-9})", R"({"a":10})", "/data/a"},
        {R"({"properties":{"a":{"minLength":2}}})", R"({"a":"éé"})", R"({"a":"\ud83d\ude00"})",
         "/data/a"},
        {R"({"properties":{"a":{"maxLength":2}}})", R"({"a":"éé"})", R"({"a":"abc"})", "/data/a"},
        {R"({"properties":{"a":{"pattern":"^[a-z]+$"}}})", R"({"a":"abc"})", R"({"a":"ab1"})",
         "/data/a"},
        {R"({"properties":{"a":{"format":"date-time"}}})", R"({"a":"2026-01-31T12:00:00.5+02:00"})",
         R"({"a":"2026-02-30T12:00:00Z"})", "/data/a"},
        {R"({"properties":{"a":{"format":"date"}}})", R"({"a":"2026-01-31"})",
         R"({"a":"2026-02-31"})", "/data/a"},
        {R"({"properties":{"a":{"format":"uuid"}}})",
         R"({"a":"e2085be5-9137-4e4e-80b5-f1ffddc25423"})", R"({"a":"e2085be5"})", "/data/a"},
        {R"({"properties":{"a":{"minItems":1}}})", R"({"a":[1]})", R"({"a":[]})", "/data/a"},
        {R"({"properties":{"a":{"maxItems":1}}})", R"({"a":[1]})", R"({"a":[1,2]})", "/data/a"},
        {R"({"properties":{"a":{"uniqueItems":true}}})", R"({"a":[1,"1",[1],{"a":1},{"a":2}]})",
         R"({"a":[{"a":1,"b":2},{"b":2.0,"a":1}]})", "/data/a"},
        {R"({"properties":{"a":{"items":{"type":"string"}}}})", R"({"a":["x"]})",
         R"({"a":["x",1]})", "/data/a/1"},
        {R"({"properties":{"a":{"items":[{"type":"string"}],"additionalItems":false}}})",
         R"({"a":["x"]})", R"({"a":["x",1]})", "/data/a/1"},
        {R"({"properties":{"a":{"items":[{"type":"string"}]}}})", R"({"a":["x",1]})",
         R"({"a":[1]})", "/data/a/0"},
        {R"({"properties":{"a":{"contains":{"const":7}}}})", R"({"a":[1,7]})", R"({"a":[1]})",
         "/data/a"},
        {R"({"minProperties":1})", R"({"a":1})", "{}", "/data"},
        {R"({"maxProperties":1})", R"({"a":1})", R"({"a":1,"b":2})", "/data"},
        {R"({"required":["a/b"]})", R"({"a/b":null})", "{}", "/data/a~1b"},
        {R"({"properties":{"a":true},"additionalProperties":false})", R"({"a":1})", R"({"b":1})",
         "/data/b"},
        {R"({"patternProperties":{"^x_":{"type":"number"}},"additionalProperties":false})",
         R"({"x_a":1})", R"({"x_a":"1"})", "/data/x_a"},
        {R"({"additionalProperties":{"type":"number"}})", R"({"b":1})", R"({"b":"1"})", "/data/b"},
        {R"({"propertyNames":{"maxLength":3}})", R"({"abc":1})", R"({"abcd":1})", "/data/abcd"},
        {R"({"dependencies":{"a":["b"]}})", R"({"b":1})", R"({"a":1})", "/data/b"},
        {R"({"dependencies":{"a":{"required":["c"]}}})", R"({"a":1,"c":2})", R"({"a":1})",
         "/data/c"},
        {R"({"allOf":[{"required":["a"]},{"required":["b"]}]})", R"({"a":1,"b":1})", R"({"a":1})",
         "/data/b"},
        {R"({"anyOf":[{"required":["a"]},{"required":["b"]}]})", R"({"b":1})", R"({"c":1})",
         "/data"},
        {R"({"oneOf":[{"required":["a"]},{"required":["b"]}]})", R"({"b":1})", R"({"a":1,"b":1})",
         "/data"},
        {R"({"not":{"required":["a"]}})", R"({"b":1})", R"({"a":1})", "/data"},
        {R"({"if":{"required":["a"]},"then":{"required":["b"]},"else":{"required":["c"]}})",
         R"({"a":1,"b":1})", R"({"a":1})", "/data/b"},
        {R"({"if":{"required":["a"]},"then":{"required":["b"]},"else":{"required":["c"]}})",
         R"({"c":1})", "{}", "/data/c"},
        {R"({"properties":{"a":false}})", R"({"b":1})", R"({"a":1})", "/data/a"},
        {R"({"properties":{"a":{"$ref":"#/definitions/x"}},"definitions":{"x":{"if":{"required":["k"]},"then":{"required":["m"]},"propertyNames":{"maxLength":1}}}})",
         R"({"a":{"k":1,"m":1}})", R"({"a":{"k":1}})", "/data/a/m"},
        {R"({"properties":{"a":{"$ref":"#/properties/b"},"b":{"type":"string"}}})", R"({"a":"x"})",
         R"({"a":1})", "/data/a"},
        {R"({"properties":{"a":{"$ref":"#/definitions/a%20b~1c"}},"definitions":{"a b/c":{"type":"null"}}})",
         R"({"a":null})", R"({"a":1})", "/data/a"},
    };
    for (const Case& c : cases)
        expect(c);
}

TEST(JsonSchema, AppliesKeywordsToTheirOwnTypesAlone) {
    EXPECT_TRUE(
        check(R"({"properties":{"a":{"minimum":5,"minLength":3,"minItems":2,"required":["x"],
        "pattern":"x","uniqueItems":true,"format":"date"}}})",
              R"({"a":true})")
            .fits);
}

TEST(JsonSchema, FollowsReferencesThatRecurse) {
    const std::string_view tree =
        R"({"type":"object","properties":{"left":{"$ref":"#"},"right":{"$ref":"#"},
            "value":{"type":"number"}},"additionalProperties":false})";
    expect({tree, R"({"left":{"right":{"value":1}},"value":2})",
            R"({"left":{"right":{"value":"1"}}})", "/data/left/right/value"});
}

TEST(JsonSchema, SaysWhatIsWrongWithASchemaAndWhere) {
    const struct {
        std::string schema, pointer, message;
    } cases[] = {
        {"[]", "", "must be a JSON object"},
        {"{", "", "not JSON"},
        {R"({"type":"text"})", "/type", "A type is one of"},
        {R"({"properties":{"a":{"type":[]}}})", "/properties/a/type", "a type at least"},
        {R"({"properties":{"a/b":3}})", "/properties/a~1b", "object, true or false"},
        {R"({"properties":[]})", "/properties", "must be an object"},
        {R"({"required":["a",1]})", "/required", "array of strings"},
        {R"({"minLength":-1})", "/minLength", "whole number"},
        {R"({"minLength":1.5})", "/minLength", "whole number"},
        {R"({"minimum":"1"})", "/minimum", "must be a number"},
        {R"({"multipleOf":0})", "/multipleOf", "greater than 0"},
        {R"({"enum":[]})", "/enum", "not empty"},
        {R"({"anyOf":[]})", "/anyOf", "not empty"},
        {R"({"uniqueItems":1})", "/uniqueItems", "true or false"},
        {R"x({"pattern":"("})x", "/pattern", "missing )"},
        {R"x({"pattern":"(?=a)"})x", "/pattern", "Look-around"},
        {R"x({"pattern":"(a)\\1"})x", "/pattern", "back-references"},
        {R"x({"pattern":"((a{50}){20}){20}"})x", "/pattern", "pattern"},
        {R"({"patternProperties":{"[":{}}})", "/patternProperties/[", "missing ]"},
        {R"({"items":[{"$ref":"other.json"}]})", "/items/0/$ref", "nothing else is fetched"},
        {R"({"$ref":"http://example.org/schema"})", "/$ref", "nothing else is fetched"},
        {R"({"$ref":"#name"})", "/$ref", "nothing else is fetched"},
        {R"({"$ref":"#/definitions/x"})", "/$ref", "nothing at this pointer"},
        {R"({"$ref":"#"})", "", "back to itself"},
        {R"({"allOf":[{"$ref":"#/definitions/a"}],"definitions":{"a":{"not":{"$ref":"#"}}}})", "",
         "back to itself"},
        {R"({"$schema":"https://json-schema.org/draft/2020-12/schema"})", "/$schema", "draft 7"},
        {fmt::format(R"({{"title":"{}"}})", std::string(JsonSchema::kMaxBytes, 'x')), "",
         "over 64 KiB"},
        {fmt::format(R"({{"pattern":"{}"}})", std::string(1025, 'x')), "/pattern", "1024 bytes"},
        {R"({"allOf":[)" + repeated("{},", 4095) + "{}]}", "/allOf/4095", "4096 schemas"},
        {R"({"allOf":[)" + repeated(R"({"pattern":"a"},)", 101) + "{}]}", "/allOf/100/pattern",
         "100 patterns"},
        {fmt::format(R"({{"properties":{{"{0}":{{}}}}}})", std::string(2048, 'x')),
         "/properties/" + std::string(2048, 'x'), "2048 bytes"},
    };
    for (const auto& c : cases) {
        const auto compiled = JsonSchema::compile(c.schema);
        ASSERT_FALSE(compiled.has_value()) << c.schema.substr(0, 200);
        EXPECT_EQ(compiled.error().pointer, c.pointer) << c.schema.substr(0, 200);
        EXPECT_NE(compiled.error().message.find(c.message), std::string::npos)
            << compiled.error().message;
    }
}

TEST(JsonSchema, RefusesNestingBeyondItsDepth) {
    std::string schema, end;
    for (int i = 0; i < 150; ++i) {
        schema += R"({"properties":{"a":)";
        end += "}}";
    }
    EXPECT_FALSE(JsonSchema::compile(schema + "{}" + end).has_value());
}

using Clock = std::chrono::steady_clock;

TEST(JsonSchema, MatchesHostilePatternsInLinearTime) {
    const std::string letters(std::size_t{1} << 20U, 'a');
    const auto start = Clock::now();
    const std::string_view schema = R"({"properties":{"a":{"pattern":"^(a+)+$"}}})";
    EXPECT_TRUE(check(schema, fmt::format(R"({{"a":"{}"}})", letters)).fits);
    EXPECT_FALSE(check(schema, fmt::format(R"({{"a":"{}!"}})", letters)).fits);
    EXPECT_FALSE(
        check(R"({"patternProperties":{"^(a|a)*$":false}})", fmt::format(R"({{"{}":1}})", letters))
            .fits);
    EXPECT_LT(Clock::now() - start, std::chrono::seconds(10));
}

/// Applies `leaf` to the key a `times` times `times` times.
std::string many_times(std::string_view leaf, int times = 300) {
    const auto all = [times](std::string_view name) {
        return fmt::format(
            R"({{"allOf":[{}{{"$ref":"#/definitions/{}"}}]}})",
            repeated(fmt::format(R"({{"$ref":"#/definitions/{}"}},)", name), times - 1), name);
    };
    return fmt::format(R"({{"properties":{{"a":{}}},"definitions":{{"more":{},"leaf":{}}}}})",
                       all("more"), all("leaf"), leaf);
}

TEST(JsonSchema, CountsTheWorkOfLongTextsAndManyKeys) {
    const std::string text(20'000, 'x');
    const struct {
        std::string leaf, value;
    } cases[] = {
        {R"({"minLength":15000})", '"' + text + '"'},
        {R"({"maxLength":9999,"not":{"maxLength":9998}})", '"' + repeated("é", 9'999) + '"'},
        {R"({"const":")" + text + R"("})", '"' + text + '"'},
        {R"({"enum":[")" + text + R"("]})", '"' + text + '"'},
        {R"({"const":[)" + repeated("1,", 5'000) + "1]}", '[' + repeated("1,", 5'000) + "1]"},
        {R"({"uniqueItems":true})", "[\"" + text + "\"]"},
        {R"({"propertyNames":true})", R"({")" + text + R"(":1})"},
        {R"({"properties":{"b":false}})", R"({")" + text + R"(":1})"},
        {R"({"dependencies":{"k":[)" + repeated(R"("k",)", 100) + R"("k"]}})",
         R"({"k":1,"z":")" + text + R"("})"},
        {R"({"required":[")" + text + R"("]})", R"({")" + text + R"(":1})"},
    };
    const auto start = Clock::now();
    for (const auto& c : cases) {
        const std::string payload = R"({"a":)" + c.value + "}";
        const Verdict once = check(R"({"properties":{"a":)" + c.leaf + "}}", payload);
        EXPECT_TRUE(once.fits) << c.leaf.substr(0, 100) << ": " << once.violation.message;
        const Verdict often = check(many_times(c.leaf), payload);
        EXPECT_FALSE(often.fits) << c.leaf.substr(0, 100);
        EXPECT_NE(often.violation.message.find("too many steps"), std::string::npos)
            << c.leaf.substr(0, 100) << ": " << often.violation.message.substr(0, 1000);
    }
    EXPECT_LT(Clock::now() - start, std::chrono::seconds(20));
}

TEST(JsonSchema, GivesASmallPayloadASmallBudget) {
    const Verdict small = check(many_times("{}", 100), R"({"a":1})");
    EXPECT_FALSE(small.fits);
    EXPECT_NE(small.violation.message.find("too many steps"), std::string::npos);
    const Verdict choices = check(
        R"({"properties":{"a":{"enum":[)" + repeated("10,", 20'000) + "11]}}}", R"({"a":11})");
    EXPECT_TRUE(choices.fits) << choices.violation.message;
}

TEST(JsonSchema, EndsChecksThatLeadTooDeep) {
    // Each level of the payload leads through 3 000 schemas: without an end, through the stack too.
    std::string parts;
    constexpr int kParts = 15;
    for (int i = 0; i < kParts; ++i) {
        const std::string next =
            i + 1 < kParts ? fmt::format(R"({{"$ref":"#/p{}"}})", i + 1) : "{}";
        parts += fmt::format(R"("p{}":{}{}{},)", i, repeated(R"({"not":)", 200), next,
                             repeated("}", 200));
    }
    const std::string schema =
        R"({"allOf":[{"$ref":"#/p0"}],)" + parts + R"("additionalProperties":{"$ref":"#"}})";
    ASSERT_LE(schema.size(), JsonSchema::kMaxBytes);
    const std::string payload = repeated(R"({"a":)", 60) + "1" + repeated("}", 60);
    const Verdict verdict = check(schema, payload + std::string(100'000, ' '));
    EXPECT_FALSE(verdict.fits);
    EXPECT_NE(verdict.violation.message.find("too deep"), std::string::npos)
        << verdict.violation.message;
    const std::string tree = R"({"additionalProperties":{"$ref":"#"}})";
    EXPECT_TRUE(check(tree, repeated(R"({"a":)", 200) + "1" + repeated("}", 200)).fits);
}

TEST(JsonSchema, EndsChecksThatWouldTakeExponentialTime) {
    const auto start = Clock::now();
    const std::string_view schema =
        R"({"anyOf":[{"properties":{"a":{"$ref":"#"}},"required":["x"]},
                     {"properties":{"a":{"$ref":"#"}},"required":["y"]},
                     {"properties":{"a":{"$ref":"#"}},"required":["z"]}]})";
    std::string payload = "1", front, back;
    for (int i = 0; i < 60; ++i) {
        front += R"({"x":1,"y":1,"a":)";
        back += "}";
    }
    const Verdict deep = check(
        R"({"not":{"allOf":[{"oneOf":[{"properties":{"a":{"$ref":"#"}}},{"properties":{"a":{"$ref":"#"}}}]}]}})",
        front + payload + back);
    EXPECT_FALSE(deep.fits);
    EXPECT_NE(deep.violation.message.find("too many steps"), std::string::npos)
        << deep.violation.message;
    EXPECT_TRUE(check(schema, front + payload + back).fits);  // the first alternative always fits
    EXPECT_LT(Clock::now() - start, std::chrono::seconds(10));
}

TEST(JsonSchema, FindsEqualElementsAmongManyQuickly) {
    std::string many = "[";
    for (int i = 0; i < 200'000; ++i)
        many += fmt::format("{},", i);
    const auto start = Clock::now();
    const std::string_view schema = R"({"properties":{"a":{"uniqueItems":true}}})";
    EXPECT_TRUE(check(schema, R"({"a":)" + many + "-1]}").fits);
    EXPECT_FALSE(check(schema, R"({"a":)" + many + "17]}").fits);
    EXPECT_LT(Clock::now() - start, std::chrono::seconds(10));
}

TEST(JsonSchema, SaysSoWhenANumberIsBeyondAllBounds) {
    const Verdict verdict = check("{}", R"({"a":1e99999999999})");
    EXPECT_FALSE(verdict.fits);
    EXPECT_EQ(verdict.violation.pointer, "/data");
}

TEST(JsonSchema, NamesHostileKeysAsTheyAre) {
    const Verdict verdict = check(R"({"additionalProperties":false})", R"({"~/\"<b>":1})");
    EXPECT_EQ(verdict.violation.pointer, "/data/~0~1\"<b>");
}

}  // namespace
}  // namespace eyed::schema
