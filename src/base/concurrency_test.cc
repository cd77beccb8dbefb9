#include <gtest/gtest.h>

#include <atomic>
#include <latch>

#include "base/blocking.h"
#include "base/logger.h"
#include "base/worker_pool.h"

namespace eyed {
namespace {

Task<int> seven() {
    co_return 7;
}
Task<int> plus(int more) {
    const int value = co_await seven();
    co_return value + more;
}
Task<int> deep(int levels) {
    if (levels == 0) co_return 0;
    const int below = co_await deep(levels - 1);
    co_return below + 1;
}
Task<void> count_up(std::atomic<int>& count) {
    ++count;
    co_return;
}
struct Square {
    int value;
    Result<int> operator()() { return value * value; }
};
Task<Result<int>> squared(WorkerPool& pool, Executor& executor, int value) {
    Offload<Square> offload(pool, executor, Square{value});
    co_return co_await offload;
}

TEST(Task, GivesItsValueThroughOtherTasks) {
    BlockingLoop loop;
    EXPECT_EQ(loop.run(plus(3)), 10);
}

TEST(Task, StartsOnlyWhenAwaited) {
    std::atomic<int> count = 0;
    {
        const Task<void> never = count_up(count);
    }
    EXPECT_EQ(count, 0);
    spawn(count_up(count));
    EXPECT_EQ(count, 1);
}

TEST(Task, DeepChainsEnd) {
    BlockingLoop loop;
    EXPECT_EQ(loop.run(deep(200)), 200);
}

TEST(WorkerPool, WorkComesBackToItsExecutor) {
    WorkerPool pool({.name = "test", .threads = 2});
    BlockingLoop loop;
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(*loop.run(squared(pool, loop, i)), i * i);
}

TEST(WorkerPool, AFullQueueRefusesAndSaysSo) {
    std::latch started(1), go_on(1);
    WorkerPool pool({.name = "test", .threads = 1, .queue_capacity = 1});
    ASSERT_TRUE(pool.submit([&] {
        started.count_down();
        go_on.wait();
    }));
    started.wait();
    ASSERT_TRUE(pool.submit([] {}));
    EXPECT_EQ(pool.queued(), 1U);
    EXPECT_EQ(pool.submit([] {}).error().code, Code::kOverloaded);
    BlockingLoop loop;
    EXPECT_EQ(loop.run(squared(pool, loop, 2)).error().code, Code::kOverloaded);
    go_on.count_down();
}

TEST(WorkerPool, ItsEndRunsWhatIsQueued) {
    std::atomic<int> ran = 0;
    {
        WorkerPool pool({.name = "test", .threads = 2});
        for (int i = 0; i < 100; ++i)
            ASSERT_TRUE(pool.submit([&ran] { ++ran; }));
    }
    EXPECT_EQ(ran, 100);
}

/// Counts how its resumptions come.
struct CountingExecutor final : Executor {
    void post(Resumption* chain) noexcept override {
        ++posts;
        for (; chain != nullptr; chain = chain->next)
            ++resumptions;
    }
    int posts = 0;
    int resumptions = 0;
};

TEST(ResumeBatch, PostsOnceAnExecutor) {
    CountingExecutor executors[20];
    Resumption resumptions[60];
    {
        ResumeBatch batch;
        for (int i = 0; i < 60; ++i)
            batch.add(executors[i % 4], resumptions[i]);
    }
    for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(executors[i].posts, 1);
        EXPECT_EQ(executors[i].resumptions, 15);
    }
}

TEST(ResumeBatch, LosesNothingWithManyExecutors) {
    CountingExecutor executors[20];
    Resumption resumptions[60];
    {
        ResumeBatch batch;
        for (int i = 0; i < 60; ++i)
            batch.add(executors[i % 20], resumptions[i]);
    }
    for (const CountingExecutor& executor : executors)
        EXPECT_EQ(executor.resumptions, 3);
}

TEST(CapturingLogger, KeepsLinesWithTheirFields) {
    CapturingLogger logger;
    logger.warning("It broke.", {{"file", "a"}, {"error", "b"}});
    logger.info("Fine.");
    EXPECT_EQ(logger.lines()[0], "warning: It broke. (file=a error=b)");
    EXPECT_EQ(logger.lines()[1], "info: Fine.");
    EXPECT_TRUE(logger.has("file=a"));
}

}  // namespace
}  // namespace eyed
