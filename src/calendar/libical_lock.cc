#include "calendar/libical_lock.h"

#include <libical/ical.h>

namespace eyed::calendar {

std::unique_lock<std::mutex> lock_libical() {
    static std::mutex mutex;
    std::unique_lock lock(mutex);
    icalerror_set_errors_are_fatal(0);  // a build of it may abort on bad input otherwise
    return lock;
}

}  // namespace eyed::calendar
