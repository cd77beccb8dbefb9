#include "http/accept.h"

#include <gtest/gtest.h>

namespace eyed::http {
namespace {

constexpr const char* kBrowser =
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";

TEST(Accept, NothingWantsEverything) {
    EXPECT_EQ(quality("", "text/html"), 1000);
    EXPECT_EQ(quality("  ", "text/html"), 1000);
}

TEST(Accept, TheClosestRangeCounts) {
    EXPECT_EQ(quality(kBrowser, "text/html"), 1000);
    EXPECT_EQ(quality(kBrowser, "application/xml"), 900);
    EXPECT_EQ(quality(kBrowser, "application/json"), 800);
    EXPECT_EQ(quality("*/*;q=0.5, text/*;q=0.4, text/html;q=0.3", "text/html"), 300);
    EXPECT_EQ(quality("text/html;q=0.3, text/*;q=0.4, */*;q=0.5", "text/csv"), 400);
}

TEST(Accept, WhatIsNotNamedIsNotWanted) {
    EXPECT_EQ(quality("application/json", "text/html"), 0);
    EXPECT_EQ(quality("text/html;q=0, */*", "text/html"), 0);
    EXPECT_EQ(quality("textual/*", "text/html"), 0);
    EXPECT_EQ(quality("/*", "text/html"), 0);
}

TEST(Accept, CaseSpacesAndOtherParametersDoNotMatter) {
    EXPECT_EQ(quality(" TEXT/Html ; level=1 ; Q=0.25 ", "text/html"), 250);
}

TEST(Accept, AQualityThatIsNoneIsZero) {
    for (const char* q : {"", "x", "-1", "2", ".5", "0x9"})
        EXPECT_EQ(quality(std::string("text/html;q=") + q, "text/html"), 0) << q;
    EXPECT_EQ(quality("text/html;q=0.1239", "text/html"), 123);
    EXPECT_EQ(quality("text/html;q=1.000", "text/html"), 1000);
}

TEST(Accept, APageIsAskedForWhenNothingIsWantedMore) {
    for (const char* page :
         {kBrowser, "text/html", "text/*", "text/html;q=0.2", "text/html, text/csv",
          "application/json;q=0.9, text/html", "*/*;q=0.1, text/html;q=0.2"})
        EXPECT_TRUE(prefers_html(page)) << page;
    for (const char* data : {"", ",;q=;,", "*/*", "text/html;q=0", "text/html, application/json",
                             "text/calendar, text/html;q=0.1", "text/csv, text/html;q=0.9",
                             "text/html;q=0.5, */*;q=0.6", "application/problem+json, text/html",
                             "text/html, Application/LD+JSON"})
        EXPECT_FALSE(prefers_html(data)) << data;
    EXPECT_TRUE(prefers_html("text/html, application/problem+json;q=0.9, +json;q=0"));
}

}  // namespace
}  // namespace eyed::http
