// JWTs: as a whole, and with any header and payload under a right signature.
// rooms: auth
#include <sodium.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "auth/jwt.h"
#include "auth/jwt_vectors.h"
#include "base/check.h"

namespace {

using namespace eyed;

std::string base64url(std::string_view bytes) {
    constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::string text(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
    sodium_bin2base64(text.data(), text.size(),
                      reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), kVariant);
    text.pop_back();
    return text;
}

const std::vector<auth::JwtKey>& keys() {
    using enum auth::JwtAlgorithm;
    static const std::vector<auth::JwtKey> all{
        auth::JwtKey::shared_secret(kHs256, auth::vectors::kSecret).value(),
        auth::JwtKey::public_key(kRs256, auth::vectors::kRsaKey).value(),
        auth::JwtKey::public_key(kEs256, auth::vectors::kP256Key).value(),
        auth::JwtKey::public_key(kEdDsa, auth::vectors::kEd25519Key).value()};
    return all;
}

void check_times(const auth::JwtClaims& claims) {
    const Micros now{1'700'000'000'000'000};
    const bool right = check_claims(claims, {.audience = "eyed"}, now).has_value();
    EYED_CHECK(!right || (claims.audiences && !claims.audiences->empty()));
}

/// Whatever is taken as a whole was signed by one of the keys.
void check_whole(std::string_view token) {
    const auto verified = auth::verify_jwt(token, keys());
    if (!verified) return;
    const std::string_view text = token.substr(0, token.rfind('.'));
    const std::string_view signature = token.substr(token.rfind('.') + 1);
    if (verified->key == 0) EYED_CHECK(base64url(keys()[0].mac(text)) == signature);
    check_times(verified->claims);
}

/// The first line is the header, the rest the payload.
void check_signed(std::string_view input) {
    const auto line = std::min(input.find('\n'), input.size());
    std::string token = base64url(input.substr(0, line)) + '.' +
                        base64url(input.substr(std::min(line + 1, input.size())));
    token += '.' + base64url(keys()[0].mac(token));
    const auto verified = auth::verify_jwt(token, keys());
    if (verified) check_times(verified->claims);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    check_whole(input);
    check_signed(input);
    return 0;
}
