#include "delivery/resolver.h"

#include <gtest/gtest.h>

#include <future>

namespace eyed::delivery {
namespace {

/// Names that begin with `hang` are not found before they may be.
class SlowResolver final : public Resolver {
  public:
    Result<std::vector<std::string>> resolve(const std::string& host) override {
        if (host.starts_with("hang")) go_.wait();
        return std::vector<std::string>{"192.0.2.1"};
    }
    void end() { may_.set_value(); }

  private:
    std::promise<void> may_;
    std::shared_future<void> go_ = may_.get_future().share();
};

TEST(Lookups, TwoNamesAtOnceDoNotWaitForTheOneIdleThread) {
    const auto resolver = std::make_shared<SlowResolver>();
    Lookups lookups(resolver, {});
    const auto ask = [&lookups](const std::string& host) {
        auto done = std::make_shared<std::promise<void>>();
        lookups.look_up(host, [done](const auto&) { done->set_value(); });
        return done->get_future();
    };
    for (int round = 0; round < 20; ++round) {
        ASSERT_EQ(ask("warm " + std::to_string(round)).wait_for(std::chrono::seconds(10)),
                  std::future_status::ready);
        (void)ask("hang " + std::to_string(round));
        EXPECT_EQ(ask("fast " + std::to_string(round)).wait_for(std::chrono::seconds(10)),
                  std::future_status::ready);
    }
    resolver->end();
}

}  // namespace
}  // namespace eyed::delivery
