#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace eyed {

/// A mutex that is given in the order it was asked for. One that locks it again and again, with
/// long work in between, does not keep the others out, as it may with std::mutex. For a handful of
/// threads: all that wait are woken each time. Lockable by std::lock_guard.
class FairMutex {
  public:
    void lock() {
        std::unique_lock lock(mutex_);
        const std::uint64_t own = last_++;
        turn_.wait(lock, [&] { return served_ == own; });
    }
    void unlock() {
        {
            const std::lock_guard lock(mutex_);
            ++served_;
        }
        turn_.notify_all();
    }
    /// How many hold it or wait for it: for tests.
    std::uint64_t asking() {
        const std::lock_guard lock(mutex_);
        return last_ - served_;
    }

  private:
    std::mutex mutex_;  ///< guards what follows
    std::condition_variable turn_;
    std::uint64_t last_ = 0;    ///< the next turn to give out
    std::uint64_t served_ = 0;  ///< whose turn it is
};

}  // namespace eyed
