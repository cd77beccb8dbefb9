#include "model/money.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>

namespace eyed::model {
namespace {

TEST(Money, IsReadDigitByDigit) {
    EXPECT_EQ(read_money("0").amount, Money{0});
    EXPECT_EQ(read_money("12").amount, Money{1200});
    EXPECT_EQ(read_money("12.3").amount, Money{1230});
    EXPECT_EQ(read_money("0.07").amount, Money{7});
    EXPECT_EQ(read_money("0012.3400").amount, Money{1234});
    EXPECT_EQ(read_money("10000000000.00").amount, kMostMoney);
}

TEST(Money, OfAnythingElseIsAFault) {
    for (const char* text :
         {"", ".", "1.", ".5", "-1", "+1", "1e2", "1,00", " 1", "1 ", "NaN", "1.2.3", "0x10", "١"})
        EXPECT_EQ(read_money(text).fault, MoneyFault::kNotANumber) << text;
    EXPECT_EQ(read_money("1.005").fault, MoneyFault::kTooManyDecimals);
    EXPECT_EQ(read_money("10000000000.01").fault, MoneyFault::kTooLarge);
    EXPECT_EQ(read_money(std::string(100, '9')).fault, MoneyFault::kTooLarge);
}

TEST(Money, IsReadBackAsItWasWritten) {
    std::mt19937_64 random(20261128);
    for (int i = 0; i < 100'000; ++i) {
        const Money amount{static_cast<std::int64_t>(random() % (kMostMoney.minor + 1)) >>
                           (i % 40)};
        const ReadMoney read = read_money(to_string(amount));
        ASSERT_FALSE(read.fault);
        ASSERT_EQ(read.amount, amount);
    }
}

TEST(Money, IsWrittenWithTwoDecimalsAndItsSign) {
    EXPECT_EQ(to_string(Money{0}), "0.00");
    EXPECT_EQ(to_string(Money{5}), "0.05");
    EXPECT_EQ(to_string(Money{-5}), "-0.05");
    EXPECT_EQ(to_string(Money{123456}), "1234.56");
    EXPECT_EQ(to_string(Money{INT64_MIN}), "-92233720368547758.08");
}

TEST(Rate, IsPerCentWithTwoDecimalsAtMost) {
    EXPECT_EQ(read_rate("5"), Rate{500});
    EXPECT_EQ(read_rate("5.25"), Rate{525});
    EXPECT_EQ(read_rate("100"), Rate{10'000});
    EXPECT_EQ(read_rate("100.01"), std::nullopt);
    EXPECT_EQ(read_rate("5.255"), std::nullopt);
    EXPECT_EQ(read_rate("-5"), std::nullopt);
    EXPECT_EQ(to_string(Rate{525}), "5.25");
}

}  // namespace
}  // namespace eyed::model
