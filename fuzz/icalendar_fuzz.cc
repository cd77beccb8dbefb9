// An iCalendar file; what is read from it without faults is written and read again as it was.
// rooms: calendar
#include <cstdint>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/json_text.h"
#include "calendar/icalendar.h"

namespace {

using namespace eyed;

constexpr std::string_view kZone = "Europe/Berlin";

/// Blanks at the ends of texts are lost on the way, and are not what is looked for.
model::CalendarFields without_texts(model::CalendarFields fields) {
    fields.title.clear();
    fields.description.clear();
    fields.organiser.clear();
    return fields;
}

std::vector<model::CalendarEvent> without_faults(std::vector<calendar::ReadEvent> read) {
    std::vector<model::CalendarEvent> events;
    for (calendar::ReadEvent& event : read) {
        for (const std::string& fault : event.faults)
            EYED_CHECK(is_utf8(fault) && !fault.empty());
        if (!event.faults.empty()) continue;
        EYED_CHECK(event.fields.start < event.fields.end);
        EYED_CHECK(is_utf8(event.fields.title) && is_utf8(event.uid));
        events.push_back({.uid = std::to_string(events.size()),
                          .sequence = event.sequence,
                          .fields = std::move(event.fields),
                          .changes = std::move(event.changes),
                          .location_name = std::move(event.location_name),
                          .category_name = std::move(event.category_name)});
    }
    return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view file(reinterpret_cast<const char*>(data), size);
    auto read = calendar::read_calendar(file, kZone, {.events = 100});
    if (!read) {
        EYED_CHECK(is_utf8(read.error().detail));
        return 0;
    }
    const auto events = without_faults(*std::move(read));
    const auto again = calendar::read_calendar(calendar::write_calendar(events, {}), kZone, {});
    EYED_CHECK(again && again->size() == events.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
        const calendar::ReadEvent& got = (*again)[i];
        EYED_CHECK(got.faults.empty());
        EYED_CHECK(got.uid == events[i].uid && got.sequence == events[i].sequence);
        EYED_CHECK(without_texts(got.fields) == without_texts(events[i].fields));
        EYED_CHECK(got.changes.size() == events[i].changes.size());
    }
    return 0;
}
