#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "calendar/zone.h"
#include "model/calendar.h"

namespace eyed::calendar {

/// Bounds of what people write, in characters but where bytes are said.
inline constexpr std::size_t kMostTitle = 255;
inline constexpr std::size_t kMostDescription = 20'000;
inline constexpr std::size_t kMostOrganiser = 255;
inline constexpr std::uint32_t kMostCapacity = 1'000'000;
inline constexpr std::size_t kMostLabelName = 75;
inline constexpr std::size_t kMostUid = 255;
/// An event lasts no longer.
inline constexpr std::chrono::microseconds kMostLength = std::chrono::hours(24 * 366);

/// What is wrong with one field; `field` empty: with several together.
struct Fault {
    std::string field;
    std::string message;
};
using Faults = std::vector<Fault>;

/// What somebody says of an event; absent: not said. Times as they were written: they depend on
/// the zone.
struct Draft {
    std::optional<std::string> title;
    std::optional<std::string> description;
    std::optional<std::string> start_time;
    std::optional<std::string> end_time;
    std::optional<std::string> zone;
    std::optional<bool> all_day;
    std::optional<model::EventStatus> status;
    std::optional<std::optional<std::uint32_t>> capacity;
    std::optional<std::string> organiser;
    std::optional<LocationId> location;  ///< LocationId{}: none given
    std::optional<CategoryId> category;
    std::optional<std::string> rrule;  ///< empty: none
    std::optional<std::vector<std::string>> rdate;
    std::optional<std::vector<std::string>> exdate;
};

/// What a draft is to be laid on.
enum class Base : std::uint8_t {
    kNothing,  ///< a new event: what must be said is, what is not said has its default
    kWhole,    ///< PUT, as DRF has it: what must be said is, what is not said stays
    kPart,     ///< PATCH: what is not said stays
};

/// The fields as they are when `draft` is laid on `fields`. Faults are added in the words of Django
/// REST framework; then what is given back is of no use. A time without offset is of the draft's
/// zone, else the event's, of a new one `zone`. Pure.
model::CalendarFields apply(const Draft& draft, Base base, const model::CalendarFields& fields,
                            const Zone& zone, Faults& faults);

/// What somebody says of one occurrence of a series.
struct OccurrenceDraft {
    std::optional<std::string> title;
    std::optional<std::string> description;
    std::optional<std::string> start_time;
    std::optional<std::string> end_time;  ///< without it the length stays
    std::optional<model::EventStatus> status;
    std::optional<LocationId> location;
};
/// The change of that occurrence, when `draft` is laid on `change` (which has at least its
/// original start). Faults as above. Pure.
model::OccurrenceChange apply(const OccurrenceDraft& draft, model::OccurrenceChange change,
                              const model::CalendarFields& fields, Faults& faults);

/// Check what came from elsewhere (a file) by the same rules.
void check(model::CalendarFields& fields, Faults& faults);
void check(model::OccurrenceChange& change, const model::CalendarFields& fields, Faults& faults);
void check_uid(const std::string& uid, Faults& faults);

}  // namespace eyed::calendar
