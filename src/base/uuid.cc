#include "base/uuid.h"

#include <sys/random.h>

#include "base/check.h"

namespace eyed {
namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::uint64_t Uuid::high() const {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i)
        value = value << 8 | bytes[i];
    return value;
}

std::uint64_t Uuid::low() const {
    std::uint64_t value = 0;
    for (std::size_t i = 8; i < 16; ++i)
        value = value << 8 | bytes[i];
    return value;
}

Uuid Uuid::from_halves(std::uint64_t high, std::uint64_t low) {
    Uuid uuid;
    for (std::size_t i = 0; i < 8; ++i) {
        uuid.bytes[i] = static_cast<std::uint8_t>(high >> (56 - 8 * i));
        uuid.bytes[8 + i] = static_cast<std::uint8_t>(low >> (56 - 8 * i));
    }
    return uuid;
}

std::optional<Uuid> parse_uuid(std::string_view text) {
    constexpr std::string_view kUrn = "urn:uuid:";
    if (text.starts_with(kUrn)) text.remove_prefix(kUrn.size());
    if (text.size() > 2 && text.front() == '{' && text.back() == '}')
        text = text.substr(1, text.size() - 2);
    Uuid uuid;
    std::size_t digits = 0;
    for (const char c : text) {
        if (c == '-') continue;
        const int digit = hex_digit(c);
        if (digit < 0 || digits == 32) return std::nullopt;
        auto& byte = uuid.bytes[digits / 2];
        byte = static_cast<std::uint8_t>(byte << 4 | digit);
        ++digits;
    }
    if (digits != 32) return std::nullopt;
    return uuid;
}

void append_uuid(const Uuid& uuid, std::string& out) {
    constexpr char kHex[] = "0123456789abcdef";
    std::array<char, 36> text;
    std::size_t at = 0;
    for (std::size_t i = 0; i < 16; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text[at++] = '-';
        text[at++] = kHex[uuid.bytes[i] >> 4];
        text[at++] = kHex[uuid.bytes[i] & 15];
    }
    out.append(text.data(), text.size());
}

std::string to_string(const Uuid& uuid) {
    std::string out;
    append_uuid(uuid, out);
    return out;
}

Uuid random_uuid() {
    Uuid uuid;
    EYED_CHECK(::getrandom(uuid.bytes.data(), uuid.bytes.size(), 0) == 16);
    uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0f) | 0x40);
    uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3f) | 0x80);
    return uuid;
}

}  // namespace eyed
