#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace eyed::calendar {

/// How a zone changes its clocks each year from the end of its table on: the TZ string behind a
/// TZif file's tables (RFC 8536 §3.3, POSIX XBD §8.3). Only the `Mm.w.d` form of a change, which is
/// all that the IANA database writes.
struct PosixRule {
    /// On the `week`-th `weekday` (0 Sunday) of `month`, 5 the last; at `time` of the clock that
    /// was shown until then, counted from that day's midnight: it may lie days before or after.
    struct Change {
        unsigned month = 1;
        unsigned week = 1;
        unsigned weekday = 0;
        std::chrono::seconds time{7200};
    };
    std::string standard_name;
    std::string daylight_name;
    std::chrono::seconds standard{0};  ///< ahead of UTC
    std::chrono::seconds daylight{0};
    Change starts;  ///< of daylight
    Change ends;

    /// nullopt: another form, or a zone that changes no more.
    static std::optional<PosixRule> parse(std::string_view text);

    Micros start_of_daylight(std::chrono::year year) const;
    Micros end_of_daylight(std::chrono::year year) const;
};

}  // namespace eyed::calendar
