#include "log/journal/segment_reader.h"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "log/journal/bytes.h"

namespace eyed::log::journal {
namespace {

constexpr std::size_t kReadBytes = 1U << 20;
constexpr std::size_t kFirstReadBytes = 1U << 16;  // grows: a reader at the end reads little

/// A raw file: a window of bytes that moves along.
class RawReader final : public SegmentReader {
  public:
    RawReader(std::unique_ptr<io::File> file, std::string path, const SegmentHeader& header)
        : SegmentReader(std::move(file), std::move(path), header) {}

    Result<std::optional<Frame>> next() override {
        while (true) {
            ParsedFrame parsed = parse_frame(rest(), header_.salt);
            if (parsed.verdict == FrameVerdict::kWhole) {
                frame_offset_ = offset();
                at_ += parsed.frame.header.frame_bytes();
                return parsed.frame;
            }
            if (parsed.verdict == FrameVerdict::kBad) return std::nullopt;
            EYED_ASSIGN(const bool enough, read_ahead(parsed.needed));
            if (!enough) return std::nullopt;
        }
    }

    Result<std::optional<Frame>> resynchronise() override {
        while (true) {
            if (rest().size() < kFrameAlignment + kFrameHeaderBytes) {
                EYED_ASSIGN(const bool enough, read_ahead(kFrameAlignment + kFrameHeaderBytes));
                if (!enough) return std::nullopt;
            }
            at_ += kFrameAlignment;
            EYED_ASSIGN(std::optional<Frame> frame, next());
            if (frame) return frame;
        }
    }

    std::uint64_t offset() const override { return window_offset_ + at_; }
    std::uint64_t frame_offset() const override { return frame_offset_; }
    void seek_offset(std::uint64_t offset) override {
        window_offset_ = offset;
        at_ = filled_ = 0;
        read_bytes_ = kFirstReadBytes;
    }
    Status skip_towards(Position) override { return {}; }

    Result<std::uint64_t> bytes_left() override {
        const std::uint64_t from = offset();
        std::uint64_t end = from;
        while (true) {
            if (!all_zero(rest())) end = offset() + rest().find_last_not_of('\0') + 1;
            seek_offset(window_offset_ + filled_);
            EYED_ASSIGN(const bool more, read_ahead(1));
            if (!more) break;
        }
        seek_offset(from);
        return end - from;
    }

  private:
    std::string_view rest() const { return {window_.get() + at_, filled_ - at_}; }

    /// Makes rest() at least `bytes` long; false when the file ends before.
    Result<bool> read_ahead(std::size_t bytes) {
        const std::size_t have = filled_ - at_;
        if (have >= bytes) return true;
        const std::size_t wanted = std::max(bytes, read_bytes_);
        read_bytes_ = std::min(kReadBytes, read_bytes_ * 2);
        if (wanted > room_) {
            std::unique_ptr<char[]> larger(new char[wanted]);
            if (have > 0) std::memcpy(larger.get(), window_.get() + at_, have);
            window_ = std::move(larger);
            room_ = wanted;
        } else if (have > 0) {
            std::memmove(window_.get(), window_.get() + at_, have);
        }
        window_offset_ += at_;
        at_ = 0;
        filled_ = have;
        EYED_ASSIGN(const std::size_t got,
                    file_->read_at(window_offset_ + have, window_.get() + have, room_ - have));
        filled_ += got;
        return filled_ >= bytes;
    }

    std::unique_ptr<char[]> window_;
    std::size_t room_ = 0;
    std::size_t read_bytes_ = kFirstReadBytes;
    std::size_t filled_ = 0;
    std::size_t at_ = 0;
    std::uint64_t window_offset_ = kSegmentHeaderBytes;
    std::uint64_t frame_offset_ = kSegmentHeaderBytes;
};

/// A compressed file: one block's content at a time.
class BlockReader final : public SegmentReader {
  public:
    BlockReader(std::unique_ptr<io::File> file, std::string path, const SegmentHeader& header)
        : SegmentReader(std::move(file), std::move(path), header),
          context_(ZSTD_createDCtx(), &ZSTD_freeDCtx) {}

    Result<std::optional<Frame>> next() override {
        if (at_ >= content_.size()) {
            EYED_ASSIGN(const bool loaded, load_block());
            if (!loaded) return std::nullopt;
        }
        const ParsedFrame parsed =
            parse_frame(std::string_view(content_).substr(at_), header_.salt);
        if (parsed.verdict != FrameVerdict::kWhole) return std::nullopt;
        at_ += parsed.frame.header.frame_bytes();
        return parsed.frame;
    }

