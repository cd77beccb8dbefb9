#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/ids.h"
#include "base/result.h"
#include "io/file_system.h"

namespace eyed::log::journal {

struct KeyRecord {
    Hash128 key;
    EventId id;
    std::uint32_t time = 0;  ///< seconds since the epoch
};

/// The dedup keys of one sealed segment, in their order: the snapshot of the dedup window is all
/// these files together, and the one segment still written is read at the start.
struct KeysFile {
    Position first;
    Position last;
    std::uint32_t last_time = 0;  ///< of the segment's last record
    std::vector<KeyRecord> keys;
};

[[nodiscard]] Status write_keys_file(io::FileSystem& files, const std::string& path,
                                     const KeysFile& content);
/// kCorrupt when it is not whole: it can be made again from its segment.
[[nodiscard]] Result<KeysFile> read_keys_file(io::FileSystem& files, const std::string& path);

}  // namespace eyed::log::journal
