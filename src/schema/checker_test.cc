#include "schema/checker.h"

#include <gtest/gtest.h>

#include "base/json_text.h"

namespace eyed::schema {
namespace {

Violation violation_of(const Checker& checker, const std::string& payload) {
    const std::string padded = payload + std::string(64, ' ');
    const std::string_view text = std::string_view(padded).substr(0, payload.size());
    JsonIndex index;
    EXPECT_FALSE(index.index(text));
    JsonReader reader(index);
    Violation violation;
    EXPECT_FALSE(checker.check(reader, text, "/data", violation));
    return violation;
}

TEST(Checker, BoundsWhatAHostileKeyMakesOfAViolation) {
    std::string key;
    while (key.size() < 65'000)
        key += "~é";
    for (const auto& checker :
         {Checker::from_example(R"({"a":1})"),
          Checker::from_schema(R"({"properties":{"a":true},"additionalProperties":false})")}) {
        ASSERT_TRUE(checker.has_value());
        const Violation violation = violation_of(*checker, R"({"a":1,")" + key + R"(":1})");
        EXPECT_LE(violation.pointer.size(), 1024U + 3);
        EXPECT_TRUE(violation.pointer.starts_with("/data/~0é~0é"))
            << violation.pointer.substr(0, 100);
        EXPECT_TRUE(violation.pointer.ends_with("…"));
        EXPECT_TRUE(is_utf8(violation.pointer));
        EXPECT_LE(violation.message.size(), 2048U + 3);
        EXPECT_TRUE(is_utf8(violation.message));
    }
}

TEST(Checker, SaysWhatIsWrongBehindAShortenedPointer) {
    const auto checker = Checker::from_schema(R"({"additionalProperties":{"type":"string"}})");
    const std::string key(5'000, 'k');
    const Violation violation = violation_of(*checker, R"({")" + key + R"(":1})");
    EXPECT_EQ(violation.message, violation.pointer + " must be a string, not a number.");
}

TEST(Checker, LeavesWhatIsShortAsItIs) {
    const auto checker = Checker::from_schema(R"({"required":["a"]})");
    const Violation violation = violation_of(*checker, "{}");
    EXPECT_EQ(violation.pointer, "/data/a");
    EXPECT_EQ(violation.message, "/data/a is missing: the JSON Schema requires it.");
}

}  // namespace
}  // namespace eyed::schema
