#include "base/uuid.h"

#include <gtest/gtest.h>

namespace eyed {
namespace {

constexpr const char* kText = "e2085be5-9137-4e4e-80b5-f1ffddc25423";

TEST(Uuid, ReadsEveryFormPythonReads) {
    for (const char* text :
         {kText, "E2085BE5-9137-4E4E-80B5-F1FFDDC25423", "e2085be591374e4e80b5f1ffddc25423",
          "{e2085be5-9137-4e4e-80b5-f1ffddc25423}",
          "urn:uuid:e2085be5-9137-4e4e-80b5-f1ffddc25423"}) {
        const auto uuid = parse_uuid(text);
        ASSERT_TRUE(uuid) << text;
        EXPECT_EQ(to_string(*uuid), kText);
    }
}

TEST(Uuid, RefusesWhatIsNone) {
    for (const char* text :
         {"", "-", "e2085be5-9137-4e4e-80b5-f1ffddc2542", "e2085be5-9137-4e4e-80b5-f1ffddc254233",
          "g2085be5-9137-4e4e-80b5-f1ffddc25423", "{}", " e2085be591374e4e80b5f1ffddc25423"})
        EXPECT_FALSE(parse_uuid(text)) << text;
}

TEST(Uuid, HalvesMakeTheWhole) {
    const Uuid uuid = *parse_uuid(kText);
    EXPECT_EQ(uuid.high(), 0xe2085be591374e4eULL);
    EXPECT_EQ(Uuid::from_halves(uuid.high(), uuid.low()), uuid);
    EXPECT_TRUE(Uuid{}.is_nil());
    EXPECT_FALSE(uuid.is_nil());
}

TEST(Uuid, RandomOnesAreOfVersionFourAndDiffer) {
    const Uuid a = random_uuid();
    EXPECT_EQ(to_string(a)[14], '4');
    EXPECT_NE(a, random_uuid());
}

}  // namespace
}  // namespace eyed
