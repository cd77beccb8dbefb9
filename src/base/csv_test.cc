#include "base/csv.h"

#include <gtest/gtest.h>

namespace eyed {
namespace {

std::string csv(std::string_view text) {
    std::string out;
    append_csv(text, out);
    return out;
}

TEST(Csv, PlainTextStaysAsItIs) {
    EXPECT_EQ(csv("Ann Smith"), "Ann Smith");
    EXPECT_EQ(csv(""), "");
}

TEST(Csv, WhatWouldEndAFieldIsQuoted) {
    EXPECT_EQ(csv("Smith, Ann"), "\"Smith, Ann\"");
    EXPECT_EQ(csv("say \"hi\""), "\"say \"\"hi\"\"\"");
    EXPECT_EQ(csv("two\r\nlines"), "\"two\r\nlines\"");
}

TEST(Csv, AFormulaIsText) {
    EXPECT_EQ(csv("=1+1"), "\"'=1+1\"");
    EXPECT_EQ(csv("@SUM(A1)"), "\"'@SUM(A1)\"");
    EXPECT_EQ(csv("-1"), "\"'-1\"");
}

}  // namespace
}  // namespace eyed
