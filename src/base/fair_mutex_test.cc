#include "base/fair_mutex.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace eyed {
namespace {

TEST(FairMutex, OneHoldsItAtATime) {
    FairMutex mutex;
    int count = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int j = 0; j < 2000; ++j) {
                const std::lock_guard lock(mutex);
                ++count;
            }
        });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(count, 8000);
}

TEST(FairMutex, IsGivenInTheOrderItWasAskedFor) {
    FairMutex mutex;
    std::vector<int> order;
    std::vector<std::thread> threads;
    mutex.lock();
    for (int i = 1; i <= 3; ++i) {
        threads.emplace_back([&, i] {
            const std::lock_guard lock(mutex);
            order.push_back(i);
        });
        while (mutex.asking() != static_cast<std::uint64_t>(i) + 1)
            std::this_thread::yield();
    }
    mutex.unlock();
    {
        const std::lock_guard lock(mutex);  // at once again, but behind the others
        order.push_back(0);
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(order, (std::vector{1, 2, 3, 0}));
}

}  // namespace
}  // namespace eyed
