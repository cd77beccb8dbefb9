#include "cli/propagate_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "cli/text.h"

namespace eyed::cli {
namespace {

double seconds(std::chrono::nanoseconds time) {
    return std::chrono::duration<double>(time).count();
}

double milliseconds(std::chrono::microseconds time) {
    return static_cast<double>(time.count()) / 1000;
}

double per_second(std::uint64_t events, std::chrono::nanoseconds took) {
    return took.count() > 0 ? static_cast<double>(events) / seconds(took) : 0;
}

}  // namespace

/// Values under 2^(kStepBits + 1) have a bucket each; above, the leading bits choose.
std::size_t LatencyHistogram::bucket_of(std::uint64_t value) {
    const auto width = static_cast<unsigned>(std::bit_width(value));
    if (width <= kStepBits + 1) return value;
    const unsigned shift = width - kStepBits - 1;
    return shift * kSteps + (value >> shift);
}

std::uint64_t LatencyHistogram::most_of(std::size_t bucket) {
    if (bucket < 2 * kSteps) return bucket;
    const std::size_t shift = bucket / kSteps - 1;
    return (((bucket - shift * kSteps) + 1) << shift) - 1;
}

void LatencyHistogram::add(std::chrono::microseconds time) {
    const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0));
    ++counts_[bucket_of(value)];
    ++total_;
    longest_ = std::max(longest_, time);
}

std::chrono::microseconds LatencyHistogram::percentile(double percent) const {
    const auto wanted =
        static_cast<std::uint64_t>(std::ceil(static_cast<double>(total_) * percent / 100));
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
        seen += counts_[bucket];
        if (counts_[bucket] > 0 && seen >= wanted)
            return std::min(std::chrono::microseconds(static_cast<std::int64_t>(most_of(bucket))),
                            longest_);
    }
    return std::chrono::microseconds(0);
}

void PropagateReport::add(const Delivery& delivery) {
    const std::lock_guard lock(mutex_);
    counts_.accepted += delivery.accepted;
    counts_.known += delivery.known;
    counts_.refused += delivery.refused;
    counts_.failed += delivery.failed;
    if (delivery.latency) latencies_.add(*delivery.latency);
}

void PropagateReport::count_retry() {
    const std::lock_guard lock(mutex_);
    ++counts_.retried;
}

/// More connections help where each waits for its answers, not where the server puts requests off.
std::string PropagateReport::advice(Pace pace) const {
    if (pace == Pace::kKept) return {};
    return counts_.retried == 0 ? "behind the rate: raise --concurrency" : "behind the rate";
}

std::string PropagateReport::answers() const {
    if (latencies_.empty()) return {};
    return fmt::format(
        "Answers took {:.2f} ms (p50), {:.2f} ms (p95), {:.2f} ms (p99), {:.2f} ms at most.\n",
        milliseconds(latencies_.percentile(50)), milliseconds(latencies_.percentile(95)),
        milliseconds(latencies_.percentile(99)), milliseconds(latencies_.longest()));
}

std::string PropagateReport::status_line(std::chrono::nanoseconds took, Pace pace) const {
    const std::lock_guard lock(mutex_);
    const std::string behind = advice(pace);
    return fmt::format("sent {} ({:.1f}/s), accepted {}, refused {}, failed {}, retried {}{}{}",
                       counts_.sent(), per_second(counts_.sent(), took), counts_.accepted,
                       counts_.refused, counts_.failed, counts_.retried, behind.empty() ? "" : "; ",
                       behind);
}

std::string PropagateReport::text(std::chrono::nanoseconds took, Pace pace) const {
    const std::lock_guard lock(mutex_);
    if (counts_.sent() == 0) return "Nothing was sent.\n";
    const std::string known =
        counts_.known == 0 ? "" : fmt::format(" ({} of them known already)", counts_.known);
    const std::string behind = advice(pace);
    return fmt::format(
        "{} events sent in {:.1f} s, {:.1f} a second: {} accepted{}, {} refused, {} failed; "
        "{} requests were sent again.\n{}{}{}",
        counts_.sent(), seconds(took), per_second(counts_.sent(), took), counts_.accepted, known,
        counts_.refused, counts_.failed, counts_.retried, answers(),
        behind.empty() ? "" : "It was ", behind.empty() ? "" : behind + ".\n");
}

std::string PropagateReport::json(std::chrono::nanoseconds took, Pace pace) const {
    const std::lock_guard lock(mutex_);
    const auto number = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
    const auto time = [this](std::chrono::microseconds value) {
        return latencies_.empty() ? "null" : fmt::format("{:.3f}", milliseconds(value));
    };
    JsonObject latency;
    latency.json("p50", time(latencies_.percentile(50)))
        .json("p95", time(latencies_.percentile(95)))
        .json("p99", time(latencies_.percentile(99)))
        .json("max", time(latencies_.longest()));
    JsonObject object;
    object.number("sent", number(counts_.sent()))
        .number("accepted", number(counts_.accepted))
        .number("duplicates", number(counts_.known))
        .number("refused", number(counts_.refused))
        .number("failed", number(counts_.failed))
        .number("retried", number(counts_.retried))
        .flag("behind", pace == Pace::kBehind)
        .json("seconds", fmt::format("{:.3f}", seconds(took)))
        .json("per_second", fmt::format("{:.1f}", per_second(counts_.sent(), took)))
        .json("latency_ms", latency.str());
    return object.str();
}

std::uint64_t PropagateReport::accepted() const {
    const std::lock_guard lock(mutex_);
    return counts_.accepted;
}

bool PropagateReport::all_accepted() const {
    const std::lock_guard lock(mutex_);
    return counts_.accepted > 0 && counts_.accepted == counts_.sent();
}

}  // namespace eyed::cli
