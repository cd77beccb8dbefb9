#include "delivery/vault.h"

#include <gmock/gmock.h>

namespace eyed::delivery {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Vault vault_of(std::uint8_t byte) {
    std::array<std::uint8_t, 32> key{};
    key.fill(byte);
    return Vault(key);
}

TEST(Vault, OpensWhatItSealed) {
    const Vault vault = vault_of(1);
    for (const std::string secret : {"", "whsec_abc", "\0\xff binary"}) {
        const std::string sealed = vault.seal(secret);
        EXPECT_EQ(vault.open(sealed).value(), secret);
        EXPECT_NE(sealed, vault.seal(secret));
    }
    EXPECT_THAT(vault.seal("a secret"), Not(HasSubstr("secret")));
}

TEST(Vault, RefusesWhatAnotherSealedOrSomebodyChanged) {
    const Vault vault = vault_of(1);
    std::string sealed = vault_of(2).seal("secret");
    EXPECT_EQ(vault.open(sealed).error().code, Code::kCorrupt);
    sealed = vault.seal("secret");
    sealed[10] = sealed[10] == 'A' ? 'B' : 'A';
    EXPECT_EQ(vault.open(sealed).error().code, Code::kCorrupt);
    for (const char* text : {"", "abc", "not base64!"})
        EXPECT_EQ(vault.open(text).error().code, Code::kCorrupt);
}

TEST(Vault, KeepsSecretsInTheirOrder) {
    const Vault vault = vault_of(1);
    const std::vector<SigningSecret> secrets{{"whsec_new", Micros{2}, std::nullopt},
                                             {"whsec_old", Micros{1}, Micros{3}}};
    const auto opened = open_secrets(vault, seal_secrets(vault, secrets));
    ASSERT_TRUE(opened);
    ASSERT_EQ(opened->size(), 2U);
    EXPECT_EQ((*opened)[0].secret, "whsec_new");
    EXPECT_EQ((*opened)[0].created_at, Micros{2});
    EXPECT_FALSE((*opened)[0].expires_at);
    EXPECT_EQ((*opened)[1].expires_at, Micros{3});
    EXPECT_TRUE(open_secrets(vault, "")->empty());
}

TEST(Vault, KeepsHeaderFields) {
    const Vault vault = vault_of(1);
    EXPECT_EQ(seal_headers(vault, {}), "");
    EXPECT_TRUE(open_headers(vault, "")->empty());
    const auto opened =
        open_headers(vault, seal_headers(vault, {{"X-One", "1"}, {"Authorization", "Bearer x"}}));
    ASSERT_TRUE(opened);
    ASSERT_EQ(opened->size(), 2U);
    EXPECT_EQ((*opened)[1].name, "Authorization");
    EXPECT_EQ((*opened)[1].value, "Bearer x");
}

}  // namespace
}  // namespace eyed::delivery
