#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "io/file_system.h"

namespace eyed::log::journal {

struct CompressJob {
    std::string raw;  ///< a sealed segment
    std::string to;   ///< its final name; appears whole or not at all
    Position last;
    int level = 3;
};

/// Writes a compressed copy of a sealed segment, reads it back and compares every record, then
/// gives it its name. Returns its size. kUnavailable when `stop` became true; kCorrupt when the
/// segment has damage (then it must stay as it is). On any error nothing new is there.
[[nodiscard]] Result<std::uint64_t> compress_segment(io::FileSystem& files, const CompressJob& job,
                                                     const std::atomic<bool>& stop);

}  // namespace eyed::log::journal
