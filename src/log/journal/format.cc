#include "log/journal/format.h"

#include <fmt/format.h>

#include <charconv>

#include "log/journal/bytes.h"

namespace eyed::log::journal {
namespace {

constexpr std::uint64_t kSegmentMagic = 0x314c4e524a455945;  // "EYEJRNL1"
constexpr std::uint32_t kBlockMagic = 0x4b4c4245;            // "EBLK"
constexpr std::uint8_t kFrameMagic = 0xe7;
constexpr std::uint16_t kKeyedFlag = 1;
constexpr std::size_t kPageChecksumAt = kSegmentHeaderBytes - 8;
constexpr std::size_t kFrameChecksumAt = kFrameHeaderBytes - 8;

/// Covers the header before its checksum, and the key.
std::uint64_t frame_checksum(const char* header, bool keyed, std::uint64_t salt) {
    std::uint64_t sum = hash64({header, kFrameChecksumAt}, salt);
    if (keyed) sum = hash64({header + kFrameHeaderBytes, kKeyBytes}, sum);
    return sum;
}

std::uint64_t block_checksum(std::string_view header, std::string_view compressed,
                             std::uint64_t salt) {
    return hash64(compressed, hash64(header.substr(0, kBlockHeaderBytes - 8), salt));
}

}  // namespace

std::string encode(const SegmentHeader& header) {
    std::string page(kSegmentHeaderBytes, '\0');
    char* const at = page.data();
    put(at, kSegmentMagic);
    put(at + 8, kFormatVersion);
    put(at + 12, static_cast<std::uint32_t>(header.encoding));
    put(at + 16, header.first.value);
    put(at + 24, header.first_event.value);
    put(at + 32, header.first_rejection.value);
    put(at + 40, header.created_at.value);
    put(at + 48, header.salt);
    put(at + 56, header.content_bytes);
    put(at + kPageChecksumAt, hash64({at, kPageChecksumAt}));
    return page;
}

std::optional<SegmentHeader> decode_segment_header(std::string_view page) {
    if (page.size() < kSegmentHeaderBytes) return std::nullopt;
    const char* const at = page.data();
    if (get<std::uint64_t>(at) != kSegmentMagic) return std::nullopt;
    if (get<std::uint64_t>(at + kPageChecksumAt) != hash64({at, kPageChecksumAt}))
        return std::nullopt;
    if (get<std::uint32_t>(at + 8) != kFormatVersion || get<std::uint32_t>(at + 12) > 1)
        return std::nullopt;
    SegmentHeader header;
    header.encoding = static_cast<SegmentHeader::Encoding>(get<std::uint32_t>(at + 12));
    header.first.value = get<std::uint64_t>(at + 16);
    header.first_event.value = get<std::uint64_t>(at + 24);
    header.first_rejection.value = get<std::uint64_t>(at + 32);
    header.created_at.value = get<std::int64_t>(at + 40);
    header.salt = get<std::uint64_t>(at + 48);
    header.content_bytes = get<std::uint64_t>(at + 56);
    return header;
}

char* put_frame_prefix(char* out, const FrameHeader& header, const Hash128& key,
                       std::uint64_t salt) {
    put(out, kFrameMagic);
    put(out + 1, header.kind);
    put(out + 2, header.keyed ? kKeyedFlag : std::uint16_t{0});
    put(out + 4, header.length);
    put(out + 8, header.position.value);
    put(out + 16, header.id);
    put(out + 24, header.body_hash);
    put(out + 32, header.time);
    put(out + 36, header.in_group);
    if (header.keyed) {
        put(out + kFrameHeaderBytes, key.high);
        put(out + kFrameHeaderBytes + 8, key.low);
    }
    put(out + kFrameChecksumAt, frame_checksum(out, header.keyed, salt));
    return out + header.prefix_bytes();
}

ParsedFrame parse_frame(std::string_view bytes, std::uint64_t salt) {
    if (bytes.size() < kFrameHeaderBytes + kKeyBytes) {
        // A frame without key and body may be this short, at the very end.
        if (bytes.size() < kFrameHeaderBytes)
            return {FrameVerdict::kPartial, {}, kFrameHeaderBytes};
    }
    const char* const at = bytes.data();
    const auto flags = get<std::uint16_t>(at + 2);
    if (get<std::uint8_t>(at) != kFrameMagic || (flags & ~kKeyedFlag) != 0) return {};
    ParsedFrame parsed;
    FrameHeader& header = parsed.frame.header;
    header.kind = get<std::uint8_t>(at + 1);
    header.keyed = (flags & kKeyedFlag) != 0;
    header.length = get<std::uint32_t>(at + 4);
    if (header.length > kMaxBodyBytes) return {};
    if (bytes.size() < header.prefix_bytes())
        return {FrameVerdict::kPartial, {}, header.prefix_bytes()};
    if (get<std::uint64_t>(at + kFrameChecksumAt) != frame_checksum(at, header.keyed, salt))
        return {};
    header.position.value = get<std::uint64_t>(at + 8);
    header.id = get<std::uint64_t>(at + 16);
    header.body_hash = get<std::uint64_t>(at + 24);
    header.time = get<std::uint32_t>(at + 32);
    header.in_group = get<std::uint32_t>(at + 36);
    if (bytes.size() < header.frame_bytes())
        return {FrameVerdict::kPartial, {}, header.frame_bytes()};
    if (header.keyed)
        parsed.frame.key = {get<std::uint64_t>(at + kFrameHeaderBytes),
                            get<std::uint64_t>(at + kFrameHeaderBytes + 8)};
    parsed.frame.body = bytes.substr(header.prefix_bytes(), header.length);
    const std::size_t end = header.prefix_bytes() + header.length;
    if (hash64(parsed.frame.body) != header.body_hash ||
        !all_zero(bytes.substr(end, header.frame_bytes() - end)))
        return {};
    parsed.verdict = FrameVerdict::kWhole;
    return parsed;
}

std::string encode(const BlockHeader& header, std::string_view compressed, std::uint64_t salt) {
    std::string out(kBlockHeaderBytes, '\0');
    put(out.data(), kBlockMagic);
    put(out.data() + 4, header.content_bytes);
    put(out.data() + 8, header.compressed_bytes);
    put(out.data() + 12, header.frames);
    put(out.data() + 16, header.first.value);
    put(out.data() + 24, block_checksum(out, compressed, salt));
    return out;
}

std::optional<BlockHeader> decode_block_header(std::string_view bytes) {
    if (bytes.size() < kBlockHeaderBytes || get<std::uint32_t>(bytes.data()) != kBlockMagic)
        return std::nullopt;
    BlockHeader header;
    header.content_bytes = get<std::uint32_t>(bytes.data() + 4);
    header.compressed_bytes = get<std::uint32_t>(bytes.data() + 8);
    header.frames = get<std::uint32_t>(bytes.data() + 12);
    header.first.value = get<std::uint64_t>(bytes.data() + 16);
    // A block never grows by compression beyond zstd's bound, and holds at most one long frame.
    constexpr std::uint32_t kMost = kMaxBodyBytes + 2 * kBlockContentBytes;
    if (header.content_bytes > kMost || header.compressed_bytes > kMost) return std::nullopt;
    return header;
}

bool block_is_whole(std::string_view header, std::string_view compressed, std::uint64_t salt) {
    return get<std::uint64_t>(header.data() + 24) == block_checksum(header, compressed, salt);
}

std::string segment_name(Position first, std::string_view suffix) {
    return fmt::format("{:020}{}", first.value, suffix);
}

std::optional<Position> parse_segment_name(std::string_view name, std::string_view suffix) {
    constexpr std::size_t kDigits = 20;
    if (name.size() != kDigits + suffix.size() || !name.ends_with(suffix)) return std::nullopt;
    Position first;
    const char* const end = name.data() + kDigits;
    const auto [stop, error] = std::from_chars(name.data(), end, first.value);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return first;
}

}  // namespace eyed::log::journal
