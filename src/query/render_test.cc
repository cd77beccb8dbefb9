#include "query/render.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace eyed::query {
namespace {

model::Event an_event() {
    model::Event event;
    event.id = {7};
    event.application = {1};
    event.session = *parse_uuid("e2085be5-9137-4e4e-80b5-f1ffddc25423");
    event.category = "page interaction";
    event.name = "cta click";
    event.data = R"({"host":"x"})";
    event.timestamp = *parse_iso8601("2021-01-01 09:15:27.243860");
    event.received_at = *parse_iso8601("2021-01-01 09:15:28");
    event.dialect = model::Dialect::kTheEye;
    return event;
}

struct Names {
    ApplicationNameCache cache;
    Names() { cache.add({1}, "shop"); }
};

TEST(Render, SeedEventHasTheSeedsShape) {
    std::string out;
    append_seed_event(an_event(), out);
    EXPECT_EQ(out, R"({"id":7,"session_id":"e2085be5-9137-4e4e-80b5-f1ffddc25423",)"
                   R"("timestamp":"2021-01-01T09:15:27.243860Z","data":{"host":"x"},)"
                   R"("name":"cta click","category":"page interaction"})");
}

TEST(Render, NativeEventHasEveryField) {
    const Names names;
    std::string out;
    append_event(an_event(), names.cache, out);
    EXPECT_EQ(out,
              R"({"id":7,"application":"shop","session_id":"e2085be5-9137-4e4e-80b5-f1ffddc25423",)"
              R"("category":"page interaction","name":"cta click","data":{"host":"x"},)"
              R"("timestamp":"2021-01-01T09:15:27.243860Z",)"
              R"("received_at":"2021-01-01T09:15:28.000000Z","event_id":null,"dialect":"the_eye",)"
              R"("type_version":null,"violation":null,"replays":null})");
}

TEST(Render, AnEventSaysWhatJudgedItAndWhichRejectionItWas) {
    const Names names;
    model::Event event = an_event();
    event.judgement = {3, model::Reason::kMalformed};
    event.replays = {9};
    std::string out;
    append_event(event, names.cache, out);
    const auto json = boost::json::parse(out);
    EXPECT_EQ(json.at("type_version").as_int64(), 3);
    EXPECT_EQ(json.at("violation").as_string(), "malformed");
    EXPECT_EQ(json.at("replays").as_int64(), 9);
}

TEST(Render, ARejectionSaysWhatBecameOfIt) {
    const Names names;
    model::Rejection rejection;
    rejection.id = {9};
    rejection.application = {1};
    rejection.payload = "{}";
    std::string out;
    append_rejection(rejection, names.cache, out);
    auto json = boost::json::parse(out);
    EXPECT_EQ(json.at("state").as_string(), "open");
    for (const char* field :
         {"type_version", "event_id", "target", "event", "settled_at", "settled_by", "key"})
        EXPECT_TRUE(json.at(field).is_null()) << field;
    rejection.type_version = 2;
    rejection.event_id = "a \"b\"";
    rejection.target = {4};
    rejection.state = model::RejectionState::kReplayed;
    rejection.event = {5};
    rejection.settled_at = *parse_iso8601("2021-01-01 09:15:28");
    rejection.settled_by = {6};
    out.clear();
    append_rejection(rejection, names.cache, out);
    json = boost::json::parse(out);
    EXPECT_EQ(json.at("type_version").as_int64(), 2);
    EXPECT_EQ(json.at("event_id").as_string(), "a \"b\"");
    EXPECT_EQ(json.at("target").as_int64(), 4);
    EXPECT_EQ(json.at("state").as_string(), "replayed");
    EXPECT_EQ(json.at("event").as_int64(), 5);
    EXPECT_EQ(json.at("settled_at").as_string(), "2021-01-01T09:15:28.000000Z");
    EXPECT_EQ(json.at("settled_by").as_int64(), 6);
}

TEST(Render, ASessionThatAnEventLacksIsNullWhoeverSentIt) {
    const Names names;
    model::Event event = an_event();
    event.session = {};
    for (const auto dialect : {model::Dialect::kNative, model::Dialect::kTheEye}) {
        event.dialect = dialect;
        std::string out;
        append_event(event, names.cache, out);
        EXPECT_TRUE(boost::json::parse(out).at("session_id").is_null());
        out.clear();
        append_seed_event(event, out);
        EXPECT_TRUE(boost::json::parse(out).at("session_id").is_null());
    }
}

TEST(Render, HostileTextStaysText) {
    const Names names;
    for (const std::string& text :
         {std::string("\"},{\"x\":\""), std::string("\\\n\t\x01</script>"), std::string("a\0b", 3),
          std::string("\xFF\xC3")}) {
        model::Event event = an_event();
        event.category = event.name = event.event_id = text;
        model::Rejection rejection;
        rejection.message = rejection.pointer = rejection.category = rejection.payload = text;
        std::string out;
        append_list(
            std::vector{event, event}, "",
            [&](const auto& row, std::string& to) { append_event(row, names.cache, to); }, out);
        EXPECT_EQ(boost::json::parse(out).at("results").as_array().size(), 2u);
        out.clear();
        append_rejection(rejection, names.cache, out);
        EXPECT_TRUE(boost::json::parse(out).at("payload").is_string());
        out.clear();
        append_seed_rejection(rejection, out);
        EXPECT_TRUE(boost::json::parse(out).at("data").is_string());
    }
}

TEST(Render, PayloadIsItselfWhenItIsJson) {
    const auto rendered = [](std::string_view payload) {
        std::string out;
        append_payload(payload, out);
        return out;
    };
    EXPECT_EQ(rendered(R"({"a":[1,2.50]})"), R"({"a":[1,2.50]})");
    EXPECT_EQ(rendered("null"), "null");
    EXPECT_EQ(rendered("{\"a\":"), R"("{\"a\":")");
    EXPECT_EQ(rendered(""), R"("")");
    EXPECT_EQ(rendered("{} x"), R"("{} x")");
    EXPECT_EQ(rendered("\"\xFF\""), "\"\\\"\uFFFD\\\"\"");
    const std::string deep(100'000, '[');
    EXPECT_EQ(rendered(deep), "\"" + deep + "\"");
}

TEST(Render, ListsCarryTheirCursor) {
    std::string out;
    const auto append = [](const store::SessionRow& row, std::string& to) {
        append_seed_session(row, to);
    };
    append_list(std::vector<store::SessionRow>{}, "", append, out);
    EXPECT_EQ(out, R"({"results":[],"next":null})");
    out.clear();
    append_list(std::vector<store::SessionRow>(1), "abc", append, out);
    EXPECT_EQ(out, R"({"results":[{"id":"00000000-0000-0000-0000-000000000000"}],"next":"abc"})");
    out.clear();
    append_array(std::vector<store::SessionRow>(2), append, out);
    EXPECT_EQ(boost::json::parse(out).as_array().size(), 2u);
}

TEST(ApplicationNames, GoBothWays) {
    const Names names;
    EXPECT_EQ(names.cache.id("shop"), ApplicationId{1});
    EXPECT_EQ(names.cache.name({1}), "shop");
    EXPECT_FALSE(names.cache.id("none"));
    EXPECT_EQ(names.cache.name({2}), "");
}

}  // namespace
}  // namespace eyed::query
