#include "cli/propagate_report.h"

#include <gmock/gmock.h>

namespace eyed::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(LatencyHistogram, PercentilesAreAtMostAThirtySecondTooLarge) {
    LatencyHistogram times;
    EXPECT_EQ(times.percentile(50), 0us);
    for (int i = 1; i <= 100'000; ++i)
        times.add(std::chrono::microseconds(i));
    for (const double percent : {1.0, 50.0, 95.0, 99.0, 99.9}) {
        const auto exact = static_cast<std::int64_t>(1000 * percent);
        EXPECT_GE(times.percentile(percent).count(), exact);
        EXPECT_LE(times.percentile(percent).count(), exact + exact / 32 + 1);
    }
    EXPECT_EQ(times.percentile(100), 100'000us);
    EXPECT_EQ(times.longest(), 100'000us);
}

TEST(LatencyHistogram, TakesAnyTime) {
    LatencyHistogram times;
    for (const auto time : {-1us, 0us, 63us, 64us, std::chrono::microseconds(INT64_MAX)})
        times.add(time);
    EXPECT_EQ(times.percentile(40), 0us);
    EXPECT_EQ(times.percentile(60), 63us);
    EXPECT_EQ(times.percentile(80), 65us) << "from here on two share a step";
    EXPECT_EQ(times.percentile(100).count(), INT64_MAX);
}

TEST(PropagateReport, AddsUp) {
    PropagateReport report;
    EXPECT_FALSE(report.all_accepted()) << "nothing was sent";
    Delivery delivery;
    delivery.accepted = 3;
    delivery.known = 1;
    delivery.latency = 1500us;
    report.add(delivery);
    EXPECT_TRUE(report.all_accepted());
    Delivery refused;
    refused.refused = 2;
    report.add(refused);
    EXPECT_FALSE(report.all_accepted());
    Delivery failed;
    failed.failed = 1;
    report.add(failed);
    report.count_retry();
    EXPECT_EQ(report.status_line(2s, Pace::kKept),
              "sent 6 (3.0/s), accepted 3, refused 2, failed 1, retried 1");
    EXPECT_EQ(
        report.json(2s, Pace::kKept),
        R"({"sent":6,"accepted":3,"duplicates":1,"refused":2,"failed":1,"retried":1,"behind":false,)"
        R"("seconds":2.000,"per_second":3.0,)"
        R"("latency_ms":{"p50":1.500,"p95":1.500,"p99":1.500,"max":1.500}})");
    EXPECT_THAT(report.text(2s, Pace::kKept),
                HasSubstr("3 accepted (1 of them known already), 2 refused"));
}

TEST(PropagateReport, SaysNoTimesWhereNothingWasAnswered) {
    PropagateReport report;
    EXPECT_EQ(report.text(2s, Pace::kKept), "Nothing was sent.\n");
    EXPECT_THAT(report.json(0s, Pace::kKept),
                HasSubstr(R"("latency_ms":{"p50":null,"p95":null,"p99":null,"max":null})"));
    Delivery failed;
    failed.failed = 1;
    report.add(failed);
    EXPECT_THAT(report.text(2s, Pace::kKept), Not(HasSubstr("ms")));
}

TEST(PropagateReport, SaysWhatToDoWhenItIsBehindTheRate) {
    PropagateReport report;
    Delivery delivery;
    delivery.accepted = 1;
    delivery.latency = 1ms;
    report.add(delivery);
    EXPECT_EQ(report.status_line(1s, Pace::kBehind),
              "sent 1 (1.0/s), accepted 1, refused 0, failed 0, retried 0; "
              "behind the rate: raise --concurrency");
    EXPECT_THAT(report.text(1s, Pace::kBehind),
                EndsWith("at most.\nIt was behind the rate: raise --concurrency.\n"));
    EXPECT_THAT(report.json(1s, Pace::kBehind), HasSubstr(R"("behind":true)"));
    report.count_retry();
    EXPECT_THAT(report.text(1s, Pace::kBehind), EndsWith("\nIt was behind the rate.\n"))
        << "more connections would not help";
}

}  // namespace
}  // namespace eyed::cli
