#include "calendar/posix_rule.h"

#include <charconv>

namespace eyed::calendar {
namespace {

using std::chrono::seconds;

/// Reads the parts of a TZ string from front to back; a part that is not there reads as false.
struct Scanner {
    std::string_view text;

    bool literal(char c) {
        if (!text.starts_with(c)) return false;
        text.remove_prefix(1);
        return true;
    }
    bool number(unsigned& out, unsigned least, unsigned most) {
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
        if (error != std::errc{} || out < least || out > most) return false;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        return true;
    }
    /// `CET`, or `<-02>`.
    bool name(std::string& out) {
        const bool quoted = literal('<');
        const auto is_part = [quoted](char c) {
            const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
            return letter || (quoted && ((c >= '0' && c <= '9') || c == '+' || c == '-'));
        };
        std::size_t length = 0;
        while (length < text.size() && is_part(text[length]))
            ++length;
        out = text.substr(0, length);
        text.remove_prefix(length);
        return length > 0 && (!quoted || literal('>'));
    }
    /// `[±]h[:m[:s]]`.
    bool time(seconds& out) {
        const int sign = literal('-') ? -1 : 1;
        if (sign > 0) literal('+');
        unsigned hours = 0, minutes = 0, rest = 0;
        if (!number(hours, 0, 167)) return false;
        if (literal(':') && !number(minutes, 0, 59)) return false;
        if (literal(':') && !number(rest, 0, 59)) return false;
        out = sign * seconds(hours * 3600 + minutes * 60 + rest);
        return true;
    }
    bool change(PosixRule::Change& out) {
        return literal(',') && literal('M') && number(out.month, 1, 12) && literal('.') &&
               number(out.week, 1, 5) && literal('.') && number(out.weekday, 0, 6) &&
               (!literal('/') || time(out.time));
    }
};

std::chrono::sys_days day_of(const PosixRule::Change& change, std::chrono::year year) {
    const std::chrono::weekday weekday(change.weekday);
    const auto month = year / std::chrono::month(change.month);
    if (change.week == 5) return std::chrono::sys_days(month / weekday[std::chrono::last]);
    return std::chrono::sys_days(month / weekday[change.week]);
}

Micros at(const PosixRule::Change& change, std::chrono::year year, seconds offset) {
    return {
        std::chrono::microseconds(day_of(change, year).time_since_epoch() + change.time - offset)
            .count()};
}

}  // namespace

std::optional<PosixRule> PosixRule::parse(std::string_view text) {
    PosixRule rule;
    Scanner in{text};
    // POSIX counts west of Greenwich.
    seconds west{0};
    if (!in.name(rule.standard_name) || !in.time(west)) return std::nullopt;
    rule.standard = -west;
    if (!in.name(rule.daylight_name)) return std::nullopt;
    west -= seconds(3600);
    if (!in.text.starts_with(',') && !in.time(west)) return std::nullopt;
    rule.daylight = -west;
    if (!in.change(rule.starts) || !in.change(rule.ends) || !in.text.empty()) return std::nullopt;
    return rule;
}

Micros PosixRule::start_of_daylight(std::chrono::year year) const {
    return at(starts, year, standard);
}

Micros PosixRule::end_of_daylight(std::chrono::year year) const {
    return at(ends, year, daylight);
}

}  // namespace eyed::calendar
