#include "ingest/decoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "log/record.h"

namespace eyed::ingest {
namespace {

using model::Dialect;
using model::Reason;

/// A directory in memory; types may be put in beforehand.
class MemoryDirectory final : public TypeDirectory {
  public:
    std::vector<TypeRow> rows;
    Result<std::vector<std::optional<TypeRow>>> create_if_absent(const std::vector<NewType>&,
                                                                 std::uint32_t) override {
        return failure(Code::kInternal, "not of this test");
    }
    Result<std::vector<TypeRow>> changes_since(std::uint64_t revision) override {
        std::vector<TypeRow> changed;
        std::ranges::copy_if(rows, std::back_inserter(changed),
                             [&](const TypeRow& row) { return row.revision > revision; });
        return changed;
    }
};

constexpr std::string_view kGood =
    R"({"session_id":"e2085be5-9137-4e4e-80b5-f1ffddc25423","category":"page interaction",)"
    R"("name":"cta click","data":{"host":"www.consumeraffairs.com","path":"/",)"
    R"("element":"chat bubble"},"timestamp":"2021-01-01 09:15:27.243860"})";

TypeRow checked(std::string name, model::CheckMode mode, std::uint64_t version) {
    TypeRow row;
    row.id = {1};
    row.application = {1};
    row.category = "c";
    row.name = std::move(name);
    row.mode = mode;
    row.version = static_cast<std::uint32_t>(version);
    row.revision = version;
    return row;
}

TypeRow enforced(std::string name, std::string example) {
    TypeRow row = checked(std::move(name), model::CheckMode::kEnforce, 1);
    row.example = std::move(example);
    return row;
}

class DecoderTest : public testing::Test {
  protected:
    MemoryDirectory directory;
    WorkerPool pool{{.name = "test"}};
    Types types{directory, pool, {.limit_per_application = 3}};
    Decoder decoder{types, {}};
    Decoded out;
    Sender sender{{1}, {2}, {3}, *parse_iso8601("2026-01-01T00:00:00Z"), {}};
    std::string body;  ///< with room past its end, as a request's buffer has

