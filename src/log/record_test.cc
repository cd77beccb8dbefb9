#include "log/record.h"

#include <gtest/gtest.h>

namespace eyed::log {
namespace {

EventBody sample_event() {
    EventBody body;
    body.application = {7};
    body.dialect = model::Dialect::kTheEye;
    body.received_at = {1'790'000'000'000'001};
    body.timestamp = {-5};
    body.session = Uuid::from_halves(1, 2);
    body.event_id = "order-17";
    body.category = "page interaction";
    body.name = "pageview";
    body.data = R"({"host":"www.consumeraffairs.com","path":"/"})";
    return body;
}

std::string bytes_of(const Batch& batch) {
    return std::string(batch.body(batch.entries().front()));
}

TEST(Record, AnEventReadsBack) {
    Batch batch;
    batch.add(sample_event());
    const std::string bytes = bytes_of(batch);
    const auto back = decode_event(bytes);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->application, ApplicationId{7});
    EXPECT_EQ(back->dialect, model::Dialect::kTheEye);
    EXPECT_EQ(back->received_at, Micros{1'790'000'000'000'001});
    EXPECT_EQ(back->timestamp, Micros{-5});
    EXPECT_EQ(back->session, Uuid::from_halves(1, 2));
    EXPECT_EQ(back->event_id, "order-17");
    EXPECT_EQ(back->category, "page interaction");
    EXPECT_EQ(back->name, "pageview");
    EXPECT_EQ(back->data, sample_event().data);
}

TEST(Record, ARejectionReadsBackWithAnyBytes) {
    RejectionBody body{.application = {1},
                       .key = {2},
                       .dialect = model::Dialect::kNative,
                       .reason = model::Reason::kTooDeep,
                       .received_at = {3},
                       .message = "too deep",
                       .pointer = "/data/x",
                       .category = "c",
                       .name = "n",
                       .payload = std::string_view("\0\xff{", 3)};
    Batch batch;
    batch.add(body);
    const std::string bytes = bytes_of(batch);
    const auto back = decode_rejection(bytes);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->key, KeyId{2});
    EXPECT_EQ(back->reason, model::Reason::kTooDeep);
    EXPECT_EQ(back->message, "too deep");
    EXPECT_EQ(back->pointer, "/data/x");
    EXPECT_EQ(back->payload, body.payload);
}

TEST(Record, AmendmentsAndSessionsReadBack) {
    Batch batch;
    batch.add(ReplaceBody{.target = {9}, .changed_by = {4}, .name = "n", .data = "{}"});
    batch.add(EraseBody{.target = {8}, .changed_at = {5}, .changed_by = {4}});
    batch.add(SessionBody{.session = Uuid::from_halves(3, 4), .application = {6}});
    const auto replaced = decode_replace(batch.body(batch.entries()[0]));
    const auto erased = decode_erase(batch.body(batch.entries()[1]));
    const auto session = decode_session(batch.body(batch.entries()[2]));
    ASSERT_TRUE(replaced && erased && session);
    EXPECT_EQ(replaced->target, EventId{9});
    EXPECT_EQ(replaced->name, "n");
    EXPECT_EQ(erased->target, EventId{8});
    EXPECT_EQ(erased->changed_at, Micros{5});
    EXPECT_EQ(session->session, Uuid::from_halves(3, 4));
    EXPECT_EQ(session->application, ApplicationId{6});
}

TEST(Record, LongTextsReadBack) {
    for (const std::size_t length : {0, 1, 127, 128, 16'383, 16'384, 3'000'000}) {
        const std::string data(length, 'x');
        EventBody body = sample_event();
        body.data = data;
        Batch batch;
        batch.add(body);
        const std::string bytes = bytes_of(batch);
        EXPECT_EQ(decode_event(bytes)->data.size(), length);
    }
}

TEST(Record, ATruncatedOrLengthenedBodyIsCorrupt) {
    Batch batch;
    batch.add(sample_event());
    const std::string bytes = bytes_of(batch);
    for (std::size_t length = 0; length < bytes.size(); ++length)
        EXPECT_EQ(decode_event(std::string_view(bytes).substr(0, length)).error().code,
                  Code::kCorrupt);
    EXPECT_FALSE(decode_event(bytes + "x"));
}

TEST(Record, ANewerFormatSaysSo) {
    Batch batch;
    batch.add(sample_event());
    std::string bytes = bytes_of(batch);
    bytes[0] = 3;
    EXPECT_NE(decode_event(bytes).error().detail.find("newer"), std::string::npos);
}

TEST(Record, WhatAnEventWasJudgedByReadsBack) {
    for (const auto violation :
         {std::optional<model::Reason>{}, std::optional{model::Reason::kMalformed},
          std::optional{model::kLastReason}}) {
        EventBody body = sample_event();
        body.judgement = {300, violation};
        body.replays = {UINT64_MAX};
        body.replayed_at = {-1};
        body.replayed_by = {12};
        Batch batch;
        batch.add(body);
        const std::string bytes = bytes_of(batch);
        const auto back = decode_event(bytes);
        ASSERT_TRUE(back);
        EXPECT_EQ(back->judgement, body.judgement);
        EXPECT_EQ(back->replays, body.replays);
        EXPECT_EQ(back->replayed_at, body.replayed_at);
        EXPECT_EQ(back->replayed_by, body.replayed_by);
        EXPECT_EQ(back->data, body.data);
    }
    Batch batch;
    batch.add(ReplaceBody{.target = {9}, .name = "n", .data = "{}", .judgement = {7, {}}});
    EXPECT_EQ(decode_replace(bytes_of(batch))->judgement.type_version, 7u);
}

TEST(Record, ARejectionSaysWhichVersionAndWhichEventItIsOf) {
    Batch batch;
    batch.add(RejectionBody{.payload = "{}", .type_version = 4, .event_id = "e", .target = {17}});
    batch.add(RejectionBody{.payload = "{}", .dedup_key = Hash128{1, 2}});
    const auto back = decode_rejection(batch.body(batch.entries()[0]));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->type_version, 4u);
    EXPECT_EQ(back->event_id, "e");
    EXPECT_EQ(back->target, EventId{17});
    EXPECT_FALSE(back->dedup_key);
    std::string keyed(batch.body(batch.entries()[1]));
    ASSERT_TRUE(decode_rejection(keyed));
    EXPECT_EQ(decode_rejection(keyed)->dedup_key, (Hash128{1, 2}));
    keyed[keyed.size() - 17] = 2;  // neither no key nor one
    EXPECT_FALSE(decode_rejection(keyed));
    keyed[keyed.size() - 17] = 0;
    keyed.resize(keyed.size() - 16);
    EXPECT_FALSE(decode_rejection(keyed)) << "says nothing more than format 1";
}

TEST(Record, ASettlementReadsBackAndIsNeverOpen) {
    Batch batch;
    batch.add(SettleBody{.target = {5},
                         .state = model::RejectionState::kDuplicate,
                         .event = {6},
                         .changed_at = {7},
                         .changed_by = {8}});
    std::string bytes = bytes_of(batch);
    const auto back = decode_settle(bytes);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->target, RejectionId{5});
    EXPECT_EQ(back->state, model::RejectionState::kDuplicate);
    EXPECT_EQ(back->event, EventId{6});
    EXPECT_EQ(back->changed_at, Micros{7});
    EXPECT_EQ(back->changed_by, UserId{8});
    bytes[1] = 0;
    EXPECT_FALSE(decode_settle(bytes));
    bytes[1] = 9;
    EXPECT_FALSE(decode_settle(bytes));
}

TEST(Record, NothingToSayIsTheShorterFormAlone) {
    Batch batch;
    batch.add(sample_event());
    std::string bytes = bytes_of(batch);
    EXPECT_EQ(bytes[0], 1);
    bytes[0] = 2;
    bytes += std::string(3, '\0');  // version 0, no violation, no rejection
    EXPECT_FALSE(decode_event(bytes));
}

TEST(Record, OnlyEventsWithAKeyAreDeduplicated) {
    Batch batch;
    batch.add(sample_event());
    EventBody plain = sample_event();
    plain.event_id = {};
    batch.add(plain);
    batch.add(plain, Hash128{1, 2});
    batch.add(EraseBody{});
    EXPECT_TRUE(batch.entries()[0].deduplicated);
    EXPECT_EQ(batch.entries()[0].key, dedup_key({7}, "order-17"));
    EXPECT_FALSE(batch.entries()[1].deduplicated);
    EXPECT_EQ(batch.entries()[2].key, (Hash128{1, 2}));
    EXPECT_FALSE(batch.entries()[3].deduplicated);
    EXPECT_NE(dedup_key({7}, "a"), dedup_key({8}, "a"));
}

}  // namespace
}  // namespace eyed::log
