#include "auth/tokens.h"

#include <sodium.h>

#include <vector>

#include "base/check.h"

namespace eyed::auth {

std::string random_hex(std::size_t bytes) {
    EYED_CHECK(sodium_init() >= 0);
    std::vector<unsigned char> random(bytes);
    randombytes_buf(random.data(), random.size());
    return to_hex(random);
}

std::string to_hex(std::span<const unsigned char> bytes) {
    std::string text(bytes.size() * 2 + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
    text.pop_back();
    return text;
}

std::string token_digest(std::string_view secret) {
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(digest, reinterpret_cast<const unsigned char*>(secret.data()),
                       secret.size());
    return to_hex(digest);
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace eyed::auth
