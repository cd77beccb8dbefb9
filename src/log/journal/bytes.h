#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

/// Little-endian numbers at unaligned places; compiled to plain moves where the machine agrees.
namespace eyed::log::journal {

static_assert(std::endian::native == std::endian::little, "byte order: swap in put() and get()");

template <class Number>
void put(char* at, Number value) {
    std::memcpy(at, &value, sizeof value);
}

template <class Number>
Number get(const char* at) {
    Number value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

inline bool all_zero(std::string_view bytes) {
    // Compares the bytes with themselves shifted by one: memcmp's speed.
    return bytes.empty() ||
           (bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

}  // namespace eyed::log::journal
