#pragma once

#include <cstdint>
#include <string>

namespace eyed::bench {

struct RefusalTimes {
    double trace_ms = 0;       ///< an event by its event_id, medians as all of these
    double summary_ms = 0;     ///< of all refusals
    double filtered_ms = 0;    ///< of those with one reason
    double page_ms = 0;        ///< 100 open ones, oldest first
    std::uint64_t groups = 0;  ///< of the summary
};

/// Fills a new store at `file` with events that have an event_id and with refusals, then asks it
/// `repeat` times. Ends the program when it cannot.
RefusalTimes time_refusals(const std::string& file, std::uint64_t events, std::uint64_t refusals,
                           std::uint32_t repeat);

}  // namespace eyed::bench
