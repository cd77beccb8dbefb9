#include "ingest/message_reader.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "ingest/decoder.h"
#include "log/record.h"

namespace eyed::ingest {
namespace {

using model::Dialect;
using model::Reason;

/// One type, with an example.
class OneType final : public TypeDirectory {
  public:
    Result<std::vector<std::optional<TypeRow>>> create_if_absent(const std::vector<NewType>&,
                                                                 std::uint32_t) override {
        return failure(Code::kInternal, "not of this test");
    }
    Result<std::vector<TypeRow>> changes_since(std::uint64_t revision) override {
        if (revision != 0) return std::vector<TypeRow>{};
        TypeRow row{.id = {1}, .application = {9}, .category = std::string(kMessageCategory)};
        row.name = "paid";
        row.mode = model::CheckMode::kEnforce;
        row.example = R"({"cents":1})";
        row.version = row.revision = 1;
        return std::vector{row};
    }
};

class MessagesTest : public testing::Test {
  protected:
    MessagesTest() { EXPECT_TRUE(types.refresh()); }

    void send(std::string_view text, Dialect otherwise = Dialect::kConsumer) {
        body.reserve(text.size() + 128);
        body.assign(text);
        decoder.event_or_messages(otherwise, sender, body, out);
    }
    log::EventBody event(std::size_t i = 0) const {
        return *log::decode_event(out.batch.body(out.batch.entries().at(i)));
    }
    log::RejectionBody rejection(std::size_t i = 0) const {
        return *log::decode_rejection(out.batch.body(out.batch.entries().at(i)));
    }
    std::string data_of(std::string_view payload) {
        send(R"({"event_type":"t","event_payload":)" + std::string(payload) + "}");
        return out.faults.empty() ? std::string(event().data) : out.faults.front().message;
    }
    /// `field: message` of each fault.
    std::vector<std::string> faults() const {
        std::vector<std::string> all;
        for (const Fault& fault : out.faults)
            all.push_back(fault.field + ": " + fault.message);
        return all;
    }

