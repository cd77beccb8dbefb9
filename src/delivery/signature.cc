#include "delivery/signature.h"

#include <fmt/format.h>
#include <sodium.h>

#include <array>

#include "base/check.h"

namespace eyed::delivery {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr std::size_t kLeastBytes = 24;
constexpr std::size_t kMostBytes = 64;
constexpr std::size_t kMadeBytes = 32;
constexpr std::size_t kMostText = 128;

std::string to_base64(const unsigned char* bytes, std::size_t size) {
    constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
    std::string text(sodium_base64_encoded_len(size, kVariant), '\0');
    sodium_bin2base64(text.data(), text.size(), bytes, size, kVariant);
    text.pop_back();  // the terminating zero
    return text;
}

}  // namespace

std::string make_secret() {
    EYED_CHECK(sodium_init() >= 0);
    std::array<unsigned char, kMadeBytes> bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    return std::string(kPrefix) + to_base64(bytes.data(), bytes.size());
}

Result<std::string> secret_bytes(std::string_view secret) {
    if (!secret.starts_with(kPrefix))
        return failure(Code::kInvalidArgument, "The secret must begin with whsec_.");
    const std::string_view text = secret.substr(kPrefix.size());
    if (text.size() > kMostText)
        return failure(Code::kInvalidArgument, "The secret must be 24 to 64 bytes in base64.");
    std::string bytes(kMostText, '\0');
    std::size_t size = 0;
    bool is_read = false;
    for (const int variant :
         {sodium_base64_VARIANT_ORIGINAL, sodium_base64_VARIANT_ORIGINAL_NO_PADDING})
        is_read = is_read || sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()),
                                               bytes.size(), text.data(), text.size(), nullptr,
                                               &size, nullptr, variant) == 0;
    if (!is_read)
        return failure(Code::kInvalidArgument, "What follows whsec_ in the secret is no base64.");
    if (size < kLeastBytes || size > kMostBytes)
        return failure(Code::kInvalidArgument, "The secret must be 24 to 64 bytes in base64.");
    bytes.resize(size);
    return bytes;
}

std::string sign(std::span<const std::string> keys, std::string_view id, std::int64_t seconds,
                 std::string_view body) {
    const std::string front = fmt::format("{}.{}.", id, seconds);
    std::string value;
    for (const std::string& key : keys) {
        crypto_auth_hmacsha256_state state;
        crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(key.data()),
                                    key.size());
        for (const std::string_view bytes : {std::string_view(front), body})
            crypto_auth_hmacsha256_update(
                &state, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
        std::array<unsigned char, crypto_auth_hmacsha256_BYTES> code{};
        crypto_auth_hmacsha256_final(&state, code.data());
        if (!value.empty()) value += ' ';
        value += "v1," + to_base64(code.data(), code.size());
    }
    return value;
}

}  // namespace eyed::delivery
