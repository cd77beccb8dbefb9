#include "delivery/signature.h"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <vector>

namespace eyed::delivery {
namespace {

TEST(Signature, IsTheOneOfTheSpecificationsExample) {
    const auto key = secret_bytes("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    ASSERT_TRUE(key);
    EXPECT_EQ(sign(std::array{*key}, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
                   R"({"test": 2432232314})"),
              "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(Signature, EachKeyGivesOneWhileTheyRotate) {
    const auto first = *secret_bytes(make_secret());
    const auto second = *secret_bytes(make_secret());
    const std::string both = sign(std::array{first, second}, "msg_1", 1, "{}");
    EXPECT_EQ(both, sign(std::array{first}, "msg_1", 1, "{}") + " " +
                        sign(std::array{second}, "msg_1", 1, "{}"));
    EXPECT_EQ(sign({}, "msg_1", 1, "{}"), "");
}

TEST(Signature, CoversIdTimeAndBody) {
    const std::array key{*secret_bytes(make_secret())};
    const std::set<std::string> all{sign(key, "msg_1", 1, "{}"), sign(key, "msg_2", 1, "{}"),
                                    sign(key, "msg_1", 2, "{}"), sign(key, "msg_1", 1, "[]")};
    EXPECT_EQ(all.size(), 4U);
}

TEST(Secret, IsMadeOf32RandomBytes) {
    EXPECT_NE(make_secret(), make_secret());
    EXPECT_EQ(secret_bytes(make_secret())->size(), 32U);
}

TEST(Secret, OfAnotherFormIsRefused) {
    for (const char* text :
         {"", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!!!!",
          "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw MfKQ"})
        EXPECT_FALSE(secret_bytes(text)) << text;
    EXPECT_FALSE(secret_bytes("whsec_" + std::string(88, 'A')));  // 66 bytes
    EXPECT_FALSE(secret_bytes("whsec_" + std::string(10'000, 'A')));
}

}  // namespace
}  // namespace eyed::delivery
