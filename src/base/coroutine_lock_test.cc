#include "base/coroutine_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <thread>
#include <vector>

#include "base/blocking.h"
#include "base/task.h"

namespace eyed {
namespace {

Task<void> hold_then_note(CoroutineLock& lock, Executor& executor,
                          std::optional<CoroutineLock::Held>& held, std::vector<int>& order,
                          int name) {
    CoroutineLock::Acquire acquire(lock, executor);
    CoroutineLock::Held taken = co_await acquire;
    order.push_back(name);
    held.emplace(std::move(taken));
}

Task<void> take_and_drop(CoroutineLock& lock, Executor& executor, std::vector<int>& order,
                         int name) {
    CoroutineLock::Acquire acquire(lock, executor);
    const CoroutineLock::Held taken = co_await acquire;
    order.push_back(name);
}

TEST(CoroutineLock, AFreeLockIsTakenAtOnce) {
    BlockingLoop loop;
    CoroutineLock lock;
    std::vector<int> order;
    loop.run(take_and_drop(lock, loop, order, 1));
    loop.run(take_and_drop(lock, loop, order, 2));
    EXPECT_THAT(order, testing::ElementsAre(1, 2));
}

TEST(CoroutineLock, WaitersComeInOrderAfterTheHolder) {
    BlockingLoop loop;
    CoroutineLock lock;
    std::vector<int> order;
    std::optional<CoroutineLock::Held> held;
    loop.run(hold_then_note(lock, loop, held, order, 1));
    spawn(take_and_drop(lock, loop, order, 2));
    spawn(take_and_drop(lock, loop, order, 3));
    EXPECT_THAT(order, testing::ElementsAre(1));
    held.reset();
    loop.run(take_and_drop(lock, loop, order, 4));
    EXPECT_THAT(order, testing::ElementsAre(1, 2, 3, 4));
}

Task<void> add_one(CoroutineLock& lock, Executor& executor, int& counter) {
    CoroutineLock::Acquire acquire(lock, executor);
    const CoroutineLock::Held taken = co_await acquire;
    const int before = counter;
    std::this_thread::yield();
    counter = before + 1;
}

TEST(CoroutineLock, HoldersOnManyThreadsNeverInterleave) {
    constexpr int kThreads = 4;
    constexpr int kRounds = 500;
    CoroutineLock lock;
    int counter = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i)
        threads.emplace_back([&] {
            BlockingLoop loop;
            for (int round = 0; round < kRounds; ++round)
                loop.run(add_one(lock, loop, counter));
        });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(counter, kThreads * kRounds);
}

}  // namespace
}  // namespace eyed
