#include "app/demo_calendar.h"

#include <fmt/format.h>

#include <array>
#include <string>
#include <vector>

#include "catalog/calendar_events.h"
#include "catalog/calendar_labels.h"
#include "model/audit.h"

namespace eyed::app {
namespace {

struct Label {
    const char* name;
    const char* description;
};
constexpr std::array<Label, 5> kCategories{{
    {"Concert", "Music, loud or quiet."},
    {"Course", "Learn something over several weeks."},
    {"Meeting", "Talk, decide, write it down."},
    {"Talk", "One person speaks, everybody asks."},
    {"Workshop", "Bring your hands."},
}};
constexpr std::array<Label, 5> kLocations{{
    {"Garden", "Behind the house; in the hall when it rains."},
    {"Great hall", "200 seats, stage, piano."},
    {"Kitchen", "Eight stoves, one long table."},
    {"Library", "Quiet room on the first floor."},
    {"Workshop room", "Benches and tools, ground floor."},
}};

struct Event {
    const char* title;
    const char* description;
    int day;             ///< from today
    const char* starts;  ///< local time
    const char* ends;
    std::size_t category;  ///< index into kCategories
    std::size_t location;
    const char* rrule = "";
    unsigned capacity = 0;  ///< 0: any number
};
constexpr std::array<Event, 12> kEvents{{
    {"Spring quartet", "Haydn and a new piece by our own second violin.", 3, "19:30", "21:30", 0, 1,
     "", 200},
    {"Open rehearsal", "Come and listen; stay for tea.", 2, "17:00", "18:30", 0, 1},
    {"Pottery for beginners", "Six evenings from clay to glaze.", 1, "18:00", "20:00", 1, 4,
     "FREQ=WEEKLY;COUNT=6", 8},
    {"Spanish A1", "Twice a week, without homework on Fridays.", 4, "09:00", "10:30", 1, 3,
     "FREQ=WEEKLY;BYDAY=TU,FR;COUNT=20", 12},
    {"Board meeting", "First Monday of the month.", 0, "18:00", "19:30", 2, 3,
     "FREQ=MONTHLY;BYDAY=1MO"},
    {"Volunteers' round", "Who does what next week.", 1, "09:00", "09:45", 2, 2, "FREQ=WEEKLY"},
    {"How bees decide", "A beekeeper on votes, dances and swarms.", 5, "19:00", "20:30", 3, 1, "",
     200},
    {"Bicycle repair", "Flat tyres, loose chains, squeaking brakes.", 6, "10:00", "13:00", 4, 4, "",
     6},
    {"Bread at dawn", "Sourdough from starter to crust.", 7, "06:00", "11:00", 4, 2, "", 8},
    {"API evening", "How programs talk with each other, for people who never asked.", 8, "18:30",
     "20:00", 3, 3, "", 30},
    {"Sowing day", "Beans, squash and a bed for the children.", 10, "10:00", "16:00", 4, 0},
    {"Flea market", "Tables are free, cakes are not.", 12, "09:00", "15:00", 2, 0},
}};

/// The ids of these labels, in their order.
template <class Labels, std::size_t N>
Result<std::array<typename Labels::LabelId, N>> labels_of(Labels& labels,
                                                          const std::array<Label, N>& wanted,
                                                          const model::Change& change) {
    std::array<typename Labels::LabelId, N> ids;
    for (std::size_t i = 0; i < N; ++i) {
        auto label = labels.by_name(wanted[i].name);
        if (!label && label.error().code == Code::kNotFound)
            label = labels.create({wanted[i].name, wanted[i].description}, change);
        if (!label) return std::unexpected(std::move(label).error());
        ids[i] = label->id;
    }
    return ids;
}

/// `2026-11-30T19:30`: a day and a local time of the calendar's own zone.
std::string at(Micros now, int day, const char* time, const calendar::Zone& zone) {
    return fmt::format("{}T{}", zone.to_date(now + std::chrono::hours(24 * day)), time);
}

calendar::Draft draft_of(const Event& event, Micros now, const calendar::Zone& zone) {
    calendar::Draft draft;
    draft.title = event.title;
    draft.description = event.description;
    draft.start_time = at(now, event.day, event.starts, zone);
    draft.end_time = at(now, event.day, event.ends, zone);
    draft.rrule = event.rrule;
    if (event.capacity != 0) draft.capacity = event.capacity;
    draft.organiser = "Community centre";
    return draft;
}

}  // namespace

Status add_demo_calendar(catalog::Catalog& catalog, calendar::Service& calendar,
                         const Clock& clock) {
    EYED_ASSIGN(const auto events, catalog.calendar_events().count());
    if (events != 0) return {};
    const Micros now = clock.now();
    calendar::Service::How how;
    how.force = calendar::Service::Force::kYes;
    how.change = {{.user = {}, .key = {}, .via = model::Via::kStart}, now};
    EYED_ASSIGN(const auto categories, labels_of(catalog.categories(), kCategories, how.change));
    EYED_ASSIGN(const auto locations, labels_of(catalog.locations(), kLocations, how.change));
    std::vector<calendar::Draft> drafts;
    for (const Event& event : kEvents) {
        drafts.push_back(draft_of(event, now, calendar.zone()));
        drafts.back().category = categories[event.category];
        drafts.back().location = locations[event.location];
    }
    EYED_ASSIGN(const auto made, calendar.create_events(drafts, how));
    for (std::size_t i = 0; i < made.size(); ++i)
        if (!made[i].faults.empty())
            return failure(Code::kInternal, fmt::format("the demo's event {}: {}", kEvents[i].title,
                                                        made[i].faults.front().message));
    return {};
}

}  // namespace eyed::app
