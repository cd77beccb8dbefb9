#include "api/edit_locks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <thread>
#include <vector>

#include "base/blocking.h"
#include "base/task.h"

namespace eyed::api {
namespace {

Task<void> hold_then_note(EditLocks& locks, EventId id, Executor& executor,
                          std::optional<EditLocks::Held>& held, std::vector<int>& order, int name) {
    EditLocks::Acquire acquire(locks, id, executor);
    EditLocks::Held lock = co_await acquire;
    order.push_back(name);
    held.emplace(std::move(lock));
}

Task<void> take_and_drop(EditLocks& locks, EventId id, Executor& executor, std::vector<int>& order,
                         int name) {
    EditLocks::Acquire acquire(locks, id, executor);
    const EditLocks::Held lock = co_await acquire;
    order.push_back(name);
}

TEST(EditLocks, AFreeLockIsTakenAtOnce) {
    BlockingLoop loop;
    EditLocks locks;
    std::vector<int> order;
    loop.run(take_and_drop(locks, EventId{1}, loop, order, 1));
    loop.run(take_and_drop(locks, EventId{1}, loop, order, 2));
    EXPECT_THAT(order, testing::ElementsAre(1, 2));
}

TEST(EditLocks, WaitersComeInOrderAfterTheHolder) {
    BlockingLoop loop;
    EditLocks locks;
    std::vector<int> order;
    std::optional<EditLocks::Held> held;
    loop.run(hold_then_note(locks, EventId{7}, loop, held, order, 1));
    spawn(take_and_drop(locks, EventId{7}, loop, order, 2));
    spawn(take_and_drop(locks, EventId{7}, loop, order, 3));
    EXPECT_THAT(order, testing::ElementsAre(1));
    held.reset();
    loop.run(take_and_drop(locks, EventId{7}, loop, order, 4));
    EXPECT_THAT(order, testing::ElementsAre(1, 2, 3, 4));
}

TEST(EditLocks, AnotherEventDoesNotWait) {
    BlockingLoop loop;
    EditLocks locks;
    std::vector<int> order;
    std::optional<EditLocks::Held> held;
    loop.run(hold_then_note(locks, EventId{7}, loop, held, order, 1));
    loop.run(take_and_drop(locks, EventId{8}, loop, order, 2));
    EXPECT_THAT(order, testing::ElementsAre(1, 2));
}

Task<void> add_one(EditLocks& locks, Executor& executor, int& counter) {
    EditLocks::Acquire acquire(locks, EventId{1}, executor);
    const EditLocks::Held lock = co_await acquire;
    const int before = counter;
    std::this_thread::yield();
    counter = before + 1;
}

TEST(EditLocks, EditorsOnManyThreadsNeverInterleave) {
    constexpr int kThreads = 4;
    constexpr int kRounds = 500;
    EditLocks locks;
    int counter = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i)
        threads.emplace_back([&] {
            BlockingLoop loop;
            for (int round = 0; round < kRounds; ++round)
                loop.run(add_one(locks, loop, counter));
        });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(counter, kThreads * kRounds);
}

}  // namespace
}  // namespace eyed::api
