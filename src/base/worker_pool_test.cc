#include "base/worker_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>

#include "base/blocking.h"
#include "base/task.h"

namespace eyed {
namespace {

Task<Result<int>> on_pool(WorkerPool& pool, Executor& executor, std::thread::id& ran_on) {
    auto work = [&ran_on]() -> Result<int> {
        ran_on = std::this_thread::get_id();
        return 7;
    };
    Offload offload(pool, executor, work);
    co_return co_await offload;
}

TEST(Offload, RunsOnThePoolAndComesBackToItsExecutor) {
    WorkerPool pool({.name = "test", .threads = 2});
    BlockingLoop loop;
    std::thread::id ran_on;
    const Result<int> result = loop.run(on_pool(pool, loop, ran_on));
    ASSERT_TRUE(result);
    EXPECT_EQ(*result, 7);
    EXPECT_NE(ran_on, std::this_thread::get_id());
}

TEST(Offload, IsRefusedWhenTheQueueIsFull) {
    WorkerPool pool({.name = "test", .threads = 1, .queue_capacity = 1});
    std::promise<void> begun, release;
    std::shared_future<void> released = release.get_future().share();
    ASSERT_TRUE(pool.submit([&] {
        begun.set_value();
        released.wait();
    }));
    begun.get_future().wait();
    ASSERT_TRUE(pool.submit([released] { released.wait(); }));  // the one that may wait

    BlockingLoop loop;
    std::thread::id ran_on;
    const Result<int> result = loop.run(on_pool(pool, loop, ran_on));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Code::kOverloaded);
    EXPECT_EQ(pool.queued(), 1u);
    release.set_value();
}

TEST(WorkerPool, RunsWhatIsQueuedBeforeItGoes) {
    std::atomic<int> ran = 0;
    {
        WorkerPool pool({.name = "test", .threads = 3, .queue_capacity = 1000});
        for (int i = 0; i < 1000; ++i)
            ASSERT_TRUE(pool.submit([&] { ++ran; }));
    }
    EXPECT_EQ(ran, 1000);
}

Task<long> add(long a, long b) {
    co_return a + b;
}

Task<long> sum_to(int n) {
    long sum = 0;
    for (int i = 1; i <= n; ++i)
        sum = co_await add(sum, i);
    co_return sum;
}

// Sanitizers keep gcc from making the jumps between tasks tail calls, so a sanitized stack does
// grow.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kManyTasks = 1'000;
#else
constexpr int kManyTasks = 100'000;
#endif

TEST(Task, AwaitsTasksWithoutGrowingTheStack) {
    BlockingLoop loop;
    EXPECT_EQ(loop.run(sum_to(kManyTasks)), kManyTasks * (kManyTasks + 1L) / 2);
}

/// Suspends until somebody resumes it through a ResumeBatch.
struct Parked {
    Resumption& resumption;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) noexcept { resumption.handle = handle; }
    void await_resume() const noexcept {}
};

Task<void> park(Resumption& resumption, int number, std::vector<int>& order) {
    co_await Parked{resumption};
    order.push_back(number);
}

TEST(ResumeBatch, ResumesInTheOrderAdded) {
    BlockingLoop loop;
    std::vector<Resumption> parked(40);
    std::vector<int> order;
    for (int i = 0; i < 40; ++i)
        spawn(park(parked[static_cast<std::size_t>(i)], i, order));
    {
        ResumeBatch batch;
        for (Resumption& resumption : parked)
            batch.add(loop, resumption);
        EXPECT_TRUE(order.empty());
    }
    std::thread::id ran_on;
    WorkerPool pool({.name = "test", .threads = 1});
    ASSERT_TRUE(loop.run(on_pool(pool, loop, ran_on)));  // takes a turn of the loop
    ASSERT_EQ(order.size(), 40u);
    EXPECT_TRUE(std::ranges::is_sorted(order));
}

}  // namespace
}  // namespace eyed
