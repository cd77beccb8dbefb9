#include "ingest/duplicates.h"

#include <gtest/gtest.h>

namespace eyed::ingest {
namespace {

constexpr Hash128 kFirst{1, 1};
constexpr Hash128 kSecond{2, 2};
constexpr Hash128 kThird{3, 3};

TEST(Duplicates, AreCountedByKey) {
    Duplicates duplicates({100});
    duplicates.note(kFirst, {101});
    duplicates.note(kFirst, {105});
    EXPECT_EQ(duplicates.find(kFirst).count, 2u);
    EXPECT_EQ(duplicates.find(kFirst).last_at, Micros{105});
    EXPECT_EQ(duplicates.find(kSecond).count, 0u);
    EXPECT_EQ(duplicates.since(), Micros{100});
}

TEST(Duplicates, ForgetTheOneThatCameLongestAgo) {
    Duplicates duplicates({0}, 2);
    duplicates.note(kFirst, {1});
    duplicates.note(kSecond, {2});
    duplicates.note(kFirst, {3});
    duplicates.note(kThird, {4});
    EXPECT_EQ(duplicates.find(kFirst).count, 2u);
    EXPECT_EQ(duplicates.find(kSecond).count, 0u);
    EXPECT_EQ(duplicates.find(kThird).count, 1u);
}

}  // namespace
}  // namespace eyed::ingest
