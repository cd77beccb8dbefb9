#include "cli/propagate_words.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace eyed::cli {
namespace {

TEST(ServerWords, AreTheSentencesOfEachKindOfBody) {
    const struct {
        std::string body;
        std::string text;
        std::optional<std::size_t> index;
    } cases[] = {
        {R"({"type":"urn:x","title":"Rejected","status":400,"detail":"Not a valid string.",)"
         R"("errors":[{"field":"name","reason":"wrong_type","message":"Not a valid string."},)"
         R"({"pointer":"/a","message":"Missing."}]})",
         "name: Not a valid string.; Missing.",
         {}},
        {R"({"title":"Busy","status":503,"detail":"Come back later.","errors":[]})",
         "Come back later.",
         {}},
        {R"({"title":"Busy","status":503})", "Busy", {}},
        {R"({"detail":"Database connection failed!"})", "Database connection failed!", {}},
        {R"({"detail":[{"loc":["body","event_type"],"msg":"str type expected","type":"x"}]})",
         "event_type: str type expected",
         {}},
        {R"({"detail":[{"loc":["body",3,"event_type"],"msg":"a"},)"
         R"({"loc":["body",3,"event_payload"],"msg":"b"},{"loc":["body",7,"x"],"msg":"c"}]})",
         "event_type: a; event_payload: b", 3},
        {R"({"name":["Too long.","Not so."],"non_field_errors":["No."]})",
         "name: Too long.; name: Not so.; No.",
         {}},
        {R"([{},{},{"name":["Too long."]}])", "name: Too long.", 2},
    };
    for (const auto& one : cases) {
        const ServerWords words = words_of(one.body);
        EXPECT_EQ(words.text, one.text) << one.body;
        EXPECT_EQ(words.index, one.index) << one.body;
    }
}

TEST(ServerWords, AreTheBodyWhereThereIsNoSentence) {
    for (const std::string body :
         {"", "{}", "[]", "null", "<html>", R"({"detail":5})", R"({"detail":[5,{"loc":5}]})",
          R"({"detail":[{"loc":[],"msg":""}]})", R"({"errors":[1]})", R"({"name":[1]})", "{\"a\":"})
        EXPECT_EQ(words_of(body).text, body);
}

TEST(ServerWords, AreOnOneLineAndNotMoreThanHelp) {
    EXPECT_EQ(words_of("a\n\x1b[31mb").text, "a  [31mb");
    const std::string text = words_of(R"({"detail":")" + std::string(5000, 'x') + "\"}").text;
    EXPECT_EQ(text, std::string(300, 'x') + " …");
}

TEST(ServerWords, OfAVerdictNameTheField) {
    const auto words = [](std::string_view text) {
        return words_of_verdict(boost::json::parse(text).get_object());
    };
    EXPECT_EQ(words(R"({"status":"rejected","field":"name","message":"Blank."})"), "name: Blank.");
    EXPECT_EQ(words(R"({"status":"rejected","message":"Not JSON."})"), "Not JSON.");
    EXPECT_EQ(words(R"({"status":"rejected"})"), R"({"status":"rejected"})");
}

}  // namespace
}  // namespace eyed::cli
