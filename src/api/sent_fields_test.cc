#include "api/sent_fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/blocking.h"

namespace eyed::api {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

/// Reads a body and keeps it while its fields are asked for.
class SentFieldsTest : public testing::Test {
  protected:
    SentFields& json(std::string_view text) { return read("application/json", text); }
    SentFields& form(std::string_view text) {
        return read("application/x-www-form-urlencoded", text);
    }
    std::vector<std::string> faults() {
        std::vector<std::string> texts;
        for (const FieldError& error : fields_->errors())
            texts.push_back(error.field + ": " + error.message);
        return texts;
    }

  private:
    SentFields& read(std::string_view type, std::string_view body) {
        request_.content_type = type;
        request_.body = body;
        sent_ = read_sent(request_)->value();
        return fields_.emplace(sent_.value.get_object(), sent_.writing);
    }
    BlockingLoop loop_;
    http::Request request_{loop_};
    Sent sent_;
    std::optional<SentFields> fields_;
};

TEST_F(SentFieldsTest, FormsAndJsonSayTheSame) {
    const auto check = [](SentFields& fields) {
        EXPECT_THAT(fields.text("t"), Optional(std::string("x")));
        EXPECT_THAT(fields.number_or_null("n"), Optional(Optional(5U)));
        EXPECT_THAT(fields.flag("f"), Optional(true));
        EXPECT_THAT(fields.texts("l"), Optional(ElementsAre("a", "b")));
        EXPECT_THAT(fields.finish(), IsEmpty());
    };
    check(json(R"({"t":"x","n":5,"f":true,"l":["a","b"]})"));
    check(form("t=x&n=5&f=true&l=a&l=b"));
    check(form("t=x&n=5&f=on&l=a,b"));
}

TEST_F(SentFieldsTest, ANumberIsTheTextOfIt) {
    SentFields& fields = json(R"({"a":1.10,"b":-5,"c":18446744073709551615})");
    EXPECT_THAT(fields.text("a"), Optional(std::string("1.1")));
    EXPECT_THAT(fields.text("b"), Optional(std::string("-5")));
    EXPECT_THAT(fields.text("c"), Optional(std::string("18446744073709551615")));
}

TEST_F(SentFieldsTest, NullIsAbsenceSaidAloud) {
    SentFields& fields = json(R"({"n":null,"t":null,"l":null,"u":null})");
    EXPECT_THAT(fields.number_or_null("n"), Optional(std::optional<std::uint32_t>()));
    EXPECT_EQ(fields.text_or_null("t"), "");
    EXPECT_THAT(fields.texts("l"), Optional(IsEmpty()));
    EXPECT_EQ(fields.link("u", "locations"), 0);
    EXPECT_EQ(fields.number_or_null("absent"), std::nullopt);
}

TEST_F(SentFieldsTest, AnEmptyTextOfAFormIsNullWhereNullIsAllowed) {
    SentFields& fields = form("n=&u=&t=");
    EXPECT_THAT(fields.number_or_null("n"), Optional(std::optional<std::uint32_t>()));
    EXPECT_EQ(fields.link("u", "locations"), 0);
    EXPECT_EQ(fields.text("t"), "");
    EXPECT_THAT(faults(), IsEmpty());
}

TEST_F(SentFieldsTest, WhatIsWrongIsToldForEachField) {
    SentFields& fields = json(R"({"t":{},"n":-1,"f":"perhaps","l":[1],"z":null,"more":1})");
    fields.text("t");
    fields.number_or_null("n");
    fields.flag("f");
    fields.texts("l");
    fields.text("z");
    fields.finish();
    EXPECT_THAT(faults(),
                ElementsAre("t: Not a valid string.", "n: A valid integer is required.",
                            "f: Must be a valid boolean.", "l: Expected a list of strings.",
                            "z: This field may not be null.", "more: There is no such field."));
}

TEST_F(SentFieldsTest, LinksAreUrlsOfTheResource) {
    EXPECT_EQ(linked_id("http://any.host:1/events_api/v1/locations/4/", "locations"), 4);
    EXPECT_EQ(linked_id("/events_api/v1/locations/4", "locations"), 4);
    for (const char* other :
         {"4", "", "http://x", "/events_api/v1/locations/", "http://x/locations/4/",
          "/events_api/v1/locations/0/", "/events_api/v1/locations/-1/",
          "/events_api/v1/locations/4x/", "/events_api/v1/categories/4/",
          "/events_api/v1/locations/99999999999999999999/"})
        EXPECT_EQ(linked_id(other, "locations"), std::nullopt) << other;
}

}  // namespace
}  // namespace eyed::api
