#include "cli/propagate_sender.h"

#include <gtest/gtest.h>

namespace eyed::cli {
namespace {

using namespace std::chrono_literals;

Parcel parcel_of(std::uint32_t events) {
    Parcel parcel;
    parcel.events = events;
    return parcel;
}

TEST(PropagateAnswers, AreUnderstood) {
    const struct {
        int status;
        std::string body;
        std::uint32_t events;
        std::uint32_t accepted;
        std::uint32_t refused;
        std::uint32_t known;
        std::string detail;
    } cases[] = {
        {201, R"({"status":"accepted","id":5})", 1, 1, 0, 0, "id 5"},
        {200, R"({"status":"duplicate","id":5})", 1, 1, 0, 1, "id 5"},
        {200, R"({"status_code":"200","id":7})", 1, 1, 0, 0, "id 7"},
        {200, R"({"status_code":"200","ids":[7,8]})", 2, 2, 0, 0, "ids 7, 8"},
        {200, R"({"status_code":"200"})", 1, 1, 0, 0, ""},
        {204, "", 3, 3, 0, 0, ""},
        {200, "<html>", 1, 1, 0, 0, ""},
        {207,
         R"({"accepted":1,"duplicates":1,"rejected":1,"results":[{"status":"accepted","id":1},)"
         R"({"status":"duplicate","id":1},{"status":"rejected","field":"name","message":"Blank."}]})",
         3, 2, 1, 1, "name: Blank."},
        {400, "{\n\"name\":[\"x\"]}", 1, 0, 1, 0, "name: x"},
        {422, "{}", 9, 0, 9, 0, "{}"},
    };
    for (const auto& one : cases) {
        HttpClient::Response response;
        response.status = one.status;
        response.body = one.body;
        const Delivery delivery = judge(response, parcel_of(one.events));
        EXPECT_EQ(delivery.accepted, one.accepted) << one.body;
        EXPECT_EQ(delivery.refused, one.refused) << one.body;
        EXPECT_EQ(delivery.known, one.known) << one.body;
        EXPECT_EQ(delivery.failed, 0u);
        EXPECT_EQ(delivery.detail, one.detail);
    }
}

TEST(PropagateAnswers, WhatAServerSaysIsCutBetweenCharactersAndPrintable) {
    HttpClient::Response response;
    response.status = 400;
    response.body = std::string(299, 'x') + "é and more";
    EXPECT_EQ(judge(response, parcel_of(1)).detail, std::string(299, 'x') + " …");
    response.body = "a\u009b31m";
    EXPECT_EQ(judge(response, parcel_of(1)).detail, "a\\u009b31m");
}

TEST(PropagateAnswers, OnlyWhatMayFareBetterIsSentAgain) {
    for (const int status : {408, 429, 500, 502, 503, 504, 599})
        EXPECT_TRUE(worth_another_try(status)) << status;
    for (const int status : {200, 201, 207, 400, 401, 403, 404, 413, 422, 501, 505})
        EXPECT_FALSE(worth_another_try(status)) << status;
}

TEST(PropagatePauses, DoubleWithinBoundsAndHonourWhatTheServerAsksFor) {
    std::mt19937_64 random(1);
    for (int round = 0; round < 100; ++round) {
        for (std::uint32_t retry = 1; retry <= 40; ++retry) {
            const auto full = std::min(100ms * (1U << std::min(retry - 1, 20U)), 10'000ms);
            const auto pause = pause_before(retry, {}, random);
            EXPECT_GE(pause, full / 2);
            EXPECT_LE(pause, full);
        }
        EXPECT_GE(pause_before(1, 7s, random), 7s);
        EXPECT_LE(pause_before(1, 7s, random), 8s);
        EXPECT_GE(pause_before(8, 1s, random), 5s) << "it backs off all the same";
        EXPECT_EQ(pause_before(1, 86'400s, random), 300s);
    }
}

}  // namespace
}  // namespace eyed::cli
