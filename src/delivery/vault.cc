#include "delivery/vault.h"

#include <sodium.h>

#include <boost/json.hpp>

#include "base/base64url.h"
#include "base/check.h"

namespace eyed::delivery {
namespace {

std::unexpected<Error> unreadable() {
    return failure(Code::kCorrupt,
                   "a sealed secret was not sealed by this installation (its file `secret`)");
}

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

/// The array that was sealed. kCorrupt.
Result<boost::json::array> open_array(const Vault& vault, std::string_view sealed) {
    EYED_ASSIGN(const std::string text, vault.open(sealed));
    boost::system::error_code error;
    boost::json::value value = boost::json::parse(text, error);
    if (error || !value.is_array()) return unreadable();
    return std::move(value.as_array());
}

std::string text_of(const boost::json::value& value) {
    return value.is_string() ? std::string(value.get_string()) : std::string();
}

}  // namespace

std::string Vault::seal(std::string_view secret) const {
    EYED_CHECK(sodium_init() >= 0);
    static_assert(crypto_secretbox_KEYBYTES == std::tuple_size_v<decltype(key_)>);
    std::string box(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + secret.size(), '\0');
    auto* const nonce = reinterpret_cast<unsigned char*>(box.data());
    randombytes_buf(nonce, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(nonce + crypto_secretbox_NONCEBYTES, bytes_of(secret), secret.size(),
                          nonce, key_.data());
    return to_base64url(box);
}

Result<std::string> Vault::open(std::string_view sealed) const {
    const auto box = from_base64url(sealed);
    constexpr std::size_t kFront = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
    if (!box || box->size() < kFront) return unreadable();
    std::string secret(box->size() - kFront, '\0');
    if (crypto_secretbox_open_easy(reinterpret_cast<unsigned char*>(secret.data()),
                                   bytes_of(*box) + crypto_secretbox_NONCEBYTES,
                                   box->size() - crypto_secretbox_NONCEBYTES, bytes_of(*box),
                                   key_.data()) != 0)
        return unreadable();
    return secret;
}

std::string seal_secrets(const Vault& vault, const std::vector<SigningSecret>& secrets) {
    boost::json::array all;
    for (const SigningSecret& secret : secrets) {
        boost::json::array one{secret.secret, secret.created_at.value};
        if (secret.expires_at) one.emplace_back(secret.expires_at->value);
        all.emplace_back(std::move(one));
    }
    return vault.seal(boost::json::serialize(all));
}

Result<std::vector<SigningSecret>> open_secrets(const Vault& vault, std::string_view sealed) {
    if (sealed.empty()) return std::vector<SigningSecret>{};
    EYED_ASSIGN(const auto all, open_array(vault, sealed));
    std::vector<SigningSecret> secrets;
    for (const boost::json::value& value : all) {
        const boost::json::array* one = value.if_array();
        if (one == nullptr || one->size() < 2 || !(*one)[1].is_int64()) return unreadable();
        SigningSecret secret{text_of((*one)[0]), Micros{(*one)[1].get_int64()}, std::nullopt};
        if (one->size() > 2 && (*one)[2].is_int64())
            secret.expires_at = Micros{(*one)[2].get_int64()};
        secrets.push_back(std::move(secret));
    }
    return secrets;
}

std::string seal_headers(const Vault& vault, const std::vector<HeaderField>& headers) {
    if (headers.empty()) return {};
    boost::json::array all;
    for (const HeaderField& header : headers)
        all.emplace_back(boost::json::array{header.name, header.value});
    return vault.seal(boost::json::serialize(all));
}

Result<std::vector<HeaderField>> open_headers(const Vault& vault, std::string_view sealed) {
    if (sealed.empty()) return std::vector<HeaderField>{};
    EYED_ASSIGN(const auto all, open_array(vault, sealed));
    std::vector<HeaderField> headers;
    for (const boost::json::value& value : all) {
        const boost::json::array* one = value.if_array();
        if (one == nullptr || one->size() != 2) return unreadable();
        headers.push_back({text_of((*one)[0]), text_of((*one)[1])});
    }
    return headers;
}

}  // namespace eyed::delivery
