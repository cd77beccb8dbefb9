#include "cli/interrupts.h"

#include <pthread.h>

#include <ctime>

namespace eyed::cli {

Interrupts::Interrupts() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    sigset_t blocked = signals_;
    sigaddset(&blocked, SIGPIPE);  // a connection that ended is an error of its write
    pthread_sigmask(SIG_BLOCK, &blocked, &before_);
    thread_ = std::jthread([this](const std::stop_token& over) { run(over); });
}

Interrupts::~Interrupts() {
    thread_.request_stop();
    thread_.join();
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void Interrupts::run(const std::stop_token& over) {
    constexpr timespec kTick{0, 50'000'000};  // how long the destructor waits at most
    while (!over.stop_requested()) {
        if (sigtimedwait(&signals_, nullptr, &kTick) < 0) continue;
        source_.request_stop();
        pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);  // the next one ends the program, here
        while (!over.stop_requested())
            nanosleep(&kTick, nullptr);
    }
}

}  // namespace eyed::cli
