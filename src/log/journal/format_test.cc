#include "log/journal/format.h"

#include <gtest/gtest.h>

#include "log/record.h"

namespace eyed::log::journal {
namespace {

std::string hex(std::string_view bytes) {
    std::string out;
    for (const char c : bytes) {
        out.push_back("0123456789abcdef"[static_cast<unsigned char>(c) >> 4]);
        out.push_back("0123456789abcdef"[static_cast<unsigned char>(c) & 15]);
    }
    return out;
}

/// The frame of docs/internals/journal-format.md, "An example".
std::string example_frame() {
    FrameHeader header{.kind = 1,
                       .keyed = true,
                       .length = 3,
                       .position = {7},
                       .id = 5,
                       .body_hash = hash64("abc"),
                       .time = 0x65000000,
                       .in_group = 2};
    std::string out(header.frame_bytes(), '\0');
    char* const body = put_frame_prefix(out.data(), header, {0x1122, 0x3344}, 99);
    std::string_view("abc").copy(body, 3);
    return out;
}

TEST(JournalFormat, TheExampleFrameHasTheBytesOfThePage) {
    EXPECT_EQ(hex(example_frame()),
              "e7010100"
              "03000000"
              "0700000000000000"
              "0500000000000000"
              "50392f89945faf78"
              "00000065"
              "02000000"
              "523eecbe3b243b5d"
              "2211000000000000"
              "4433000000000000"
              "6162630000000000");
}

TEST(JournalFormat, AFrameReadsBack) {
    const std::string bytes = example_frame();
    const ParsedFrame parsed = parse_frame(bytes, 99);
    ASSERT_EQ(parsed.verdict, FrameVerdict::kWhole);
    EXPECT_EQ(parsed.frame.header.position, Position{7});
    EXPECT_EQ(parsed.frame.header.id, 5U);
    EXPECT_EQ(parsed.frame.header.in_group, 2U);
    EXPECT_EQ(parsed.frame.key, (Hash128{0x1122, 0x3344}));
    EXPECT_EQ(parsed.frame.body, "abc");
}

TEST(JournalFormat, EveryFlippedBitOfAFrameIsNoticed) {
    const std::string bytes = example_frame();
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        std::string flipped = bytes;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
        EXPECT_NE(parse_frame(flipped, 99).verdict, FrameVerdict::kWhole) << bit;
    }
}

TEST(JournalFormat, AFrameOfAnotherSegmentIsNoFrame) {
    EXPECT_EQ(parse_frame(example_frame(), 100).verdict, FrameVerdict::kBad);
}

TEST(JournalFormat, ZerosAreNoFrame) {
    EXPECT_EQ(parse_frame(std::string(4096, '\0'), 99).verdict, FrameVerdict::kBad);
}

TEST(JournalFormat, ASegmentHeaderReadsBackAndEveryFlippedByteIsNoticed) {
    const SegmentHeader header{.encoding = SegmentHeader::Encoding::kBlocks,
                               .first = {11},
                               .first_event = {9},
                               .first_rejection = {3},
                               .created_at = {1'790'000'000'000'000},
                               .salt = 42,
                               .content_bytes = 1000};
    const std::string page = encode(header);
    ASSERT_EQ(page.size(), kSegmentHeaderBytes);
    EXPECT_EQ(hex(std::string_view(page).substr(0, 64)),
              "4559454a524e4c31"
              "01000000"
              "01000000"
              "0b00000000000000"
              "0900000000000000"
              "0300000000000000"
              "00e025dafe5b0600"
              "2a00000000000000"
              "e803000000000000");
    EXPECT_EQ(decode_segment_header(page), header);
    for (std::size_t at = 0; at < page.size(); ++at) {
        std::string flipped = page;
        flipped[at] = static_cast<char>(flipped[at] ^ 0x40);
        EXPECT_FALSE(decode_segment_header(flipped)) << at;
    }
}

TEST(JournalFormat, SegmentNamesReadBack) {
    EXPECT_EQ(segment_name({1}, kRawSuffix), "00000000000000000001.log");
    EXPECT_EQ(parse_segment_name("00000000000000000001.log", kRawSuffix), Position{1});
    for (const char* name : {"", ".log", "1.log", "0000000000000000000x.log",
                             "00000000000000000001.log.zst", "99999999999999999999.log"})
        EXPECT_FALSE(parse_segment_name(name, kRawSuffix)) << name;
}

}  // namespace
}  // namespace eyed::log::journal
