#include "calendar/zone.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <memory>
#include <mutex>
#include <sstream>

#include "base/check.h"
#include "calendar/posix_rule.h"

namespace eyed::calendar {

/// What is known of one zone. The tables of the date library end where its TZif file's do, in 2037
/// for most zones; from there on the file's rule holds, which the library does not read.
struct Zone::Data {
    explicit Data(std::string zone_name) : name(std::move(zone_name)) {}

    const std::string name;
    std::once_flag loaded;
    const date::time_zone* table = nullptr;  ///< null: UTC
    std::optional<PosixRule> rule;
    Micros rule_from{};   ///< the last change of the table
    std::string trouble;  ///< why it cannot be used; empty: it can
};

namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

constexpr std::string_view kDirectory = "/usr/share/zoneinfo/";  // where the date library reads
constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

/// All zones by name. The entries are filled when they are first asked for.
const std::vector<std::unique_ptr<Zone::Data>>& database() {
    static const auto all = [] {
        std::vector<std::unique_ptr<Zone::Data>> zones;
        for (const std::string& name : zone_names())
            zones.push_back(std::make_unique<Zone::Data>(name));
        return zones;
    }();
    return all;
}

date::sys_seconds seconds_at(Micros at) {
    return date::sys_seconds(date::floor<seconds>(microseconds(at.value)));
}
Micros micros_at(date::sys_seconds at) {
    return {at.time_since_epoch().count() * kMicrosPerSecond};
}

/// The last line of the zone's file.
std::string footer_of(const std::string& name) {
    std::ifstream file(std::string(kDirectory) + name, std::ios::binary);
    std::stringstream bytes;
    bytes << file.rdbuf();
    std::string text = std::move(bytes).str();
    if (!text.ends_with('\n')) return {};
    text.pop_back();
    return text.substr(text.rfind('\n') + 1);
}

void load(Zone::Data& data) {
    if (data.name == "UTC") return;
    try {
        data.table = date::locate_zone(data.name);
        const auto last = data.table->get_info(date::sys_days(date::year(9999) / 12 / 31));
        data.rule = PosixRule::parse(footer_of(data.name));
        data.rule_from = micros_at(last.begin);
    } catch (const std::exception& error) {
        data.trouble = fmt::format("the time zone {} cannot be read: {}", data.name, error.what());
    }
}

/// The period of the yearly rule that `at` is in.
ZonePeriod period_by_rule(const PosixRule& rule, Micros at) {
    const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(
        std::chrono::sys_time<microseconds>(microseconds(at.value)))};
    struct Change {
        Micros at;
        bool to_daylight;
    };
    std::array<Change, 6> changes;
    for (int i = 0; i < 3; ++i) {
        const auto year = date.year() + std::chrono::years(i - 1);
        changes[2 * i] = {rule.start_of_daylight(year), true};
        changes[2 * i + 1] = {rule.end_of_daylight(year), false};
    }
    std::ranges::sort(changes, {}, &Change::at);
    const auto next = std::ranges::upper_bound(changes, at, {}, &Change::at);
    EYED_CHECK(next != changes.begin() && next != changes.end());
    const Change& last = *std::prev(next);
    return {.begin = last.at,
            .end = next->at,
            .offset = last.to_daylight ? rule.daylight : rule.standard,
            .abbreviation = last.to_daylight ? rule.daylight_name : rule.standard_name};
}

}  // namespace

const std::vector<std::string>& zone_names() {
    static const auto all = [] {
        std::vector<std::string> names{"UTC"};
        try {
            for (const date::time_zone& zone : date::get_tzdb().zones)
                if (zone.name() != "localtime")  // the machine's own, not a name of the database
                    names.emplace_back(zone.name());
        } catch (const std::exception&) {
            // Without tzdata there is UTC alone, and every other name is told as unknown.
        }
        std::ranges::sort(names);
        names.erase(std::ranges::unique(names).begin(), names.end());
        return names;
    }();
    return all;
}

Result<Zone> Zone::find(std::string_view name) {
    const auto& zones = database();
    const auto by_name = [](const auto& data) -> std::string_view { return data->name; };
    const auto found = std::ranges::lower_bound(zones, name, {}, by_name);
    if (found == zones.end() || (*found)->name != name)
        return failure(Code::kInvalidArgument,
                       "there is no time zone of this name; one is called Europe/Berlin, say, or "
                       "UTC");
    std::call_once((*found)->loaded, load, **found);
    if (!(*found)->trouble.empty()) return failure(Code::kInternal, (*found)->trouble);
    return Zone(found->get());
}

Zone Zone::utc() {
    const auto zone = find("UTC");
    EYED_CHECK(zone);
    return *zone;
}

const std::string& Zone::name() const {
    return data_->name;
}

const PosixRule* Zone::rule() const {
    return data_->rule ? &*data_->rule : nullptr;
}

ZonePeriod Zone::period(Micros at) const {
    if (!data_->table)
        return {.begin = {INT64_MIN}, .end = {INT64_MAX}, .abbreviation = data_->name};
    if (data_->rule && at >= data_->rule_from) return period_by_rule(*data_->rule, at);
    const date::sys_info info = data_->table->get_info(seconds_at(at));
    ZonePeriod found{.begin = micros_at(info.begin),
                     .end = micros_at(info.end),
                     .offset = info.offset,
                     .abbreviation = info.abbrev};
    return found;
}

Micros Zone::to_utc(LocalTime at) const {
    // No offset is as long as a day, so that this period is the right one or before it.
    ZonePeriod current = period({at.value - kMicrosPerDay});
    for (;;) {
        const Micros by_current = Micros{at.value} - current.offset;
        if (by_current < current.end) return by_current;
        ZonePeriod next = period(current.end);
        const bool skipped = Micros{at.value} - next.offset < current.end;
        if (skipped) return by_current;
        current = std::move(next);
    }
}

LocalTime Zone::to_local(Micros at) const {
    return {(at + period(at).offset).value};
}

Micros Zone::not_before(LocalTime at) const {
    const Micros instant = to_utc(at);
    return to_local(instant) == at ? instant : period(instant).begin;
}

std::string Zone::to_iso8601(Micros at) const {
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(period(at).offset);
    std::string out = eyed::to_iso8601(at + minutes);
    out.pop_back();
    if (out.ends_with(".000000")) out.resize(out.size() - 7);
    if (!data_->table) return out + 'Z';
    const auto size = std::abs(minutes.count());
    out += fmt::format("{}{:02}:{:02}", minutes.count() < 0 ? '-' : '+', size / 60, size % 60);
    return out;
}

std::string Zone::to_date(Micros at) const {
    return eyed::to_iso8601({to_local(at).value}).substr(0, 10);
}

std::optional<Micros> read_time(std::string_view text, const Zone& zone) {
    static const Micros earliest = *parse_date("0001-01-01");
    static const Micros latest = *parse_iso8601("9999-12-31T23:59:59.999999");
    constexpr std::size_t kDateBytes = 10;
    std::optional<Micros> at = parse_date(text);
    bool is_local = at.has_value();
    if (!at) {
        at = parse_iso8601(text);
        is_local = text.find_first_of("Zz+-", kDateBytes) == std::string_view::npos;
    }
    if (at && is_local) at = zone.to_utc({at->value});
    if (!at || *at < earliest || *at > latest) return std::nullopt;
    return at;
}

}  // namespace eyed::calendar
