#include "log/journal/compressor.h"

#include <fmt/format.h>
#include <zstd.h>

#include "log/journal/segment_walk.h"

namespace eyed::log::journal {
namespace {

constexpr std::uint64_t kSyncEvery = 4ULL << 20;  // little at a time: others sync this disk too

/// What a segment says, in one number.
struct Digest {
    std::uint64_t value = 0;
    std::uint64_t frames = 0;
    std::uint64_t bytes = 0;
    void add(const Frame& frame) {
        char prefix[kFrameHeaderBytes + kKeyBytes];
        put_frame_prefix(prefix, frame.header, frame.key, value);
        value = hash64({prefix, frame.header.prefix_bytes()}, value);
        ++frames;
        bytes += frame.header.frame_bytes();
    }
    friend bool operator==(const Digest&, const Digest&) = default;
};

class BlockWriter {
  public:
    BlockWriter(io::File& file, std::uint64_t salt, int level)
        : file_(file), salt_(salt), level_(level), context_(ZSTD_createCCtx(), &ZSTD_freeCCtx) {}

    void add(const Frame& frame) {
        if (frames_ == 0) first_ = frame.header.position;
        const std::size_t at = content_.size();
        content_.resize(at + frame.header.frame_bytes(), '\0');
        char* const body = put_frame_prefix(content_.data() + at, frame.header, frame.key, salt_);
        frame.body.copy(body, frame.body.size());
        ++frames_;
        if (content_.size() >= kBlockContentBytes) flush();
    }

    void flush() {
        if (frames_ == 0 || !status_) return;
        std::string compressed(ZSTD_compressBound(content_.size()), '\0');
        const std::size_t made =
            ZSTD_compressCCtx(context_.get(), compressed.data(), compressed.size(), content_.data(),
                              content_.size(), level_);
        if (ZSTD_isError(made) != 0) {
            status_ = failure(Code::kInternal, ZSTD_getErrorName(made));
            return;
        }
        compressed.resize(made);
        const BlockHeader header{.content_bytes = static_cast<std::uint32_t>(content_.size()),
                                 .compressed_bytes = static_cast<std::uint32_t>(made),
                                 .frames = frames_,
                                 .first = first_};
        status_ = write(encode(header, compressed, salt_) + compressed);
        content_.clear();
        frames_ = 0;
    }

    const Status& status() const { return status_; }
    std::uint64_t bytes() const { return offset_; }

  private:
    Status write(const std::string& block) {
        EYED_TRY(file_.write_at(offset_, block));
        offset_ += block.size();
        if (offset_ - synced_ < kSyncEvery) return {};
        synced_ = offset_;
        return file_.sync_data();
    }

    io::File& file_;
    const std::uint64_t salt_;
    const int level_;
    std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context_;
    std::string content_;
    std::uint32_t frames_ = 0;
    Position first_;
    std::uint64_t offset_ = kSegmentHeaderBytes;
    std::uint64_t synced_ = kSegmentHeaderBytes;
    Status status_;
};

Status require_whole(const Walk& walk) {
    if (walk.damage.empty()) return {};
    return failure(Code::kCorrupt, walk.damage.front().what);
}

Result<std::uint64_t> write_copy(io::FileSystem& files, const CompressJob& job,
                                 const std::string& temporary, const std::atomic<bool>& stop) {
    EYED_ASSIGN(const std::unique_ptr<SegmentReader> reader, SegmentReader::open(files, job.raw));
    EYED_ASSIGN(const std::unique_ptr<io::File> out,
                files.open(temporary, io::OpenMode::kCreateNew));
    const std::uint64_t salt = reader->header().salt;
    BlockWriter blocks(*out, salt, job.level);
    Digest original;
    EYED_ASSIGN(const Walk walk, walk_segment(*reader, job.last, [&](const Frame& frame) {
                    if (stop || !blocks.status()) return;
                    original.add(frame);
                    blocks.add(frame);
                }));
    if (stop) return failure(Code::kUnavailable, "stopping");
    EYED_TRY(require_whole(walk));
    blocks.flush();
    if (!blocks.status()) return std::unexpected(blocks.status().error());
    SegmentHeader header = reader->header();
    header.encoding = SegmentHeader::Encoding::kBlocks;
    header.content_bytes = original.bytes;
    EYED_TRY(out->write_at(0, encode(header)));
    EYED_TRY(out->sync_data());

    EYED_ASSIGN(const std::unique_ptr<SegmentReader> back, SegmentReader::open(files, temporary));
    Digest copy;
    EYED_ASSIGN(const Walk again,
                walk_segment(*back, job.last, [&](const Frame& frame) { copy.add(frame); }));
    EYED_TRY(require_whole(again));
    if (copy != original || again.next != walk.next)
        return failure(Code::kInternal, "the compressed copy differs from its original");
    return blocks.bytes();
}

}  // namespace

Result<std::uint64_t> compress_segment(io::FileSystem& files, const CompressJob& job,
                                       const std::atomic<bool>& stop) {
    const std::string temporary = job.to + ".tmp";
    if (files.exists(temporary)) EYED_TRY(files.remove(temporary));
    Result<std::uint64_t> bytes = write_copy(files, job, temporary, stop);
    if (bytes) {
        if (Status named = files.rename(temporary, job.to); !named)
            bytes = std::unexpected(std::move(named).error());
    }
    if (!bytes) {
        static_cast<void>(files.remove(temporary));
        return bytes;
    }
    EYED_TRY(files.sync_directory(job.to.substr(0, job.to.rfind('/'))));
    return bytes;
}

}  // namespace eyed::log::journal
