#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

#include "cli/propagate_sender.h"

namespace eyed::cli {

/// Counts times by their size: each falls into one of 32 steps of its power of two, so that what is
/// read back is at most a thirty-second too large. Of a fixed size, however many are counted.
class LatencyHistogram {
  public:
    void add(std::chrono::microseconds time);
    /// The least time that `percent` of all are not above; zero when there are none.
    std::chrono::microseconds percentile(double percent) const;
    std::chrono::microseconds longest() const { return longest_; }
    bool empty() const { return total_ == 0; }

  private:
    static constexpr unsigned kStepBits = 5;
    static constexpr std::uint64_t kSteps = 1U << kStepBits;
    static constexpr std::size_t kBuckets = (64 - kStepBits + 1) * kSteps;
    static std::size_t bucket_of(std::uint64_t value);
    static std::uint64_t most_of(std::size_t bucket);

    std::array<std::uint64_t, kBuckets> counts_{};
    std::uint64_t total_ = 0;
    std::chrono::microseconds longest_{0};
};

/// Whether the sending keeps up with its rate.
enum class Pace : std::uint8_t { kKept, kBehind };

/// What a propagation came to. Thread-safe.
class PropagateReport {
  public:
    void add(const Delivery& delivery);
    /// One more try, of a delivery that is not added yet.
    void count_retry();

    /// `sent 5210 (2001.3/s), accepted 5210, refused 0, failed 0, retried 0`: while it runs.
    std::string status_line(std::chrono::nanoseconds took, Pace pace) const;
    /// For people, several lines.
    std::string text(std::chrono::nanoseconds took, Pace pace) const;
    /// For machines, one line; times in milliseconds, null when nothing was answered.
    std::string json(std::chrono::nanoseconds took, Pace pace) const;
    std::uint64_t accepted() const;
    /// Whether something was sent, and all of it accepted.
    bool all_accepted() const;

  private:
    struct Counts {
        std::uint64_t accepted = 0;
        std::uint64_t known = 0;
        std::uint64_t refused = 0;
        std::uint64_t failed = 0;
        std::uint64_t retried = 0;
        std::uint64_t sent() const { return accepted + refused + failed; }
    };
    std::string advice(Pace pace) const;
    std::string answers() const;

    mutable std::mutex mutex_;  ///< guards all that follows
    Counts counts_;
    LatencyHistogram latencies_;  ///< of the last answer to each request
};

}  // namespace eyed::cli
