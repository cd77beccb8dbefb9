#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace eyed::calendar {

struct PosixRule;

/// What a clock on the wall shows: microseconds since 1970-01-01T00:00:00 of that clock.
struct LocalTime {
    std::int64_t value = 0;
    friend auto operator<=>(const LocalTime&, const LocalTime&) = default;
};

/// Between two changes of a zone's clocks.
struct ZonePeriod {
    Micros begin;
    Micros end;                     ///< exclusive
    std::chrono::seconds offset{};  ///< ahead of UTC
    std::string abbreviation;       ///< `CEST`
};

/// A time zone of the IANA database. A small value; any thread.
class Zone {
  public:
    /// By its exact name (`Europe/Berlin`, `US/Central`, `UTC`). kInvalidArgument, with a sentence:
    /// there is none. kInternal: its file cannot be read.
    [[nodiscard]] static Result<Zone> find(std::string_view name);
    static Zone utc();

    const std::string& name() const;
    /// A local time that a clock skips is read with the offset before the gap; one that it shows
    /// twice is the first of the two (RFC 5545 §3.3.5).
    Micros to_utc(LocalTime at) const;
    LocalTime to_local(Micros at) const;
    /// No local time from `at` on is read as an instant before this. It is to_utc(at), or where
    /// the clock skips `at`, the moment of that change.
    Micros not_before(LocalTime at) const;
    /// `2026-03-29T10:00:00+02:00`; `Z` for UTC. The fraction is there when it is not zero. An
    /// offset of the 19th century that has seconds is shown without, and the time is right for it.
    std::string to_iso8601(Micros at) const;
    /// `2026-03-29`: the local day.
    std::string to_date(Micros at) const;

    ZonePeriod period(Micros at) const;
    /// How the clocks change from the end of the zone's table on; null: no more.
    const PosixRule* rule() const;

    /// Of the database, and alive as long as the program.
    struct Data;

  private:
    explicit Zone(const Data* data) : data_(data) {}
    const Data* data_;
};

/// The names of all zones, ascending: for messages and forms.
const std::vector<std::string>& zone_names();

/// Reads a time as it comes from people and programs: as parse_iso8601 (base/time.h), where an
/// offset says the instant, and none at all means the clock of `zone`; or `YYYY-MM-DD`: midnight of
/// `zone`. nullopt: anything else, and what is before year 1 or after 9999.
std::optional<Micros> read_time(std::string_view text, const Zone& zone);

}  // namespace eyed::calendar
