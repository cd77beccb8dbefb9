#include "api/edit_locks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
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

TEST(EditLocks, TheNextEditorOfAnEventWaits) {
    BlockingLoop loop;
    EditLocks locks;
    std::vector<int> order;
    std::optional<EditLocks::Held> held;
    loop.run(hold_then_note(locks, EventId{7}, loop, held, order, 1));
    spawn(take_and_drop(locks, EventId{7}, loop, order, 2));
    EXPECT_THAT(order, testing::ElementsAre(1));
    held.reset();
    loop.run(take_and_drop(locks, EventId{7}, loop, order, 3));
    EXPECT_THAT(order, testing::ElementsAre(1, 2, 3));
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

}  // namespace
}  // namespace eyed::api
