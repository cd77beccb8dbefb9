#pragma once

#include <sys/resource.h>
#include <unistd.h>

namespace eyed {

/// The calling thread yields to those that answer requests when there is not enough of the
/// processor for all (Linux: a nice value is a thread's own). Where that is refused nothing
/// changes.
inline void work_in_background() {
    constexpr int kNice = 5;
    (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice);
}

}  // namespace eyed
