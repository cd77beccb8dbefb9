#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/logger.h"
#include "base/result.h"
#include "base/time.h"
#include "io/file_system.h"
#include "log/log.h"

namespace eyed::log {

enum class Compression : std::uint8_t { kOff, kOn };
/// Whether the next segment's file is written full of zeros ahead of its time. A sync then has no
/// extents to note, only data: it took 40 % less time on ext4.
enum class Prefill : std::uint8_t { kOff, kOn };

struct JournalOptions {
    std::string directory;  ///< made when it is not there; for one process at a time: lock it first
    std::uint64_t segment_bytes = 128ULL << 20;     ///< size a segment file is preallocated to
    std::optional<std::chrono::seconds> retention;  ///< none: applied segments stay for ever
    std::uint64_t dedup_memory = 256ULL << 20;      ///< bytes; about 26 an id
    std::chrono::seconds dedup_window = std::chrono::hours(7 * 24);
    std::uint64_t queue_bytes = 64ULL << 20;     ///< waiting for the writer; more is refused
    std::uint64_t group_bytes = 8ULL << 20;      ///< one write and sync; a batch is never split
    Compression compression = Compression::kOn;  ///< of sealed and applied segments
    Prefill prefill = Prefill::kOn;
    int compression_level = 1;                       ///< zstd's: 3 is slower and no smaller
    std::chrono::milliseconds retry_interval{1000};  ///< between attempts after a disk failed
};

/// What the journal is made of, all outliving it. Thread-safe parts.
struct JournalParts {
    io::FileSystem& files;
    const Clock& clock;
    Logger& logger;
};

/// Opens the journal of a directory, recovers what a crash left and starts its threads (one
/// writer, one low-priority housekeeper). A torn tail is cut and said so; damage before the end is
/// said so and left as it is for repair_journal (log/verify.h): the journal writes on, and a
/// cursor gives kCorrupt there. kCorrupt when the last segment does not say which ids were given:
/// the detail says what to do. kIo as the disk says. A full disk does not stop the opening: the
/// log is then not writable, and heals. The destructor writes what was accepted, then stops.
/// The files are described in docs/internals/journal-format.md.
[[nodiscard]] Result<std::unique_ptr<Log>> open_journal(JournalOptions options, JournalParts parts);

}  // namespace eyed::log
