#include "ingest/decoder.h"

#include <gtest/gtest.h>

#include <set>

#include "ingest/test_decoder.h"
#include "log/record.h"

namespace eyed::ingest {
namespace {

using model::Dialect;
using model::Reason;

TEST_F(DecoderTest, TakesTheSeedsExample) {
    seed(kGood);
    ASSERT_EQ(kinds(), "e");
    EXPECT_EQ(event(0).category, "page interaction");
    EXPECT_EQ(event(0).name, "cta click");
    EXPECT_EQ(event(0).data,
              R"({"host":"www.consumeraffairs.com","path":"/","element":"chat bubble"})");
    EXPECT_EQ(event(0).timestamp, *parse_iso8601("2021-01-01T09:15:27.243860Z"));
    EXPECT_EQ(to_string(event(0).session), "e2085be5-9137-4e4e-80b5-f1ffddc25423");
    EXPECT_EQ(event(0).application, ApplicationId{1});
    EXPECT_EQ(event(0).received_at, sender.now);
    ASSERT_EQ(out.new_types.size(), 1u);
    EXPECT_EQ(out.new_types[0].name, "cta click");
}

TEST_F(DecoderTest, SeedsSayWhatIsWrongWithAField) {
    const std::string c51(51, 'x');
    const std::string n151(151, 'x');
    const std::string future = "\"2026-01-01T00:00:06Z\"";
    const std::string bad_time =
        "Datetime has wrong format. Use one of these formats instead: "
        "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].";
    const struct {
        std::string_view field;
        std::string value;
        Reason reason;
        std::string message;
    } cases[] = {
        {"category", "", Reason::kMissingField, "This field is required."},
        {"name", "", Reason::kMissingField, "This field is required."},
        {"data", "", Reason::kMissingField, "This field is required."},
        {"session_id", "", Reason::kMissingField, "This field is required."},
        {"timestamp", "", Reason::kMissingField, "This field is required."},
        {"category", "null", Reason::kWrongType, "This field may not be null."},
        {"session_id", "null", Reason::kWrongType, "This field may not be null."},
        {"timestamp", "null", Reason::kWrongType, "This field may not be null."},
        {"category", "\"\"", Reason::kBlank, "This field may not be blank."},
        {"name", "\" \\t\"", Reason::kBlank, "This field may not be blank."},
        {"category", "true", Reason::kWrongType, "Not a valid string."},
        {"name", "[]", Reason::kWrongType, "Not a valid string."},
        {"name", "{}", Reason::kWrongType, "Not a valid string."},
        {"category", "\"" + c51 + "\"", Reason::kTooLong,
         "Ensure this field has no more than 50 characters."},
        {"name", "\"" + n151 + "\"", Reason::kTooLong,
         "Ensure this field has no more than 150 characters."},
        {"name", "\"a\\u0000\"", Reason::kWrongType, "Null characters are not allowed."},
        {"data", "null", Reason::kBlank, "The data can't be empty."},
        {"data", "{}", Reason::kBlank, "The data can't be empty."},
        {"data", "{ }", Reason::kBlank, "The data can't be empty."},
        {"data", "\"\"", Reason::kBlank, "The data can't be empty."},
        {"data", "\"{}\"", Reason::kWrongType, "The data content must a JSON format."},
        {"data", "[1]", Reason::kWrongType, "The data content must a JSON format."},
        {"data", "5", Reason::kWrongType, "The data content must a JSON format."},
        {"session_id", "\"x\"", Reason::kInvalidUuid, "“x” is not a valid UUID."},
        {"session_id", "\"\"", Reason::kInvalidUuid, "“” is not a valid UUID."},
        {"session_id", "\"00000000000000000000000000000000\"", Reason::kInvalidUuid,
         "“00000000000000000000000000000000” is not a valid UUID."},
        {"session_id", "5", Reason::kWrongType, "“5” is not a valid UUID."},
        {"timestamp", "\"x\"", Reason::kInvalidTimestamp, bad_time},
        {"timestamp", "\"2021-01-01\"", Reason::kInvalidTimestamp, bad_time},
        {"timestamp", "5", Reason::kWrongType, bad_time},
        {"timestamp", future, Reason::kTimestampInFuture,
         "The timestamp can't be greater than now."},
    };
    for (const auto& c : cases) {
        seed(with(c.field, c.value));
        ASSERT_EQ(kinds(), "r") << c.field << " " << c.value;
        ASSERT_EQ(out.faults.size(), 1u) << c.field << " " << c.value;
        EXPECT_EQ(out.faults[0].field, c.field);
        EXPECT_EQ(out.faults[0].pointer, "/" + std::string(c.field));
        EXPECT_EQ(out.faults[0].message, c.message) << c.value;
        EXPECT_EQ(out.faults[0].reason, c.reason) << c.value;
        EXPECT_EQ(rejection(0).payload, body);
        EXPECT_EQ(rejection(0).message, c.message);
        EXPECT_EQ(rejection(0).reason, c.reason);
        EXPECT_EQ(rejection(0).key, KeyId{2});
    }
}

TEST_F(DecoderTest, SeedsReportAllFaultyFieldsTogether) {
    seed(R"({"session_id":"x","data":{},"timestamp":"y","name":""})");
    std::set<std::string> fields;
    for (const Fault& fault : out.faults)
        fields.insert(fault.field);
    EXPECT_EQ(fields,
              (std::set<std::string>{"session_id", "category", "data", "timestamp", "name"}));
    EXPECT_EQ(kinds(), "r");
    EXPECT_NE(rejection(0).message.find("category: This field is required."), std::string::npos);
    seed("");
    EXPECT_EQ(out.faults.size(), 5u);
    EXPECT_EQ(out.whole, Decoded::Whole::kTaken);
}

TEST_F(DecoderTest, SeedsTakeWhatDjangoTakes) {
    const struct {
        std::string_view value, stored;
    } cases[] = {{"5", "5"},           {"1.50", "1.5"},       {"1e3", "1000.0"},
                 {"-0", "0"},          {"1e22", "1e+22"},     {"0.00001", "1e-05"},
                 {"\" a b \"", "a b"}, {"\"\\u00a0x\"", "x"}, {"\"\\u00e9\"", "é"}};
    for (const auto& c : cases) {
        seed(with("name", c.value));
        ASSERT_EQ(kinds(), "e") << c.value << first_message();
        EXPECT_EQ(event(0).name, c.stored) << c.value;
    }
    seed(with("unknown", "[1]"));
    EXPECT_EQ(kinds(), "e");
    std::string text = "\"";
    for (int i = 0; i < 50; ++i)
        text += "é";
    seed(with("category", text + "\""));
    EXPECT_EQ(kinds(), "e");
    seed(with("timestamp", "\"2026-01-01T00:00:05Z\""));
    EXPECT_EQ(kinds(), "e");
}

TEST_F(DecoderTest, SeedBodiesThatAreNoObjectAreRefused) {
    const struct {
        std::string_view body, message;
    } cases[] = {
        {"[]", "Invalid data. Expected a dictionary, but got list."},
        {"[{}]", "Invalid data. Expected a dictionary, but got list."},
        {"\"x\"", "Invalid data. Expected a dictionary, but got str."},
        {"5", "Invalid data. Expected a dictionary, but got int."},
        {"5.0", "Invalid data. Expected a dictionary, but got float."},
        {"true", "Invalid data. Expected a dictionary, but got bool."},
        {"null", "No data provided"},
    };
    for (const auto& c : cases) {
        seed(c.body);
        ASSERT_EQ(kinds(), "r");
        EXPECT_EQ(first_message(), c.message);
        EXPECT_EQ(out.faults[0].field, "");
        EXPECT_EQ(rejection(0).reason, Reason::kWrongShape);
    }
}

TEST_F(DecoderTest, BodiesThatAreNotJsonAreRefusedWholeAndRecorded) {
    for (const std::string text :
         {"{", "   ", "{\"a\":1} x", "{\"name\":\"\xFF\"}", "{\"a\":1,}", "nope", "{\"a\":\"b"}) {
        seed(text);
        EXPECT_EQ(out.whole, Decoded::Whole::kMalformed) << text;
        EXPECT_TRUE(out.detail.starts_with("JSON parse error - ")) << out.detail;
        ASSERT_EQ(kinds(), "r");
        EXPECT_EQ(rejection(0).reason, Reason::kMalformed);
        EXPECT_EQ(rejection(0).payload, text);
    }
    seed("{\n  x}");
    EXPECT_EQ(out.detail,
              "JSON parse error - Expecting property name enclosed in double quotes: "
              "line 2 column 3 (char 4)");
}

TEST_F(DecoderTest, OfAFieldGivenTwiceTheLastCounts) {
    seed(R"({"category":5.5,"category":[],"category":"c","name":"n","data":{"a":1},)"
         R"("session_id":"e2085be591374e4e80b5f1ffddc25423","timestamp":"2021-01-01T00:00"})");
    ASSERT_EQ(kinds(), "e") << first_message();
    EXPECT_EQ(event(0).category, "c");
}

TEST_F(DecoderTest, PayloadStaysAsSentOnOneLine) {
    native(R"({"category":"c","name":"n","data":{"a" : 1.50, "b":12345678901234567890123}})");
    EXPECT_EQ(event(0).data, R"({"a" : 1.50, "b":12345678901234567890123})");
    native("{\"category\":\"c\",\"name\":\"n\",\"data\":{\n  \"a b\" : [ 1,\r\n 2 ]\n}\n}");
    EXPECT_EQ(event(0).data, R"({"a b":[1,2]})");
}

TEST_F(DecoderTest, NativeFieldsMayBeLeftOut) {
    for (const std::string_view text :
         {R"({"category":"c","name":"n"})",
          R"({"category":"c","name":"n","session_id":null,"timestamp":null,"event_id":null})",
          R"({"\u0063ategory":"c","n\u0061me":"n"})"}) {
        native(text);
        ASSERT_EQ(kinds(), "e") << text << first_message();
        EXPECT_EQ(event(0).data, "{}");
        EXPECT_EQ(event(0).timestamp, sender.now);
        EXPECT_TRUE(event(0).session.is_nil());
        EXPECT_EQ(event(0).event_id, "");
        EXPECT_FALSE(out.batch.entries()[0].deduplicated);
    }
}

TEST_F(DecoderTest, NativeFaultsCarryTheirReason) {
    const std::string long_id(129, 'x');
    const std::string deep = std::string(63, '[') + std::string(63, ']');
    const struct {
        std::string_view field;
        std::string value;
        Reason reason;
        std::string_view pointer;
    } cases[] = {
        {"colour", "1", Reason::kUnknownField, "/colour"},
        {"a/b", "1", Reason::kUnknownField, "/a~1b"},
        {"name", "5", Reason::kWrongType, "/name"},
        {"name", "null", Reason::kWrongType, "/name"},
        {"name", "\"\"", Reason::kBlank, "/name"},
        {"data", "null", Reason::kWrongType, "/data"},
        {"data", "[]", Reason::kWrongType, "/data"},
        {"data", "{\"a\":" + deep + "}", Reason::kTooDeep, "/data"},
        {"event_id", "\"\"", Reason::kBlank, "/event_id"},
        {"event_id", "7", Reason::kWrongType, "/event_id"},
        {"event_id", "\"" + long_id + "\"", Reason::kTooLong, "/event_id"},
        {"session_id", "\"zz\"", Reason::kInvalidUuid, "/session_id"},
        {"session_id", "\"00000000-0000-0000-0000-000000000000\"", Reason::kInvalidUuid,
         "/session_id"},
        {"timestamp", "\"2027-01-01T00:00:00Z\"", Reason::kTimestampInFuture, "/timestamp"},
    };
    for (const auto& c : cases) {
        native(with(c.field, c.value));
        ASSERT_EQ(kinds(), "r") << c.field;
        EXPECT_EQ(out.faults[0].reason, c.reason) << c.field << c.value;
        EXPECT_EQ(out.faults[0].pointer, c.pointer);
        EXPECT_EQ(rejection(0).pointer, c.pointer);
    }
    const std::string just = std::string(62, '[') + std::string(62, ']');
    native(with("data", "{\"a\":" + just + "}"));
    EXPECT_EQ(kinds(), "e");
}

TEST_F(DecoderTest, ArrayKeepsTheGoodItemsInOrder) {
    native(R"([{"category":"c","name":"1"}, 5, {"category":"c"}, [], {"category":"c","name":"2"},)"
           R"({"category":"c","name":"3","data":"x"}, null])");
    EXPECT_EQ(out.shape, Decoded::Shape::kBatch);
    ASSERT_EQ(kinds(), "errrerr");
    EXPECT_EQ(event(4).name, "2");
    EXPECT_EQ(rejection(1).payload, "5");
    EXPECT_EQ(rejection(2).payload, R"({"category":"c"})");
    EXPECT_EQ(rejection(3).reason, Reason::kWrongShape);
    EXPECT_EQ(rejection(5).payload, R"({"category":"c","name":"3","data":"x"})");
    EXPECT_EQ(out.items.size(), 7u);
    EXPECT_EQ(out.faults_of(out.items[2])[0].field, "name");
    EXPECT_TRUE(out.faults_of(out.items[4]).empty());
}

TEST_F(DecoderTest, CutArrayIsRefusedWhole) {
    for (const std::string_view text :
         {R"([{"category":"c","name":"1"},)", R"([{"category":"c")",
          R"([{"category":"c","name":"1"}] x)", R"([{"category":"c","name":"1"} {}])"}) {
        native(text);
        EXPECT_EQ(out.whole, Decoded::Whole::kMalformed) << text;
        ASSERT_EQ(kinds(), "r");
        EXPECT_EQ(rejection(0).payload, text);
        EXPECT_TRUE(out.new_types.empty());
    }
}

TEST_F(DecoderTest, EmptyBatchesHoldNothing) {
    native("[]");
    EXPECT_EQ(out.whole, Decoded::Whole::kEmpty);
    EXPECT_TRUE(out.batch.empty());
    native(" \n\r\n", BodyKind::kLines);
    EXPECT_EQ(out.whole, Decoded::Whole::kEmpty);
    native("", BodyKind::kLines);
    EXPECT_EQ(out.whole, Decoded::Whole::kEmpty);
    native("");
    EXPECT_EQ(out.whole, Decoded::Whole::kMalformed);
}

TEST_F(DecoderTest, LinesMayBeBlankOrEndAnyWay) {
    const std::string one = R"({"category":"c","name":"n"})";
    for (const std::string& text :
         {one + "\n" + one, one + "\n" + one + "\n", one + "\r\n" + one + "\r\n",
          "\n\n" + one + "\n \n\r\n" + one + "\n\n", " " + one + " \n\t" + one}) {
        for (const BodyKind kind : {BodyKind::kDetect, BodyKind::kLines}) {
            native(text, kind);
            EXPECT_EQ(out.shape, Decoded::Shape::kBatch);
            EXPECT_EQ(kinds(), "ee") << text;
        }
    }
    native(one + "\n", BodyKind::kLines);
    EXPECT_EQ(out.shape, Decoded::Shape::kBatch);
    EXPECT_EQ(kinds(), "e");
    native(one + "\n");
    EXPECT_EQ(out.shape, Decoded::Shape::kSingle);
}

TEST_F(DecoderTest, BrokenLineLeavesTheOthers) {
    const std::string one = R"({"category":"c","name":"n"})";
    for (const std::string broken :
         {"{\"category\":\"c\",", "{\"a\":\"b", "nope", "{} {}", "\"", "{\"name\":\"\xFF\"}",
          "{\"a\":\"\\q\"}", "{\"a\":1}}", "]", "{\"a\":\"\x01\"}"}) {
        for (const BodyKind kind : {BodyKind::kDetect, BodyKind::kLines}) {
            native(one + "\n" + broken + "\n" + one + "\n" + one, kind);
            ASSERT_EQ(kinds(), "eree") << broken;
            EXPECT_EQ(rejection(1).reason, Reason::kMalformed);
            EXPECT_EQ(rejection(1).payload, broken);
            EXPECT_EQ(event(3).name, "n");
        }
    }
    native("nope\n" + one, BodyKind::kLines);
    EXPECT_EQ(kinds(), "re");
}

TEST_F(DecoderTest, MoreEventsThanABatchMayHaveAreNotTaken) {
    std::string array = "[";
    std::string lines;
    for (int i = 0; i < 10'001; ++i) {
        if (i == 10'000) {
            native(array + "]");
            EXPECT_EQ(kinds().size(), 10'000u);
            native(lines);
            EXPECT_EQ(kinds().size(), 10'000u);
        }
        array += std::string(i > 0 ? "," : "") + R"({"category":"c","name":"n"})";
        lines += "{\"category\":\"c\",\"name\":\"n\"}\n";
    }
    for (const std::string& text : {array + "]", lines}) {
        native(text);
        EXPECT_EQ(out.whole, Decoded::Whole::kTooMany);
        EXPECT_TRUE(out.batch.empty());
        EXPECT_TRUE(out.new_types.empty());
    }
}

TEST_F(DecoderTest, EventIdsAndIdempotencyKeysAreDedupKeys) {
    native(R"({"category":"c","name":"n","event_id":"e1"})");
    EXPECT_EQ(event(0).event_id, "e1");
    EXPECT_EQ(out.batch.entries()[0].key, log::dedup_key({1}, "e1"));
    sender.idempotency_key = "e1";
    native(R"({"category":"c","name":"n"})");
    EXPECT_EQ(event(0).event_id, "");
    const Hash128 single = out.batch.entries()[0].key;
    EXPECT_NE(single, log::dedup_key({1}, "e1"));
    native(R"([{"category":"c","name":"n"},{"category":"c"},{"category":"c","name":"n"},)"
           R"({"category":"c","name":"n","event_id":"x"}])");
    const auto first = out.batch.entries();
    EXPECT_TRUE(first[0].deduplicated);
    EXPECT_FALSE(first[1].deduplicated);
    EXPECT_NE(first[0].key, first[2].key);
    EXPECT_NE(first[0].key, single);
    EXPECT_EQ(first[3].key, log::dedup_key({1}, "x"));
    native(R"([{"category":"c","name":"n"}])");
    EXPECT_EQ(out.batch.entries()[0].key, first[0].key);
}

TEST_F(DecoderTest, ImportTakesWhatAnExportWrote) {
    decoder.import_line(sender,
                        padded(R"({"id":7,"application":"x","session_id":null,)"
                               R"("category":"c","name":"n","data":{"a":1},)"
                               R"("timestamp":"2021-01-01T00:00:00.000000Z",)"
                               R"("received_at":"2021-01-01T00:00:00.000000Z",)"
                               R"("event_id":null,"dialect":"native"})"),
                        out);
    decoder.import_line(sender, padded("{"), out);
    decoder.import_line(sender, padded(R"({"category":"c","name":"n","bogus":1})"), out);
    EXPECT_EQ(kinds(), "err");
    EXPECT_EQ(rejection(1).payload, "{");
    EXPECT_EQ(out.items.size(), 3u);
    EXPECT_EQ(event(0).dialect, Dialect::kImport);
}

}  // namespace
}  // namespace eyed::ingest
