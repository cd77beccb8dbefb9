// Keys and signatures: the part of JWT that is OpenSSL's.
#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <array>

#include "auth/jwt.h"
#include "base/check.h"
#include "config/values.h"

namespace eyed::auth {
namespace {

constexpr int kLeastRsaBits = 2048;  // RFC 7518 §3.3

struct Properties {
    std::string_view name;
    int key_type;                  ///< EVP_PKEY_…
    const EVP_MD* (*digest)();     ///< none for EdDSA, which has its own
    std::size_t number_bytes = 0;  ///< of r and of s, for ECDSA
    std::string_view curve;
};

constexpr std::array<Properties, 10> kProperties{{
    {"HS256", EVP_PKEY_HMAC, EVP_sha256, 0, {}},
    {"HS384", EVP_PKEY_HMAC, EVP_sha384, 0, {}},
    {"HS512", EVP_PKEY_HMAC, EVP_sha512, 0, {}},
    {"RS256", EVP_PKEY_RSA, EVP_sha256, 0, {}},
    {"RS384", EVP_PKEY_RSA, EVP_sha384, 0, {}},
    {"RS512", EVP_PKEY_RSA, EVP_sha512, 0, {}},
    {"PS256", EVP_PKEY_RSA, EVP_sha256, 0, {}},
    {"ES256", EVP_PKEY_EC, EVP_sha256, 32, "prime256v1"},
    {"ES384", EVP_PKEY_EC, EVP_sha384, 48, "secp384r1"},
    {"EdDSA", EVP_PKEY_ED25519, nullptr, 0, {}},
}};

const Properties& properties_of(JwtAlgorithm algorithm) {
    return kProperties[static_cast<std::size_t>(algorithm)];
}

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

/// What OpenSSL notes of a failure would be taken for one of the next TLS connection on this
/// thread.
struct ClearsErrors {
    ClearsErrors() = default;
    ClearsErrors(const ClearsErrors&) = delete;
    ClearsErrors& operator=(const ClearsErrors&) = delete;
    ~ClearsErrors() { ERR_clear_error(); }
};

std::string curve_of(const EVP_PKEY& key) {
    std::array<char, 64> name{};
    std::size_t length = 0;
    if (EVP_PKEY_get_group_name(&key, name.data(), name.size(), &length) != 1) return {};
    return std::string(name.data(), length);
}

/// Why the key cannot be used with the algorithm; empty: it can.
std::string misfit(const EVP_PKEY& key, const Properties& wanted) {
    if (EVP_PKEY_get_base_id(&key) != wanted.key_type)
        return fmt::format("the key is of another kind than {} needs", wanted.name);
    if (!wanted.curve.empty() && curve_of(key) != wanted.curve)
        return fmt::format("the key is not on the curve {}, which {} needs", wanted.curve,
                           wanted.name);
    if (wanted.key_type == EVP_PKEY_RSA && EVP_PKEY_get_bits(&key) < kLeastRsaBits)
        return fmt::format("an RSA key needs {} bits or more", kLeastRsaBits);
    return {};
}

/// ECDSA's signature as OpenSSL reads it, from r and s side by side (RFC 7518 §3.4); empty: not of
/// that length.
std::string to_der(std::string_view signature, std::size_t number_bytes) {
    if (signature.size() != 2 * number_bytes) return {};
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(ECDSA_SIG_new(),
                                                                     &ECDSA_SIG_free);
    const auto length = static_cast<int>(number_bytes);
    BIGNUM* r = BN_bin2bn(bytes_of(signature), length, nullptr);
    BIGNUM* s = BN_bin2bn(bytes_of(signature.substr(number_bytes)), length, nullptr);
    EYED_CHECK(pair && r != nullptr && s != nullptr && ECDSA_SIG_set0(pair.get(), r, s) == 1);
    unsigned char* der = nullptr;
    const int bytes = i2d_ECDSA_SIG(pair.get(), &der);
    EYED_CHECK(bytes > 0);
    std::string text(reinterpret_cast<const char*>(der), static_cast<std::size_t>(bytes));
    OPENSSL_free(der);
    return text;
}

bool verify_with(EVP_PKEY& key, JwtAlgorithm algorithm, std::string_view text,
                 std::string_view signature) {
    const Properties& properties = properties_of(algorithm);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          &EVP_MD_CTX_free);
    EVP_PKEY_CTX* parameters = nullptr;  // the context's
    const EVP_MD* digest = properties.digest == nullptr ? nullptr : properties.digest();
    if (!context || EVP_DigestVerifyInit(context.get(), &parameters, digest, nullptr, &key) != 1)
        return false;
    if (algorithm == JwtAlgorithm::kPs256 &&
        (EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) != 1 ||
         EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) != 1))
        return false;
    std::string der;
    if (properties.number_bytes != 0) {
        der = to_der(signature, properties.number_bytes);
        if (der.empty()) return false;
        signature = der;
    }
    return EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(text),
                            text.size()) == 1;
}

}  // namespace

std::string_view algorithm_name(JwtAlgorithm algorithm) {
    return properties_of(algorithm).name;
}

bool is_hmac(JwtAlgorithm algorithm) {
    return properties_of(algorithm).key_type == EVP_PKEY_HMAC;
}

Result<JwtKey> JwtKey::shared_secret(JwtAlgorithm algorithm, std::string_view secret) {
    if (!is_hmac(algorithm))
        return failure(Code::kInvalidArgument, "a shared secret signs with HS256, HS384 or HS512");
    if (secret.empty()) return failure(Code::kInvalidArgument, "the shared secret is empty");
    if (config::is_key_file_text(secret))
        return failure(Code::kInvalidArgument, "the shared secret is a key file's text");
    JwtKey key(algorithm);
    key.secret_ = secret;
    return key;
}

Result<JwtKey> JwtKey::public_key(JwtAlgorithm algorithm, std::string_view pem) {
    const ClearsErrors clears;
    if (is_hmac(algorithm))
        return failure(Code::kInvalidArgument, "a public key is no shared secret");
    const std::unique_ptr<BIO, decltype(&BIO_free)> source(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
    EVP_PKEY* read = PEM_read_bio_PUBKEY(source.get(), nullptr, nullptr, nullptr);
    if (read == nullptr)
        return failure(Code::kInvalidArgument, "there is no PEM block `PUBLIC KEY` in it");
    JwtKey key(algorithm);
    key.public_key_ = std::shared_ptr<EVP_PKEY>(read, &EVP_PKEY_free);
    if (auto why = misfit(*read, properties_of(algorithm)); !why.empty())
        return failure(Code::kInvalidArgument, std::move(why));
    return key;
}

std::string JwtKey::mac(std::string_view text) const {
    EYED_CHECK(is_hmac(algorithm_));
    std::array<unsigned char, EVP_MAX_MD_SIZE> code{};
    unsigned length = 0;
    EYED_CHECK(HMAC(properties_of(algorithm_).digest(), secret_.data(),
                    static_cast<int>(secret_.size()), bytes_of(text), text.size(), code.data(),
                    &length) != nullptr);
    return std::string(reinterpret_cast<const char*>(code.data()), length);
}

bool JwtKey::verifies(std::string_view text, std::string_view signature) const {
    if (is_hmac(algorithm_)) {
        const std::string expected = mac(text);
        return expected.size() == signature.size() &&
               CRYPTO_memcmp(expected.data(), signature.data(), expected.size()) == 0;
    }
    const ClearsErrors clears;
    return verify_with(*public_key_, algorithm_, text, signature);
}

}  // namespace eyed::auth
