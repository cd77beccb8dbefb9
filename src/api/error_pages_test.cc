#include "api/error_pages.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "api/errors.h"

namespace eyed::api {
namespace {

using testing::HasSubstr;

TEST(ErrorPages, TheReferenceIsTheTable) {
    const std::string path = std::string(EYED_SOURCE_DIR) + "/docs/reference/errors.md";
    if (std::getenv("EYED_UPDATE_DOCS") != nullptr) std::ofstream(path) << errors_markdown();
    std::ifstream file(path);
    std::stringstream written;
    written << file.rdbuf();
    EXPECT_EQ(written.str(), errors_markdown()) << "EYED_UPDATE_DOCS=1 writes it anew";
}

TEST(ErrorPages, EveryKindSaysWhatHappenedWhyAndWhatToDo) {
    for (const ErrorKind& kind : error_kinds())
        for (const std::string_view sentence : {kind.happened, kind.why, kind.remedy}) {
            EXPECT_TRUE(sentence.ends_with('.')) << kind.code << ": " << sentence;
            EXPECT_EQ(std::ranges::count(sentence, '`') % 2, 0) << kind.code << ": " << sentence;
        }
}

TEST(ErrorPages, ThePageHasAnAnchorForEachCode) {
    const std::string page = errors_html();
    for (const ErrorKind& kind : error_kinds())
        EXPECT_THAT(page, HasSubstr(fmt::format(R"( id="{}">)", kind.code)));
}

TEST(ErrorPages, WhatStandsInBackticksIsCode) {
    const std::string page = errors_html();
    EXPECT_THAT(page, HasSubstr("<code>Retry-After</code>"));
    EXPECT_EQ(page.find('`'), std::string::npos);
}

}  // namespace
}  // namespace eyed::api
