// rooms: log
// A segment of any bytes through what reads the journal: nothing may crash, and no more records may
// come out than the bytes could hold.
#include <cstdint>
#include <memory>
#include <string>

#include "base/check.h"
#include "io/temporary_directory.h"
#include "log/journal/format.h"
#include "log/journal/journal.h"
#include "log/verify.h"

namespace {

using namespace eyed;
using namespace eyed::log;

/// A segment of any bytes behind a good header: the first byte chooses raw or compressed, and
/// whether checksums of frames are made right, so that the fuzzer gets past them.
std::string segment_of(std::string_view bytes, bool compressed) {
    journal::SegmentHeader header;
    header.first = {1};
    header.first_event = {1};
    header.first_rejection = {1};
    if (compressed) header.encoding = journal::SegmentHeader::Encoding::kBlocks;
    return encode(header) + std::string(bytes);
}

std::string framed(std::string_view bytes) {
    journal::FrameHeader header{.kind = static_cast<std::uint8_t>(bytes.empty() ? 1 : bytes[0]),
                                .keyed = !bytes.empty() && (bytes.back() & 1) != 0,
                                .length = static_cast<std::uint32_t>(bytes.size()),
                                .position = {1},
                                .id = 1,
                                .body_hash = hash64(bytes)};
    std::string out(header.frame_bytes(), '\0');
    bytes.copy(journal::put_frame_prefix(out.data(), header, {1, 2}, 0), bytes.size());
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    static const io::TemporaryDirectory directory;
    static const std::unique_ptr<io::FileSystem> files = io::make_file_system();
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const bool compressed = (data[0] & 1) != 0;
    const std::string content =
        (data[0] & 2) != 0 ? framed(bytes) + std::string(bytes) : std::string(bytes);
    const std::string path = directory.file(journal::segment_name({1}, journal::kRawSuffix));
    EYED_CHECK(io::write_file_atomically(*files, path, segment_of(content, compressed)));
    const auto report = verify_journal(*files, directory.path());
    EYED_CHECK(report);
    EYED_CHECK(report->last.value + 1 >= 1 && report->records <= content.size() / 48);
    return 0;
}
