#include "auth/jwt.h"

#include <gmock/gmock.h>
#include <sodium.h>

#include <map>

#include "auth/jwt_vectors.h"

namespace eyed::auth {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr Micros kNow{1'700'000'000'000'000};
constexpr double kNowSeconds = 1'700'000'000;

std::string base64url(std::string_view bytes) {
    std::string text(sodium_base64_encoded_len(bytes.size(), 7), '\0');
    sodium_bin2base64(text.data(), text.size(),
                      reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    text.pop_back();
    return text;
}

JwtKey secret(std::string_view text = vectors::kSecret,
              JwtAlgorithm algorithm = JwtAlgorithm::kHs256) {
    return JwtKey::shared_secret(algorithm, text).value();
}

/// Signed by the shared secret, whatever the header says.
std::string token(std::string_view header, std::string_view payload, const JwtKey& key = secret()) {
    const std::string text = base64url(header) + "." + base64url(payload);
    return text + "." + base64url(key.mac(text));
}
const std::string kHeader = R"({"alg":"HS256","typ":"JWT"})";

/// Why a token is refused; `taken` when it is not.
std::string denial(std::string_view text, const std::vector<JwtKey>& keys = {secret()}) {
    const auto verified = verify_jwt(text, keys);
    if (verified) return "taken";
    EXPECT_EQ(verified.error().code, Code::kUnauthenticated);
    return verified.error().detail;
}

struct Vector {
    JwtAlgorithm algorithm;
    const char* token;
    const char* key;  ///< PEM; for HMAC the secret
};
const Vector kVectors[] = {
    {JwtAlgorithm::kHs256, vectors::kHs256, vectors::kSecret},
    {JwtAlgorithm::kHs384, vectors::kHs384, vectors::kSecret},
    {JwtAlgorithm::kHs512, vectors::kHs512, vectors::kSecret},
    {JwtAlgorithm::kRs256, vectors::kRs256, vectors::kRsaKey},
    {JwtAlgorithm::kRs384, vectors::kRs384, vectors::kRsaKey},
    {JwtAlgorithm::kRs512, vectors::kRs512, vectors::kRsaKey},
    {JwtAlgorithm::kPs256, vectors::kPs256, vectors::kRsaKey},
    {JwtAlgorithm::kEs256, vectors::kEs256, vectors::kP256Key},
    {JwtAlgorithm::kEs384, vectors::kEs384, vectors::kP384Key},
    {JwtAlgorithm::kEdDsa, vectors::kEdDsa, vectors::kEd25519Key},
};

JwtKey key_of(const Vector& vector) {
    auto key = is_hmac(vector.algorithm) ? JwtKey::shared_secret(vector.algorithm, vector.key)
                                         : JwtKey::public_key(vector.algorithm, vector.key);
    EXPECT_TRUE(key) << key.error().detail;
    return *std::move(key);
}

TEST(Jwt, TokensOfAnotherImplementationAreTakenInEveryAlgorithm) {
    for (const Vector& vector : kVectors) {
        const auto verified = verify_jwt(vector.token, std::vector{key_of(vector)});
        ASSERT_TRUE(verified) << algorithm_name(vector.algorithm) << verified.error().detail;
        EXPECT_EQ(verified->claims.issuer, "https://issuer.example");
        EXPECT_THAT(*verified->claims.audiences, ElementsAre("eyed", "other"));
        EXPECT_EQ(verified->claims.expires_at, 4102444800.0);
        EXPECT_EQ(verified->claims.issued_at, 1600000000.5);
        EXPECT_EQ(verified->claims.not_before, std::nullopt);
    }
}

TEST(Jwt, TheExampleOfRfc7515IsTaken) {
    const std::string encoded =
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    std::string bytes(64, '\0');
    std::size_t length = 0;
    ASSERT_EQ(sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                                encoded.data(), encoded.size(), nullptr, &length, nullptr,
                                sodium_base64_VARIANT_URLSAFE_NO_PADDING),
              0);
    const auto verified = verify_jwt(
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cn"
        "VlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        std::vector{secret(bytes)});
    ASSERT_TRUE(verified) << verified.error().detail;
    EXPECT_EQ(verified->claims.issuer, "joe");
    EXPECT_EQ(verified->claims.expires_at, 1300819380.0);
}

TEST(Jwt, ASignatureWithOneBitChangedIsRefused) {
    for (const Vector& vector : kVectors) {
        std::string changed = vector.token;
        // Not in the last character: its low bits may be the encoding's alone.
        char& digit = changed[changed.size() - 5];
        digit = digit == 'A' ? 'B' : 'A';
        EXPECT_EQ(denial(changed, {key_of(vector)}), "Signature verification failed")
            << algorithm_name(vector.algorithm);
    }
}

TEST(Jwt, AChangedPayloadIsRefused) {
    for (const Vector& vector : kVectors) {
        const std::string text = vector.token;
        const auto first = text.find('.');
        const auto last = text.rfind('.');
        const std::string changed =
            text.substr(0, first + 1) + base64url(R"({"exp":4102444801})") + text.substr(last);
        EXPECT_EQ(denial(changed, {key_of(vector)}), "Signature verification failed");
    }
}

TEST(Jwt, ATruncatedOrMissingSignatureIsRefused) {
    for (const Vector& vector : kVectors) {
        const std::string text = vector.token;
        const auto last = text.rfind('.');
        EXPECT_EQ(denial(text.substr(0, last + 1), {key_of(vector)}),
                  "Signature verification failed");
        EXPECT_EQ(denial(text.substr(0, last + 5), {key_of(vector)}),
                  "Signature verification failed");
    }
}

TEST(Jwt, AnotherKeyOfTheSameAlgorithmDoesNotVerify) {
    EXPECT_EQ(denial(vectors::kHs256, {secret("another secret")}), "Signature verification failed");
}

TEST(Jwt, NoneIsRefusedInEverySpelling) {
    for (const std::string name : {"none", "None", "NONE", "nOnE", ""}) {
        const std::string text =
            base64url(R"({"alg":")" + name + R"("})") + "." + base64url("{}") + ".";
        EXPECT_EQ(denial(text), "The specified alg value is not allowed") << name;
        EXPECT_EQ(denial(text + base64url("x")), "The specified alg value is not allowed");
    }
}

TEST(Jwt, TheHeaderDoesNotChooseAnotherAlgorithmForAKey) {
    for (const char* name : {"HS384", "HS512", "RS256", "hs256", "HS256 "})
        EXPECT_EQ(denial(token(std::string(R"({"alg":")") + name + R"("})", "{}")),
                  "The specified alg value is not allowed");
    EXPECT_EQ(denial(vectors::kPs256,
                     {JwtKey::public_key(JwtAlgorithm::kRs256, vectors::kRsaKey).value()}),
              "The specified alg value is not allowed");
}

TEST(Jwt, APublicKeyIsNeverAnHmacSecret) {
    // The attack: sign with HS256, the public key's text as the secret.
    const std::string pem = vectors::kRsaKey;
    EXPECT_EQ(JwtKey::shared_secret(JwtAlgorithm::kHs256, pem).error().code,
              Code::kInvalidArgument);
    EXPECT_FALSE(JwtKey::shared_secret(JwtAlgorithm::kHs256, "ssh-rsa AAAA"));
    EXPECT_FALSE(JwtKey::public_key(JwtAlgorithm::kHs256, pem));
    EXPECT_FALSE(JwtKey::shared_secret(JwtAlgorithm::kRs256, "secret"));
    const auto rsa = JwtKey::public_key(JwtAlgorithm::kRs256, pem).value();
    EXPECT_EQ(denial(vectors::kHs256, {rsa}), "The specified alg value is not allowed");
}

TEST(Jwt, AKeyMustFitItsAlgorithm) {
    using enum JwtAlgorithm;
    const auto problem = [](JwtAlgorithm algorithm, const char* pem) {
        const auto key = JwtKey::public_key(algorithm, pem);
        return key ? std::string("fits") : key.error().detail;
    };
    EXPECT_EQ(problem(kEs256, vectors::kP256Key), "fits");
    EXPECT_THAT(problem(kEs256, vectors::kP384Key), HasSubstr("prime256v1"));
    EXPECT_THAT(problem(kEs384, vectors::kP256Key), HasSubstr("secp384r1"));
    EXPECT_THAT(problem(kRs256, vectors::kP256Key), HasSubstr("another kind"));
    EXPECT_THAT(problem(kEdDsa, vectors::kRsaKey), HasSubstr("another kind"));
    EXPECT_THAT(problem(kRs256, vectors::kSmallRsaKey), HasSubstr("2048"));
    EXPECT_THAT(problem(kRs256, "no key"), HasSubstr("PUBLIC KEY"));
    EXPECT_THAT(problem(kRs256, ""), HasSubstr("PUBLIC KEY"));
}

TEST(Jwt, AnEmptySecretIsRefused) {
    EXPECT_EQ(JwtKey::shared_secret(JwtAlgorithm::kHs256, "").error().code, Code::kInvalidArgument);
}

TEST(Jwt, WithoutKeysNothingIsTaken) {
    EXPECT_EQ(denial(vectors::kHs256, {}), "The specified alg value is not allowed");
}

TEST(Jwt, OfSeveralKeysOfAnAlgorithmEachIsTried) {
    const std::vector keys{secret("one"), secret("two"), secret("three", JwtAlgorithm::kHs512)};
    EXPECT_EQ(verify_jwt(token(kHeader, "{}", keys[1]), keys)->key, 1U);
    EXPECT_EQ(verify_jwt(token(R"({"alg":"HS512"})", "{}", keys[2]), keys)->key, 2U);
    EXPECT_EQ(denial(token(R"({"alg":"HS512"})", "{}", keys[0]), keys),
              "Signature verification failed");
}

TEST(Jwt, WhatIsNotThreeSegmentsIsRefused) {
    for (const char* text : {"", ".", "a", "a.b", "eyJhbGciOiJIUzI1NiJ9.e30"})
        EXPECT_EQ(denial(text), "Not enough segments") << text;
    EXPECT_EQ(denial(".."), "Invalid header string: must be a json object");
    EXPECT_EQ(denial(token(kHeader, "{}") + ".e30"), "Invalid payload padding");
}

TEST(Jwt, Base64UrlIsReadStrictly) {
    const std::string good = token(kHeader, R"({"a":1})");
    ASSERT_EQ(denial(good), "taken");
    for (const char* tail : {"=", " ", "\n", "+", "/", "%3D"})
        EXPECT_EQ(denial(good + tail), "Invalid crypto padding") << tail;
    EXPECT_EQ(denial("=" + good), "Invalid header padding");
    EXPECT_EQ(denial(base64url(kHeader) + ".e3 0." + base64url("x")), "Invalid payload padding");
    std::string rest = good;  // 32 bytes are 43 digits: the last one's low two bits are nothing
    rest.back() = rest.back() == 'B' ? 'C' : 'B';
    EXPECT_EQ(denial(rest), "Invalid crypto padding") << "one text for each signature";
}

TEST(Jwt, AHeaderThatIsNoObjectOrOddIsRefused) {
    EXPECT_THAT(denial(token("[]", "{}")), HasSubstr("Invalid header string"));
    EXPECT_THAT(denial(token("{", "{}")), HasSubstr("Invalid header string"));
    EXPECT_THAT(denial(token("\xff", "{}")), HasSubstr("Invalid header string"));
    EXPECT_THAT(denial(token(R"({"alg":"HS256"}{})", "{}")), HasSubstr("Invalid header string"));
    EXPECT_EQ(denial(token("{}", "{}")), "Algorithm not specified");
    EXPECT_EQ(denial(token(R"({"alg":5})", "{}")), "Algorithm not specified");
    EXPECT_EQ(denial(token(R"({"alg":null})", "{}")), "Algorithm not specified");
    EXPECT_EQ(denial(token(R"({"alg":["HS256"]})", "{}")), "Algorithm not specified");
}

TEST(Jwt, NamesThatAreThereTwiceAreRefused) {
    EXPECT_THAT(denial(token(R"({"alg":"HS256","alg":"none"})", "{}")), HasSubstr("twice"));
    EXPECT_THAT(denial(token(R"({"alg":"HS256","\u0061lg":"HS256"})", "{}")), HasSubstr("twice"));
    EXPECT_THAT(denial(token(kHeader, R"({"exp":1,"exp":9999999999})")), HasSubstr("twice"));
}

TEST(Jwt, ExtensionsThatWouldHaveToBeUnderstoodAreRefused) {
    EXPECT_EQ(denial(token(R"({"alg":"HS256","crit":["b64"],"b64":false})", "{}")),
              "Unsupported critical extension");
    EXPECT_EQ(denial(token(R"({"alg":"HS256","crit":[]})", "{}")),
              "Unsupported critical extension");
    EXPECT_EQ(denial(token(R"({"alg":"HS256","kid":"../../key","jku":"http://evil"})", "{}")),
              "taken")
        << "where a key is to be fetched is not looked at";
}

TEST(Jwt, APayloadThatIsNoObjectIsRefused) {
    for (const char* payload : {"[]", "5", "\"x\"", "null", "", "{", R"({"exp":1e999})", "{} x"})
        EXPECT_THAT(denial(token(kHeader, payload)), HasSubstr("Invalid payload string"))
            << payload;
}

TEST(Jwt, ClaimsOfAWrongTypeAreRefused) {
    for (const char* value : {"\"5\"", "null", "true", "[]", "{}"}) {
        const auto with = [&](const char* name) {
            return denial(token(kHeader, std::string("{\"") + name + "\":" + value + "}"));
        };
        EXPECT_EQ(with("exp"), "Expiration Time claim (exp) must be an integer.") << value;
        EXPECT_EQ(with("nbf"), "Not Before claim (nbf) must be an integer.");
        EXPECT_EQ(with("iat"), "Issued At claim (iat) must be an integer.");
    }
    EXPECT_EQ(denial(token(kHeader, R"({"aud":5})")), "Invalid claim format in token");
    EXPECT_EQ(denial(token(kHeader, R"({"aud":["x",5]})")), "Invalid claim format in token");
    EXPECT_EQ(denial(token(kHeader, R"({"iss":5})")), "Invalid issuer");
}

TEST(Jwt, OversizedTokensAreNotLookedAt) {
    const auto padded = [](std::size_t size) {
        return token(kHeader, R"({"x":")" + std::string(size, 'a') + "\"}");
    };
    EXPECT_EQ(denial(padded(6000)), "taken");
    EXPECT_EQ(denial(padded(6200)), "Token is too long");
    EXPECT_EQ(denial(std::string(1'000'000, '.')), "Token is too long");
}

TEST(Jwt, DeepNestingIsNoDanger) {
    const std::string deep = std::string(2500, '[') + std::string(2500, ']');
    EXPECT_THAT(denial(token(kHeader, R"({"x":)" + deep + "}")), HasSubstr("Invalid payload"));
}

std::string check(const JwtClaims& claims, const JwtRules& rules = {}) {
    const auto checked = check_claims(claims, rules, kNow);
    return checked ? "right" : checked.error().detail;
}

TEST(JwtClaimsTest, TimesAreCheckedToTheInstant) {
    EXPECT_EQ(check({}), "right");
    EXPECT_EQ(check({.expires_at = kNowSeconds + 0.5}), "right");
    EXPECT_EQ(check({.expires_at = kNowSeconds}), "Signature has expired");
    EXPECT_EQ(check({.expires_at = -1}), "Signature has expired");
    EXPECT_EQ(check({.not_before = kNowSeconds}), "right");
    EXPECT_EQ(check({.not_before = kNowSeconds + 0.5}), "The token is not yet valid (nbf)");
    EXPECT_EQ(check({.issued_at = kNowSeconds}), "right");
    EXPECT_EQ(check({.issued_at = kNowSeconds + 1}), "The token is not yet valid (iat)");
    EXPECT_EQ(check({.expires_at = 1e300}), "right");
    EXPECT_EQ(check({.not_before = 1e300}), "The token is not yet valid (nbf)");
}

TEST(JwtClaimsTest, LeewayWidensEachTime) {
    const JwtRules rules{.leeway = 10s};
    EXPECT_EQ(check({.expires_at = kNowSeconds - 9}, rules), "right");
    EXPECT_EQ(check({.expires_at = kNowSeconds - 10}, rules), "Signature has expired");
    EXPECT_EQ(check({.not_before = kNowSeconds + 10}, rules), "right");
    EXPECT_EQ(check({.not_before = kNowSeconds + 11}, rules), "The token is not yet valid (nbf)");
    EXPECT_EQ(check({.issued_at = kNowSeconds + 10}, rules), "right");
    EXPECT_EQ(check({.issued_at = kNowSeconds + 11}, rules), "The token is not yet valid (iat)");
}

TEST(JwtClaimsTest, IssuerAndAudienceAreRequiredOnceConfiguredAndElseIgnored) {
    using Audiences = std::vector<std::string>;
    EXPECT_EQ(check({.issuer = "x"}), "right");
    EXPECT_EQ(check({.audiences = Audiences{"y"}}), "Invalid audience");
    EXPECT_EQ(check({.audiences = Audiences{}}), "Invalid audience");
    const JwtRules issuer{.issuer = "me"};
    EXPECT_EQ(check({.issuer = "me"}, issuer), "right");
    EXPECT_EQ(check({.issuer = "me "}, issuer), "Invalid issuer");
    EXPECT_EQ(check({}, issuer), "Token is missing the \"iss\" claim");
    const JwtRules audience{.audience = "eyed"};
    EXPECT_EQ(check({.audiences = Audiences{"eyed"}}, audience), "right");
    EXPECT_EQ(check({.audiences = Audiences{"other", "eyed"}}, audience), "right");
    EXPECT_EQ(check({.audiences = Audiences{"EYED", "eyed2"}}, audience), "Invalid audience");
    EXPECT_EQ(check({.audiences = Audiences{}}, audience), "Invalid audience");
    EXPECT_EQ(check({}, audience), "Token is missing the \"aud\" claim");
}

TEST(Jwt, WhatIsSignedIsReadBack) {
    const JwtClaims claims{.expires_at = kNowSeconds + 300,
                           .issued_at = kNowSeconds,
                           .token_type = "access",
                           .id = "an \"odd\" id",
                           .user_id = 42,
                           .session = "mark"};
    const auto read = verify_jwt(sign_jwt(secret(), claims), std::vector{secret()});
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(read->claims.expires_at, claims.expires_at);
    EXPECT_EQ(read->claims.issued_at, claims.issued_at);
    EXPECT_EQ(read->claims.token_type, "access");
    EXPECT_EQ(read->claims.id, claims.id);
    EXPECT_EQ(read->claims.user_id, 42);
    EXPECT_EQ(read->claims.session, "mark");
}

}  // namespace
}  // namespace eyed::auth
