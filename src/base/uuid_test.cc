#include "base/uuid.h"

#include <gtest/gtest.h>

#include <set>

namespace eyed {
namespace {

constexpr const char* kText = "e2085be5-9137-4e4e-80b5-f1ffddc25423";

TEST(Uuid, ReadsEveryFormThatPythonReads) {
    for (const char* form :
         {kText, "E2085BE5-9137-4E4E-80B5-F1FFDDC25423", "e2085be591374e4e80b5f1ffddc25423",
          "{e2085be5-9137-4e4e-80b5-f1ffddc25423}",
          "urn:uuid:e2085be5-9137-4e4e-80b5-f1ffddc25423"}) {
        const auto uuid = parse_uuid(form);
        ASSERT_TRUE(uuid) << form;
        EXPECT_EQ(to_string(*uuid), kText);
    }
}

TEST(Uuid, RefusesWhatIsNone) {
    for (const char* text :
         {"", "x", "e2085be5-9137-4e4e-80b5-f1ffddc2542", "e2085be5-9137-4e4e-80b5-f1ffddc254233",
          "g2085be591374e4e80b5f1ffddc25423", "{}", " e2085be591374e4e80b5f1ffddc25423"})
        EXPECT_FALSE(parse_uuid(text)) << text;
}

TEST(Uuid, HalvesPutTogetherAreTheSame) {
    const Uuid uuid = *parse_uuid(kText);
    EXPECT_EQ(Uuid::from_halves(uuid.high(), uuid.low()), uuid);
    EXPECT_EQ(uuid.high(), 0xe2085be591374e4eULL);
}

TEST(RandomUuid, IsVersionFourAndNeverTheSame) {
    std::set<Uuid> seen;
    for (int i = 0; i < 1000; ++i) {
        const Uuid uuid = random_uuid();
        EXPECT_EQ(uuid.bytes[6] >> 4, 4);
        EXPECT_EQ(uuid.bytes[8] >> 6, 2);
        EXPECT_TRUE(seen.insert(uuid).second);
    }
}

}  // namespace
}  // namespace eyed
