#include "api/cashback_statement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace eyed::api {
namespace {

using Decimal = StatementForm::Decimal;

/// The faults as `field: message`.
std::vector<std::string> faults_of(std::string_view csv, const StatementForm& form = {}) {
    std::vector<std::string> faults;
    for (const cashback::Fault& fault : read_statement(csv, form).faults)
        faults.push_back(fault.field + ": " + fault.message);
    return faults;
}

/// What is wrong with the one line of a file.
std::string problem_of(std::string_view line) {
    const auto read =
        read_statement("reference,document,amount,date\n" + std::string(line), StatementForm{});
    EXPECT_EQ(read.lines.size(), 1u);
    return read.lines.empty() ? "" : read.lines.front().problem;
}

/// The amount as it is read; empty: it cannot be.
std::string amount_of(const std::string& text, Decimal decimal) {
    StatementForm form;
    form.decimal = decimal;
    form.separator = ';';
    const auto read = read_statement("reference;amount\nx;" + text, form);
    const auto& amount = read.lines.at(0).amount;
    return amount ? to_string(*amount) : "";
}

TEST(CashbackStatement, SaysWhatEachLineSays) {
    const auto read = read_statement(
        "amount,document,when,reference\n12.30,111.444.777-35,2026-11-28,msg_1\n0.05,,,7\n",
        {.date = {"when"}});
    ASSERT_EQ(read.lines.size(), 2u);
    EXPECT_EQ(read.lines[0].amount, model::Money{1230});
    EXPECT_EQ(read.lines[0].document, "11144477735");
    EXPECT_EQ(read.lines[0].at, parse_date("2026-11-28"));
    EXPECT_EQ(read.lines[0].reference, "msg_1");
    EXPECT_EQ(read.lines[0].line, 2u);
    EXPECT_EQ(read.lines[1].reference, "7");
    EXPECT_EQ(read.lines[1].problem, "");
    EXPECT_EQ(read.mapping,
              R"({"reference":"reference","document":"document","amount":"amount",)"
              R"("date":"when","separator":",","decimal":"point","date_format":"iso"})");
}

TEST(CashbackStatement, WhatNoErasureWouldFindShowsNoDocument) {
    const auto reference_of = [](const std::string& line) {
        return read_statement("reference,document,amount\n" + line, {}).lines.at(0).reference;
    };
    EXPECT_EQ(reference_of("to 111.444.777-35,,1.00"), "to ***.***.***-35");
    EXPECT_EQ(reference_of("to 111.444.777-35,11144477735,1.00"), "to 111.444.777-35");
    const std::string message = "msg_11144477735abcdefabcdefabcdefabc";
    EXPECT_EQ(reference_of(message + ",,1.00"), message);
}

TEST(CashbackStatement, ALineThatIsNoUseSaysWhy) {
    EXPECT_THAT(problem_of("x,,,"), testing::HasSubstr("amount"));
    EXPECT_THAT(problem_of("x,,1.234,"), testing::HasSubstr("amount"));
    EXPECT_THAT(problem_of("x,,-1,"), testing::HasSubstr("amount"));
    EXPECT_THAT(problem_of("x,11111111111,1,"), testing::HasSubstr("CPF"));
    EXPECT_THAT(problem_of("x,,1,yesterday"), testing::HasSubstr("date"));
    EXPECT_THAT(problem_of(",,1,"), testing::HasSubstr("neither"));
    EXPECT_THAT(problem_of("x,1"), testing::HasSubstr("2 columns"));
    EXPECT_THAT(problem_of(std::string("x\0,,1,", 6)), testing::HasSubstr("null"));
    EXPECT_THAT(problem_of(std::string(300, 'x') + ",,1,"), testing::HasSubstr("255"));
}

/// The day or time as it is read; empty: it cannot be.
std::string time_of(const std::string& text, StatementForm::Dates dates) {
    StatementForm form;
    form.dates = dates;
    const auto read = read_statement("reference,amount,date\nx,1," + text, form);
    const auto& at = read.lines.at(0).at;
    return at ? to_iso8601(*at).substr(0, 19) : "";
}

TEST(CashbackStatement, DaysMayStandInFront) {
    using enum StatementForm::Dates;
    EXPECT_EQ(time_of("28/11/2026", kDayFirst), "2026-11-28T00:00:00");
    EXPECT_EQ(time_of("28/11/2026 18:30:05", kDayFirst), "2026-11-28T18:30:05");
    for (const char* wrong : {"31/02/2026", "11/28/2026", "28/11/26", "2026-11-28", "28-11-2026"})
        EXPECT_EQ(time_of(wrong, kDayFirst), "") << wrong;
    EXPECT_EQ(time_of("28/11/2026", kIso), "");
}

TEST(CashbackStatement, FilesOfSpreadsheetsAreUnderstood) {
    for (const char* amount : {"R$ 1.234,50", "R$1.234,50", "R$\u00a01.234,50", "1.234,50"})
        EXPECT_EQ(amount_of(amount, Decimal::kComma), "1234.50") << amount;
    for (const char* wrong : {"R$", "R$ R$ 1,00", "$ 1,00", "1,00 R$", "R$ -1,00"})
        EXPECT_EQ(amount_of(wrong, Decimal::kComma), "") << wrong;
    const auto read = read_statement("\xef\xbb\xbf\"reference\",amount\r\nx,1\r\n", {});
    EXPECT_TRUE(read.faults.empty());
    EXPECT_EQ(read.lines.size(), 1u);
}

TEST(CashbackStatement, AFileThatIsNotUtf8IsRefusedAsAWhole) {
    for (const char* file : {"reference,amount\nx,1\nan\xe1,2\n", "reference,amount\n\nan\xe1,2"})
        EXPECT_THAT(faults_of(file), testing::ElementsAre(testing::AllOf(
                                         testing::StartsWith("file: Line 3 is not text in UTF-8"),
                                         testing::HasSubstr("iconv"))));
}

TEST(CashbackStatement, ThousandsMayBeParted) {
    EXPECT_EQ(amount_of("1234.56", Decimal::kPoint), "1234.56");
    EXPECT_EQ(amount_of("1,234.56", Decimal::kPoint), "1234.56");
    EXPECT_EQ(amount_of("1234,56", Decimal::kComma), "1234.56");
    EXPECT_EQ(amount_of("1.234.567,8", Decimal::kComma), "1234567.80");
    EXPECT_EQ(amount_of("1.234", Decimal::kComma), "1234.00");
    EXPECT_EQ(amount_of("12.30", Decimal::kComma), "");
    EXPECT_EQ(amount_of("12,30", Decimal::kPoint), "");
    EXPECT_EQ(amount_of(".234,00", Decimal::kComma), "");
    EXPECT_EQ(amount_of("1,2,3", Decimal::kComma), "");
}

TEST(CashbackStatement, ColumnsThatAreMissingAreTold) {
    EXPECT_THAT(faults_of(""), testing::ElementsAre("file: The file is empty."));
    EXPECT_THAT(faults_of("reference\nx"),
                testing::ElementsAre("amount_column: The file has no column “amount”."));
    EXPECT_THAT(faults_of("amount\n1"), testing::ElementsAre(testing::HasSubstr("matched by")));
    StatementForm form;
    form.date = {"day", StatementForm::Column::Wanted::kAlways};
    EXPECT_THAT(faults_of("reference,amount\nx,1", form),
                testing::ElementsAre("date_column: The file has no column “day”."));
}

TEST(CashbackStatement, ABrokenFileIsToldWithLineAndColumn) {
    EXPECT_THAT(faults_of("reference,amount\nx,1\ny,\"2"),
                testing::ElementsAre("file: Line 3, column 3: a quote that does not end."));
}

}  // namespace
}  // namespace eyed::api
