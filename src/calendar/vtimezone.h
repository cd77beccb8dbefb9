#pragma once

#include <string>

#include "calendar/zone.h"

namespace eyed::calendar {

/// A VTIMEZONE (RFC 5545 §3.6.5) that holds from the instant `from` on: the changes of the past one
/// by one, the rule that goes on as RRULEs. A rule that no RRULE says well (a day counted from
/// another month's) is written out for 50 years.
void append_vtimezone(const Zone& zone, Micros from, std::string& out);

/// `20260329T100000`: what the zone's clock shows, without the fraction.
std::string basic_time(const Zone& zone, Micros at);

}  // namespace eyed::calendar
