#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "io/slow_remover.h"
#include "log/journal/active_segment.h"
#include "log/journal/journal.h"
#include "log/journal/segment_list.h"

namespace eyed::log::journal {

/// A low-priority thread that does what the writer need not wait for: keeps one spare file ready,
/// writes the keys of sealed segments, compresses sealed and applied ones, removes what retention
/// says. Errors are said once and tried again later. The journal owns it.
class Housekeeper {
  public:
    Housekeeper(const JournalOptions& options, const JournalParts& parts, SegmentList& segments);
    ~Housekeeper();
    Housekeeper(const Housekeeper&) = delete;
    Housekeeper& operator=(const Housekeeper&) = delete;

    /// The spare, when one of at least `bytes` is ready. Thread-safe, like the next two.
    std::optional<SpareFile> take_spare(std::uint64_t bytes);
    /// Something was sealed or applied: look again.
    void poke();
    void set_applied(Position position);

    /// Raw files whose compressed form is there: removed slowly.
    void remove_superseded(const std::vector<std::string>& paths);

  private:
    struct Leaving {
        std::string path;
        std::shared_ptr<const void> lease;
    };
    void run();
    void work();
    void prepare_spare();
    Status fill(io::File& file);
    void write_keys(const Segment& segment);
    void compress(const Segment& segment);
    void retain(const std::vector<Segment>& segments);
    void remove_old_keys();
    void release_files();
    void complain(const char* what, const std::string& path, const Error& error);

    const JournalOptions& options_;
    const JournalParts& parts_;
    SegmentList& segments_;
    io::SlowRemover remover_;
    std::vector<Leaving> leaving_;      ///< the thread's: removed when nobody reads them
    std::set<std::string> complained_;  ///< the thread's: said once a file
    std::uint64_t rounds_ = 0;          ///< the thread's
    std::atomic<std::uint64_t> applied_{0};
    std::atomic<bool> stopping_{false};
    std::mutex mutex_;  ///< guards spare_ and poked_
    std::condition_variable wake_;
    std::optional<SpareFile> spare_;
    bool poked_ = false;
    std::thread thread_;
};

}  // namespace eyed::log::journal
