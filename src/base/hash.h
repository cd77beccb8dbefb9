#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string_view>

namespace eyed {

/// XXH3, 64 bits: record checksums. Not for secrets.
std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0);

/// XXH3, 128 bits: long enough to stand for what it was made of.
struct Hash128 {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    friend auto operator<=>(const Hash128&, const Hash128&) = default;
};
Hash128 hash128(std::string_view bytes, std::uint64_t seed = 0);

/// For unordered containers that are looked up by string_view.
struct StringHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return hash64(text); }
};

}  // namespace eyed

template <>
struct std::hash<eyed::Hash128> {
    std::size_t operator()(const eyed::Hash128& h) const noexcept { return h.low; }
};
