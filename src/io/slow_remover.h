#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "base/logger.h"
#include "io/file_system.h"

namespace eyed::io {

/// Removes big files without holding up others: freeing hundreds of MiB at once stops every
/// fdatasync on the file system for 100 ms and more, so a file is first shortened step by step, on
/// a low-priority thread of its own. Thread-safe. The destructor does not wait for the queue: what
/// is left bears the name `….removing`, and sweep() takes it up at the next start.
class SlowRemover {
  public:
    struct Options {
        std::uint64_t step_bytes = 1ULL << 20;
        std::chrono::milliseconds pause{2};
    };
    SlowRemover(FileSystem& files, Logger& logger, Options options);
    SlowRemover(FileSystem& files, Logger& logger) : SlowRemover(files, logger, Options{}) {}
    ~SlowRemover();
    SlowRemover(const SlowRemover&) = delete;
    SlowRemover& operator=(const SlowRemover&) = delete;

    /// Renames `path` to `path.removing` at once and frees it later. An error: nothing was done.
    [[nodiscard]] Status remove(const std::string& path);
    /// Queues what an earlier process left: every `*.removing` of the directory.
    void sweep(const std::string& directory);
    /// Waits until nothing is queued: for tests.
    void drain();

  private:
    void run();
    void shorten_and_remove(const std::string& path);
    bool pause_or_stop();

    FileSystem& files_;
    Logger& logger_;
    const Options options_;
    std::mutex mutex_;  ///< guards queue_, busy_ and stopping_
    std::condition_variable changed_;
    std::deque<std::string> queue_;
    bool busy_ = false;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace eyed::io
