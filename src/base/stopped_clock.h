#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "base/time.h"

namespace eyed {

/// Tests only: a clock, of both kinds, that stands still until a test moves it. Thread-safe.
class StoppedClock final : public Clock {
  public:
    explicit StoppedClock(Micros at = {1'700'000'000'000'000}) : nanoseconds_(at.value * 1000) {}

    Micros now() const override { return {nanoseconds_.load() / 1000}; }
    std::chrono::nanoseconds steady() const override {
        return std::chrono::nanoseconds(nanoseconds_.load());
    }
    void advance(std::chrono::nanoseconds by) { nanoseconds_ += by.count(); }

  private:
    std::atomic<std::int64_t> nanoseconds_;
};

}  // namespace eyed
