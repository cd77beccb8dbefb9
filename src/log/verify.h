#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/logger.h"
#include "base/result.h"
#include "io/file_system.h"

namespace eyed::log {

/// A stretch of the journal that is not what was written.
struct Damage {
    std::string file;          ///< path
    std::uint64_t offset = 0;  ///< of the first bad byte's frame or block within the file
    Position first;            ///< first record that cannot be read
    Position last;             ///< last one; before `first` when it is not known to hold any
    std::string what;          ///< a sentence
};

struct SegmentReport {
    std::string file;
    Position first;
    Position last;
    std::uint64_t records = 0;  ///< read and found whole
    std::uint64_t bytes = 0;    ///< of the file
    bool compressed = false;
};

struct VerifyReport {
    std::vector<SegmentReport> segments;
    std::vector<Damage> damage;
    std::uint64_t records = 0;
    std::uint64_t events = 0;
    std::uint64_t rejections = 0;
    std::uint64_t amendments = 0;  ///< replaced, erased and settled
    std::uint64_t sessions = 0;
    Position last;
    EventId last_event;
    RejectionId last_rejection;
    std::uint64_t given_up = 0;         ///< records that an earlier repair gave up
    std::uint64_t torn_tail_bytes = 0;  ///< after the last whole record: a start would cut them
    bool intact() const { return damage.empty(); }
};

struct VerifyProgress {
    std::uint64_t bytes_done = 0;
    std::uint64_t bytes_total = 0;
};

/// Reads every segment of the journal in `directory` and checks each record's checksums, positions
/// and ids. Changes nothing; safe beside a running journal only for sealed segments, so better
/// with it stopped. An error is one that keeps it from reading at all; damage is in the report.
[[nodiscard]] Result<VerifyReport> verify_journal(
    io::FileSystem& files, const std::string& directory,
    const std::function<void(const VerifyProgress&)>& progress = {});

/// The operator's way on after damage, with the journal stopped: each damaged segment is written
/// anew with all records that are whole, in the place of the old file, which keeps a second name
/// with `.damaged` in it (it is never deleted); what is lost becomes a gap, which readers are given
/// as Kind::kGap. Returns what was given up. Nothing to do is no error. kCorrupt: a segment has
/// another's name.
[[nodiscard]] Result<std::vector<Damage>> repair_journal(io::FileSystem& files,
                                                         const std::string& directory,
                                                         Logger& logger);

}  // namespace eyed::log
