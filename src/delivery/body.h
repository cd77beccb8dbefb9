#pragma once

#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"
#include "log/record.h"

namespace eyed::delivery {

/// The event as JSON, with the members that `/api/v1/events/<id>` has: id, application, session_id,
/// category, name, data (as it was sent), timestamp, received_at, event_id.
std::string event_json(EventId id, const log::EventBody& event, std::string_view application);

inline constexpr std::size_t kMostTemplate = 16 * 1024;
inline constexpr std::size_t kMostPlaces = 64;
/// What no longer fits into a body of this size becomes null, or nothing within a string.
inline constexpr std::size_t kMostFilled = 4 * 1024 * 1024;

/// A body template: JSON text in which `{{pointer}}` (RFC 6901, into the event's JSON; `{{}}` is
/// all of it) stands where a value stands, or within a string. Checked at its writing:
/// kInvalidArgument, in a sentence for its author: over kMostTemplate bytes, over kMostPlaces
/// pointers, no JSON once filled, a pointer that is none.
[[nodiscard]] Status check_template(std::string_view text);
/// Where a value stands, the value's JSON, or null; within a string, a string's text or a value's
/// JSON, escaped, or nothing: always JSON. `json` is the event's.
std::string fill_template(std::string_view text, std::string_view json);

}  // namespace eyed::delivery
