// rooms: calendar
// A recurrence rule for a series of whole days or of times: a rule that is taken is canonical, and
// its times are in order, bounded and all found again.
#include <algorithm>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "base/json_text.h"
#include "calendar/recurrence.h"

namespace {

using namespace eyed;

void check(std::string_view rule, model::CalendarFields fields, const calendar::Zone& zone) {
    const auto checked = calendar::check_rule(rule, fields, zone);
    if (!checked) {
        EYED_CHECK(!checked.error().detail.empty());
        return;
    }
    EYED_CHECK(calendar::check_rule(*checked, fields, zone) == *checked);
    fields.recurrence.rule = *checked;
    const Micros horizon{fields.start.value + 2'000 * 86'400'000'000};
    const auto all = calendar::expand(fields, zone, horizon);
    EYED_CHECK(all.instances.size() <= calendar::kMostOccurrences);
    EYED_CHECK(!all.instances.empty() && all.instances.front().start == fields.start);
    EYED_CHECK(std::ranges::is_sorted(all.instances, {}, &calendar::Instance::start));
    for (const calendar::Instance& one : all.instances)
        EYED_CHECK(one.start < one.end && (!all.until || one.start < *all.until));
    EYED_CHECK(!all.until || *all.until <= horizon);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view rule(reinterpret_cast<const char*>(data), size);
    static const calendar::Zone zone = *calendar::Zone::find("Australia/Lord_Howe");
    model::CalendarFields fields{.start = *calendar::read_time("2026-02-28T02:15", zone),
                                 .end = *calendar::read_time("2026-02-28T02:45", zone),
                                 .zone = zone.name()};
    check(rule, fields, zone);
    fields.start = *calendar::read_time("2024-02-29", zone);
    fields.end = *calendar::read_time("2024-03-01", zone);
    fields.all_day = true;
    check(rule, fields, zone);
    return 0;
}
