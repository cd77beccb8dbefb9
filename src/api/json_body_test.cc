#include "api/json_body.h"

#include <gmock/gmock.h>

namespace eyed::api {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// The faults as `field: message`.
std::vector<std::string> faults(JsonBody& body) {
    std::vector<std::string> texts;
    for (const FieldError& one : body.finish())
        texts.push_back(one.field + ": " + one.message);
    return texts;
}

TEST(JsonBodyTest, WhatIsRightIsRead) {
    auto body =
        JsonBody::parse(R"({"name":"x","on":true,"n":5,"list":["a","b"],"none":null})").value();
    EXPECT_EQ(body.required_text("name"), "x");
    EXPECT_EQ(body.flag("on"), true);
    EXPECT_EQ(body.integer("n"), 5);
    EXPECT_THAT(*body.texts("list"), ElementsAre("a", "b"));
    EXPECT_TRUE(body.is_null("none"));
    EXPECT_FALSE(body.is_null("name"));
    EXPECT_EQ(body.text("absent"), std::nullopt);
    EXPECT_FALSE(body.has("absent"));
    EXPECT_THAT(faults(body), IsEmpty());
}

TEST(JsonBodyTest, EveryFaultIsToldAtOnce) {
    auto body =
        JsonBody::parse(R"({"a":5,"b":"true","c":1.5,"d":["x",1],"e":null,"f":"","g":"\u0000"})")
            .value();
    EXPECT_EQ(body.text("a"), std::nullopt);
    EXPECT_EQ(body.flag("b"), std::nullopt);
    EXPECT_EQ(body.integer("c"), std::nullopt);
    EXPECT_EQ(body.texts("d"), std::nullopt);
    EXPECT_EQ(body.text("e"), std::nullopt);
    EXPECT_EQ(body.required_text("f"), "");
    EXPECT_EQ(body.text("g"), std::nullopt);
    EXPECT_EQ(body.required_text("h"), "");
    EXPECT_THAT(faults(body),
                ElementsAre("a: Not a valid string.", "b: Must be a valid boolean.",
                            "c: A valid integer is required.", "d: Expected a list of strings.",
                            "e: This field may not be null.", "f: This field may not be blank.",
                            "g: Null characters are not allowed.", "h: This field is required."));
}

TEST(JsonBodyTest, MembersThatNobodyAsksForAreUnknown) {
    auto body = JsonBody::parse(R"({"name":"x","nmae":"y","":1})").value();
    body.text("name");
    EXPECT_THAT(faults(body),
                ElementsAre("nmae: There is no such field.", ": There is no such field."));
}

TEST(JsonBodyTest, WhatIsNoObjectIsRefused) {
    for (const char* text : {"", "[]", "null", "5", "{", "{} x", "\"x\"", "\xff"})
        EXPECT_EQ(JsonBody::parse(text).error().code, Code::kInvalidArgument) << text;
    EXPECT_FALSE(JsonBody::parse(std::string(10'000, '[')));
}

}  // namespace
}  // namespace eyed::api
