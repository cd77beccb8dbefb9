#include "delivery/body.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "delivery/event_filter.h"
#include "delivery/json_pointer.h"

namespace eyed::delivery {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kJson =
    R"({ "id":7, "data": {"a b":[1, 2.50,{"x":null}],"q\"":"say \"hi\"","n":12345678901234567890,
        "t":true,"":5,"m~n":1,"s/t":2}, "name":"n" })";

TEST(FindJson, LeadsToValuesAsTheyStand) {
    const auto found = [](std::string_view pointer) {
        return std::string(find_json(kJson, pointer).value_or("none"));
    };
    EXPECT_EQ(found("/id"), "7");
    EXPECT_EQ(found("/data/a b/1"), "2.50");
    EXPECT_EQ(found("/data/a b/2/x"), "null");
    EXPECT_EQ(found("/data/a b/2"), R"({"x":null})");
    EXPECT_EQ(found("/data/q\""), R"("say \"hi\"")");
    EXPECT_EQ(found("/data/n"), "12345678901234567890");
    EXPECT_EQ(found("/data/t"), "true");
    EXPECT_EQ(found("/data/"), "5");
    EXPECT_EQ(found("/data/m~0n"), "1");
    EXPECT_EQ(found("/data/s~1t"), "2");
    for (const char* none : {"/x", "/id/0", "/data/a b/3", "/data/a b/01", "/data/a b/-", "/data/a",
                             "/name/x", "/data/a b/99999999999"})
        EXPECT_EQ(found(none), "none") << none;
    EXPECT_EQ(find_json(R"({"a":1})", ""), R"({"a":1})");
    EXPECT_EQ(find_json("[]", "/0"), std::nullopt);
    EXPECT_EQ(find_json("{}", "/a"), std::nullopt);
}

TEST(FindJson, EndsAtWhatIsNoJson) {
    for (const char* text : {"", "{", "[", "{\"a\"", "{\"a\":", "[1", "\"", "}", "{]", "[,,,",
                             "tru", "{\"a\":\"\\", "[[[[[[[["})
        for (const char* pointer : {"", "/a", "/0", "/0/0"})
            static_cast<void>(find_json(text, pointer));
}

TEST(SameJson, ComparesValues) {
    EXPECT_TRUE(same_json("1", "1.0"));
    EXPECT_TRUE(same_json(R"({"a":1,"b":[2]})", R"({ "b":[2.0], "a":1 })"));
    EXPECT_TRUE(same_json(R"("A")", R"("\u0041")"));
    EXPECT_FALSE(same_json("1", "\"1\""));
    EXPECT_FALSE(same_json("[1,2]", "[2,1]"));
    EXPECT_FALSE(same_json("null", "false"));
}

log::EventBody event() {
    return {.application = ApplicationId{3},
            .received_at = Micros{1'700'000'000'000'000},
            .timestamp = Micros{1'700'000'000'000'000},
            .session = {},
            .event_id = "e-1",
            .category = "page",
            .name = "view \"x\"",
            .data = R"({"price":1.10,"path":"/a","n":null,"o":{"k":"v"}})",
            .judgement = {},
            .replays = {},
            .replayed_at = {},
            .replayed_by = {}};
}

TEST(EventJson, HasTheMembersOfTheApi) {
    EXPECT_EQ(
        event_json(EventId{12}, event(), "shop"),
        R"({"id":12,"application":"shop","session_id":null,"category":"page",)"
        R"("name":"view \"x\"","data":{"price":1.10,"path":"/a","n":null,"o":{"k":"v"}},)"
        R"("timestamp":"2023-11-14T22:13:20.000000Z","received_at":"2023-11-14T22:13:20.000000Z",)"
        R"("event_id":"e-1"})");
}

TEST(Template, PlacesAreFilled) {
    const std::string json = event_json(EventId{12}, event(), "shop");
    const auto filled = [&json](std::string_view text) {
        EXPECT_TRUE(check_template(text)) << text;
        std::string body = fill_template(text, json);
        boost::system::error_code error;
        boost::json::parse(body, error);
        EXPECT_FALSE(error) << body;
        return body;
    };
    EXPECT_EQ(filled(R"({"p":{{/data/price}},"t":"{{/name}} at {{ /data/path }}"})"),
              R"({"p":1.10,"t":"view \"x\" at /a"})");
    EXPECT_EQ(filled(R"({"o":{{/data/o}},"s":"o={{/data/o}}"})"),
              R"({"o":{"k":"v"},"s":"o={\"k\":\"v\"}"})");
    EXPECT_EQ(filled(R"({"gone":{{/data/x}},"s":"[{{/data/x}}]","n":"{{/data/n}}"})"),
              R"({"gone":null,"s":"[]","n":"null"})");
    EXPECT_EQ(filled("{{}}"), json);
    EXPECT_EQ(filled(R"({"text":"a \" quote"})"), R"({"text":"a \" quote"})");
}

TEST(Template, OfAnotherFormIsRefused) {
    for (const char* text :
         {"", "{", "{{", "{{/a}", "{{a}}", "{\"a\":{{/x~2}}}", "{\"a\":{{/a}} {{/b}}}",
          "{{{/a}}:1}", "\"{{/a\"b}}\"", "{\"a\":\"{{/a}}}"})
        EXPECT_FALSE(check_template(text)) << text;
    EXPECT_FALSE(check_template("\"" + std::string(kMostTemplate, 'x') + "\""));
    std::string many = "\"";
    for (std::size_t i = 0; i <= kMostPlaces; ++i)
        many += "{{}}";
    EXPECT_FALSE(check_template(many + "\""));
    EXPECT_THAT(check_template("{{a}}").error().detail, HasSubstr("{{a}}"));
}

TEST(Template, NeverGrowsWithoutBound) {
    const std::string json = "\"" + std::string(1024 * 1024, 'x') + "\"";
    std::string text = "[";
    for (int i = 0; i < 50; ++i)
        text += "{{}},\"{{}}\",";
    text += "1]";
    const std::string body = fill_template(text, json);
    EXPECT_LT(body.size(), kMostFilled + 4096);
    boost::system::error_code error;
    boost::json::parse(body, error);
    EXPECT_FALSE(error);
}

TEST(EventMatcher, AnEmptyFilterLetsAllThrough) {
    EXPECT_TRUE(EventMatcher({}).matches(event()));
}

TEST(EventMatcher, AllThatIsSaidMustHold) {
    model::EventFilter filter{.categories = {"click", "page"},
                              .names = {"view \"x\""},
                              .applications = {ApplicationId{3}},
                              .data = {{"/price", "1.1"}, {"/o/k", ""}}};
    EXPECT_TRUE(EventMatcher(filter).matches(event()));
    auto other = filter;
    other.categories = {"click"};
    EXPECT_FALSE(EventMatcher(other).matches(event()));
    other = filter;
    other.names = {"view"};
    EXPECT_FALSE(EventMatcher(other).matches(event()));
    other = filter;
    other.applications = {ApplicationId{4}};
    EXPECT_FALSE(EventMatcher(other).matches(event()));
    other = filter;
    other.data.push_back({"/absent", ""});
    EXPECT_FALSE(EventMatcher(other).matches(event()));
    other = filter;
    other.data = {{"/price", "\"1.1\""}};
    EXPECT_FALSE(EventMatcher(other).matches(event()));
}

}  // namespace
}  // namespace eyed::delivery
