#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/calendar.h"

namespace eyed::calendar {

/// A time of an iCalendar file as it is written.
struct WrittenTime {
    enum class Kind : std::uint8_t { kDate, kUtc, kLocal };
    Kind kind = Kind::kUtc;
    std::int64_t value = 0;  ///< microseconds since 1970: of UTC, or of a clock
    std::string zone;        ///< TZID; empty: none
};

/// DURATION (RFC 5545 §3.3.6): days by the calendar, and elapsed time.
struct WrittenLength {
    std::chrono::days days{};
    std::chrono::seconds time{};
};

/// A VEVENT as it is written. What it does not have is empty.
struct VEvent {
    std::string uid;
    std::uint32_t sequence = 0;
    std::optional<WrittenTime> start, end, recurrence_id;
    std::optional<WrittenLength> length;
    std::string rule;
    std::vector<WrittenTime> added, skipped;
    std::optional<std::string> summary, description, location;
    std::string category, organiser;
    std::optional<model::EventStatus> status;
    std::vector<std::string> faults;
};

/// One line of a VEVENT, unfolded.
struct EventLine {
    std::string name;  ///< in upper case
    std::string text;  ///< all of it
    std::string value;
    bool was_cut = false;
};

/// Whether a property of that name is read; others are passed over.
bool is_read(std::string_view name);

/// Reads the lines, each of a property that is_read. What is wrong with them is in `faults`. Any
/// thread; takes lock_libical.
VEvent read_vevent(const std::vector<EventLine>& lines);

}  // namespace eyed::calendar
