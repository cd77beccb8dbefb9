#include "calendar/rule_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include "base/json_text.h"

namespace eyed::calendar {
namespace {

constexpr int kMostInterval = 1'000;
constexpr int kMostTimesADay = 24;
constexpr std::array<std::string_view, 5> kFrequencies{"HOURLY", "DAILY", "WEEKLY", "MONTHLY",
                                                       "YEARLY"};
constexpr std::array<std::string_view, 7> kWeekdays{"SU", "MO", "TU", "WE", "TH", "FR", "SA"};

struct NumberList {
    std::string_view name;
    std::vector<int> RuleParts::* values;
    int least;
    int most;
    bool from_end;  ///< negative numbers count from the end
};
constexpr std::array<NumberList, 8> kNumberLists{{
    {"BYMONTH", &RuleParts::months, 1, 12, false},
    {"BYWEEKNO", &RuleParts::weeks, 2, 51, false},
    {"BYYEARDAY", &RuleParts::year_days, 1, 366, true},
    {"BYMONTHDAY", &RuleParts::month_days, 1, 31, true},
    {"BYHOUR", &RuleParts::hours, 0, 23, false},
    {"BYMINUTE", &RuleParts::minutes, 0, 59, false},
    {"BYSECOND", &RuleParts::seconds, 0, 59, false},
    {"BYSETPOS", &RuleParts::positions, 1, 366, true},
}};

std::unexpected<Error> wrong(std::string_view part, std::string_view fault) {
    return failure(Code::kInvalidArgument, fmt::format("{}: {}", part, fault));
}

/// All of `text` as a number, a `+` in front allowed.
std::optional<int> number(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

template <class Value>
bool contains(const std::vector<Value>& list, const Value& value) {
    return std::ranges::find(list, value) != list.end();
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> out;
    for (std::size_t begin = 0;;) {
        const std::size_t end = std::min(text.find(separator, begin), text.size());
        out.push_back(text.substr(begin, end - begin));
        if (end == text.size()) return out;
        begin = end + 1;
    }
}

Status read_numbers(const NumberList& list, std::string_view value, std::vector<int>& out) {
    for (const std::string_view item : split(value, ',')) {
        const auto read = number(item);
        const bool fits = read && ((*read >= list.least && *read <= list.most) ||
                                   (list.from_end && *read >= -list.most && *read <= -list.least));
        if (!fits)
            return wrong(list.name,
                         fmt::format("each is a number from {} to {}{}", list.least, list.most,
                                     list.from_end ? ", or with a - from the end" : ""));
        if (contains(out, *read)) return wrong(list.name, "one is there twice");
        out.push_back(*read);
    }
    // libical keeps this many.
    if (out.size() > static_cast<std::size_t>(list.most - list.least + 1))
        return wrong(list.name, fmt::format("at most {} of them", list.most - list.least + 1));
    std::ranges::sort(out);
    return {};
}

std::optional<int> weekday(std::string_view text) {
    const auto found = std::ranges::find(kWeekdays, text);
    if (found == kWeekdays.end()) return std::nullopt;
    return static_cast<int>(found - kWeekdays.begin());
}

Status read_days(std::string_view value, std::vector<RuleDay>& out) {
    for (const std::string_view item : split(value, ',')) {
        const std::size_t name_at = item.size() < 2 ? 0 : item.size() - 2;
        const auto day = weekday(item.substr(name_at));
        const auto which = name_at == 0 ? 0 : number(item.substr(0, name_at));
        if (!day || !which || std::abs(*which) > 53 || (name_at > 0 && *which == 0))
            return wrong("BYDAY",
                         "each is MO, TU, WE, TH, FR, SA or SU, with a number from 1 to "
                         "53 or -53 to -1 in front or none");
        const RuleDay read{*which, *day};
        if (contains(out, read)) return wrong("BYDAY", "one is there twice");
        out.push_back(read);
    }
    return {};
}

/// `YYYYMMDD`, then `THHMMSS` and `Z` or not.
std::optional<RuleUntil> read_until(std::string_view text) {
    std::string spread(text);
    RuleUntil until{.kind = RuleUntil::Kind::kDate};
    if (spread.ends_with('Z') && spread.size() == 16) {
        until.kind = RuleUntil::Kind::kUtc;
        spread.pop_back();
    } else if (spread.size() == 15) {
        until.kind = RuleUntil::Kind::kLocal;
    }
    if (until.kind != RuleUntil::Kind::kDate) spread.insert(13, ":").insert(11, ":");
    if (spread.size() < 8) return std::nullopt;
    spread.insert(6, "-").insert(4, "-");
    const auto at =
        until.kind == RuleUntil::Kind::kDate ? parse_date(spread) : parse_iso8601(spread);
    if (!at) return std::nullopt;
    until.value = at->value;
    return until;
}

/// One `NAME=value` after another goes into the parts.
struct Reader {
    RuleParts parts;
    std::vector<std::string_view> seen;

    Status read(std::string_view name, std::string_view value) {
        if (contains(seen, name)) return wrong(name, "is there twice");
        seen.push_back(name);
        if (name == "FREQ") return read_frequency(value);
        if (name == "INTERVAL") {
            const auto read = number(value);
            if (!read || *read < 1 || *read > kMostInterval)
                return wrong(name, fmt::format("is a number from 1 to {}", kMostInterval));
            parts.interval = *read;
            return {};
        }
        if (name == "COUNT") {
            parts.count = number(value);
            if (parts.count.value_or(0) < 1) return wrong(name, "is a number from 1 on");
            return {};
        }
        if (name == "UNTIL") {
            parts.until = read_until(value);
            if (!parts.until)
                return wrong(name,
                             "is a date as 20261231 or a time as "
                             "20261231T225959Z");
            return {};
        }
        if (name == "WKST") {
            const auto day = weekday(value);
            if (!day) return wrong(name, "is one of MO, TU, WE, TH, FR, SA and SU");
            parts.week_start = *day;
            return {};
        }
        if (name == "BYDAY") return read_days(value, parts.days);
        for (const NumberList& list : kNumberLists)
            if (name == list.name) return read_numbers(list, value, parts.*list.values);
        return wrong(shortened(name, 40), "is no part of a recurrence rule");
    }

    Status read_frequency(std::string_view value) {
        const auto found = std::ranges::find(kFrequencies, value);
        if (found == kFrequencies.end())
            return wrong("FREQ", "is one of YEARLY, MONTHLY, WEEKLY, DAILY and HOURLY");
        parts.frequency = static_cast<Frequency>(found - kFrequencies.begin());
        return {};
    }
};

std::string until_text(const RuleUntil& until) {
    const bool is_date = until.kind == RuleUntil::Kind::kDate;
    std::string text = to_iso8601({until.value}).substr(0, is_date ? 10 : 19);
    std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
    if (until.kind == RuleUntil::Kind::kUtc) text += 'Z';
    return text;
}

}  // namespace

Result<RuleParts> RuleParts::parse(std::string_view text) {
    std::string upper;
    for (const char c : text) {
        if (c == ' ') continue;
        upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    std::string_view rest = upper;
    if (rest.starts_with("RRULE:")) rest.remove_prefix(6);
    if (rest.ends_with(';')) rest.remove_suffix(1);
    Reader reader;
    for (const std::string_view part : split(rest, ';')) {
        const std::size_t equals = part.find('=');
        if (equals == std::string_view::npos)
            return failure(Code::kInvalidArgument,
                           "is no recurrence rule; one is FREQ=WEEKLY;BYDAY=MO,WE, say");
        EYED_TRY(reader.read(part.substr(0, equals), part.substr(equals + 1)));
    }
    if (!contains(reader.seen, std::string_view("FREQ"))) return wrong("FREQ", "is missing");
    return std::move(reader.parts);
}

std::string RuleParts::text() const {
    std::string out = fmt::format("FREQ={}", kFrequencies[static_cast<std::size_t>(frequency)]);
    if (interval != 1) out += fmt::format(";INTERVAL={}", interval);
    if (count) out += fmt::format(";COUNT={}", *count);
    if (until) out += ";UNTIL=" + until_text(*until);
    for (const NumberList& list : kNumberLists)
        if (const auto& values = this->*list.values; !values.empty())
            out += fmt::format(";{}={}", list.name, fmt::join(values, ","));
    if (!days.empty()) {
        out += ";BYDAY=";
        for (const RuleDay& day : days) {
            if (day.number != 0) out += fmt::to_string(day.number);
            out.append(kWeekdays[static_cast<std::size_t>(day.weekday)]) += ',';
        }
        out.pop_back();
    }
    if (week_start != 1)
        out.append(";WKST=").append(kWeekdays[static_cast<std::size_t>(week_start)]);
    return out;
}

int RuleParts::times_a_day() const {
    const auto ways = [](const std::vector<int>& list) {
        return std::max(1, static_cast<int>(list.size()));
    };
    const int an_hour = ways(minutes) * ways(seconds);
    return an_hour * (frequency == Frequency::kHourly ? 24 : ways(hours));
}

Status check_together(const RuleParts& parts) {
    const bool by_period =
        parts.frequency == Frequency::kMonthly || parts.frequency == Frequency::kYearly;
    if (parts.count && parts.until) return wrong("COUNT", "cannot be together with UNTIL");
    if (!parts.weeks.empty() && (parts.frequency != Frequency::kYearly || parts.week_start != 1))
        return wrong("BYWEEKNO", "is for FREQ=YEARLY and WKST=MO alone");
    if (!parts.year_days.empty() && parts.frequency != Frequency::kYearly)
        return wrong("BYYEARDAY", "is for FREQ=YEARLY alone");
    if (!parts.month_days.empty() && parts.frequency == Frequency::kWeekly)
        return wrong("BYMONTHDAY", "cannot be together with FREQ=WEEKLY");
    if (!parts.month_days.empty() && parts.month_days.front() < 0 && !by_period)
        return wrong("BYMONTHDAY", "counts from the end with FREQ=MONTHLY and YEARLY alone");
    const bool of_months = !parts.months.empty() || !parts.month_days.empty();
    if (!parts.year_days.empty() && (!parts.weeks.empty() || of_months))
        return wrong("BYYEARDAY", "can be together with BYDAY alone of the days, weeks and months");
    if (!parts.weeks.empty() && of_months)
        return wrong("BYWEEKNO", "can be together with BYDAY alone of the days, weeks and months");

    const bool numbered =
        std::ranges::any_of(parts.days, [](const RuleDay& day) { return day.number != 0; });
    if (numbered &&
        (!by_period || parts.weeks.size() + parts.year_days.size() + parts.month_days.size() > 0))
        return wrong("BYDAY",
                     "has numbers with FREQ=MONTHLY and YEARLY alone, and without "
                     "BYMONTHDAY, BYYEARDAY and BYWEEKNO");
    const bool in_month = parts.frequency == Frequency::kMonthly || !parts.months.empty();
    if (in_month && std::ranges::any_of(
                        parts.days, [](const RuleDay& day) { return std::abs(day.number) > 5; }))
        return wrong("BYDAY", "no month has more than 5 of a weekday");
    if (!parts.hours.empty() && parts.frequency == Frequency::kHourly)
        return wrong("BYHOUR", "cannot be together with FREQ=HOURLY; FREQ=DAILY with it can");
    const int times = parts.times_a_day() / (parts.frequency == Frequency::kHourly ? 24 : 1);
    if (times > kMostTimesADay)
        return wrong("BYHOUR", fmt::format("with BYMINUTE and BYSECOND it gives more than {} times",
                                           kMostTimesADay));
    if (!parts.positions.empty() &&
        (!by_period || times > 1 || !parts.weeks.empty() ||
         parts.days.size() + parts.month_days.size() + parts.year_days.size() == 0))
        return wrong("BYSETPOS",
                     "is for FREQ=MONTHLY and YEARLY alone, with BYDAY, BYMONTHDAY or "
                     "BYYEARDAY and one time a day");
    const auto from_both_ends = [](const std::vector<int>& list) {
        return !list.empty() && list.front() < 0 && list.back() > 0;
    };
    if (!parts.positions.empty() &&
        (from_both_ends(parts.month_days) || from_both_ends(parts.year_days)))
        return wrong("BYSETPOS", "cannot be together with days counted from both ends");
    return {};
}

}  // namespace eyed::calendar
