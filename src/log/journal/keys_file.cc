#include "log/journal/keys_file.h"

#include <fmt/format.h>

#include "log/journal/bytes.h"

namespace eyed::log::journal {
namespace {

constexpr std::uint64_t kMagic = 0x3153594b4a455945;  // "EYEJKYS1"
constexpr std::size_t kHeaderBytes = 64;
constexpr std::size_t kRecordBytes = 32;
constexpr std::size_t kChecksumAt = kHeaderBytes - 8;
constexpr std::uint64_t kMostBytes = 16ULL << 30;

std::uint64_t checksum(std::string_view file) {
    return hash64(file.substr(kHeaderBytes), hash64(file.substr(0, kChecksumAt)));
}

}  // namespace

Status write_keys_file(io::FileSystem& files, const std::string& path, const KeysFile& content) {
    std::string out(kHeaderBytes + content.keys.size() * kRecordBytes, '\0');
    put(out.data(), kMagic);
    put(out.data() + 8, std::uint32_t{1});
    put(out.data() + 12, content.last_time);
    put(out.data() + 16, content.first.value);
    put(out.data() + 24, content.last.value);
    put(out.data() + 32, static_cast<std::uint64_t>(content.keys.size()));
    char* at = out.data() + kHeaderBytes;
    for (const KeyRecord& record : content.keys) {
        put(at, record.key.high);
        put(at + 8, record.key.low);
        put(at + 16, record.id.value);
        put(at + 24, record.time);
        at += kRecordBytes;
    }
    put(out.data() + kChecksumAt, checksum(out));
    return io::write_file_atomically(files, path, out);
}

Result<KeysFile> read_keys_file(io::FileSystem& files, const std::string& path) {
    EYED_ASSIGN(const std::string bytes, io::read_file(files, path, kMostBytes));
    const char* at = bytes.data();
    if (bytes.size() < kHeaderBytes || get<std::uint64_t>(at) != kMagic ||
        get<std::uint32_t>(at + 8) != 1 ||
        get<std::uint64_t>(at + kChecksumAt) != checksum(bytes) ||
        bytes.size() != kHeaderBytes + get<std::uint64_t>(at + 32) * kRecordBytes)
        return failure(Code::kCorrupt, fmt::format("{} is not a whole file of keys", path));
    KeysFile content;
    content.last_time = get<std::uint32_t>(at + 12);
    content.first.value = get<std::uint64_t>(at + 16);
    content.last.value = get<std::uint64_t>(at + 24);
    content.keys.resize(get<std::uint64_t>(at + 32));
    at += kHeaderBytes;
    for (KeyRecord& record : content.keys) {
        record.key = {get<std::uint64_t>(at), get<std::uint64_t>(at + 8)};
        record.id.value = get<std::uint64_t>(at + 16);
        record.time = get<std::uint32_t>(at + 24);
        at += kRecordBytes;
    }
    return content;
}

}  // namespace eyed::log::journal
