#include "log/journal/dedup_window.h"

#include <gtest/gtest.h>

#include <random>
#include <unordered_map>

namespace eyed::log::journal {
namespace {

constexpr std::chrono::seconds kWeek = std::chrono::hours(168);

Hash128 key(std::uint64_t number) {
    return hash128({reinterpret_cast<const char*>(&number), sizeof number});
}

TEST(DedupWindow, KnowsWhatWasInsertedAndNothingElse) {
    DedupWindow window({.window = kWeek, .memory_bytes = 1 << 30});
    for (std::uint64_t i = 1; i <= 200'000; ++i)
        window.insert(key(i), EventId{i * 3}, 1000);
    for (std::uint64_t i = 1; i <= 200'000; ++i)
        ASSERT_EQ(window.find(key(i)), EventId{i * 3});
    for (std::uint64_t i = 200'001; i <= 300'000; ++i)
        ASSERT_FALSE(window.find(key(i)));
}

TEST(DedupWindow, KeysThatDifferInOneHalfAreDifferent) {
    DedupWindow window({.window = kWeek, .memory_bytes = 1 << 30});
    window.insert({1, 2}, EventId{1}, 0);
    EXPECT_FALSE(window.find({1, 3}));
    EXPECT_FALSE(window.find({2, 2}));
}

TEST(DedupWindow, ForgetsWhatIsOlderThanTheWindow) {
    DedupWindow window({.window = std::chrono::seconds(640), .memory_bytes = 1 << 30});
    for (std::uint32_t time = 0; time < 2000; ++time)
        window.insert(key(time), EventId{time + 1}, time);
    window.expire(2000);
    for (std::uint32_t time = 1360; time < 2000; ++time)
        ASSERT_TRUE(window.find(key(time)));
    for (std::uint32_t time = 0; time < 1340; ++time)
        ASSERT_FALSE(window.find(key(time)));
    EXPECT_EQ(window.covers(2000), std::chrono::seconds(640));
    window.expire(10'000);
    EXPECT_EQ(window.size(), 0U);
}

TEST(DedupWindow, StaysWithinItsMemoryAndSaysWhatItCovers) {
    constexpr std::uint64_t kMemory = 4 << 20;
    DedupWindow window({.window = kWeek, .memory_bytes = kMemory});
    for (std::uint32_t i = 0; i < 500'000; ++i) {
        window.insert(key(i), EventId{i + 1}, i / 100);
        window.expire(i / 100);
        ASSERT_LE(window.bytes(), kMemory + (1 << 20));
    }
    const auto covers = static_cast<std::uint32_t>(window.covers(5000).count());
    EXPECT_GT(covers, 500U);
    EXPECT_LT(covers, 5000U);
    for (std::uint32_t i = (5000 - covers + 1) * 100; i < 500'000; ++i)
        ASSERT_TRUE(window.find(key(i)));
}

TEST(DedupWindow, TakesAboutTwentySixBytesAKey) {
    DedupWindow window({.window = kWeek, .memory_bytes = 1ULL << 32});
    for (std::uint64_t i = 1; i <= 600'000; ++i)
        window.insert(key(i), EventId{i}, 1);
    EXPECT_LE(window.bytes() / window.size(), 30U);
}

TEST(DedupWindow, UndoTakesBackTheLastInsertsOnly) {
    DedupWindow window({.window = kWeek, .memory_bytes = 1 << 30});
    for (std::uint64_t i = 0; i < 40'000; ++i)
        window.insert(key(i), EventId{i + 1}, 1);
    window.undo(39'000);
    EXPECT_EQ(window.size(), 1000U);
    for (std::uint64_t i = 0; i < 40'000; ++i)
        ASSERT_EQ(window.find(key(i)).has_value(), i < 1000);
    for (std::uint64_t i = 1000; i < 40'000; ++i)
        window.insert(key(i), EventId{i + 7}, 2);
    for (std::uint64_t i = 1000; i < 40'000; ++i)
        ASSERT_EQ(window.find(key(i)), EventId{i + 7});
}

TEST(DedupWindow, AgreesWithAReferenceThroughRandomUse) {
    std::mt19937_64 random(7);
    DedupWindow window({.window = std::chrono::seconds(1'000'000), .memory_bytes = 1 << 30});
    std::unordered_map<std::uint64_t, std::uint64_t> reference;
    std::vector<std::uint64_t> order;
    for (std::uint64_t i = 1; i < 200'000; ++i) {
        const std::uint64_t number = random() % 50'000;
        const auto known = reference.find(number);
        const auto found = window.find(key(number));
        ASSERT_EQ(found.has_value(), known != reference.end());
        if (found) {
            ASSERT_EQ(found->value, known->second);
        } else {
            window.insert(key(number), EventId{i}, 1);
            reference[number] = i;
            order.push_back(number);
        }
        if (random() % 50 == 0) {
            const std::uint64_t back = random() % std::min<std::size_t>(order.size(), 40);
            window.undo(back);
            for (std::uint64_t n = 0; n < back; ++n) {
                reference.erase(order.back());
                order.pop_back();
            }
        }
        ASSERT_EQ(window.size(), reference.size());
    }
}

}  // namespace
}  // namespace eyed::log::journal
