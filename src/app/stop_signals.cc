#include "app/stop_signals.h"

#include <pthread.h>

#include <cerrno>

namespace eyed::app {

StopSignals::StopSignals() : set_{} {
    std::signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set_);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
}

int StopSignals::wait() const {
    while (true) {
        const int number = sigwaitinfo(&set_, nullptr);
        if (number > 0 || errno != EINTR) return number;
    }
}

}  // namespace eyed::app
