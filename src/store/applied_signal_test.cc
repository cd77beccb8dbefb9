#include "store/applied_signal.h"

#include <gtest/gtest.h>

#include <atomic>

#include "base/blocking.h"
#include "base/task.h"

namespace eyed::store {
namespace {

using namespace std::chrono_literals;

Task<bool> wait_for(AppliedSignal& signal, Position position, Executor& executor,
                    std::chrono::milliseconds timeout) {
    AppliedSignal::Wait wait(signal, position, executor, timeout);
    const bool reached = co_await wait;
    co_return reached;
}

TEST(AppliedSignal, DoesNotWaitForWhatIsApplied) {
    AppliedSignal signal;
    BlockingLoop loop;
    signal.advance({5});
    EXPECT_TRUE(loop.run(wait_for(signal, {5}, loop, 0ms)));
}

TEST(AppliedSignal, ResumesAWaiterOnceItsPositionIsReached) {
    AppliedSignal signal;
    BlockingLoop loop;
    std::thread projector([&] {
        for (std::uint64_t position = 1; position <= 100; ++position)
            signal.advance({position});
    });
    EXPECT_TRUE(loop.run(wait_for(signal, {100}, loop, 60s)));
    EXPECT_EQ(signal.applied(), Position{100});
    projector.join();
}

TEST(AppliedSignal, GivesUpAtTheDeadline) {
    AppliedSignal signal;
    BlockingLoop loop;
    signal.advance({1});
    EXPECT_FALSE(loop.run(wait_for(signal, {2}, loop, 5ms)));
}

TEST(AppliedSignal, AShorterWaitBehindALongerOneEndsFirst) {
    AppliedSignal signal;
    std::atomic<bool> begun{false};
    std::atomic<bool> long_result{true};
    std::thread other([&] {
        BlockingLoop loop;
        begun = true;
        long_result = loop.run(wait_for(signal, {9}, loop, 60s));
    });
    while (!begun)
        std::this_thread::yield();
    BlockingLoop loop;
    EXPECT_FALSE(loop.run(wait_for(signal, {8}, loop, 5ms)));
    signal.stop();
    other.join();
    EXPECT_FALSE(long_result);
}

TEST(AppliedSignal, StopEndsEveryWait) {
    AppliedSignal signal;
    BlockingLoop loop;
    std::thread stopper([&] { signal.stop(); });
    EXPECT_FALSE(loop.run(wait_for(signal, {1}, loop, 60s)));
    stopper.join();
    EXPECT_FALSE(loop.run(wait_for(signal, {1}, loop, 60s)));
}

TEST(AppliedSignal, ManyThreadsWaitAndAllAreResumed) {
    AppliedSignal signal;
    std::atomic<int> reached{0};
    std::vector<std::thread> threads;
    for (std::uint64_t t = 0; t < 8; ++t)
        threads.emplace_back([&, t] {
            BlockingLoop loop;
            for (std::uint64_t i = 1; i <= 50; ++i)
                if (loop.run(wait_for(signal, {i * 8 + t}, loop, 60s))) ++reached;
        });
    for (std::uint64_t position = 1; position <= 500; ++position)
        signal.advance({position});
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(reached, 400);
}

}  // namespace
}  // namespace eyed::store
