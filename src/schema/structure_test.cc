#include "schema/structure.h"

#include <gtest/gtest.h>

namespace eyed::schema {
namespace {

struct Verdict {
    bool fits = false;
    Violation violation;
};

Verdict check(std::string_view example, std::string_view payload) {
    auto structure = Structure::from_example(example);
    EXPECT_TRUE(structure.has_value()) << example;
    JsonIndex index;
    EXPECT_FALSE(index.index(payload)) << payload;
    JsonReader reader(index);
    Verdict verdict;
    verdict.fits = structure->check(reader, "/data", verdict.violation);
    EXPECT_EQ(verdict.fits, reader.at_end() && verdict.violation.pointer.empty()) << payload;
    return verdict;
}

TEST(Structure, TakesPayloadsOfTheSameStructure) {
    const struct {
        std::string_view example, payload;
    } cases[] = {
        {R"({"a":1})", R"({"a":2.5})"},
        {R"({"a":1.5})", R"({"a":-7})"},
        {R"({"a":"x","b":true,"c":null})", R"({"a":"","b":false,"c":null})"},
        {R"({"a":1,"b":2})", R"({"b":1,"a":2})"},
        {R"({"a":{"b":{"c":1}}})", R"({"a":{"b":{"c":9}}})"},
        {R"({"a":[]})", R"({"a":[1,"x",{"y":[]}]})"},
        {R"({"a":[1]})", R"({"a":[]})"},
        {R"({"a":[1]})", R"({"a":[1,2,3]})"},
        {R"({"a":[1,"x",null]})", R"({"a":[null,"y",2]})"},
        {R"({"a":[{"b":1},{"b":2,"c":"x"}]})", R"({"a":[{"b":3},{"c":"y","b":1}]})"},
        {R"({"a":[[],[1]]})", R"({"a":[[2],[]]})"},
        {R"({"a":{}})", R"({"a":{}})"},
        {R"({"é":1})", R"({"\u00e9":1})"},
        {R"({"\u00e9":1})", R"({"é":1})"},
        {R"({"a":1})", R"({"a":1,"a":2})"},
    };
    for (const auto& c : cases)
        EXPECT_TRUE(check(c.example, c.payload).fits) << c.example << " " << c.payload;
}

TEST(Structure, NamesTheFirstDeparture) {
    using enum model::Reason;
    const struct {
        std::string_view example, payload;
        model::Reason reason;
        std::string_view pointer;
    } cases[] = {
        {R"({"host":"x"})", "{}", kStructureMissing, "/data/host"},
        {R"({"host":"x"})", R"({"host":1})", kStructureType, "/data/host"},
        {R"({"host":"x"})", R"({"host":null})", kStructureType, "/data/host"},
        {R"({"host":null})", R"({"host":"x"})", kStructureType, "/data/host"},
        {R"({"host":"x"})", R"({"host":"x","port":1})", kStructureUnexpected, "/data/port"},
        {R"({"a":true})", R"({"a":1})", kStructureType, "/data/a"},
        {R"({"a":{"b":1}})", R"({"a":{"b":"1"}})", kStructureType, "/data/a/b"},
        {R"({"a":{"b":1}})", R"({"a":[]})", kStructureType, "/data/a"},
        {R"({"a":{"b":1}})", R"({"a":{}})", kStructureMissing, "/data/a/b"},
        {R"({"a":[1]})", R"({"a":[1,"x"]})", kStructureType, "/data/a/1"},
        {R"({"a":[{"b":1},{"b":2,"c":"x"}]})", R"({"a":[{"c":"y"}]})", kStructureMissing,
         "/data/a/0/b"},
        {R"({"a":[{"b":1}]})", R"({"a":[{"b":1},{"b":1,"d/~":1}]})", kStructureUnexpected,
         "/data/a/1/d~1~0"},
        {R"({"a":{}})", R"({"a":{"b":1}})", kStructureUnexpected, "/data/a/b"},
        {R"({"a":1})", R"({"a":1,"a":"x"})", kStructureType, "/data/a"},
        {R"({"a":1,"b":2})", R"({"a":1,"a":2})", kStructureMissing, "/data/b"},
        {R"({"a":1})", "[]", kStructureType, "/data"},
    };
    for (const auto& c : cases) {
        const Verdict verdict = check(c.example, c.payload);
        EXPECT_FALSE(verdict.fits) << c.example << " " << c.payload;
        EXPECT_EQ(verdict.violation.reason, c.reason) << c.payload;
        EXPECT_EQ(verdict.violation.pointer, c.pointer) << c.payload;
        EXPECT_NE(verdict.violation.message.find(c.pointer), std::string::npos);
    }
}

TEST(Structure, SaysWhatItWantedAndWhatItGot) {
    EXPECT_EQ(check(R"({"a":[1,"x",null]})", R"({"a":[true]})").violation.message,
              "/data/a/0 must be a number, a string or null, not a boolean.");
}

TEST(Structure, KnowsManyKeysInAnyOrder) {
    std::string example = "{", payload = "{", lacking = "{";
    for (int i = 0; i < 1000; ++i) {
        example += "\"k" + std::to_string(i) + "\":1,";
        payload += "\"k" + std::to_string(999 - i) + "\":1,";
        if (i != 500) lacking += "\"k" + std::to_string(i) + "\":1,";
    }
    example.back() = payload.back() = lacking.back() = '}';
    EXPECT_TRUE(check(example, payload).fits);
    EXPECT_EQ(check(example, lacking).violation.pointer, "/data/k500");
}

TEST(Structure, TellsAKeyThatTheExampleHasTwiceInOneObject) {
    for (const char* example : {R"({"k":1,"a":2,"k":3})", R"({"a":[{"b":{"k":1,"\u006b":1}}]})"})
        EXPECT_EQ(Structure::from_example(example)->repeated_key(), "k") << example;
    for (const char* example : {R"({"k":{"k":1}})", R"({"a":[{"k":1},{"k":2}]})"})
        EXPECT_FALSE(Structure::from_example(example)->repeated_key()) << example;
}

TEST(Structure, RefusesExamplesThatSetNone) {
    const std::string deep = "{\"a\":" + std::string(64, '[') + std::string(64, ']') + "}";
    const std::string just = "{\"a\":" + std::string(63, '[') + std::string(63, ']') + "}";
    const std::string large = "{\"a\":\"" + std::string(64 * 1024, 'x') + "\"}";
    for (const std::string& example :
         {std::string(), std::string("{}"), std::string("[1]"), std::string("1"),
          std::string("{\"a\":1"), std::string("{\"a\":1} x"), std::string("{\"a\":\"\xFF\"}"),
          deep}) {
        const auto structure = Structure::from_example(example);
        ASSERT_FALSE(structure) << example;
        EXPECT_EQ(structure.error().code, Code::kInvalidArgument) << example;
    }
    EXPECT_TRUE(Structure::from_example(just));
    EXPECT_EQ(Structure::from_example(large).error().code, Code::kTooLarge);
}

}  // namespace
}  // namespace eyed::schema
