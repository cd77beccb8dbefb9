#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "calendar/recurrence.h"

namespace eyed::calendar {

inline Micros instant(std::string_view text) {
    const auto read = read_time(text, Zone::utc());
    EXPECT_TRUE(read) << text;
    return read.value_or(Micros{});
}

inline Zone zone_of(const model::CalendarFields& fields) {
    const auto zone = Zone::find(fields.zone);
    EXPECT_TRUE(zone) << fields.zone;
    return zone ? *zone : Zone::utc();
}

/// An event of an hour, or of whole days, that comes again by a rule (empty: by none), which must
/// be one that check_rule takes.
struct Series {
    model::CalendarFields fields;

    Series(std::string_view start, std::string_view zone, std::string_view rule) {
        fields.title = "Series";
        fields.zone = zone;
        fields.start = read_time(start, zone_of(fields)).value();
        fields.end = fields.start + std::chrono::hours(1);
        take(rule);
    }
    static Series days(std::string_view first, int days, std::string_view zone,
                       std::string_view rule) {
        Series series(first, zone, "");
        const Zone place = zone_of(series.fields);
        const std::int64_t midnight = place.to_local(series.fields.start).value;
        series.fields.all_day = true;
        series.fields.end = place.to_utc({midnight + days * 86'400'000'000LL});
        series.take(rule);
        return series;
    }

  private:
    void take(std::string_view rule) {
        if (rule.empty()) return;
        const auto checked = check_rule(rule, fields, zone_of(fields));
        EXPECT_TRUE(checked) << rule << ": " << (checked ? "" : checked.error().detail);
        fields.recurrence.rule = checked.value_or("");
    }
};

}  // namespace eyed::calendar
