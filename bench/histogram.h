#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace eyed::bench {

/// Counts durations in buckets that are at most 1/64 wide of their value: percentiles to 2 %.
/// One thread; merge those of several.
class Histogram {
  public:
    void add(std::uint64_t nanoseconds) {
        ++counts_[bucket(nanoseconds)];
        ++total_;
        if (nanoseconds > max_) max_ = nanoseconds;
    }
    void merge(const Histogram& other) {
        for (std::size_t i = 0; i < kBuckets; ++i)
            counts_[i] += other.counts_[i];
        total_ += other.total_;
        if (other.max_ > max_) max_ = other.max_;
    }
    /// Nanoseconds that `share` (0..1) of all stayed within; 0 when nothing was added.
    std::uint64_t percentile(double share) const {
        const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(total_));
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < kBuckets; ++i) {
            seen += counts_[i];
            if (seen > wanted || seen == total_) return seen == 0 ? 0 : upper(i);
        }
        return max_;
    }
    std::uint64_t total() const { return total_; }
    std::uint64_t max() const { return max_; }

  private:
    static constexpr unsigned kBits = 6;
    static constexpr std::size_t kBuckets = 64U << kBits;

    static std::size_t bucket(std::uint64_t value) {
        const auto width = static_cast<unsigned>(std::bit_width(value));
        if (width <= kBits) return value;
        const unsigned shift = width - kBits - 1;
        return (static_cast<std::size_t>(shift + 1) << kBits) + ((value >> shift) & 63U);
    }
    static std::uint64_t upper(std::size_t index) {
        const std::uint64_t shift = index >> kBits;
        if (shift == 0) return index;
        return (((index & 63U) | 64U) + 1) << (shift - 1);
    }

    std::array<std::uint64_t, kBuckets> counts_{};
    std::uint64_t total_ = 0;
    std::uint64_t max_ = 0;
};

}  // namespace eyed::bench
