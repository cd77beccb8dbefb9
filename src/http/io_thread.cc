#include "http/io_thread.h"

#include <pthread.h>

#include <boost/asio/post.hpp>
#include <string>

namespace eyed::http {

struct IoThread::WakeUp {
    using allocator_type = WakeUpAllocator<WakeUp>;
    IoThread* self;
    allocator_type get_allocator() const { return allocator_type(self->slot_); }
    void operator()() const { self->drain(); }
};

IoThread::IoThread(Site& site, unsigned number)
    : number_(number),
      context_(1),  // one thread runs it: locks are uncontended but by post()
      work_(context_.get_executor()),
      timer_(context_),
      shard_(*this, site) {
}

IoThread::~IoThread() {
    join();
}

void IoThread::start() {
    schedule_tick();
    thread_ = std::thread([this] {
        const std::string name = "eyed-io-" + std::to_string(number_);
        pthread_setname_np(pthread_self(), name.c_str());
        context_.run();
    });
}

void IoThread::join() {
    context_.stop();
    if (thread_.joinable()) thread_.join();
}

/// Only the first of what is posted while the thread is busy wakes it: whoever finds the list
/// empty.
void IoThread::post(Resumption* chain) noexcept {
    Resumption* last = chain;
    Resumption* reversed = nullptr;
    while (chain != nullptr) {
        Resumption* const next = chain->next;
        chain->next = reversed;
        reversed = chain;
        chain = next;
    }
    Resumption* head = posted_.load(std::memory_order_relaxed);
    do {
        last->next = head;
    } while (!posted_.compare_exchange_weak(head, reversed, std::memory_order_acq_rel,
                                            std::memory_order_relaxed));
    if (head == nullptr) boost::asio::post(context_, WakeUp{this});
}

void IoThread::drain() {
    Resumption* chain = posted_.exchange(nullptr, std::memory_order_acq_rel);
    Resumption* in_order = nullptr;
    while (chain != nullptr) {
        Resumption* const next = chain->next;
        chain->next = in_order;
        in_order = chain;
        chain = next;
    }
    while (in_order != nullptr) {
        Resumption* const next = in_order->next;
        in_order->handle.resume();
        in_order = next;
    }
}

void IoThread::schedule_tick() {
    timer_.expires_after(shard_.tick());
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (error) return;
        shard_.check_deadlines();
        schedule_tick();
    });
}

}  // namespace eyed::http
