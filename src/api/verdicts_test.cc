#include "api/verdicts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/blocking.h"

namespace eyed::api {
namespace {

using ingest::Decoded;
using ingest::Item;
using testing::HasSubstr;

class Verdicts : public testing::Test {
  protected:
    BlockingLoop loop;
    http::Request request{loop};
    Decoded decoded;

    void add(Item::State state, std::uint64_t id) {
        Item item;
        item.state = state;
        item.id = id;
        item.first_fault = static_cast<std::uint32_t>(decoded.faults.size());
        decoded.items.push_back(item);
    }
    void add_rejected() {
        add(Item::State::kRejected, 1);
        decoded.items.back().faults = 1;
        decoded.faults.push_back({model::Reason::kBlank, "name", "/name", "It is blank."});
        decoded.rejected += 1;
    }
};

TEST_F(Verdicts, OneEventIsCreatedOnceAndThenADuplicate) {
    request.path = "/api/v1/events";
    add(Item::State::kAccepted, 7);
    EXPECT_EQ(single_verdict(request, decoded).status, 201);
    EXPECT_EQ(single_verdict(request, decoded).body, R"({"status":"accepted","id":7})");
    decoded.items[0].state = Item::State::kDuplicate;
    EXPECT_EQ(single_verdict(request, decoded).status, 200);
    EXPECT_EQ(single_verdict(request, decoded).body, R"({"status":"duplicate","id":7})");
}

TEST_F(Verdicts, OneRejectedEventIsAProblem) {
    request.path = "/api/v1/events";
    add_rejected();
    const http::Response response = single_verdict(request, decoded);
    EXPECT_EQ(response.status, 400);
    EXPECT_THAT(response.body, HasSubstr(R"("code":"event_rejected")"));
    EXPECT_THAT(response.body, HasSubstr(R"("pointer":"/name","reason":"blank")"));
}

TEST_F(Verdicts, SeedsHearReasonsByField) {
    request.path = "/events/";
    add_rejected();
    EXPECT_EQ(refusal(request, decoded).body, R"({"name":["It is blank."]})");
    decoded.faults[0].field.clear();
    EXPECT_EQ(refusal(request, decoded).body, R"({"non_field_errors":["It is blank."]})");
}

TEST_F(Verdicts, ABatchAnswersForEachItem) {
    add(Item::State::kAccepted, 7);
    add(Item::State::kDuplicate, 3);
    decoded.accepted = 1;
    decoded.duplicates = 1;
    EXPECT_EQ(batch_verdict(decoded).status, 200);
    add_rejected();
    const http::Response response = batch_verdict(decoded);
    EXPECT_EQ(response.status, 207);
    EXPECT_EQ(response.body,
              R"({"accepted":1,"duplicates":1,"rejected":1,"results":[)"
              R"({"status":"accepted","id":7},{"status":"duplicate","id":3},)"
              R"({"status":"rejected","field":"name","pointer":"/name","reason":"blank",)"
              R"("message":"It is blank."}]})");
}

TEST_F(Verdicts, ABodyRefusedAsAWholeSaysWhy) {
    decoded.whole = Decoded::Whole::kMalformed;
    decoded.detail = "JSON parse error - odd";
    request.path = "/events";
    EXPECT_EQ(refusal(request, decoded).status, 400);
    EXPECT_EQ(refusal(request, decoded).body, R"({"detail":"JSON parse error - odd"})");
    decoded.whole = Decoded::Whole::kTooMany;
    request.path = "/api/v1/events";
    EXPECT_EQ(refusal(request, decoded).status, 413);
}

}  // namespace
}  // namespace eyed::api
