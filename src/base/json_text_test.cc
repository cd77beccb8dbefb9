#include "base/json_text.h"

#include <gtest/gtest.h>

namespace eyed {
namespace {

std::string quoted(std::string_view text) {
    std::string out;
    append_json_string(text, out);
    return out;
}

TEST(JsonText, EscapesWhatMustBeEscaped) {
    EXPECT_EQ(quoted("a\"b\\c\b\f\n\r\t\x01\x7F"), R"("a\"b\\c\b\f\n\r\t\u0001\u007f")");
    EXPECT_EQ(quoted(std::string_view("\0", 1)), R"("\u0000")");
    EXPECT_EQ(quoted(""), R"("")");
}

TEST(JsonText, LeavesUtf8AsItIs) {
    EXPECT_EQ(quoted("é€\U0001F600"), "\"é€\U0001F600\"");
}

TEST(JsonText, ReplacesBytesThatAreNotUtf8) {
    EXPECT_EQ(quoted("a\xFFz"), "\"a\uFFFDz\"");
    EXPECT_EQ(quoted("\xC3"), "\"\uFFFD\"");
    EXPECT_EQ(quoted("\xED\xA0\x80"), "\"\uFFFD\uFFFD\uFFFD\"");
    EXPECT_EQ(quoted("\xF0\x9F\x98"), "\"\uFFFD\uFFFD\uFFFD\"");
}

TEST(JsonText, AFrontIsNotCutInsideACharacter) {
    EXPECT_EQ(utf8_prefix("abc", 3), "abc");
    EXPECT_EQ(utf8_prefix("abc", 2), "ab");
    EXPECT_EQ(utf8_prefix("aé", 2), "a");
    EXPECT_EQ(utf8_prefix("aéb", 3), "aé");
    for (const std::size_t bytes : {1, 2, 3, 4})
        EXPECT_EQ(utf8_prefix("a\U0001F600z", bytes), "a") << bytes;
    EXPECT_EQ(utf8_prefix("a\U0001F600z", 5), "a\U0001F600");
    EXPECT_EQ(utf8_prefix("\x80\x80\x80\x80\x80\x80", 5).size(), 2U) << "no UTF-8 at all";
}

TEST(JsonText, CountsAFrontInCodePoints) {
    EXPECT_EQ(first_code_points("aé€\U0001F600b", 3), "aé€");
    EXPECT_EQ(first_code_points("aé€\U0001F600b", 4), "aé€\U0001F600");
    EXPECT_EQ(first_code_points("aé", 2), "aé");
    EXPECT_EQ(first_code_points("aé", 9), "aé");
    EXPECT_EQ(first_code_points("é", 0), "");
    EXPECT_EQ(first_code_points("", 5), "");
}

TEST(JsonText, KnowsControlCharacters) {
    for (const char* plain : {"", "Ana Souza", "é ß ¿", "\u00a0", "日本"})
        EXPECT_FALSE(has_control_character(plain)) << plain;
    for (const char* control : {"a\n", "\t", "\x1b[31m", "\x7f", "\u0080", "a\u009f"})
        EXPECT_TRUE(has_control_character(control)) << control;
    EXPECT_TRUE(has_control_character({"\0", 1}));
}

TEST(JsonText, KnowsUtf8) {
    for (const std::string_view good : {"", "a", "é", "\u07FF", "\uFFFF", "\U0010FFFF"})
        EXPECT_TRUE(is_utf8(good));
    for (const std::string_view bad :
         {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xBF\xBF", "\xF0\x80\x80\x80",
          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82", "a\xFF"})
        EXPECT_FALSE(is_utf8(bad));
    EXPECT_EQ(count_code_points("aé€\U0001F600"), 4u);
}

}  // namespace
}  // namespace eyed
