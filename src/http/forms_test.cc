#include "http/forms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/percent.h"

namespace eyed::http {
namespace {

TEST(Percent, DecodesWhatItEncodes) {
    std::string all;
    for (int i = 0; i < 256; ++i)
        all += static_cast<char>(i);
    EXPECT_EQ(percent_decode(percent_encode(all), Plus::kIsPlus), all);
    EXPECT_EQ(percent_encode("a b/\xC3\xA9~"), "a%20b%2F%C3%A9~");
}

TEST(Percent, RefusesBrokenEscapes) {
    for (const char* text : {"%", "a%4", "%g0", "%0g", "%%41"})
        EXPECT_EQ(percent_decode(text, Plus::kIsPlus), std::nullopt) << text;
}

TEST(Form, ReadsNamesAndValuesInOrder) {
    const Result<Form> form = Form::parse("a=1&b=x+y%26z&&a=2&flag&=v&data.host=h");
    ASSERT_TRUE(form);
    ASSERT_EQ(form->items().size(), 6u);
    EXPECT_EQ(*form->find("a"), "2");
    EXPECT_EQ(*form->find("b"), "x y&z");
    EXPECT_EQ(*form->find("flag"), "");
    EXPECT_EQ(*form->find("data.host"), "h");
    EXPECT_EQ(form->find("c"), nullptr);
    EXPECT_THAT(form->all("a"), testing::ElementsAre("1", "2"));
}

TEST(Form, RefusesBrokenEscapesAndTooManyItems) {
    EXPECT_EQ(Form::parse("a=%").error().code, Code::kInvalidArgument);
    std::string many;
    for (int i = 0; i < 1000; ++i)
        many += "a=1&";
    EXPECT_TRUE(Form::parse(many));
    EXPECT_EQ(Form::parse(many + "b=2").error().code, Code::kTooLarge);
    EXPECT_TRUE(Form::parse("")->items().empty());
}

constexpr std::string_view kMultipart = "multipart/form-data; charset=utf-8; boundary=\"b 1\"";

TEST(Form, ReadsTheTextsOfAMultipartBody) {
    const Result<Form> form = Form::parse_multipart(
        {kMultipart,
         "--b 1\r\nContent-Disposition: form-data; name=\"username\"\r\n\r\nann\r\nlee--b 1\r\n"
         "--b 1 \r\nContent-Type: text/plain\r\ncontent-disposition: form-data; "
         "name=empty\r\n\r\n\r\n"
         "--b 1\r\nContent-Disposition: form-data; name=\"f\"; filename=\"\"\r\n\r\nfile\r\n"
         "--b 1\r\n\r\nnameless\r\n--b 1--\r\nepilogue"});
    ASSERT_TRUE(form) << form.error().detail;
    ASSERT_EQ(form->items().size(), 2u);
    EXPECT_EQ(*form->find("username"), "ann\r\nlee--b 1");
    EXPECT_EQ(*form->find("empty"), "");
    EXPECT_TRUE(Form::parse_multipart({kMultipart, "preamble\r\n--b 1--"})->items().empty());
}

TEST(Form, RefusesAMultipartBodyThatDoesNotEnd) {
    const std::string part = "--b 1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1";
    for (const std::string& body : {std::string(), std::string("a=1"), part, part + "\r\n--b"})
        EXPECT_EQ(Form::parse_multipart({kMultipart, body}).error().code, Code::kInvalidArgument);
    const std::string whole = part + "\r\n--b 1--";
    EXPECT_TRUE(Form::parse_multipart({kMultipart, whole}));
    for (const char* type : {"multipart/form-data", "multipart/form-data; boundary="})
        EXPECT_EQ(Form::parse_multipart({type, whole}).error().code, Code::kInvalidArgument);
    std::string many;
    for (int i = 0; i < 1001; ++i)
        many += part + "\r\n";
    EXPECT_EQ(Form::parse_multipart({kMultipart, many + "--b 1--"}).error().code, Code::kTooLarge);
}

TEST(Cookie, IsFoundByItsWholeName) {
    EXPECT_EQ(cookie("a=1; session=abc; b=2", "session"), "abc");
    EXPECT_EQ(cookie("session=\"q\"", "session"), "q");
    EXPECT_EQ(cookie("xsession=1; session=", "session"), "");
    EXPECT_EQ(cookie("sessions=1", "session"), std::nullopt);
    EXPECT_EQ(cookie("", "session"), std::nullopt);
}

TEST(MediaType, LosesParametersAndCase) {
    EXPECT_EQ(media_type(" Application/JSON ; charset=utf-8"), "application/json");
    EXPECT_EQ(media_type(""), "");
}

}  // namespace
}  // namespace eyed::http
