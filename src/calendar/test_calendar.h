#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json_text.h"
#include "calendar/test_series.h"

namespace eyed::calendar {

/// An event of an hour as the catalog gives it.
inline model::CalendarEvent sample_event(std::string_view start, std::string_view zone) {
    model::CalendarEvent event{.id = {7},
                               .uid = "uid-1@example.org",
                               .sequence = 2,
                               .location_name = "Hall",
                               .category_name = "Talks",
                               .created_at = instant("2026-01-01T00:00:00Z"),
                               .updated_at = instant("2026-01-01T12:00:00Z")};
    event.fields.title = "Talk; with, commas";
    event.fields.description = "two\nlines";
    event.fields.zone = zone;
    event.fields.start = instant(start);
    event.fields.end = event.fields.start + std::chrono::hours(1);
    return event;
}

/// The content lines of a file.
inline std::vector<std::string> unfolded(std::string_view file) {
    std::vector<std::string> lines;
    while (!file.empty()) {
        const std::size_t end = file.find("\r\n");
        EXPECT_NE(end, std::string_view::npos) << "a line without CRLF: " << file;
        const std::string_view line = file.substr(0, end);
        if (line.starts_with(' ') && !lines.empty())
            lines.back() += line.substr(1);
        else
            lines.emplace_back(line);
        if (end == std::string_view::npos) break;
        file.remove_prefix(end + 2);
    }
    return lines;
}

}  // namespace eyed::calendar
