#include "store/duckdb/text.h"

#include <gtest/gtest.h>

namespace eyed::store {
namespace {

TEST(Text, ValidUtf8Passes) {
    for (const char* text :
         {"", "plain ascii, longer than eight", "é", "aaaaaaa\xE2\x82\xAC", "\xF0\x9F\x98\x80",
          "\xED\x9F\xBF", "\xEE\x80\x80", "\xF4\x8F\xBF\xBF"})
        EXPECT_TRUE(is_utf8(text)) << text;
}

TEST(Text, WhatIsNotUtf8IsSeenAndRepaired) {
    for (const char* text : {"\x80", "\xC0\xAF", "\xC3", "aaaaaaaa\xE2\x82", "\xED\xA0\x80",
                             "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
        EXPECT_FALSE(is_utf8(text));
        EXPECT_TRUE(is_utf8(to_utf8(text)));
    }
    EXPECT_EQ(to_utf8("a\xFFz"), "a\xEF\xBF\xBDz");
}

}  // namespace
}  // namespace eyed::store
