#include "auth/password_hasher.h"

#include <fmt/format.h>
#include <sodium.h>

#include "auth/tokens.h"

namespace eyed::auth {
namespace {

Result<std::string> hash_with(const PasswordHasher::Cost& cost, std::string_view password) {
    char out[crypto_pwhash_STRBYTES];
    if (crypto_pwhash_str_alg(out, password.data(), password.size(), cost.passes, cost.memory_bytes,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        return failure(Code::kUnavailable,
                       fmt::format("no memory to hash a password ({} bytes)", cost.memory_bytes));
    return std::string(out);
}

}  // namespace

Result<PasswordHasher> PasswordHasher::create(Cost cost) {
    if (sodium_init() < 0) return failure(Code::kInternal, "libsodium does not start");
    if (cost.memory_bytes < crypto_pwhash_MEMLIMIT_MIN || cost.passes < crypto_pwhash_OPSLIMIT_MIN)
        return failure(Code::kInvalidArgument, "the cost of argon2id is below its minimum");
    EYED_ASSIGN(std::string dummy, hash_with(cost, random_hex(16)));
    return PasswordHasher(cost, std::move(dummy));
}

Result<std::string> PasswordHasher::hash(std::string_view password) const {
    return hash_with(cost_, password);
}

bool PasswordHasher::verify(std::string_view password, const std::string& stored) const {
    if (stored.size() >= crypto_pwhash_STRBYTES) return false;
    return crypto_pwhash_str_verify(stored.c_str(), password.data(), password.size()) == 0;
}

bool PasswordHasher::verify_nobody(std::string_view password) const {
    verify(password, dummy_);
    return false;
}

}  // namespace eyed::auth
