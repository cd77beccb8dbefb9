#pragma once

#include <functional>
#include <iosfwd>
#include <mutex>
#include <string>
#include <thread>

namespace eyed::cli {

/// Tells how far long work is, on standard error, from a thread of its own: a line that is written
/// over twice a second on a terminal, else a line each 5 s. Ends, and clears its line, with the
/// destructor.
class Progress {
  public:
    /// `text` is called on that thread; an empty one is not shown. `err` is written by nobody else
    /// meanwhile.
    Progress(std::ostream& err, std::function<std::string()> text);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// Writes a line that stays. Any thread.
    void say(const std::string& line);

  private:
    void run(const std::stop_token& stop);

    std::ostream& err_;
    const std::function<std::string()> text_;
    const bool terminal_;
    std::mutex mutex_;     ///< guards err_ and what follows
    std::string shown_;    ///< the line that stands there; of a terminal
    std::jthread thread_;  ///< last: it uses the others
};

}  // namespace eyed::cli