    OneType directory;
    WorkerPool pool{{.name = "test"}};
    Types types{directory, pool, {.limit_per_application = 3}};
    Decoder decoder{types, {}};
    Decoded out;
    Sender sender{{1}, {2}, {3}, *parse_iso8601("2026-01-01T00:00:00Z"), {}};
    std::string body;
};

TEST_F(MessagesTest, AMessageIsAnEventOfTheCategoryMessage) {
    send(R"({"event_type":" a type ","event_payload":"hello"})");
    ASSERT_TRUE(out.faults.empty());
    EXPECT_EQ(out.dialect, Dialect::kConsumer);
    EXPECT_EQ(event().dialect, Dialect::kConsumer);
    EXPECT_EQ(event().category, "message");
    EXPECT_EQ(event().name, " a type ");
    EXPECT_EQ(event().data, R"({"payload":"hello"})");
    EXPECT_EQ(event().timestamp, sender.now);
    EXPECT_TRUE(event().session.is_nil());
}

TEST_F(MessagesTest, APayloadThatHoldsAnObjectIsTheData) {
    EXPECT_EQ(data_of(R"("{\"a\": [1, \"ü\"]}")"), R"({"a": [1, "ü"]})");
    EXPECT_EQ(data_of(R"(" {\"a\":1}\t")"), R"({"a":1})");
    EXPECT_EQ(data_of(R"("{}")"), "{}");
    EXPECT_EQ(data_of(R"("{\n \"a\":\r 1}")"), R"({"a":1})");
    EXPECT_EQ(data_of(R"("{\"a\":\"x\\ny\"}")"), R"({"a":"x\ny"})");
}

TEST_F(MessagesTest, AnyOtherPayloadIsKeptAsText) {
    EXPECT_EQ(data_of(R"("")"), R"({"payload":""})");
    EXPECT_EQ(data_of(R"("[1,2]")"), R"({"payload":"[1,2]"})");
    EXPECT_EQ(data_of(R"("5")"), R"({"payload":"5"})");
    EXPECT_EQ(data_of(R"("{\"a\":1} x")"), R"({"payload":"{\"a\":1} x"})");
    EXPECT_EQ(data_of(R"("{\"a\":")"), R"({"payload":"{\"a\":"})");
    EXPECT_EQ(data_of(R"("{'a': 1}")"), R"({"payload":"{'a': 1}"})");
    EXPECT_EQ(data_of(R"("line\nline\u0000")"), R"({"payload":"line\nline\u0000"})");
}

TEST_F(MessagesTest, APayloadIsBoundInItsDepthAsDataIs) {
    const auto nested = [](std::size_t levels) {
        std::string text = "\"";
        for (std::size_t i = 1; i < levels; ++i)
            text += R"({\"a\":)";
        text += "{}";
        return text + std::string(levels - 1, '}') + '"';
    };
    EXPECT_TRUE(data_of(nested(63)).starts_with("{\"a\":"));
    for (const std::size_t levels : {64, 2000}) {
        EXPECT_EQ(data_of(nested(levels)), "The JSON is nested deeper than 64 levels.");
        EXPECT_EQ(rejection().reason, Reason::kTooDeep);
        EXPECT_EQ(rejection().pointer, "/event_payload");
    }
    EXPECT_EQ(data_of('"' + std::string(2000, '[') + '"'),
              "{\"payload\":\"" + std::string(2000, '[') + "\"}");
}

TEST_F(MessagesTest, FaultsAreToldAsPydanticDoes) {
    const std::string long_type(151, 'x');
    const struct {
        std::string text;
        std::vector<std::string> faults;
        Reason reason;
    } cases[] = {
        {R"({"event_type":"t"})", {"event_payload: field required"}, Reason::kMissingField},
        {R"({"event_payload":"t"})", {"event_type: field required"}, Reason::kMissingField},
        {R"({"other":1})",
         {"event_type: field required", "event_payload: field required"},
         Reason::kMissingField},
        {R"({"event_type":5,"event_payload":{}})",
         {"event_type: str type expected", "event_payload: str type expected"},
         Reason::kWrongType},
        {R"({"event_type":null,"event_payload":null})",
         {"event_type: none is not an allowed value",
          "event_payload: none is not an allowed value"},
         Reason::kWrongType},
        {R"({"event_type":"","event_payload":""})",
         {"event_type: ensure this value has at least 1 characters"},
         Reason::kBlank},
        {R"({"event_type":")" + long_type + R"(","event_payload":""})",
         {"event_type: ensure this value has at most 150 characters"},
         Reason::kTooLong},
        {R"({"event_type":"a\u0000b","event_payload":""})",
         {"event_type: null characters are not allowed"},
         Reason::kWrongType},
        {"5", {": value is not a valid dict"}, Reason::kWrongShape},
        {"null", {": field required"}, Reason::kWrongShape},
    };
    for (const auto& one : cases) {
        send(one.text);
        EXPECT_EQ(faults(), one.faults) << one.text;
        ASSERT_EQ(out.batch.entries().front().kind, log::Kind::kRejection) << one.text;
        EXPECT_EQ(rejection().reason, one.reason) << one.text;
        EXPECT_EQ(rejection().dialect, Dialect::kConsumer);
        EXPECT_EQ(rejection().payload, one.text);
    }
    send(R"({"event_type":")" + std::string(75, '\xc3') + R"("})");
    EXPECT_EQ(out.whole, Decoded::Whole::kMalformed) << "not UTF-8";
}

TEST_F(MessagesTest, TheLengthOfATypeIsCountedInCharacters) {
    std::string type;
    for (int i = 0; i < 150; ++i)
        type += "ü";
    send(R"({"event_type":")" + type + R"(","event_payload":""})");
    EXPECT_TRUE(out.faults.empty());
    EXPECT_EQ(event().name, type);
}

TEST_F(MessagesTest, OtherFieldsAreIgnoredAndTheLastOfTwoCounts) {
    send(R"({"event_type":1,"more":[1],"event_payload":"a","event\u005ftype":"t","id":5})");
    ASSERT_TRUE(out.faults.empty());
    EXPECT_EQ(event().name, "t");
}

TEST_F(MessagesTest, TheFieldsTellWhoseABodyIs) {
    const struct {
        std::string_view body;
        Dialect of_token;
        Dialect of_bearer;
    } cases[] = {
        {R"({"event_type":"t","event_payload":""})", Dialect::kConsumer, Dialect::kConsumer},
        {R"({"x":{"name":1},"event_payload":5})", Dialect::kConsumer, Dialect::kConsumer},
        {R"([])", Dialect::kConsumer, Dialect::kConsumer},
        {R"([{"session_id":1}])", Dialect::kConsumer, Dialect::kConsumer},
        {R"({"session_id":1})", Dialect::kEyeService, Dialect::kEyeService},
        {R"({"event_type":"t","event_payload":"","timestamp":1})", Dialect::kEyeService,
         Dialect::kEyeService},
        {R"({"data":{}})", Dialect::kEyeService, Dialect::kEyeService},
        {R"({"event_id":1})", Dialect::kEyeService, Dialect::kConsumer},
        {R"({})", Dialect::kEyeService, Dialect::kConsumer},
        {R"(5)", Dialect::kEyeService, Dialect::kConsumer},
        {R"()", Dialect::kEyeService, Dialect::kConsumer},
        {R"({"event_type":)", Dialect::kEyeService, Dialect::kConsumer},
        {R"({"event_type":"t)", Dialect::kEyeService, Dialect::kConsumer},
        {R"(nonsense)", Dialect::kEyeService, Dialect::kConsumer},
    };
    for (const auto& one : cases) {
        send(one.body, Dialect::kEyeService);
        EXPECT_EQ(out.dialect, one.of_token) << one.body;
        send(one.body, Dialect::kConsumer);
        EXPECT_EQ(out.dialect, one.of_bearer) << one.body;
    }
}

TEST_F(MessagesTest, AnArrayIsTakenInOrder) {
    send(R"([{"event_type":"a","event_payload":"1"},{"event_type":"b","event_payload":"2"}])");
    ASSERT_EQ(out.items.size(), 2u);
    EXPECT_EQ(event(0).name, "a");
    EXPECT_EQ(event(0).data, R"({"payload":"1"})");
    EXPECT_EQ(event(1).name, "b");
    EXPECT_EQ(event(1).data, R"({"payload":"2"})");
}

TEST_F(MessagesTest, AnArrayWithFaultsKeepsTheseAlone) {
    send(R"([{"event_type":"a","event_payload":""},{"event_type":"b"},null,7,)"
         R"({"event_type":"c","event_payload":""}])");
    ASSERT_EQ(out.items.size(), 3u);
    ASSERT_EQ(out.batch.size(), 3u);
    EXPECT_EQ(out.items[0].number, 1u);
    EXPECT_EQ(out.items[1].number, 2u);
    EXPECT_EQ(out.items[2].number, 3u);
    EXPECT_EQ(rejection(0).payload, R"({"event_type":"b"})");
    EXPECT_EQ(rejection(0).name, "b");
    EXPECT_EQ(rejection(1).message, "none is not an allowed value");
    EXPECT_EQ(rejection(2).message, "value is not a valid dict");
    EXPECT_TRUE(out.new_types.empty()) << "no type is made for what is not taken";
}

TEST_F(MessagesTest, AnEmptyArrayHoldsNothing) {
    send("[]");
    EXPECT_EQ(out.whole, Decoded::Whole::kTaken);
    EXPECT_TRUE(out.items.empty());
    EXPECT_TRUE(out.batch.empty());
}

TEST_F(MessagesTest, ABrokenArrayIsOneRejection) {
    send(R"([{"event_type":"a","event_payload":""},)");
    EXPECT_EQ(out.whole, Decoded::Whole::kMalformed);
    EXPECT_TRUE(out.syntax);
    EXPECT_EQ(out.batch.size(), 1u);
    EXPECT_EQ(rejection().dialect, Dialect::kConsumer);
}

TEST_F(MessagesTest, TheTypesStructureBindsTheObjectInAPayload) {
    send(R"({"event_type":"paid","event_payload":"{\"cents\": 5}"})");
    EXPECT_TRUE(out.faults.empty());
    send(R"({"event_type":"paid","event_payload":"{\"cents\": \"5\"}"})");
    ASSERT_EQ(out.faults.size(), 1u);
    EXPECT_EQ(out.faults[0].field, "event_payload");
    EXPECT_EQ(out.faults[0].pointer, "/event_payload/cents");
    EXPECT_EQ(out.faults[0].reason, Reason::kStructureType);
    send(R"({"event_type":"paid","event_payload":"five"})");
    EXPECT_EQ(out.faults.at(0).reason, Reason::kStructureUnexpected) << "it is in a key, payload";
}

TEST_F(MessagesTest, TheIdempotencyKeyIsForMessagesAlone) {
    sender.idempotency_key = "k";
    send(R"({"event_type":"a","event_payload":""})");
    EXPECT_TRUE(out.batch.entries()[0].deduplicated);
    const Hash128 single = out.batch.entries()[0].key;
    send(R"([{"event_type":"a","event_payload":""},{"event_type":"a","event_payload":""}])");
    EXPECT_NE(out.batch.entries()[0].key, out.batch.entries()[1].key);
    EXPECT_NE(out.batch.entries()[0].key, single);
    send(R"({"session_id":"e2085be5-9137-4e4e-80b5-f1ffddc25423","category":"c","name":"n",)"
         R"("data":{"a":1},"timestamp":"2021-01-01T00:00:00Z"})");
    ASSERT_TRUE(out.faults.empty());
    EXPECT_FALSE(out.batch.entries()[0].deduplicated);
}

TEST_F(MessagesTest, OneMessageOfARejectionIsReadAgainByItself) {
    body.reserve(256);
    body = R"({"event_type":"a","event_payload":"x"})";
    decoder.single(Dialect::kConsumer, sender, body, out);
    ASSERT_TRUE(out.faults.empty());
    EXPECT_EQ(event().category, "message");
}

}  // namespace
}  // namespace eyed::ingest
