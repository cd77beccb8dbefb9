#include "api/health.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <thread>

#include "base/stopped_clock.h"
#include "base/task.h"

namespace eyed::api {
namespace {

using namespace std::chrono_literals;

/// Runs what is posted on the test's own thread.
class Loop final : public Executor {
  public:
    void post(Resumption* chain) noexcept override {
        {
            const std::lock_guard lock(mutex_);
            for (; chain != nullptr; chain = chain->next)
                handles_.push_back(chain->handle);
        }
        wake_.notify_one();
    }
    void run_until(const std::function<bool()>& done) {
        while (!done()) {
            std::unique_lock lock(mutex_);
            ASSERT_TRUE(wake_.wait_for(lock, 30s, [this] { return !handles_.empty(); }));
            const auto handle = handles_.front();
            handles_.pop_front();
            lock.unlock();
            handle.resume();
        }
    }

  private:
    std::mutex mutex_;  ///< guards handles_
    std::condition_variable wake_;
    std::deque<std::coroutine_handle<>> handles_;
};

class HealthTest : public ::testing::Test {
  protected:
    /// The store's check, as a test wants it; counted.
    Status check_store() {
        ++probes_;
        std::unique_lock lock(mutex_);
        opened_.wait(lock, [this] { return open_; });
        return store_;
    }
    void set_store(Status status) {
        const std::lock_guard lock(mutex_);
        store_ = std::move(status);
    }
    void set_open(bool open) {
        {
            const std::lock_guard lock(mutex_);
            open_ = open;
        }
        opened_.notify_all();
    }
    Task<void> ask_once() {
        Health::Ask ask(*health_, loop_);
        answers_.push_back(co_await ask);
    }
    Health::Check store_now() {
        const std::size_t before = answers_.size();
        spawn(ask_once());
        loop_.run_until([&] { return answers_.size() > before; });
        return answers_.back()->at(1);
    }
    std::size_t lines_with(std::string_view part) const {
        std::size_t count = 0;
        for (const auto& line : logger_.lines())
            if (line.find(part) != std::string::npos) ++count;
        return count;
    }

    std::mutex mutex_;  ///< guards open_ and store_
    std::condition_variable opened_;
    bool open_ = true;
    Status store_;
    std::atomic<int> probes_{0};
    StoppedClock clock_;
    CapturingLogger logger_;
    Loop loop_;
    std::vector<std::shared_ptr<const Health::Checks>> answers_;
    std::unique_ptr<Health> health_ =
        std::make_unique<Health>(Health::Parts{.log = [] { return Status(); },
                                               .store = [this] { return check_store(); },
                                               .catalog = [] { return Status(); },
                                               .clock = clock_,
                                               .logger = logger_});
};

TEST_F(HealthTest, HoweverManyAskTogetherShareOneProbe) {
    set_open(false);
    for (int i = 0; i < 1000; ++i)
        spawn(ask_once());
    set_open(true);
    loop_.run_until([&] { return answers_.size() == 1000; });
    EXPECT_EQ(probes_, 1);
    for (const auto& checks : answers_)
        for (const auto& check : *checks)
            EXPECT_TRUE(check.status) << check.name;
}

TEST_F(HealthTest, AnAnswerIsGoodForASecond) {
    EXPECT_TRUE(store_now().status);
    set_store(failure(Code::kUnavailable, "broken"));
    clock_.advance(Health::kGoodFor - 1ns);
    EXPECT_TRUE(store_now().status);
    EXPECT_EQ(probes_, 1);
    clock_.advance(1ns);
    EXPECT_FALSE(store_now().status);
    EXPECT_EQ(probes_, 2);
}

TEST_F(HealthTest, APartThatHangsIsToldAsLateAndTheOthersAsTheyAre) {
    set_open(false);
    EXPECT_EQ(store_now().reason, "It does not answer in time.");
    EXPECT_TRUE(answers_.back()->at(0).status);
    EXPECT_TRUE(answers_.back()->at(2).status);
    set_open(true);
    clock_.advance(Health::kGoodFor);
    EXPECT_TRUE(store_now().status);
}

TEST_F(HealthTest, WhyIsToldToTheLogOnceForEachChangeAndToNobodyElse) {
    set_store(failure(Code::kUnavailable, "/srv/secret/events.duckdb: gone"));
    for (int i = 0; i < 3; ++i) {
        const auto check = store_now();
        EXPECT_FALSE(check.status);
        EXPECT_EQ(check.reason, "It does not answer queries, or does not follow the log.");
        clock_.advance(Health::kGoodFor);
    }
    EXPECT_EQ(lines_with("not ready (part=store why=/srv/secret/events.duckdb: gone"), 1U);
    set_store({});
    EXPECT_EQ(store_now().reason, "");
    clock_.advance(Health::kGoodFor);
    EXPECT_TRUE(store_now().status);
    EXPECT_EQ(lines_with("ready again"), 1U);
    EXPECT_EQ(logger_.lines().size(), 2U);
}

}  // namespace
}  // namespace eyed::api
