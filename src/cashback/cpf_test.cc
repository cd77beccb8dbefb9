#include "cashback/cpf.h"

#include <gmock/gmock.h>

#include <fmt/format.h>

#include <random>

#include "model/cashback.h"

namespace eyed::cashback {
namespace {

TEST(Cpf, IsReadWithAndWithoutPunctuation) {
    EXPECT_EQ(read_cpf("11144477735"), "11144477735");
    EXPECT_EQ(read_cpf("52998224725"), "52998224725");
    EXPECT_EQ(read_cpf("111.444.777-35"), "11144477735");
    EXPECT_EQ(read_cpf("111444777-35"), "11144477735");
}

TEST(Cpf, WhatIsNoneIsRefused) {
    for (const std::string_view text :
         {"", "00000000000", "33535353535", "11111111111", "11144477734", "11144477725",
          "1114447773", "111444777355", "111.444.777-3", "111-444.777.35", "111..444.777-35",
          " 11144477735", "11144477735 ", "1114447773a", "１1144477735"})
        EXPECT_FALSE(read_cpf(text)) << text;
    EXPECT_FALSE(read_cpf(std::string_view("11144477735\0", 12)));
}

TEST(Cpf, OfAllPairsOneChecksNineDigits) {
    std::mt19937 random(9);  // NOLINT(bugprone-random-generator-seed): the same each time
    for (int i = 0; i < 100; ++i) {
        const std::string nine = fmt::format("{:09}", random() % 1'000'000'000);
        if (nine.find_first_not_of(nine[0]) == std::string::npos) continue;
        int valid = 0;
        for (int pair = 0; pair < 100; ++pair)
            valid += read_cpf(nine + fmt::format("{:02}", pair)) ? 1 : 0;
        EXPECT_EQ(valid, 1) << nine;
    }
}

TEST(Cpf, IsMasked) {
    EXPECT_EQ(model::masked_cpf("11144477735"), "***.***.***-35");
    EXPECT_EQ(model::masked_cpf(""), "***");
    EXPECT_EQ(model::masked_cpf("1114447773x"), "***");
}

TEST(Cpf, IsMaskedWithinAnyText) {
    EXPECT_EQ(with_masked_cpfs(R"({"document":"11144477735","n":12.30})"),
              R"({"document":"***.***.***-35","n":12.30})");
    EXPECT_EQ(with_masked_cpfs("111.444.777-35,52998224725"), "***.***.***-35,***.***.***-25");
    // No CPFs: wrong check digits, more digits than it has.
    for (const std::string_view text : {"", "11144477734", "111444777350", "911144477735", "1.2"})
        EXPECT_EQ(with_masked_cpfs(text), text);
}

}  // namespace
}  // namespace eyed::cashback
