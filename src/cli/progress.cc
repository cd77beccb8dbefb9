#include "cli/progress.h"

#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <ostream>

namespace eyed::cli {

Progress::Progress(std::ostream& err, std::function<std::string()> text)
    : err_(err),
      text_(std::move(text)),
      terminal_(::isatty(STDERR_FILENO) == 1),
      thread_([this](const std::stop_token& stop) { run(stop); }) {
}

Progress::~Progress() {
    thread_.request_stop();
    thread_.join();
    if (terminal_) err_ << "\r\033[K" << std::flush;
}

void Progress::run(const std::stop_token& stop) {
    const auto every = terminal_ ? std::chrono::milliseconds(500) : std::chrono::seconds(5);
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    while (!wake.wait_for(lock, stop, every, [&] { return stop.stop_requested(); })) {
        if (stop.stop_requested()) return;
        const auto text = text_();
        if (text.empty()) continue;
        const std::lock_guard writing(mutex_);
        if (terminal_) {
            shown_ = text;
            err_ << '\r' << text << "\033[K" << std::flush;
        } else {
            err_ << text << std::endl;
        }
    }
}

void Progress::say(const std::string& line) {
    const std::lock_guard writing(mutex_);
    if (terminal_) {
        err_ << '\r' << line << "\033[K\n" << shown_ << std::flush;
    } else {
        err_ << line << std::endl;
    }
}

}  // namespace eyed::cli
