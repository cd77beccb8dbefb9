#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "calendar/deadline.h"
#include "calendar/foreign_zones.h"
#include "calendar/vevent.h"

namespace eyed::calendar {

/// What a file has, in its order.
struct ScannedFile {
    std::vector<VEvent> events;
    ForeignZones zones;
};
/// Walks the components of a file (RFC 5545 §3.4), each to its end. kInvalidArgument, with the
/// line: no VCALENDAR, a component that does not end or ends where it did not begin, more than 8 of
/// them inside each other. kTooLarge: more than `most` VEVENTs, or the deadline has passed.
[[nodiscard]] Result<ScannedFile> scan_file(std::string_view file, std::size_t most,
                                            const Deadline& deadline);

}  // namespace eyed::calendar
