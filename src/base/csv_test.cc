#include "base/csv.h"

#include <gmock/gmock.h>
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

using Records = std::vector<std::vector<std::string>>;

Records records(std::string_view text, char separator = ',') {
    CsvReader reader(text, separator);
    Records all;
    for (std::vector<std::string> fields; reader.next(fields);)
        all.push_back(fields);
    EXPECT_FALSE(reader.fault());
    return all;
}

/// `line:column: message` of what cannot be read.
std::string fault_in(std::string_view text) {
    CsvReader reader(text);
    std::vector<std::string> fields;
    while (reader.next(fields)) {
    }
    if (!reader.fault()) return "";
    const auto& [place, message] = *reader.fault();
    return std::to_string(place.line) + ':' + std::to_string(place.column) + ": " +
           std::string(message);
}

TEST(CsvReader, RecordsEndWithEitherLineEndOrTheText) {
    EXPECT_EQ(records("a,b\r\nc,d\ne,f"), (Records{{"a", "b"}, {"c", "d"}, {"e", "f"}}));
    EXPECT_EQ(records(""), Records{});
    EXPECT_EQ(records("\n\r\n a \n\n"), (Records{{" a "}}));
}

TEST(CsvReader, FieldsMayBeEmpty) {
    EXPECT_EQ(records(",\na,"), (Records{{"", ""}, {"a", ""}}));
}

TEST(CsvReader, QuotedFieldsHoldWhatWouldEndThem) {
    EXPECT_EQ(records("\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\"\nx"),
              (Records{{"a,b", "say \"hi\"", "two\nlines"}, {"x"}}));
}

TEST(CsvReader, ReadsWhatIsWritten) {
    std::string text;
    for (const char* field : {"Smith, Ann", "say \"hi\"", "two\r\nlines"}) {
        append_csv(field, text);
        text += ',';
    }
    EXPECT_EQ(records(text), (Records{{"Smith, Ann", "say \"hi\"", "two\r\nlines", ""}}));
}

TEST(CsvReader, PassesOverAByteOrderMark) {
    EXPECT_EQ(records("\xef\xbb\xbf"
                      "a;b",
                      ';'),
              (Records{{"a", "b"}}));
}

TEST(CsvReader, TellsWhereItCannotReadOn) {
    EXPECT_EQ(fault_in("a,b\nc,\"d"), "2:3: a quote that does not end");
    EXPECT_EQ(fault_in("a\n\"b\"c,d"), "2:4: text behind the quote that ends a field");
    EXPECT_EQ(fault_in("a\nb\"c"), "2:2: a quote within a field that has none in front");
    EXPECT_EQ(fault_in(std::string(2'000, ',')), "1:1001: more than 1000 fields");
}

TEST(CsvReader, KnowsTheLineOfARecord) {
    CsvReader reader("a\n\n\"b\nc\"\nd");
    std::vector<std::string> fields;
    std::vector<std::size_t> lines;
    while (reader.next(fields))
        lines.push_back(reader.line());
    EXPECT_THAT(lines, testing::ElementsAre(1, 3, 5));
}

}  // namespace
}  // namespace eyed
