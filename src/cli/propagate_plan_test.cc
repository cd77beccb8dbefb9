#include "cli/propagate_plan.h"

#include <gmock/gmock.h>

namespace eyed::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::StartsWith;
using Order = PropagatePlan::Order;
using Ends = PropagatePlan::Ends;
using Tells = PropagatePlan::Tells;

Propagate command_to(const std::string& url) {
    Propagate command;
    command.file = "events.json";
    command.to = url;
    command.token = "t";
    return command;
}

PropagatePlan plan_of(const Propagate& command) {
    auto plan = make_plan(command);
    EXPECT_TRUE(plan) << plan.error().detail;
    return plan.value_or(PropagatePlan{});
}

TEST(PropagatePlan, WithoutAPaceItIsTheSeedsEveryFiveSeconds) {
    const auto plan = plan_of(command_to("http://h"));
    EXPECT_EQ(plan.interval, 5s);
    EXPECT_EQ(plan.order, Order::kRandom);
    EXPECT_EQ(plan.tells, Tells::kEachSending);
    auto counted = command_to("http://h");
    counted.count = 3;
    EXPECT_EQ(plan_of(counted).interval, 5s);
}

TEST(PropagatePlan, WithABatchConcurrencyOrDurationItGoesAsFastAsItCan) {
    auto command = command_to("http://h");
    command.batch = 10;
    EXPECT_EQ(plan_of(command).interval, 0s);
    EXPECT_EQ(plan_of(command).tells, Tells::kFailures);
    command = command_to("http://h");
    command.concurrency = 2;
    EXPECT_EQ(plan_of(command).interval, 0s);
    command = command_to("http://h");
    command.duration = "1m";
    EXPECT_EQ(plan_of(command).interval, 0s);
    EXPECT_EQ(plan_of(command).duration, 60s);
}

TEST(PropagatePlan, EveryIsBetweenRequestsAndARateIsOfEvents) {
    auto command = command_to("http://h");
    command.batch = 10;
    command.every = "5s";
    EXPECT_EQ(plan_of(command).interval, 500ms);
    command.every.clear();
    command.rate = "2000/s";
    EXPECT_EQ(plan_of(command).interval, 500us);
}

TEST(PropagatePlan, InOrderEndsWithTheFileUnlessToldWhen) {
    auto command = command_to("http://h");
    command.in_order = true;
    EXPECT_EQ(plan_of(command).ends, Ends::kWithFile);
    command.count = 10;
    EXPECT_EQ(plan_of(command).ends, Ends::kWhenTold);
}

TEST(PropagatePlan, AUrlIsAHostOrAWholePath) {
    const struct {
        std::string url;
        std::string server;
        std::string path;
    } cases[] = {
        {"http://h:8000", "http://h:8000", ""},
        {"http://h:8000/", "http://h:8000", ""},
        {"https://h/in/events?a=1#x", "https://h", "/in/events?a=1"},
        {"https://h?a=1", "https://h", "/?a=1"},
    };
    for (const auto& one : cases) {
        const auto plan = plan_of(command_to(one.url));
        EXPECT_EQ(plan.server, one.server);
        EXPECT_EQ(plan.path, one.path);
    }
    for (const std::string url : {"h:8000", "ftp://h", "http://", "http:///x"})
        EXPECT_EQ(make_plan(command_to(url)).error().code, Code::kInvalidArgument) << url;
}

TEST(PropagatePlan, TimesMayBeFractionsAndAreSecondsWithoutAUnit) {
    EXPECT_EQ(parse_period("5s"), 5s);
    EXPECT_EQ(parse_period("0.5"), 500ms);
    EXPECT_EQ(parse_period("1.5m"), 90s);
    EXPECT_EQ(parse_period("200ms"), 200ms);
    EXPECT_EQ(parse_rate("2000/s"), 500us);
    EXPECT_EQ(parse_rate("30/m"), 2s);
    EXPECT_EQ(parse_rate("0.5"), 2s);
    for (const std::string_view text :
         {"", "0", "-1", "x", "5 s", "5d", "1e3", "1e99999", "nan", "99999h", "0.0000000001", "."})
        EXPECT_EQ(parse_period(text), std::nullopt) << text;
    for (const std::string_view text : {"", "0/s", "5/", "5s", "5/d", "/s", "99999999999/s"})
        EXPECT_EQ(parse_rate(text), std::nullopt) << text;
}

TEST(PropagatePlan, WhatIsWrongIsToldWithItsFlag) {
    auto command = command_to("http://h");
    command.every = "often";
    EXPECT_THAT(make_plan(command).error().detail, StartsWith("--every often:"));
    command = command_to("http://h");
    command.timeout = "1us";
    EXPECT_THAT(make_plan(command).error().detail, StartsWith("--timeout 1us:"));
}

}  // namespace
}  // namespace eyed::cli
