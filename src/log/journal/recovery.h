#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "log/journal/dedup_window.h"
#include "log/journal/journal.h"
#include "log/journal/segment_list.h"

namespace eyed::log::journal {

/// Where the log goes on after what was found on disk.
struct Recovered {
    Position next{1};
    EventId next_event{1};
    RejectionId next_rejection{1};
    /// The segment to write on, or none: then a new one begins.
    std::unique_ptr<io::File> active;
    std::string active_path;
    std::uint64_t active_offset = 0;
    std::uint64_t active_bytes = 0;
    std::uint64_t active_salt = 0;
    /// Raw files whose compressed form is there too.
    std::vector<std::string> superseded;
};

/// Reads the directory: the headers of all segments, the last one whole, the keys of the dedup
/// window. Cuts a torn tail, removes unfinished temporary files, and leaves damage where it is.
/// Errors as open_journal's.
[[nodiscard]] Result<Recovered> recover(const JournalOptions& options, const JournalParts& parts,
                                        SegmentList& segments, DedupWindow& dedup);

/// The segment files of a directory, by first position.
struct SegmentFiles {
    Position first;
    std::string raw;  ///< paths; empty when not there
    std::string compressed;
    std::string keys;
    const std::string& best() const { return compressed.empty() ? raw : compressed; }
};
[[nodiscard]] Result<std::vector<SegmentFiles>> list_segments(io::FileSystem& files,
                                                              const std::string& directory);

}  // namespace eyed::log::journal
