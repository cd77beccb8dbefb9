#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <optional>
#include <thread>

#include "base/executor.h"
#include "http/site.h"

namespace eyed::http {

/// One thread with its io_context and its share of the connections. Made and joined by the server.
class IoThread final : public Executor {
  public:
    IoThread(Site& site, unsigned number);
    ~IoThread() override;

    void post(Resumption* chain) noexcept override;

    void start();
    /// Ends the loop, with whatever is still queued unrun, and joins.
    void join();

    boost::asio::io_context& context() { return context_; }
    /// On its own thread only, but for its load.
    Shard& shard() { return shard_; }

  private:
    /// Memory for the one wake-up that can be on its way, so that post() cannot fail.
    template <class T>
    struct WakeUpAllocator {
        using value_type = T;
        void* slot;
        explicit WakeUpAllocator(void* slot) : slot(slot) {}
        template <class U>
        explicit WakeUpAllocator(const WakeUpAllocator<U>& other) : slot(other.slot) {}
        T* allocate(std::size_t n) {
            static_assert(sizeof(T) <= kSlotBytes && alignof(T) <= alignof(std::max_align_t));
            return n == 1 ? static_cast<T*>(slot) : nullptr;
        }
        void deallocate(T*, std::size_t) {}
        friend bool operator==(const WakeUpAllocator&, const WakeUpAllocator&) = default;
    };
    struct WakeUp;

    void drain();
    void schedule_tick();

    static constexpr std::size_t kSlotBytes = 256;
    const unsigned number_;
    boost::asio::io_context context_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    boost::asio::steady_timer timer_;
    Shard shard_;
    std::atomic<Resumption*> posted_{nullptr};  ///< last posted first
    alignas(std::max_align_t) std::byte slot_[kSlotBytes];
    std::thread thread_;
};

}  // namespace eyed::http
