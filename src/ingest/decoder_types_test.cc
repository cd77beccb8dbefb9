// Events judged by their types, and changes of events.
#include "ingest/decoder.h"

#include <gtest/gtest.h>

#include "ingest/test_decoder.h"
#include "log/record.h"

namespace eyed::ingest {
namespace {

using model::Dialect;
using model::Reason;

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