    std::string_view padded(std::string_view text) {
        body.reserve(text.size() + 128);
        body.assign(text);
        return body;
    }
    void seed(std::string_view text) {
        decoder.single(Dialect::kTheEye, sender, padded(text), out);
    }
    void native(std::string_view text, BodyKind kind = BodyKind::kDetect) {
        decoder.native(sender, kind, padded(text), out);
    }
    /// The good body with one field replaced; an empty value takes it away.
    static std::string with(std::string_view field, std::string_view value) {
        std::map<std::string_view, std::string_view> fields{
            {"session_id", "\"e2085be5-9137-4e4e-80b5-f1ffddc25423\""},
            {"category", "\"c\""},
            {"name", "\"n\""},
            {"data", R"({"a":1})"},
            {"timestamp", "\"2021-01-01T00:00:00Z\""}};
        fields[field] = value;
        std::string text = "{";
        for (const auto& [key, json] : fields) {
            if (json.empty()) continue;
            if (text.size() > 1) text += ',';
            text += "\"" + std::string(key) + "\":" + std::string(json);
        }
        return text + "}";
    }
    std::string first_message() const {
        return out.faults.empty() ? std::string() : out.faults.front().message;
    }
    log::EventBody event(std::size_t i) const {
        return *log::decode_event(out.batch.body(out.batch.entries().at(i)));
    }
    log::RejectionBody rejection(std::size_t i) const {
        return *log::decode_rejection(out.batch.body(out.batch.entries().at(i)));
    }
    std::string kinds() const {
        std::string text;
        for (const auto& entry : out.batch.entries())
            text += entry.kind == log::Kind::kEvent ? 'e' : 'r';
        return text;
    }
};

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

TEST_F(DecoderTest, StructureOfTheTypeIsEnforcedWhateverTheOrder) {
    directory.rows.push_back(enforced("n", R"({"host":"x"})"));
    ASSERT_TRUE(types.refresh());
    for (const std::string_view text :
         {R"({"data":{"host":1},"category":"c","name":"n"})",
          R"({"category":"c","name":"n","data":{"host":"ok"},"data":{"host":1}})"}) {
        native(text);
        ASSERT_EQ(kinds(), "r");
        EXPECT_EQ(out.faults[0].field, "data");
        EXPECT_EQ(out.faults[0].pointer, "/data/host");
        EXPECT_EQ(out.faults[0].reason, Reason::kStructureType);
    }
    native(R"({"category":"c","name":"n"})");
    EXPECT_EQ(out.faults[0].reason, Reason::kStructureMissing);
    native(R"({"category":"c","name":"n","data":{"host":1},"data":{"host":"ok"}})");
    EXPECT_EQ(kinds(), "e");
    seed(with("data", R"({"host":"x","port":1})"));
    EXPECT_EQ(first_message(), "/data/port is not part of the structure of this event type.");
    directory.rows = {checked("n", model::CheckMode::kOff, 2)};
    ASSERT_TRUE(types.refresh());
    native(R"({"category":"c","name":"n","data":{"host":1}})");
    EXPECT_EQ(kinds(), "e");
}

TEST_F(DecoderTest, NewTypesAreWantedOnce) {
    native(
        R"([{"category":"a","name":"1"},{"category":"a","name":"1"},{"category":"a","name":"2"}])");
    ASSERT_EQ(out.new_types.size(), 2u);
    EXPECT_EQ(out.items[0].new_type, 0u);
    EXPECT_EQ(out.items[1].new_type, 0u);
    EXPECT_EQ(out.items[2].new_type, 1u);
    for (int i = 1; i <= 3; ++i)
        directory.rows.push_back({.id = {i},
                                  .application = {1},
                                  .category = "a",
                                  .name = std::to_string(i),
                                  .version = 1,
                                  .revision = static_cast<std::uint64_t>(i)});
    ASSERT_TRUE(types.refresh());
    native(R"({"category":"a","name":"3"})");
    EXPECT_EQ(kinds(), "e");
    EXPECT_TRUE(out.new_types.empty());
    native(R"({"category":"a","name":"4"})");
    EXPECT_EQ(kinds(), "r");
    EXPECT_EQ(out.faults[0].reason, Reason::kTooManyTypes);
    sender.application = {2};
    native(R"({"category":"a","name":"4"})");
    EXPECT_EQ(kinds(), "e");
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

model::Event an_event() {
    model::Event event;
    event.id = {9};
    event.application = {1};
    event.session = *parse_uuid("e2085be5-9137-4e4e-80b5-f1ffddc25423");
    event.category = "c";
    event.name = "n";
    event.data = R"({"a":1})";
    event.timestamp = *parse_iso8601("2020-01-01T00:00:00Z");
    return event;
}

TEST_F(DecoderTest, ReplacementIsAFullEvent) {
    model::Event changed;
    decoder.replacement(Dialect::kTheEye, sender, an_event(), padded(kGood), out, changed);
    ASSERT_EQ(out.batch.entries().at(0).kind, log::Kind::kReplace);
    const auto record = *log::decode_replace(out.batch.body(out.batch.entries()[0]));
    EXPECT_EQ(record.target, EventId{9});
    EXPECT_EQ(record.changed_by, UserId{3});
    EXPECT_EQ(record.name, "cta click");
    EXPECT_EQ(changed.name, "cta click");
    EXPECT_EQ(changed.id, EventId{9});
    decoder.replacement(Dialect::kTheEye, sender, an_event(), padded("{\"name\":\"x\"}"), out,
                        changed);
    EXPECT_EQ(kinds(), "r");
    EXPECT_EQ(out.faults.size(), 4u);
    decoder.replacement(Dialect::kTheEye, sender, an_event(), padded("{"), out, changed);
    EXPECT_EQ(out.whole, Decoded::Whole::kMalformed);
    decoder.replacement(Dialect::kTheEye, sender, an_event(), padded("[]"), out, changed);
    EXPECT_EQ(first_message(), "Invalid data. Expected a dictionary, but got list.");
}

TEST_F(DecoderTest, PatchChangesWhatItNames) {
    model::Event changed;
    decoder.patch(sender, an_event(), padded(R"({"name":"m","session_id":null})"), out, changed);
    ASSERT_EQ(out.batch.entries().at(0).kind, log::Kind::kReplace);
    EXPECT_EQ(changed.name, "m");
    EXPECT_EQ(changed.category, "c");
    EXPECT_EQ(changed.data, R"({"a":1})");
    EXPECT_TRUE(changed.session.is_nil());
    EXPECT_EQ(changed.timestamp, an_event().timestamp);
    decoder.patch(sender, an_event(), padded(R"({"id":1})"), out, changed);
    EXPECT_EQ(out.faults.at(0).reason, Reason::kUnknownField);
    decoder.patch(sender, an_event(), padded(R"({"name":null})"), out, changed);
    EXPECT_EQ(out.faults.at(0).reason, Reason::kWrongType);
}

TEST_F(DecoderTest, PatchIsHeldToTheStructureOfItsNewType) {
    directory.rows.push_back(enforced("m", R"({"b":1})"));
    ASSERT_TRUE(types.refresh());
    model::Event changed;
    decoder.patch(sender, an_event(), padded(R"({"name":"m"})"), out, changed);
    ASSERT_EQ(out.faults.size(), 1u);
    EXPECT_EQ(out.faults[0].reason, Reason::kStructureUnexpected);
    decoder.patch(sender, an_event(), padded(R"({"name":"m","data":{"b":2}})"), out, changed);
    EXPECT_TRUE(out.faults.empty());
}

TEST_F(DecoderTest, AJsonSchemaRefusesWithThePointerOfTheFault) {
    TypeRow row = checked("n", model::CheckMode::kEnforce, 4);
    row.schema = R"({"properties":{"n":{"type":"integer","minimum":3}},"required":["n"]})";
    directory.rows.push_back(row);
    ASSERT_TRUE(types.refresh());
    native(R"([{"category":"c","name":"n","data":{"n":3}},
               {"category":"c","name":"n","data":{"n":2},"event_id":"e-1"},
               {"category":"c","name":"n"}])");
    ASSERT_EQ(kinds(), "err");
    EXPECT_EQ(out.faults[0].reason, Reason::kSchema);
    EXPECT_EQ(out.faults[0].pointer, "/data/n");
    EXPECT_EQ(out.faults[0].message, "/data/n must be at least 3.");
    EXPECT_EQ(out.faults[1].pointer, "/data/n");
    const auto refused = log::decode_rejection(out.batch.body(out.batch.entries()[1])).value();
    EXPECT_EQ(refused.type_version, 4u);
    EXPECT_EQ(refused.event_id, "e-1");
    EXPECT_FALSE(refused.target);
}

TEST_F(DecoderTest, ARefusedChangeNamesTheEventItWasToChange) {
    directory.rows.push_back(enforced("n", R"({"b":1})"));
    ASSERT_TRUE(types.refresh());
    model::Event existing;
    existing.id = {17};
    existing.application = {1};
    existing.category = "c";
    existing.name = "n";
    existing.data = R"({"b":1})";
    model::Event changed;
    for (const std::string_view text : {R"({"data":{"b":"x"}})", R"({"data":)", "[1]"}) {
        decoder.patch(sender, existing, padded(text), out, changed);
        ASSERT_EQ(kinds(), "r") << text;
        EXPECT_EQ(log::decode_rejection(out.batch.body(out.batch.entries()[0]))->target,
                  EventId{17})
            << text;
    }
    decoder.patch(sender, existing, padded(R"({"data":{"b":2}})"), out, changed);
    EXPECT_EQ(changed.judgement.type_version, 1u);
}

}  // namespace
}  // namespace eyed::ingest
