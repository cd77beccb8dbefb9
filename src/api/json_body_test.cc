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

TEST(JsonBodyTest, AMemberGivenTwiceIsAFault) {
    auto body = JsonBody::parse(R"({"role":"member","role":"superuser"})").value();
    body.text("role");
    EXPECT_THAT(faults(body), ElementsAre("role: This field is given twice."));
}

TEST(JsonBodyTest, DocumentsAreKeptAsTheyWereSent) {
    auto body = JsonBody::parse(R"({"a": {"n": 1.0, "n": 2}, "b": null})").value();
    EXPECT_EQ(body.document("a"), std::optional(std::optional<std::string>(R"({"n":1.0,"n":2})")));
    const auto null = body.document("b");
    ASSERT_TRUE(null);
    EXPECT_FALSE(*null);
    EXPECT_EQ(body.document("c"), std::nullopt);
    EXPECT_THAT(faults(body), IsEmpty());
}

TEST(JsonBodyTest, NumbersAndTextsHaveBounds) {
    auto body = JsonBody::parse(
                    R"({"a":5,"b":6,"c":-1,"d":5.0,"e":"éé","f":"ééé","g":9223372036854775808})")
                    .value();
    EXPECT_EQ(body.number("a", {1, 5}), 5U);
    EXPECT_EQ(body.number("b", {1, 5}), std::nullopt);
    EXPECT_EQ(body.number("c", {}), std::nullopt);
    EXPECT_EQ(body.number("d", {1, 5}), std::nullopt);
    EXPECT_EQ(body.text("e", 2), "éé");
    EXPECT_EQ(body.text("f", 2), std::nullopt);
    EXPECT_EQ(body.integer("g"), std::nullopt);
    EXPECT_EQ(body.finish().size(), 5U);
}

TEST(JsonBodyTest, IdsArePositiveAndNotTooMany) {
    auto body =
        JsonBody::parse(R"({"a":[1,2],"b":[],"c":[1,2,3],"d":[0],"e":["1"],"f":7,"g":[[1]]})")
            .value();
    EXPECT_THAT(*body.ids("a", 2), ElementsAre(1, 2));
    for (const char* name : {"b", "c", "d", "e", "f", "g"})
        EXPECT_EQ(body.ids(name, 2), std::nullopt) << name;
    EXPECT_THAT(faults(body),
                ElementsAre("b: This array is empty.", "c: There are more than 2 ids.",
                            "d: Each id is a whole number of 1 or more.",
                            "e: Each id is a whole number of 1 or more.",
                            "f: Expected an array of numbers.",
                            "g: Each id is a whole number of 1 or more."));
}

TEST(JsonBodyTest, ObjectsAreGivenAsTheyWereSent) {
    auto body =
        JsonBody::parse(R"({"a":[{"n": 1.0,"n":2}, {}],"b":[],"c":[5],"d":[{},{},{}],"e":{}})")
            .value();
    EXPECT_THAT(body.objects("a", 2).value(), ElementsAre(R"({"n":1.0,"n":2})", "{}"));
    EXPECT_TRUE(body.objects("b", 2).value().empty());
    for (const char* name : {"c", "d", "e"})
        EXPECT_FALSE(body.objects(name, 2)) << name;
    EXPECT_THAT(faults(body),
                ElementsAre("c: Expected a list of objects.", "d: There are more than 2.",
                            "e: Expected a list of objects."));
    EXPECT_THAT(body.names(), ElementsAre("a", "b", "c", "d", "e"));
}

TEST(JsonBodyTest, NothingIsAnObjectWhereThatIsSaid) {
    for (const char* text : {"", " \n"}) {
        EXPECT_FALSE(JsonBody::parse(text));
        EXPECT_TRUE(JsonBody::parse(text, JsonBody::Empty::kIsObject));
    }
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
