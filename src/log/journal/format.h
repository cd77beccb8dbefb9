#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "base/ids.h"
#include "base/time.h"

/// The bytes of the journal's files, as docs/internals/journal-format.md draws them. All numbers
/// are little-endian. Pure functions, any thread.
namespace eyed::log::journal {

inline constexpr std::uint32_t kFormatVersion = 1;
inline constexpr std::size_t kSegmentHeaderBytes = 4096;
inline constexpr std::size_t kFrameHeaderBytes = 48;
inline constexpr std::size_t kKeyBytes = 16;
inline constexpr std::size_t kFrameAlignment = 8;
/// Bound of one body; what claims to be longer is not a frame.
inline constexpr std::uint32_t kMaxBodyBytes = 1U << 30;

/// The first page of a segment. Its checksum covers the whole page.
struct SegmentHeader {
    enum class Encoding : std::uint32_t { kRaw = 0, kBlocks = 1 };
    Encoding encoding = Encoding::kRaw;
    Position first;                   ///< of the segment's first record
    EventId first_event;              ///< the first event in it will have this id
    RejectionId first_rejection;      ///< likewise
    Micros created_at;                ///< wall clock
    std::uint64_t salt = 0;           ///< random: seeds the checksums of the frames
    std::uint64_t content_bytes = 0;  ///< kBlocks: of all frames, before compression
    friend bool operator==(const SegmentHeader&, const SegmentHeader&) = default;
};
std::string encode(const SegmentHeader& header);
/// nullopt when `page` is not a whole, intact header of a version this program knows.
std::optional<SegmentHeader> decode_segment_header(std::string_view page);

/// A frame's kinds: the record kinds of log/record.h, and what only the journal sees. Those take
/// no position: `position` is that of the next record.
inline constexpr std::uint8_t kMark = 0x70;  ///< all before it was synced: written at a clean stop
inline constexpr std::uint8_t kGap = 0x71;  ///< `id` records from here on were given up by a repair

/// What precedes a body.
struct FrameHeader {
    std::uint8_t kind = 0;
    bool keyed = false;  ///< a dedup key stands between header and body
    std::uint32_t length = 0;
    Position position;
    std::uint64_t id = 0;         ///< event or rejection id; else 0
    std::uint64_t body_hash = 0;  ///< XXH3 of the body
    std::uint32_t time = 0;       ///< when it was written: seconds since the epoch
    std::uint32_t in_group = 0;   ///< how many records of the same write precede it
    std::size_t prefix_bytes() const { return kFrameHeaderBytes + (keyed ? kKeyBytes : 0); }
    /// With padding.
    std::size_t frame_bytes() const {
        return (prefix_bytes() + length + kFrameAlignment - 1) & ~(kFrameAlignment - 1);
    }
};

/// A frame in a buffer; `body` points into it.
struct Frame {
    FrameHeader header;
    Hash128 key;
    std::string_view body;
};

/// Writes header and key at `out` (prefix_bytes() of room) and returns where the body goes. The
/// padding after the body is the caller's to zero.
char* put_frame_prefix(char* out, const FrameHeader& header, const Hash128& key,
                       std::uint64_t salt);

enum class FrameVerdict : std::uint8_t {
    kWhole,
    kPartial,  ///< would be whole with more bytes after: see `needed`
    kBad,
};
struct ParsedFrame {
    FrameVerdict verdict = FrameVerdict::kBad;
    Frame frame;
    std::size_t needed = 0;  ///< kPartial: bytes from its start
};
/// Reads the frame at the front of `bytes` and checks its checksum, its body and its padding.
ParsedFrame parse_frame(std::string_view bytes, std::uint64_t salt);

/// Compressed segments: after the header page come blocks of whole frames.
inline constexpr std::size_t kBlockHeaderBytes = 32;
inline constexpr std::uint32_t kBlockContentBytes = 1U
                                                    << 20;  ///< aimed at; one frame may exceed it
struct BlockHeader {
    std::uint32_t content_bytes = 0;
    std::uint32_t compressed_bytes = 0;
    std::uint32_t frames = 0;
    Position first;  ///< of its first record
};
/// The header of a block with this compressed content.
std::string encode(const BlockHeader& header, std::string_view compressed, std::uint64_t salt);
/// nullopt when it cannot be one.
std::optional<BlockHeader> decode_block_header(std::string_view bytes);
/// Whether header bytes and content belong together and are intact.
bool block_is_whole(std::string_view header, std::string_view compressed, std::uint64_t salt);

/// `00000000000000000001.log`, `….log.zst`, `….keys`: named by the first position.
std::string segment_name(Position first, std::string_view suffix);
/// The first position out of such a name; nullopt when it is not one with this suffix.
std::optional<Position> parse_segment_name(std::string_view name, std::string_view suffix);
inline constexpr std::string_view kRawSuffix = ".log";
inline constexpr std::string_view kCompressedSuffix = ".log.zst";
inline constexpr std::string_view kKeysSuffix = ".keys";
/// Behind the name of a segment that a repair put aside; then perhaps `-2`, `-3` …
inline constexpr std::string_view kDamagedSuffix = ".damaged";

}  // namespace eyed::log::journal
