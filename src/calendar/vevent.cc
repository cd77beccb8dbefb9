#include "calendar/vevent.h"

#include <fmt/format.h>
#include <libical/ical.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/ascii.h"
#include "base/json_text.h"
#include "calendar/content_line.h"
#include "calendar/libical_lock.h"
#include "calendar/recurrence.h"

namespace eyed::calendar {
namespace {

constexpr std::array<std::string_view, 16> kRead{
    "UID",      "SEQUENCE", "DTSTART",    "DTEND",    "DURATION", "RECURRENCE-ID",
    "RRULE",    "EXRULE",   "RDATE",      "EXDATE",   "SUMMARY",  "DESCRIPTION",
    "LOCATION", "STATUS",   "CATEGORIES", "ORGANIZER"};

/// libical takes no more values of one line, and does not say so.
constexpr std::ptrdiff_t kMostValues = 500;
/// Of a length, so that it can be counted in microseconds.
constexpr unsigned kMostUnits = 100'000'000;
constexpr std::chrono::days kMostDays{3'660'000};

struct ParserFree {
    void operator()(icalparser* parser) const { icalparser_free(parser); }
};
struct ComponentFree {
    void operator()(icalcomponent* component) const { icalcomponent_free(component); }
};
using Parser = std::unique_ptr<icalparser, ParserFree>;
using Component = std::unique_ptr<icalcomponent, ComponentFree>;

std::optional<std::int64_t> micros_of(const icaltimetype& at) {
    const std::chrono::year_month_day date(std::chrono::year(at.year),
                                           std::chrono::month(static_cast<unsigned>(at.month)),
                                           std::chrono::day(static_cast<unsigned>(at.day)));
    if (at.year < 1 || at.year > 9'999 || at.month < 1 || at.month > 12 || at.day < 1 || !date.ok())
        return std::nullopt;
    std::chrono::microseconds micros(std::chrono::sys_days(date).time_since_epoch());
    if (!at.is_date) {
        if (at.hour < 0 || at.hour > 23 || at.minute < 0 || at.minute > 59 || at.second < 0 ||
            at.second > 60)
            return std::nullopt;
        // A leap second is the one before it (RFC 5545 §3.3.12).
        micros += std::chrono::hours(at.hour) + std::chrono::minutes(at.minute) +
                  std::chrono::seconds(std::min(at.second, 59));
    }
    return micros.count();
}

std::optional<WrittenTime> time_of(icalproperty* property) {
    const icalvalue* value = icalproperty_get_value(property);
    if (!value) return std::nullopt;
    icaltimetype at = icaltime_null_time();
    switch (icalvalue_isa(value)) {
        case ICAL_DATE_VALUE:
            at = icalvalue_get_date(value);
            at.is_date = 1;
            break;
        case ICAL_DATETIME_VALUE:
            at = icalvalue_get_datetime(value);
            break;
        default:
            return std::nullopt;
    }
    const auto micros = micros_of(at);
    if (!micros) return std::nullopt;
    WrittenTime written{.kind = WrittenTime::Kind::kLocal, .value = *micros};
    if (at.is_date) {
        written.kind = WrittenTime::Kind::kDate;
    } else if (icaltime_is_utc(at)) {
        written.kind = WrittenTime::Kind::kUtc;
    } else if (icalparameter* zone =
                   icalproperty_get_first_parameter(property, ICAL_TZID_PARAMETER)) {
        const char* name = icalparameter_get_tzid(zone);
        if (name) written.zone = name;
    }
    return written;
}

std::optional<std::string> text_of(icalproperty* property) {
    const icalvalue* value = icalproperty_get_value(property);
    if (!value || icalvalue_isa(value) != ICAL_TEXT_VALUE) return std::nullopt;
    const char* text = icalvalue_get_text(value);
    return plain_text(text ? text : "");
}

std::optional<WrittenLength> length_of(icalproperty* property) {
    const icalvalue* value = icalproperty_get_value(property);
    if (!value || icalvalue_isa(value) != ICAL_DURATION_VALUE) return std::nullopt;
    const icaldurationtype length = icalvalue_get_duration(value);
    const auto units = {length.weeks, length.days, length.hours, length.minutes, length.seconds};
    if (length.is_neg || std::ranges::max(units) > kMostUnits) return std::nullopt;
    const auto days = std::chrono::weeks(length.weeks) + std::chrono::days(length.days);
    if (days > kMostDays) return std::nullopt;
    return WrittenLength{.days = days,
                         .time = std::chrono::hours(length.hours) +
                                 std::chrono::minutes(length.minutes) +
                                 std::chrono::seconds(length.seconds)};
}

/// The address; without one the name that CN gives.
std::string organiser_of(icalproperty* property) {
    const icalvalue* value = icalproperty_get_value(property);
    if (!value || icalvalue_isa(value) != ICAL_CALADDRESS_VALUE) return {};
    const char* address = icalvalue_get_caladdress(value);
    constexpr std::string_view kMail = "mailto:";
    std::string_view text = address ? address : "";
    if (equal_ignoring_case(text.substr(0, kMail.size()), kMail))
        return plain_text(text.substr(kMail.size()));
    icalparameter* name = icalproperty_get_first_parameter(property, ICAL_CN_PARAMETER);
    const char* common_name = name ? icalparameter_get_cn(name) : nullptr;
    return plain_text(common_name ? common_name : text);
}

std::optional<model::EventStatus> status_of(icalproperty* property) {
    switch (icalproperty_get_status(property)) {
        case ICAL_STATUS_TENTATIVE:
            return model::EventStatus::kTentative;
        case ICAL_STATUS_CANCELLED:
            return model::EventStatus::kCancelled;
        case ICAL_STATUS_CONFIRMED:
            return model::EventStatus::kConfirmed;
        default:
            return std::nullopt;  // of a to-do, or of somebody's own
    }
}

bool is_there(const std::string& text) {
    return !text.empty();
}
template <class Value>
bool is_there(const std::optional<Value>& value) {
    return value.has_value();
}

/// Takes one line after another into the event.
class Reader {
  public:
    void read(const EventLine& line) {
        if (value_is_blank(line)) return read_blank(line.name);
        if (!is_utf8(line.text)) return fault(line.name, "is not UTF-8");
        if (line.was_cut)
            return fault(line.name, fmt::format("is longer than {} bytes", kMostLineBytes));
        if (std::ranges::count(line.value, ',') >= kMostValues && is_dates(line.name))
            return fault(line.name, fmt::format("has {} dates or more in one line", kMostValues));
        if (line.name == "EXRULE") return fault(line.name, "is not offered; EXDATE is");
        if (line.name == "RRULE") return read_rule(line.value);
        const Component component = parse(line);
        if (!component) return fault(line.name, "cannot be read");
        for (icalproperty* property =
                 icalcomponent_get_first_property(component.get(), ICAL_ANY_PROPERTY);
             property;
             property = icalcomponent_get_next_property(component.get(), ICAL_ANY_PROPERTY))
            take(line.name, property);
    }
    VEvent take_event() { return std::move(event_); }

  private:
    static bool value_is_blank(const EventLine& line) {
        return line.value.find_first_not_of(" \t") == std::string::npos;
    }
    static bool is_dates(std::string_view name) { return name == "RDATE" || name == "EXDATE"; }

    /// A VEVENT of this line alone; null: it cannot be read.
    static Component parse(const EventLine& line) {
        const Parser parser(icalparser_new());
        std::string begin = "BEGIN:VEVENT", text = line.text, end = "END:VEVENT";
        icalparser_add_line(parser.get(), begin.data());
        icalparser_add_line(parser.get(), text.data());
        const bool failed = icalparser_get_state(parser.get()) == ICALPARSER_ERROR;
        Component component(icalparser_add_line(parser.get(), end.data()));
        if (failed) component.reset();
        return component;
    }

    /// Said to be empty, which is not the same as not said for one occurrence of a series.
    void read_blank(std::string_view name) {
        if (name == "DESCRIPTION") first(event_.description, std::string());
        if (name == "LOCATION") first(event_.location, std::string());
    }

    void read_rule(const std::string& value) {
        if (!event_.rule.empty()) return fault("RRULE", "is there twice");
        event_.rule = value;
    }

    void take(std::string_view name, icalproperty* property) {
        switch (icalproperty_isa(property)) {
            case ICAL_UID_PROPERTY:
                return once(name, event_.uid, text_of(property));
            case ICAL_SEQUENCE_PROPERTY:
                event_.sequence =
                    static_cast<std::uint32_t>(std::max(0, icalproperty_get_sequence(property)));
                return;
            case ICAL_DTSTART_PROPERTY:
                return once(name, event_.start, time_of(property));
            case ICAL_DTEND_PROPERTY:
                return once(name, event_.end, time_of(property));
            case ICAL_DURATION_PROPERTY:
                return once(name, event_.length, length_of(property));
            case ICAL_RECURRENCEID_PROPERTY:
                if (icalproperty_get_first_parameter(property, ICAL_RANGE_PARAMETER))
                    fault(name, "with RANGE is not offered");
                return once(name, event_.recurrence_id, time_of(property));
            case ICAL_RDATE_PROPERTY:
                return one_more(name, event_.added, time_of(property));
            case ICAL_EXDATE_PROPERTY:
                return one_more(name, event_.skipped, time_of(property));
            case ICAL_SUMMARY_PROPERTY:
                return first(event_.summary, text_of(property));
            case ICAL_DESCRIPTION_PROPERTY:
                return first(event_.description, text_of(property));
            case ICAL_LOCATION_PROPERTY:
                return first(event_.location, text_of(property));
            case ICAL_CATEGORIES_PROPERTY:
                return first(event_.category, text_of(property));
            case ICAL_ORGANIZER_PROPERTY:
                event_.organiser = organiser_of(property);
                return;
            case ICAL_STATUS_PROPERTY:
                event_.status = status_of(property);
                return;
            default:
                return;
        }
    }

    template <class Target, class Value>
    void once(std::string_view name, Target& target, std::optional<Value> value) {
        if (!value) return fault(name, "cannot be read");
        if (is_there(target)) return fault(name, "is there twice");
        target = std::move(*value);
    }
    void one_more(std::string_view name, std::vector<WrittenTime>& times,
                  std::optional<WrittenTime> time) {
        if (!time) return fault(name, "cannot be read: each is one date or time, no period");
        if (times.size() == kMostDates)
            return fault(name, fmt::format("has more than {} dates", kMostDates));
        times.push_back(std::move(*time));
    }
    template <class Target>
    static void first(Target& target, std::optional<std::string> value) {
        if (!is_there(target) && value) target = std::move(*value);
    }

    /// Each sentence once.
    void fault(std::string_view name, std::string_view what) {
        std::string sentence = fmt::format("{}: {}", name, what);
        if (std::ranges::find(event_.faults, sentence) == event_.faults.end())
            event_.faults.push_back(std::move(sentence));
    }

    VEvent event_;
};

}  // namespace

bool is_read(std::string_view name) {
    return std::ranges::find(kRead, name) != kRead.end();
}

VEvent read_vevent(const std::vector<EventLine>& lines) {
    const auto lock = lock_libical();
    Reader reader;
    for (const EventLine& line : lines)
        reader.read(line);
    return reader.take_event();
}

}  // namespace eyed::calendar
