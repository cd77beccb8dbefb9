#include "schema/json_reader.h"

#include <gtest/gtest.h>

namespace eyed::schema {
namespace {

JsonFault fault_of(std::string_view text) {
    JsonIndex index;
    if (const JsonFault fault = index.index(text)) return fault;
    JsonReader reader(index);
    JsonValue value;
    if (!reader.read(value)) return reader.fault();
    if (!reader.at_end()) reader.fail("Extra data");
    return reader.fault();
}
bool accepts(std::string_view text) {
    return !fault_of(text);
}

TEST(JsonReader, TakesWhatRfc8259Allows) {
    for (const std::string_view text : {"0",
                                        "-0",
                                        "10",
                                        "1.5",
                                        "-1.25e+10",
                                        "1E-2",
                                        "123456789012345678901234567890",
                                        "1e999",
                                        "true",
                                        "false",
                                        "null",
                                        "\"\"",
                                        "\"a\"",
                                        R"("\"\\\/\b\f\n\r\t\u00e9")",
                                        R"("\ud83d\ude00")",
                                        "[]",
                                        "{}",
                                        " [ 1 , [ ] , { } ] ",
                                        R"({"a":{"b":[1,2,{"c":null}]}})",
                                        "\t\r\n 1 \n",
                                        R"({"":1})",
                                        R"({"a":1,"a":2})",
                                        "\"\xC3\xA9\"",
                                        R"(["[","{",",",":"])"})
        EXPECT_TRUE(accepts(text)) << text;
}

TEST(JsonReader, RefusesWhatItDoesNot) {
    for (const std::string_view text : {"",
                                        "   ",
                                        "01",
                                        "-",
                                        "+1",
                                        ".5",
                                        "1.",
                                        "1e",
                                        "1e+",
                                        "0x1",
                                        "1a",
                                        "NaN",
                                        "Infinity",
                                        "-Infinity",
                                        "tru",
                                        "truee",
                                        "nul",
                                        "True",
                                        "'a'",
                                        "\"",
                                        "\"a",
                                        R"("\x")",
                                        R"("\u12")",
                                        R"("\u12g4")",
                                        R"("\ud800")",
                                        R"("\udc00")",
                                        R"("\ud800\u0041")",
                                        R"("\ud800a")",
                                        "[",
                                        "]",
                                        "[1",
                                        "[1,",
                                        "[1,]",
                                        "[,1]",
                                        "[1 2]",
                                        "[1,,2]",
                                        "[1}",
                                        "{",
                                        "}",
                                        "{\"a\"",
                                        "{\"a\":",
                                        "{\"a\":1",
                                        "{\"a\":1,",
                                        "{\"a\":1,}",
                                        "{a:1}",
                                        "{1:1}",
                                        "{\"a\" 1}",
                                        "{\"a\":1 \"b\":2}",
                                        "{\"a\":}",
                                        "{\"a\":1]",
                                        "1 2",
                                        "{} {}",
                                        "\"a\"b",
                                        "\"a\"\"b\"",
                                        "1\"a\"",
                                        "true\"a\"",
                                        "[1]]",
                                        "\"a\nb\"",
                                        "\"a\tb\"",
                                        "//",
                                        "/* */ 1",
                                        "\"\\\"",
                                        "\"a\\",
                                        "{\"a\":1}x",
                                        "\xEF\xBB\xBF{}",
                                        "\"\xFF\"",
                                        "\"\xC0\x80\"",
                                        "\"\xED\xA0\x80\"",
                                        "\xC3\xA9"})
        EXPECT_FALSE(accepts(text)) << text;
    EXPECT_FALSE(accepts(std::string_view("\"a\0b\"", 5)));
    EXPECT_FALSE(accepts(std::string_view("1\0", 2)));
}

TEST(JsonReader, SaysWhereTheTextIsNotUtf8) {
    const JsonFault fault = fault_of("{\"a\":\"x\xFFy\"}");
    EXPECT_EQ(fault.kind, JsonFault::Kind::kNotUtf8);
    EXPECT_EQ(fault.offset, 7u);
}

TEST(JsonReader, SaysWhereTheFaultIs) {
    EXPECT_EQ(fault_of("[1, x]").offset, 4u);
    EXPECT_EQ(fault_of("{\"a\" 1}").offset, 5u);
    EXPECT_EQ(fault_of("[\"a\nb\"]").offset, 3u);
    EXPECT_EQ(fault_of("[\"ab").offset, 1u);
}

TEST(JsonReader, NestingIsBounded) {
    const std::string deep(kMaxNesting, '[');
    EXPECT_TRUE(accepts(deep + std::string(kMaxNesting, ']')));
    const JsonFault fault = fault_of("[" + deep + std::string(kMaxNesting + 1, ']'));
    EXPECT_EQ(fault.kind, JsonFault::Kind::kTooDeep);
    EXPECT_FALSE(accepts(std::string(200'000, '[')));
}

TEST(JsonReader, GivesAValuesBytesTypeAndDepth) {
    JsonIndex index;
    ASSERT_FALSE(index.index(R"({"a" : {"b":[1, 2]} ,"c":"x\n" })"));
    JsonReader reader(index);
    JsonString key;
    bool more = false;
    JsonValue value;
    ASSERT_TRUE(reader.enter_object());
    ASSERT_TRUE(reader.next_field(key, more) && more && reader.read(value));
    EXPECT_EQ(key.raw, "a");
    EXPECT_EQ(value.raw, R"({"b":[1, 2]})");
    EXPECT_EQ(value.depth, 2u);
    std::string compact;
    append_compact(index, value.token, value.end_token, compact);
    EXPECT_EQ(compact, R"({"b":[1,2]})");
    ASSERT_TRUE(reader.next_field(key, more) && more && reader.read(value));
    EXPECT_EQ(value.type, JsonType::kString);
    std::string scratch;
    EXPECT_EQ(unescaped(value.string(), scratch), "x\n");
    ASSERT_TRUE(reader.next_field(key, more));
    EXPECT_FALSE(more);
    EXPECT_TRUE(reader.at_end());
}

TEST(JsonReader, UnescapesEveryEscape) {
    std::string out;
    append_unescaped(R"(a\"\\\/\b\f\n\r\t\u0041\u00e9\u20ac\ud83d\ude00z)", out);
    EXPECT_EQ(out, "a\"\\/\b\f\n\r\tA\u00e9\u20ac\U0001F600z");
}

TEST(JsonIndex, ServesSmallTextsAfterALargeOne) {
    JsonIndex index;
    const std::string large = "[\"" + std::string(12 << 20, 'x') + "\"]";
    EXPECT_FALSE(index.index(large));
    EXPECT_EQ(index.size(), 3u);
    EXPECT_FALSE(index.index("[1]"));
    EXPECT_EQ(index.size(), 3u);
}

TEST(JsonPointer, EscapesTildeAndSlash) {
    std::string pointer = "/data";
    append_pointer("a/b~c", pointer);
    EXPECT_EQ(pointer, "/data/a~1b~0c");
}

}  // namespace
}  // namespace eyed::schema
