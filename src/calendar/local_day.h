#pragma once

#include <chrono>

#include "calendar/zone.h"

namespace eyed::calendar {

inline std::chrono::sys_days local_day(LocalTime at) {
    using std::chrono::microseconds;
    return std::chrono::floor<std::chrono::days>(
        std::chrono::sys_time<microseconds>(microseconds(at.value)));
}

inline LocalTime midnight_of(std::chrono::sys_days day) {
    return {std::chrono::microseconds(day.time_since_epoch()).count()};
}

/// The midnight of the local day of `at`.
inline LocalTime local_midnight(const Zone& zone, Micros at) {
    return midnight_of(local_day(zone.to_local(at)));
}

/// The local time of `at` without its fraction.
inline LocalTime whole_second(const Zone& zone, Micros at) {
    using std::chrono::microseconds;
    return {microseconds(
                std::chrono::floor<std::chrono::seconds>(microseconds(zone.to_local(at).value)))
                .count()};
}

}  // namespace eyed::calendar
