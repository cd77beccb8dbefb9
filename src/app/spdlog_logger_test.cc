#include "app/spdlog_logger.h"

#include <gtest/gtest.h>

namespace eyed::app {
namespace {

TEST(JsonLine, HasTimeLevelMessageAndFieldsOfTheirTypes) {
    std::string line;
    append_json_line(
        "2026-01-02T03:04:05.000006Z", Level::kWarning, "disk is full",
        {{"path", std::string_view("/data")}, {"free", std::uint64_t{7}}, {"retried", true}}, line);
    EXPECT_EQ(line,
              R"({"time":"2026-01-02T03:04:05.000006Z","level":"warning","msg":"disk is full",)"
              R"("path":"/data","free":7,"retried":true})");
}

TEST(JsonLine, HostileTextStaysInsideItsString) {
    std::string line;
    append_json_line("t", Level::kInfo, "request", {{"path", std::string_view("/\n\"}{")}}, line);
    EXPECT_EQ(line,
              "{\"time\":\"t\",\"level\":\"info\",\"msg\":\"request\",\"path\":\"/\\n\\\"}{\"}");
}

TEST(TextLine, QuotesWhatCouldBeTakenForSomethingElse) {
    std::string line;
    append_text_line("request", {{"path", std::string_view("/a b")}, {"status", std::int64_t{200}}},
                     line);
    EXPECT_EQ(line, "request path=\"/a b\" status=200");
}

TEST(TextLine, NothingFromOutsideBeginsALine) {
    std::string line;
    append_text_line("re\nquest", {{"path", std::string_view("/\r\nfake")}}, line);
    EXPECT_EQ(line.find('\n'), std::string::npos);
    EXPECT_EQ(line.find('\r'), std::string::npos);
}

}  // namespace
}  // namespace eyed::app
