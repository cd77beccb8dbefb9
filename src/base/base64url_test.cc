#include "base/base64url.h"

#include <gtest/gtest.h>

namespace eyed {
namespace {

TEST(Base64url, IsThatOfTheRfcWithoutPadding) {
    EXPECT_EQ(to_base64url(""), "");
    EXPECT_EQ(to_base64url("f"), "Zg");
    EXPECT_EQ(to_base64url("fo"), "Zm8");
    EXPECT_EQ(to_base64url("foo"), "Zm9v");
    EXPECT_EQ(to_base64url("\xff\xef\xbe"), "_---");
}

TEST(Base64url, EveryLengthComesBack) {
    std::string bytes;
    for (int i = 0; i < 300; ++i) {
        EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
        bytes += static_cast<char>(i);
    }
}

TEST(Base64url, AnyOtherTextOfTheSameValueIsRefused) {
    for (const char* wrong : {"Zg==", "Zh", "Zm9", "Z", "Zm9v Zm9v", "Zm9v\n", "+/+/", "Zm=v"})
        EXPECT_FALSE(from_base64url(wrong)) << wrong;
}

}  // namespace
}  // namespace eyed