    Result<std::optional<Frame>> resynchronise() override {
        if (at_ < content_.size()) {  // a whole block with a bad frame: skip it
            at_ = content_.size();
        } else {
            ++next_block_;
        }
        EYED_ASSIGN(const std::uint64_t size, file_->size());
        for (; next_block_ + kBlockHeaderBytes <= size; ++next_block_) {
            EYED_ASSIGN(const std::optional<std::uint64_t> found, find_magic(size));
            if (!found) return std::nullopt;
            next_block_ = *found;
            EYED_ASSIGN(const bool loaded, load_block());
            if (loaded) return next();
        }
        return std::nullopt;
    }

    std::uint64_t offset() const override {
        return at_ < content_.size() ? block_offset_ : next_block_;
    }
    std::uint64_t frame_offset() const override { return block_offset_; }
    void seek_offset(std::uint64_t offset) override {
        content_.clear();
        at_ = 0;
        next_block_ = offset;
    }

    Status skip_towards(Position position) override {
        // Goes on while the block after next begins no later than wanted.
        while (true) {
            EYED_ASSIGN(const std::optional<BlockHeader> here, header_at(next_block_));
            if (!here) return {};
            const std::uint64_t after = next_block_ + kBlockHeaderBytes + here->compressed_bytes;
            EYED_ASSIGN(const std::optional<BlockHeader> there, header_at(after));
            if (!there || there->first > position) return {};
            seek_offset(after);
        }
    }

    Result<std::uint64_t> bytes_left() override {
        EYED_ASSIGN(const std::uint64_t size, file_->size());
        return size > offset() ? size - offset() : 0;
    }

  private:
    Result<std::optional<BlockHeader>> header_at(std::uint64_t offset) {
        header_bytes_.resize(kBlockHeaderBytes);
        EYED_ASSIGN(const std::size_t got,
                    file_->read_at(offset, header_bytes_.data(), kBlockHeaderBytes));
        return decode_block_header(std::string_view(header_bytes_).substr(0, got));
    }

    /// The next place at or after next_block_ where a block's magic number stands.
    Result<std::optional<std::uint64_t>> find_magic(std::uint64_t size) {
        constexpr std::string_view kMagic = "EBLK";
        std::string piece;
        for (std::uint64_t at = next_block_; at < size;) {
            piece.resize(std::min<std::uint64_t>(kReadBytes, size - at));
            EYED_ASSIGN(const std::size_t got, file_->read_at(at, piece.data(), piece.size()));
            const std::size_t found = std::string_view(piece).substr(0, got).find(kMagic);
            if (found != std::string::npos) return at + found;
            if (got < kMagic.size()) break;
            at += got == kReadBytes ? got - (kMagic.size() - 1) : got;
        }
        return std::nullopt;
    }

    /// False when no whole block begins at next_block_.
    Result<bool> load_block() {
        EYED_ASSIGN(const std::optional<BlockHeader> block, header_at(next_block_));
        EYED_ASSIGN(const std::uint64_t size, file_->size());
        if (!block || next_block_ + kBlockHeaderBytes + block->compressed_bytes > size)
            return false;
        compressed_.resize(block->compressed_bytes);
        EYED_ASSIGN(const std::size_t got, file_->read_at(next_block_ + kBlockHeaderBytes,
                                                          compressed_.data(), compressed_.size()));
        if (got < compressed_.size() || !block_is_whole(header_bytes_, compressed_, header_.salt))
            return false;
        content_.resize(block->content_bytes);
        at_ = content_.size();
        const std::size_t made =
            ZSTD_decompressDCtx(context_.get(), content_.data(), content_.size(),
                                compressed_.data(), compressed_.size());
        if (ZSTD_isError(made) != 0 || made != content_.size()) return false;
        block_offset_ = next_block_;
        next_block_ += kBlockHeaderBytes + block->compressed_bytes;
        at_ = 0;
        return true;
    }

    std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context_;
    std::string header_bytes_;
    std::string compressed_;
    std::string content_;
    std::size_t at_ = 0;
    std::uint64_t block_offset_ = kSegmentHeaderBytes;
    std::uint64_t next_block_ = kSegmentHeaderBytes;
};

}  // namespace

Result<std::unique_ptr<SegmentReader>> SegmentReader::open(io::FileSystem& files,
                                                           const std::string& path) {
    EYED_ASSIGN(std::unique_ptr<io::File> file, files.open(path, io::OpenMode::kRead));
    std::string page(kSegmentHeaderBytes, '\0');
    EYED_ASSIGN(const std::size_t got, file->read_at(0, page.data(), page.size()));
    const std::optional<SegmentHeader> header =
        decode_segment_header(std::string_view(page).substr(0, got));
    if (!header)
        return failure(Code::kCorrupt,
                       fmt::format("{}: the header of this log segment is damaged, or of a newer "
                                   "version of this program",
                                   path));
    if (header->encoding == SegmentHeader::Encoding::kRaw)
        return std::make_unique<RawReader>(std::move(file), path, *header);
    return std::make_unique<BlockReader>(std::move(file), path, *header);
}

}  // namespace eyed::log::journal
